// A message belongs to one webhook, written for each that waits when it happens: so that each has
// its own tries, its own log, and what it missed while paused; there is no queue that one could
// hold up.
#include "schema/webhooks/webhook_store.hpp"

#include <limits>

#include <boost/json/serialize.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/time/time.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace {

constexpr int at_once = 4;  // of each webhook

struct EventRow {
    WebhookEvent event = WebhookEvent::test;
};
BOOST_DESCRIBE_STRUCT(EventRow, (), (event))

}  // namespace

bool add_webhook(base::Tx& tx, const Webhook& webhook, base::Time now) {
    return tx.change(
               sql::file["add_webhook"],
               webhook.name,
               webhook.url,
               webhook.secret,
               webhook.events.text,
               webhook.project,
               webhook.allow_private,
               timestamp(now)
           ) == 1;
}

std::vector<Webhook> list_webhooks(base::Tx& tx) {
    return base::rows_as<Webhook>(tx.exec(sql::file["list_webhooks"]));
}

bool set_webhook_state(base::Tx& tx, const std::string& name, WebhookState state) {
    return tx.change(sql::file["set_webhook_state"], name, std::string(base::name_of(state))) == 1;
}

bool remove_webhook(base::Tx& tx, const std::string& name) {
    return tx.change(sql::file["remove_webhook"], name) == 1;
}

std::vector<WebhookEvent> awaited_events(base::Tx& tx, const std::string& project) {
    base::Batch batch(tx);
    return *awaited_events(batch, project);
}

base::Later<std::vector<WebhookEvent>>
awaited_events(base::Batch& batch, const std::string& project) {
    return {batch, batch.add(sql::file["awaited_events"], project), [](const base::Rows& rows) {
                std::vector<WebhookEvent> events;
                for (const auto& row : base::rows_as<EventRow>(rows)) events.push_back(row.event);
                return events;
            }};
}

std::int64_t tell(
    base::Tx& tx,
    WebhookEvent event,
    const boost::json::object& data,
    const std::string& project,
    base::Time now,
    const std::string& name
) {
    auto type = std::string(base::name_of(event));
    boost::json::object body{
        {"type", type},
        {"timestamp", base::rfc3339(now, base::Precision::microseconds)},
        {"data", data}};
    return static_cast<std::int64_t>(tx.change(
        sql::file["tell_webhooks"],
        type,
        boost::json::serialize(body),
        project,
        timestamp(now),
        name
    ));
}

std::vector<DueMessage> claim_messages(
    base::Tx& tx,
    base::Time now,
    base::Time until,
    const std::vector<std::string>& but
) {
    return base::rows_as<DueMessage>(tx.exec(
        sql::file["claim_messages"], timestamp(now), timestamp(until), at_once, array_of(but)
    ));
}

void note_delivery(base::Tx& tx, std::int64_t id, const Delivery& delivery, base::Time now) {
    bool waits = delivery.state == MessageState::waiting;
    tx.exec(
        sql::file["note_delivery"],
        id,
        std::string(base::name_of(delivery.state)),
        timestamp(waits ? delivery.due_at : now),
        delivery.status,
        delivery.error,
        delivery.milliseconds,
        timestamp(now)
    );
}

void end_webhook(base::Tx& tx, const std::string& name) {
    tx.exec(sql::file["set_webhook_state"], name, std::string(base::name_of(WebhookState::gone)));
}

std::vector<WebhookMessage> list_messages(
    base::Tx& tx,
    const std::string& name,
    std::optional<MessageState> state,
    std::optional<std::int64_t> before,
    int at_most
) {
    return base::rows_as<WebhookMessage>(tx.exec(
        sql::file["list_messages"],
        name,
        state ? std::string(base::name_of(*state)) : "",
        before.value_or(std::numeric_limits<std::int64_t>::max()),
        at_most
    ));
}

std::int64_t retry_messages(
    base::Tx& tx,
    const std::string& name,
    std::optional<std::int64_t> id,
    base::Time now
) {
    return static_cast<std::int64_t>(
        tx.change(sql::file["retry_messages"], name, id, timestamp(now))
    );
}

void forget_messages(base::Tx& tx, base::Time before) {
    tx.exec(sql::file["forget_messages"], timestamp(before));
}

}  // namespace schema

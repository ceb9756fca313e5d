#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "schema/webhooks/webhook.hpp"

namespace base {
class Batch;
template <typename T>
class Later;
class Tx;
}  // namespace base

// Webhooks out, by the pattern of the transactional outbox: a message is written by the transaction
// of what happened, so that neither is without the other, and sent afterwards, at least once. Each
// function is one step inside the caller's transaction.
namespace schema {

// False if the name is taken.
bool add_webhook(base::Tx& tx, const Webhook& webhook, base::Time now);
std::vector<Webhook> list_webhooks(base::Tx& tx);
// False if there is none. One that is gone can be made active again.
bool set_webhook_state(base::Tx& tx, const std::string& name, WebhookState state);
// With its messages. False if there is none.
bool remove_webhook(base::Tx& tx, const std::string& name);

// Which events somebody is to be told of, in general (project empty) or of a project.
std::vector<WebhookEvent> awaited_events(base::Tx& tx, const std::string& project);
base::Later<std::vector<WebhookEvent>>
awaited_events(base::Batch& batch, const std::string& project);
// Writes a message to each webhook that waits for this, of no certain project or of this one; with
// `name` to that one only, whatever it waits for. How many.
std::int64_t tell(
    base::Tx& tx,
    WebhookEvent event,
    const boost::json::object& data,
    const std::string& project,
    base::Time now,
    const std::string& name = {}
);

// Messages that are due, a few of each active webhook, so that a slow receiver holds up its own
// only; none of the webhooks that are named. They are due again at `until`, should their sender
// die.
std::vector<DueMessage> claim_messages(
    base::Tx& tx,
    base::Time now,
    base::Time until,
    const std::vector<std::string>& but = {}
);

struct Delivery {
    MessageState state = MessageState::waiting;
    base::Time due_at{};  // of a further try
    std::optional<int> status{};
    std::string error{};
    int milliseconds = 0;
};
void note_delivery(base::Tx& tx, std::int64_t id, const Delivery& delivery, base::Time now);
// The receiver wants no more.
void end_webhook(base::Tx& tx, const std::string& name);

// The newest first, those before message `before`.
std::vector<WebhookMessage> list_messages(
    base::Tx& tx,
    const std::string& name,
    std::optional<MessageState> state,
    std::optional<std::int64_t> before,
    int at_most
);
// Messages that failed wait again, all or one. How many.
std::int64_t retry_messages(
    base::Tx& tx,
    const std::string& name,
    std::optional<std::int64_t> id,
    base::Time now
);
// Messages that ended before this are forgotten.
void forget_messages(base::Tx& tx, base::Time before);

}  // namespace schema

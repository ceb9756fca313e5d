#include "worker/deliveries.hpp"

#include "base/database/database.hpp"
#include "base/run/log.hpp"
#include "base/run/stop.hpp"
#include "schema/webhooks/webhook_store.hpp"
#include "service/webhooks/sender.hpp"

namespace worker {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::system_clock;

constexpr auto lease = 60s;  // longer than a message takes
constexpr auto kept = 24h * 30;

// False if nothing was due.
bool deliver_some(base::Database& database, service::WebhookSender& sender, std::stop_token stop) {
    auto now = Clock::now();
    auto due =
        database.call([&](base::Tx& tx) { return schema::claim_messages(tx, now, now + lease); });
    if (due.empty()) return false;
    auto outcomes = sender.send(due, now);
    if (stop.stop_requested()) return false;  // what was cut off is sent again when its lease ends
    database.call([&](base::Tx& tx) {
        for (std::size_t i = 0; i < due.size(); ++i) {
            schema::note_delivery(tx, due[i].id, outcomes[i].delivery, Clock::now());
            if (outcomes[i].gone) schema::end_webhook(tx, due[i].name);
        }
    });
    return true;
}

}  // namespace

void deliver_messages(
    base::Database& database,
    const service::Config& config,
    std::stop_token stop,
    std::chrono::milliseconds pause
) {
    service::WebhookSender sender(config, stop);
    auto forgot = Clock::time_point::min();
    while (!stop.stop_requested()) {
        try {
            while (deliver_some(database, sender, stop)) {
            }
            if (Clock::now() - 1h > forgot) {
                forgot = Clock::now();
                database.call([&](base::Tx& tx) { schema::forget_messages(tx, forgot - kept); });
            }
        } catch (const std::exception& failure) {
            base::log::error("webhooks: {}", failure.what());
        }
        base::rest(stop, pause);
    }
}

}  // namespace worker

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

// Begins what is due of receivers that have nothing under way, and notes what ended; while messages
// are under way it takes up to `pause`. False if there was nothing to do.
bool deliver_some(
    base::Database& database,
    service::WebhookSender& sender,
    std::stop_token stop,
    std::chrono::milliseconds pause
) {
    auto now = Clock::now();
    auto due = database.call([&](base::Tx& tx) {
        return schema::claim_messages(tx, now, now + lease, sender.busy());
    });
    sender.begin(std::move(due), now);
    bool under_way = !sender.busy().empty();
    auto ended = sender.wait(pause);
    // What was cut off is sent again when its lease ends.
    if (stop.stop_requested() || ended.empty()) return under_way;
    database.call([&](base::Tx& tx) {
        for (const auto& one : ended) {
            schema::note_delivery(tx, one.message, one.delivery, Clock::now());
            if (one.gone) schema::end_webhook(tx, one.webhook);
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
            bool worked = true;
            while (worked && !stop.stop_requested())
                worked = deliver_some(database, sender, stop, pause);
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

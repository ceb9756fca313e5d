#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "schema/webhooks/webhook_store.hpp"
#include "service/config.hpp"

namespace service {

// Pause before try number `tries` + 1 of a message; nothing if it is not tried again. About three
// days in all (Standard Webhooks 1.0, "Retry schedule").
std::optional<std::chrono::seconds> pause_after(int tries);

// Sends messages, all that were begun at the same time, over kept connections: a receiver that
// takes its time holds up nobody else. Private addresses are refused unless the webhook allows
// them; redirects are not followed. For one thread.
class WebhookSender {
public:
    WebhookSender(const Config& config, std::stop_token stop);
    // Cuts off what is under way.
    ~WebhookSender();
    WebhookSender(const WebhookSender&) = delete;

    // What came of a message. Nothing is thrown for what a receiver or the network does.
    struct Outcome {
        std::int64_t message = 0;
        std::string webhook;
        schema::Delivery delivery;
        bool gone = false;  // the receiver wants no more
    };
    void begin(std::vector<schema::DueMessage> messages, base::Time now);
    // Those that ended since. While messages are under way it waits for the first, but no longer
    // than this.
    std::vector<Outcome> wait(std::chrono::milliseconds at_most);
    // The webhooks that have messages under way.
    std::vector<std::string> busy() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace service

#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "schema/webhooks/webhook_store.hpp"
#include "service/config.hpp"

namespace service {

// Pause before try number `tries` + 1 of a message; nothing if it is not tried again. About three
// days in all (Standard Webhooks 1.0, "Retry schedule").
std::optional<std::chrono::seconds> pause_after(int tries);

// Sends messages, all of a call at the same time, over kept connections. Private addresses are
// refused unless the webhook allows them; redirects are not followed. For one thread.
class WebhookSender {
public:
    WebhookSender(const Config& config, std::stop_token stop);
    ~WebhookSender();
    WebhookSender(const WebhookSender&) = delete;

    // What came of each, in their order. Never throws for what a receiver or the network does.
    struct Outcome {
        schema::Delivery delivery;
        bool gone = false;  // the receiver wants no more
    };
    std::vector<Outcome> send(const std::vector<schema::DueMessage>& messages, base::Time now);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace service

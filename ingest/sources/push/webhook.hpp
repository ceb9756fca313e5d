#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ingest {

// How the sender of a webhook signs:
// - standard: webhook-id, webhook-timestamp, webhook-signature: "v1," and base64 of HMAC-SHA256
// over
//   id.timestamp.body, several apart by blanks (Standard Webhooks 1.0);
// - github: X-Hub-Signature-256: "sha256=" and hexadecimal HMAC-SHA256 over the body;
// X-GitHub-Delivery
//   is the id; no time;
// - stripe: Stripe-Signature: "t=..,v1=..", hexadecimal HMAC-SHA256 over t.body; the id is the
//   signature's own time and value.
enum class WebhookScheme { standard, github, stripe };
std::optional<WebhookScheme> webhook_scheme(std::string_view name);

struct SignedMessage {
    std::string_view id, timestamp, signature;  // the headers, as sent
    std::string_view body;
};

// Why the message is refused; nothing if one of its signatures was made with one of the secrets,
// and its time is at most `tolerance` away from `now`. A secret is "whsec_" and base64, or the
// bytes themselves. Compares in constant time.
std::optional<std::string> webhook_refusal(
    WebhookScheme scheme,
    const SignedMessage& message,
    std::span<const std::string> secrets,
    std::chrono::system_clock::time_point now,
    std::chrono::seconds tolerance = std::chrono::minutes(5)
);

}  // namespace ingest

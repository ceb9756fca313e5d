#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/words.hpp"

namespace ingest {

// How the sender of a webhook signs.
enum class WebhookScheme { standard, github, stripe };

constexpr auto words_of(WebhookScheme) {
    return std::to_array<base::Word<WebhookScheme>>({
        {WebhookScheme::standard,
         "standard",
         "Standard Webhooks 1.0: webhook-id, webhook-timestamp, webhook-signature: \"v1,\" and "
         "base64 "
         "of HMAC-SHA256 over id.timestamp.body, several apart by blanks"},
        {WebhookScheme::github,
         "github",
         "X-Hub-Signature-256: \"sha256=\" and hexadecimal HMAC-SHA256 over the body; "
         "X-GitHub-Delivery is the id; no time"},
        {WebhookScheme::stripe,
         "stripe",
         "Stripe-Signature: \"t=..,v1=..\", hexadecimal HMAC-SHA256 over t.body; the id is the "
         "signature's own time and value"},
    });
}

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

// The value of webhook-signature: "v1," and base64 of HMAC-SHA256 over id.timestamp.body.
std::string standard_signature(
    std::string_view secret,
    std::string_view id,
    std::string_view timestamp,
    std::string_view body
);

}  // namespace ingest

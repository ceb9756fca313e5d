#include "ingest/sources/push/webhook.hpp"

#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "base/bytes/base64.hpp"
#include "base/bytes/hash.hpp"
#include "base/bytes/hex.hpp"

namespace ingest {

namespace {

// Parts apart by `mark`, those that begin with `prefix`, without it.
std::vector<std::string_view> parts(std::string_view text, char mark, std::string_view prefix) {
    std::vector<std::string_view> found;
    for (std::size_t at = 0; at <= text.size();) {
        auto end = std::min(text.find(mark, at), text.size());
        auto part = text.substr(at, end - at);
        while (part.starts_with(' ')) part.remove_prefix(1);
        if (part.starts_with(prefix)) found.push_back(part.substr(prefix.size()));
        at = end + 1;
    }
    return found;
}

// Empty if it is none.
std::string key_of(std::string_view secret) {
    constexpr std::string_view prefix = "whsec_";
    if (!secret.starts_with(prefix)) return std::string(secret);
    return base::from_base64(secret.substr(prefix.size())).value_or("");
}

}  // namespace

std::optional<std::string> webhook_refusal(
    WebhookScheme scheme,
    const SignedMessage& message,
    std::span<const std::string> secrets,
    std::chrono::system_clock::time_point now,
    std::chrono::seconds tolerance
) {
    if (message.signature.empty()) return "it has no signature";
    std::string text, timestamp(message.timestamp);
    std::vector<std::string> given;
    auto keep = [&](const std::optional<std::string>& bytes) {
        if (bytes && bytes->size() == 32) given.push_back(*bytes);
    };
    switch (scheme) {
        case WebhookScheme::standard:
            if (message.id.empty()) return "it has no webhook-id";
            text = std::string(message.id) + "." + timestamp + ".";
            for (auto part : parts(message.signature, ' ', "v1,")) keep(base::from_base64(part));
            break;
        case WebhookScheme::github:
            for (auto part : parts(message.signature, ',', "sha256=")) keep(base::from_hex(part));
            break;
        case WebhookScheme::stripe:
            for (auto part : parts(message.signature, ',', "t=")) timestamp = part;
            text = timestamp + ".";
            for (auto part : parts(message.signature, ',', "v1=")) keep(base::from_hex(part));
            break;
    }
    text.append(message.body);
    if (scheme != WebhookScheme::github) {
        std::int64_t seconds = 0;
        auto [end, code] =
            std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), seconds);
        if (code != std::errc() || end != timestamp.data() + timestamp.size() || timestamp.empty())
            return "its timestamp is no number of seconds";
        auto apart =
            std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count() -
            seconds;
        if (apart > tolerance.count()) return "its timestamp is too old";
        if (apart < -tolerance.count()) return "its timestamp lies in the future";
    }
    bool good = false;
    for (const auto& secret : secrets) {
        auto key = key_of(secret);
        if (key.empty()) continue;
        auto made = base::hmac(base::Digest::sha256, key, text);
        for (const auto& one : given) good = base::equal_in_constant_time(made, one) || good;
    }
    if (good) return std::nullopt;
    return "no signature of it fits a secret of the source";
}

std::string standard_signature(
    std::string_view secret,
    std::string_view id,
    std::string_view timestamp,
    std::string_view body
) {
    auto text = fmt::format("{}.{}.{}", id, timestamp, body);
    return "v1," + base::base64(base::hmac(base::Digest::sha256, key_of(secret), text));
}

}  // namespace ingest

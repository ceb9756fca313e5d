#include "ingest/sources/push/webhook.hpp"

#include <array>
#include <charconv>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace ingest {

namespace {

std::optional<std::string> from_base64(std::string_view text) {
    while (text.ends_with('=')) text.remove_suffix(1);
    std::string out;
    unsigned held = 0;
    int bits = 0;
    for (char c : text) {
        unsigned value = 0;
        if (c >= 'A' && c <= 'Z') {
            value = static_cast<unsigned>(c - 'A');
        } else if (c >= 'a' && c <= 'z') {
            value = static_cast<unsigned>(c - 'a') + 26;
        } else if (c >= '0' && c <= '9') {
            value = static_cast<unsigned>(c - '0') + 52;
        } else if (c == '+' || c == '-') {
            value = 62;
        } else if (c == '/' || c == '_') {
            value = 63;
        } else {
            return std::nullopt;
        }
        held = (held << 6U | value) & 0xffffffU;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out.push_back(static_cast<char>(held >> bits & 255U));
    }
    return out;
}

std::optional<std::string> from_hexadecimal(std::string_view text) {
    std::string out;
    if (text.size() % 2 != 0) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        unsigned value = 0;
        auto [end, code] = std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
        if (code != std::errc() || end != text.data() + i + 2) return std::nullopt;
        out.push_back(static_cast<char>(value));
    }
    return out;
}

std::string hmac(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    HMAC(
        EVP_sha256(),
        key.data(),
        static_cast<int>(key.size()),
        reinterpret_cast<const unsigned char*>(text.data()),
        text.size(),
        out.data(),
        &size
    );
    return {reinterpret_cast<const char*>(out.data()), size};
}

bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

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
            for (auto part : parts(message.signature, ' ', "v1,")) keep(from_base64(part));
            break;
        case WebhookScheme::github:
            for (auto part : parts(message.signature, ',', "sha256=")) keep(from_hexadecimal(part));
            break;
        case WebhookScheme::stripe:
            for (auto part : parts(message.signature, ',', "t=")) timestamp = part;
            text = timestamp + ".";
            for (auto part : parts(message.signature, ',', "v1=")) keep(from_hexadecimal(part));
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
        std::string key = secret;
        if (key.starts_with("whsec_")) key = from_base64(key.substr(6)).value_or("");
        if (key.empty()) continue;
        auto made = hmac(key, text);
        for (const auto& one : given) good = same(made, one) || good;
    }
    if (good) return std::nullopt;
    return "no signature of it fits a secret of the source";
}

}  // namespace ingest

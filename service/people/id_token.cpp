// ID tokens: OpenID Connect Core 1.0, section 3.1.3.7, and RFC 8725.
//
// The algorithm is taken from the key's kind and must be what the token says, so that neither
// "none" nor an HMAC with a public key as its secret is ever tried. Everything that is checked is
// read after the signature was found to fit.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/base64.hpp"
#include "base/bytes/hash.hpp"
#include "base/bytes/signature.hpp"
#include "base/error.hpp"
#include "service/people/openid.hpp"

namespace service {

namespace {

namespace json = boost::json;

constexpr double skew = 60;  // seconds that two clocks may differ

[[noreturn]] void bad_token(const std::string& reason) {
    throw base::Error("ID token", reason, "sign in again, or ask the administrator");
}

json::object part_of(std::string_view text) {
    auto bytes = base::from_base64(text);
    json::error_code error;
    auto value = bytes ? json::parse(*bytes, error) : json::value();
    if (!bytes || error || !value.is_object()) bad_token("is no JSON Web Token");
    return std::move(value.as_object());
}

std::string token_text(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::optional<double> seconds_in(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (!value || !value->is_number()) return std::nullopt;
    return value->to_number<double>();
}

struct TokenParts {
    std::string_view signed_text;
    json::object header;
    std::string_view payload;
    std::string signature;
};

TokenParts parts_of(std::string_view token) {
    auto first = token.find('.'), last = token.rfind('.');
    if (first == token.npos || first == last || token.find('.', first + 1) != last)
        bad_token("is no JSON Web Token");
    auto signature = base::from_base64(token.substr(last + 1));
    return {
        .signed_text = token.substr(0, last),
        .header = part_of(token.substr(0, first)),
        .payload = token.substr(first + 1, last - first - 1),
        .signature = signature.value_or("")};
}

bool is_for(const json::object& key, std::string_view kind, std::string_view algorithm) {
    auto use = token_text(key, "use"), alg = token_text(key, "alg");
    return token_text(key, "kty") == kind && (use.empty() || use == "sig") &&
           (alg.empty() || alg == algorithm);
}

std::string key_number(const json::object& key, std::string_view name) {
    return base::from_base64(token_text(key, name)).value_or("");
}

bool fits_key(const json::object& key, std::string_view algorithm, const TokenParts& parts) {
    if (algorithm == "RS256")
        return is_for(key, "RSA", algorithm) &&
               base::fits_rs256(
                   key_number(key, "n"), key_number(key, "e"), parts.signed_text, parts.signature
               );
    return is_for(key, "EC", algorithm) && token_text(key, "crv") == "P-256" &&
           base::fits_es256(
               key_number(key, "x"), key_number(key, "y"), parts.signed_text, parts.signature
           );
}

bool has_name(const json::value& key, const std::string& name) {
    return key.is_object() && (name.empty() || token_text(key.as_object(), "kid") == name);
}

bool fits_any(const TokenParts& parts, const json::array& keys) {
    auto algorithm = token_text(parts.header, "alg");
    if (algorithm != "RS256" && algorithm != "ES256")
        bad_token(fmt::format("is signed by '{}', not by RS256 or ES256", algorithm));
    if (parts.header.contains("crit")) bad_token("wants extensions that are not known here");
    auto name = token_text(parts.header, "kid");
    return std::any_of(keys.begin(), keys.end(), [&](const json::value& key) {
        return has_name(key, name) && fits_key(key.as_object(), algorithm, parts);
    });
}

void check_audience(const json::object& claims, const std::string& client) {
    std::vector<std::string> audience;
    if (const auto* list = claims.if_contains("aud"); list && list->is_array()) {
        for (const auto& one : list->as_array())
            if (one.is_string()) audience.emplace_back(one.as_string());
    } else {
        audience.push_back(token_text(claims, "aud"));
    }
    if (std::find(audience.begin(), audience.end(), client) == audience.end())
        bad_token("is for another audience");
    auto party = token_text(claims, "azp");
    if ((audience.size() > 1 || claims.contains("azp")) && party != client)
        bad_token("was made for another party");
}

}  // namespace

json::object
checked_claims(std::string_view token, const json::array& keys, const TokenRules& rules) {
    auto parts = parts_of(token);
    if (!fits_any(parts, keys)) bad_token("has a signature that fits no key of the provider");
    auto claims = part_of(parts.payload);
    if (token_text(claims, "iss") != rules.issuer) bad_token("is by another issuer");
    check_audience(claims, rules.client_id);
    auto now = std::chrono::duration<double>(rules.now.time_since_epoch()).count();
    auto until = seconds_in(claims, "exp");
    if (!until) bad_token("does not say how long it is good");
    if (!(*until + skew > now)) bad_token("is over");
    if (auto from = seconds_in(claims, "nbf"); from && *from - skew > now)
        bad_token("is not good yet");
    if (rules.nonce.empty() ||
        !base::equal_in_constant_time(token_text(claims, "nonce"), rules.nonce))
        bad_token("belongs to another sign-in");
    auto subject = token_text(claims, "sub");
    if (subject.empty() || subject.size() > 255) bad_token("names nobody");
    return claims;
}

bool is_signed_by(std::string_view token, const json::array& keys) {
    return fits_any(parts_of(token), keys);
}

}  // namespace service

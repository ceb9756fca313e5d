#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "schema/people/sign_in_store.hpp"
#include "service/config.hpp"

// Signing in by an OpenID Connect provider: authorization code with PKCE (OpenID Connect Core 1.0,
// RFC 7636).
namespace service {

// What an ID token must say, besides a signature that fits.
struct TokenRules {
    std::string issuer, client_id, nonce;
    schema::Time now;
};
// The claims of a token that is signed with RS256 or ES256 by one of the keys of a JWKS and keeps
// the rules. Throws base::Error that says what it does not.
boost::json::object
checked_claims(std::string_view token, const boost::json::array& keys, const TokenRules& rules);
// Whether one of these keys signed the token.
bool is_signed_by(std::string_view token, const boost::json::array& keys);

// The provider of the configuration. What it says of itself and its keys are kept for an hour; a
// token that none of these keys signed asks for them anew. From any thread.
class OpenIdProvider {
public:
    // Throws base::Error if the secret is not there.
    explicit OpenIdProvider(const Config& config);

    // Where the browser goes, for an attempt; `redirect` is where it comes back. Throws base::Error
    // if the provider can not be reached or says odd things.
    std::string begin(
        const schema::OpenIdAttempt& attempt,
        std::string_view state,
        const std::string& redirect
    );
    // Who came back with this code. Throws base::Error.
    boost::json::object end(
        const schema::OpenIdAttempt& attempt,
        const std::string& code,
        const std::string& redirect,
        schema::Time now
    );

    // Where one signs out of the provider, to come back to `redirect`; empty if it has no such
    // page.
    std::string end_page(const std::string& redirect);

private:
    struct Metadata {
        std::string authorization, token, keys, end;
        bool basic = true;  // how the secret is sent
        boost::json::array jwks;
        schema::Time read_at{};
    };

    Metadata metadata(bool anew);
    boost::json::object fetch(
        const std::string& url,
        const std::optional<std::string>& form = std::nullopt,
        const std::string& authorization = {}
    ) const;

    const Config::OpenId settings_;
    const std::string user_agent_, secret_;
    std::mutex mutex_;
    std::optional<Metadata> known_;
};

// The user behind verified claims, by issuer and subject alone; made if there is none. A role that
// a claim gives is the user's from then on. Throws Refusal if the configuration lets nobody in with
// these claims, or the user is disabled.
schema::User user_of_claims(
    base::Tx& tx,
    const Config::OpenId& settings,
    const boost::json::object& claims,
    schema::Time now
);

}  // namespace service

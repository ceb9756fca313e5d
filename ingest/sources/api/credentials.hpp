#pragma once

#include <optional>
#include <string>

#include "ingest/sources/api/http.hpp"
#include "ingest/sources/api/spec.hpp"

namespace ingest::api {

// Proves who asks: API keys, HTTP Basic (RFC 7617), bearer tokens (RFC 6750), OAuth 2.0 client
// credentials and refresh tokens (RFC 6749, sections 4.4 and 6), HMAC signatures (RFC 2104).
//
// Secrets are loaded when they are first needed, and appear in requests alone.
class Credentials {
public:
    Credentials(const Auth& auth, const World& world) : auth_(auth), world_(world) {}

    // Adds what the request needs. Throws base::Error if a secret is not there or no token is
    // given.
    void apply(Request& request);

    // Whether refresh() may help against a 401.
    bool can_refresh() const { return auth_.kind == Auth::Kind::oauth2; }
    // Forgets the token, so that the next apply() asks for another one.
    void refresh() { token_.clear(); }

    // The address without the key in its query, for messages and lineage.
    std::string without_secret(const std::string& url) const;

private:
    const std::string& secret();
    void sign(Request& request);
    void ask_token();

    const Auth& auth_;
    const World& world_;
    std::string secret_;
    std::string token_;
    std::string refresh_token_;
    std::optional<Time> expires_;
};

}  // namespace ingest::api

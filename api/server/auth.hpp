#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/server/message.hpp"
#include "service/access.hpp"
#include "service/people/secrets.hpp"

namespace api {

using service::admins;
using service::analysts;
using service::anyone;
using service::everyone;
using service::labelers;
using service::may;
using service::operators;
using service::Role;
using service::Roles;

// Throws Problem 422 for a name that is none.
Role role_of(std::string_view name);
using base::name_of;
// Who is calling. id 0 is nobody.
using Account = service::Caller;

// What a request shows to prove who it is.
struct Credentials {
    enum class Kind { none, bearer, session };
    Kind kind = Kind::none;
    std::string secret;
};

// An Authorization header goes before the cookie, and the cookie of TLS before the other, which
// counts for nothing if `secure_only`. Throws Problem 401 for a header that is not `Bearer
// <token>`.
Credentials credentials_of(const Request& request, bool secure_only = false);

// Throws Problem 403 unless a request that changes something by a session cookie carries that
// session's token in X-CSRF-Token and does not come from another site (Sec-Fetch-Site). Bearer
// tokens need none.
void check_forgery(const Request& request, const Credentials& credentials);

// Whether somebody who is signed in sets a password, for which the present one is asked.
bool is_password_change(const Request& request);
// Who wants to sign in by a password, as the body says, or by what a change of the password is
// asked; empty if it says nothing.
std::string name_to_sign_in(const Request& request);

using service::hash_of;
using service::new_secret;
// The token that goes with a session's secret; the secret does not follow from it.
std::string csrf_token(std::string_view session_secret);

inline constexpr std::string_view session_cookie = "tilth_session";
// Over TLS: browsers take one of that name only with Secure, for this host and all its paths.
inline constexpr std::string_view secure_session_cookie = "__Host-tilth_session";
// Whether a proxy before this service says that its client came by TLS.
bool came_by_tls(const Request& request);
// The Set-Cookie header that starts a session of `seconds`, or ends it when the secret is empty.
std::string cookie_header(std::string_view secret, long seconds, bool secure);

}  // namespace api

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

// An Authorization header goes before the cookie. Throws Problem 401 for a header that is not
// `Bearer <token>`.
Credentials credentials_of(const Request& request);

// Throws Problem 403 unless a request that changes something by a session cookie carries that
// session's token in X-CSRF-Token and does not come from another site (Sec-Fetch-Site). Bearer
// tokens need none.
void check_forgery(const Request& request, const Credentials& credentials);

using service::hash_of;
using service::new_secret;
// The token that goes with a session's secret; the secret does not follow from it.
std::string csrf_token(std::string_view session_secret);

inline constexpr std::string_view session_cookie = "tilth_session";
// The Set-Cookie header that starts a session of `seconds`, or ends it when the secret is empty.
std::string cookie_header(std::string_view secret, long seconds, bool secure);

}  // namespace api

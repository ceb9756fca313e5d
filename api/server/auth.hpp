#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/server/message.hpp"

namespace api {

enum class Role : std::uint8_t { admin = 1, operate = 2, label = 4, analyse = 8 };

// A set of roles that may call a route. `anyone` needs no sign-in.
using Roles = std::uint8_t;
inline constexpr Roles anyone = 0;
inline constexpr Roles admins = 1;
inline constexpr Roles operators = 1 | 2;
inline constexpr Roles labelers = 1 | 2 | 4;
inline constexpr Roles analysts = 1 | 2 | 8;
inline constexpr Roles everyone = 1 | 2 | 4 | 8;

// Names in the database and the API: admin, operator, labeler, analyst. Throws Problem 422 for
// another name.
Role role_of(std::string_view name);
std::string_view name_of(Role role);
inline bool may(Role role, Roles roles) {
    return (static_cast<Roles>(role) & roles) != 0;
}

// Who is calling. id 0 is nobody.
struct Account {
    std::int64_t id = 0;
    std::string name;
    Role role = Role::label;
};

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

// 256 random bits as text: "tilth_" and 43 characters of base64url.
std::string new_secret();
// What the database keeps of a secret: 32 bytes.
std::string hash_of(std::string_view secret);
// The token that goes with a session's secret; the secret does not follow from it.
std::string csrf_token(std::string_view session_secret);

inline constexpr std::string_view session_cookie = "tilth_session";
// The Set-Cookie header that starts a session of `seconds`, or ends it when the secret is empty.
std::string cookie_header(std::string_view secret, long seconds, bool secure);

}  // namespace api

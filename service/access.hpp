#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "schema/people/access_store.hpp"
#include "schema/people/user.hpp"

namespace service {

using schema::Role;

// A set of roles that may use a verb. `anyone` needs no sign-in.
using Roles = std::uint8_t;
inline constexpr Roles anyone = 0;
inline constexpr Roles admins = 1;
inline constexpr Roles operators = 1 | 2;
inline constexpr Roles labelers = 1 | 2 | 4;
inline constexpr Roles analysts = 1 | 2 | 8;
inline constexpr Roles everyone = 1 | 2 | 4 | 8;

inline bool may(Role role, Roles roles) {
    return (static_cast<Roles>(role) & roles) != 0;
}

// Who asks. id 0 is nobody that signed in: on the command line and in the worker the one who sits
// at the machine, as an administrator.
struct Caller {
    std::int64_t id = 0;
    std::string name;
    Role role = Role::label;
    std::optional<std::int64_t> token{};  // that the caller is known by, or by a session of it
    schema::TokenScope scope = schema::TokenScope::all;
    std::optional<base::Time> until{};  // nothing made by the caller is good for longer
};

}  // namespace service

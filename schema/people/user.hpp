#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include <boost/describe/class.hpp>

#include "base/time/time.hpp"
#include "base/words.hpp"

namespace schema {

using base::Time;

enum class Role : std::uint8_t { admin = 1, operate = 2, label = 4, analyse = 8 };

constexpr auto words_of(Role) {
    return std::to_array<base::Word<Role>>({
        {Role::admin, "admin", "may do everything, and says who else may"},
        {Role::operate, "operator", "runs sources, projects and models"},
        {Role::label, "labeler", "answers the questions of projects"},
        {Role::analyse, "analyst", "reads records, snapshots and runs, and trains"},
    });
}

struct User {
    std::int64_t id = 0;
    std::string name;
    Role role = Role::label;
    bool simulated = false;  // a program that answers, for trials
    Time created_at;
    std::optional<Time> disabled_at;
};
BOOST_DESCRIBE_STRUCT(User, (), (id, name, role, simulated, created_at, disabled_at))

}  // namespace schema

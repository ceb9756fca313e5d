#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "schema/people/access_store.hpp"
#include "schema/people/user.hpp"

namespace base {
class Tx;
}

namespace labeling {
struct StoredProject;
}

namespace service {

using schema::Role;

// A set of roles that may use a verb. `anyone` needs no sign-in. Beside these a member of a project
// has a role in it: a verb that says so takes those who own, or review, the project it is about.
using Roles = std::uint8_t;
inline constexpr Roles anyone = 0;
inline constexpr Roles admins = 1;
inline constexpr Roles operators = 1 | 2;
inline constexpr Roles labelers = 1 | 2 | 4;
inline constexpr Roles analysts = 1 | 2 | 8;
inline constexpr Roles everyone = 1 | 2 | 4 | 8;
inline constexpr Roles project_owners = 32;
inline constexpr Roles project_reviewers = 16 | project_owners;

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
    std::optional<std::int64_t> session{};
    std::optional<schema::OpenedBy> opened_by{};  // that session
    schema::TokenScope scope = schema::TokenScope::all;
    std::optional<base::Time> until{};  // nothing made by the caller is good for longer
};

// Who may do what with a project is decided here and nowhere else. Admins, operators and analysts
// stand above: they see all projects. A project with members is not there for labelers who are
// none.
//
// Whether somebody whose own role does not suffice may use a verb of these roles on a project, by
// its name, or on the project of a task.
bool may_in_project(base::Tx& tx, const Caller& caller, Roles roles, const std::string& project);
bool may_in_task(base::Tx& tx, const Caller& caller, Roles roles, std::int64_t task);

// Whether the project is there for this person.
bool sees_project(
    base::Tx& tx,
    std::int64_t user_id,
    Role role,
    const labeling::StoredProject& project
);
bool sees_task(base::Tx& tx, std::int64_t user_id, Role role, std::int64_t task);
// Refused to labelers without a skill or language that the project wants.
void check_skills(base::Tx& tx, const schema::User& user, const labeling::StoredProject& project);
// Whose projects are listed: nothing for those who see all.
std::optional<std::int64_t> sees_only(const Caller& caller);

}  // namespace service

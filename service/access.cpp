// Who may do what with a project. A role in the whole is asked first, as it needs no database; a
// seat in the project is looked up only where it could help.
#include "service/access.hpp"
#include "service/project_access.hpp"

#include <algorithm>

#include "base/text/ascii.hpp"
#include "labeling/projects/member_store.hpp"
#include "labeling/projects/project_store.hpp"
#include "labeling/queue/task_store.hpp"
#include "service/refusal.hpp"

namespace service {

namespace {

Roles roles_in(labeling::MemberRole role) {
    switch (role) {
        case labeling::MemberRole::owner:
            return 32;
        case labeling::MemberRole::reviewer:
            return 16;
        case labeling::MemberRole::labeler:
            break;
    }
    return 0;
}

bool may_as_member(
    base::Tx& tx,
    const Caller& caller,
    Roles roles,
    std::optional<std::int64_t> project
) {
    if (!project || (roles & project_reviewers) == 0) return false;
    auto seat = labeling::seat_of(tx, *project, caller.id);
    return seat && (roles_in(seat->role) & roles) != 0;
}

// "pt" is known by who knows "pt-BR" (RFC 4647, section 3.3.1).
bool covers(const std::string& known, const std::string& wanted) {
    return base::equal_ignoring_case(known, wanted) ||
           (known.size() > wanted.size() && known[wanted.size()] == '-' &&
            base::equal_ignoring_case(known.substr(0, wanted.size()), wanted));
}

}  // namespace

bool may_in_project(base::Tx& tx, const Caller& caller, Roles roles, const std::string& project) {
    return (roles & project_reviewers) != 0 &&
           may_as_member(tx, caller, roles, labeling::project_id(tx, project));
}

bool may_in_task(base::Tx& tx, const Caller& caller, Roles roles, std::int64_t task) {
    return (roles & project_reviewers) != 0 &&
           may_as_member(tx, caller, roles, labeling::project_of_task(tx, task));
}

bool reviews(base::Tx& tx, const schema::User& user, std::int64_t project_id) {
    return reviews(tx, Caller{.id = user.id, .name = user.name, .role = user.role}, project_id);
}

bool reviews(base::Tx& tx, const Caller& caller, std::int64_t project_id) {
    return may(caller.role, analysts) || may_as_member(tx, caller, project_reviewers, project_id);
}

bool owns(base::Tx& tx, const Caller& caller, std::int64_t project_id) {
    return may(caller.role, operators) || may_as_member(tx, caller, project_owners, project_id);
}

bool sees_project(
    base::Tx& tx,
    std::int64_t user_id,
    Role role,
    const labeling::StoredProject& project
) {
    return role != Role::label || !project.has_members ||
           labeling::seat_of(tx, project.id, user_id).has_value();
}

bool sees_task(base::Tx& tx, std::int64_t user_id, Role role, std::int64_t task) {
    return role != Role::label || labeling::is_open_to(tx, task, user_id);
}

void check_skills(base::Tx& tx, const schema::User& user, const labeling::StoredProject& project) {
    const auto& required = project.project.members.required;
    if (required.empty() || user.role != Role::label) return;
    auto seat = labeling::seat_of(tx, project.id, user.id).value_or(labeling::Seat{});
    for (const auto& wanted : required) {
        auto has = [&](const std::vector<std::string>& known) {
            return std::any_of(known.begin(), known.end(), [&](const std::string& one) {
                return covers(one, wanted);
            });
        };
        if (has(seat.skills) || has(seat.languages)) continue;
        throw Refusal(
            Refusal::Kind::forbidden,
            "project '" + project.project.name + "'",
            "is for people who know '" + wanted + "', and nobody says so of you",
            "ask for 'tilth label members add " + project.project.name + " " + user.name +
                " --skill " + wanted + "'"
        );
    }
}

std::optional<std::int64_t> sees_only(const Caller& caller) {
    if (caller.role != Role::label) return std::nullopt;
    return caller.id;
}

}  // namespace service

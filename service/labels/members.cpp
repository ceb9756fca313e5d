#include "service/labels/members.hpp"

#include "labeling/projects/project.hpp"
#include "service/labels/projects.hpp"
#include "service/people/people.hpp"
#include "service/refusal.hpp"

namespace service {

const base::Settings<AddMember> AddMember::settings{
    {"project", &AddMember::project, "its name", {.required = true}},
    {"user", &AddMember::user, "who", {.required = true}},
    {"role", &AddMember::role, "in the project; labeler by default"},
    {"skill",
     &AddMember::skills,
     "what the user knows; replaces what was said before",
     {.check = &labeling::check_skill}},
    {"language",
     &AddMember::languages,
     "which languages the user knows: de, pt-BR; likewise",
     {.check = &labeling::check_skill}},
};
const base::Settings<RemoveMember> RemoveMember::settings{
    {"project", &RemoveMember::project, "its name", {.required = true}},
    {"user", &RemoveMember::user, "who", {.required = true}},
};
const base::Settings<ListMembers> ListMembers::settings{
    {"project", &ListMembers::project, "its name", {.required = true}},
    {&ListMembers::page},
};

MemberAdded add_member(Work& work, const AddMember& request) {
    auto project = known_project(work, request.project);
    auto user = known_user(work, request.user);
    auto member = labeling::put_member(
        work.tx,
        project.id,
        user.id,
        {.role = request.role, .skills = request.skills, .languages = request.languages},
        work.now
    );
    return {.member = member, .members = labeling::count_members(work.tx, project.id)};
}

MemberRemoved remove_member(Work& work, const RemoveMember& request) {
    auto project = known_project(work, request.project);
    auto user = known_user(work, request.user);
    if (!labeling::remove_member(work.tx, project.id, user.id, work.now))
        throw Refusal(
            Refusal::Kind::not_found,
            "user '" + user.name + "'",
            "is no member of project '" + request.project + "'",
            "see 'tilth label members list " + request.project + "'"
        );
    return {.members = labeling::count_members(work.tx, project.id)};
}

Page<labeling::MemberLine> list_members(Work& work, const ListMembers& request) {
    auto project = known_project(work, request.project);
    const auto& page = request.page;
    return page_of(
        labeling::list_members(work.tx, project.id, page.after, page.limit),
        page,
        [](const labeling::MemberLine& line) { return line.user; }
    );
}

}  // namespace service

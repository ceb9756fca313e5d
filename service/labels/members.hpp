#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "labeling/projects/member_store.hpp"
#include "service/paging.hpp"

// Who works in a labeling project. What that allows: service/access.hpp.
namespace service {

struct AddMember {
    std::string project, user;
    std::optional<labeling::MemberRole> role;
    std::optional<std::vector<std::string>> skills, languages;
    static const base::Settings<AddMember> settings;
};
struct MemberAdded {
    labeling::MemberLine member;
    std::int64_t members = 0;  // then
};
BOOST_DESCRIBE_STRUCT(MemberAdded, (), (member, members))
// Of who is one already, what is given is changed. From the first on, the project is theirs alone.
MemberAdded add_member(Work& work, const AddMember& request);

struct RemoveMember {
    std::string project, user;
    static const base::Settings<RemoveMember> settings;
};
struct MemberRemoved {
    std::int64_t members = 0;  // that are left; 0: the project is everybody's
};
BOOST_DESCRIBE_STRUCT(MemberRemoved, (), (members))
// The tasks in their hands go back to the queue.
MemberRemoved remove_member(Work& work, const RemoveMember& request);

struct ListMembers {
    std::string project;
    Paging page;
    static const base::Settings<ListMembers> settings;
};
Page<labeling::MemberLine> list_members(Work& work, const ListMembers& request);

}  // namespace service

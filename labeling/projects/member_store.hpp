#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/time/time.hpp"
#include "base/words.hpp"

namespace base {
class Tx;
}

// Who works in a project, and what they can. What that allows is said in service/access.hpp. Each
// function is one step inside the caller's transaction.
namespace labeling {

enum class MemberRole : std::uint8_t { owner, reviewer, labeler };

constexpr auto words_of(MemberRole) {
    return std::to_array<base::Word<MemberRole>>({
        {MemberRole::owner,
         "owner",
         "edits the project, fills its queue, says who its members are"},
        {MemberRole::reviewer, "reviewer", "sees who answered what, and reviews"},
        {MemberRole::labeler, "labeler", "answers its questions"},
    });
}

struct Seat {
    MemberRole role = MemberRole::labeler;
    std::vector<std::string> skills, languages;
};
// Nothing if the user is no member.
std::optional<Seat> seat_of(base::Tx& tx, std::int64_t project_id, std::int64_t user_id);

struct MemberLine {
    std::string user;
    MemberRole role = MemberRole::labeler;
    std::vector<std::string> skills, languages;
    base::Time added_at;
};
BOOST_DESCRIBE_STRUCT(MemberLine, (), (user, role, skills, languages, added_at))
// By name, those behind `after`.
std::vector<MemberLine>
list_members(base::Tx& tx, std::int64_t project_id, const std::string& after, int at_most);

// Of who is one already, what is given replaces what was said before.
struct MemberEdit {
    std::optional<MemberRole> role;
    std::optional<std::vector<std::string>> skills, languages;
};
MemberLine put_member(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    const MemberEdit& edit,
    base::Time now
);
// The tasks in their hands go back to the queue. False if the user is no member.
bool remove_member(base::Tx& tx, std::int64_t project_id, std::int64_t user_id, base::Time now);

std::int64_t count_members(base::Tx& tx, std::int64_t project_id);

// Whether the project of a task has no members, or this one among them; false if there is no such
// task.
bool is_open_to(base::Tx& tx, std::int64_t task, std::int64_t user_id);
std::optional<std::int64_t> project_id(base::Tx& tx, const std::string& name);

}  // namespace labeling

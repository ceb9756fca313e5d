// Members in the database. Lists of words are read as JSON, since the client library has no arrays
// of texts that may hold commas and quotes.
#include "labeling/projects/member_store.hpp"

#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "labeling/sql.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

struct MemberRow {
    std::string user;
    MemberRole role = MemberRole::labeler;
    base::JsonText skills, languages;
    base::Time added_at;
};
BOOST_DESCRIBE_STRUCT(MemberRow, (), (user, role, skills, languages, added_at))

std::vector<std::string> words_in(const base::JsonText& list) {
    return boost::json::value_to<std::vector<std::string>>(boost::json::parse(list.text));
}

MemberLine line_of(const MemberRow& row) {
    return {
        .user = row.user,
        .role = row.role,
        .skills = words_in(row.skills),
        .languages = words_in(row.languages),
        .added_at = row.added_at};
}

std::optional<std::string> list_of(const std::optional<std::vector<std::string>>& words) {
    if (!words) return std::nullopt;
    return schema::array_of(*words);
}

}  // namespace

std::optional<Seat> seat_of(base::Tx& tx, std::int64_t project_id, std::int64_t user_id) {
    auto row = base::first_as<MemberRow>(tx.exec(sql::file["find_member"], project_id, user_id));
    if (!row) return std::nullopt;
    auto line = line_of(*row);
    return Seat{
        .role = line.role,
        .skills = std::move(line.skills),
        .languages = std::move(line.languages)};
}

std::vector<MemberLine>
list_members(base::Tx& tx, std::int64_t project_id, const std::string& after, int at_most) {
    std::vector<MemberLine> lines;
    for (const auto& row :
         base::rows_as<MemberRow>(tx.exec(sql::file["list_members"], project_id, after, at_most)))
        lines.push_back(line_of(row));
    return lines;
}

MemberLine put_member(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    const MemberEdit& edit,
    base::Time now
) {
    std::optional<std::string> role;
    if (edit.role) role = std::string(base::name_of(*edit.role));
    tx.exec(
        sql::file["put_member"],
        project_id,
        user_id,
        role,
        list_of(edit.skills),
        list_of(edit.languages),
        schema::timestamp(now)
    );
    return line_of(
        base::first_as<MemberRow>(tx.exec(sql::file["find_member"], project_id, user_id)).value()
    );
}

bool remove_member(base::Tx& tx, std::int64_t project_id, std::int64_t user_id, base::Time now) {
    if (tx.change(sql::file["remove_member"], project_id, user_id) == 0) return false;
    tx.exec(sql::file["end_leases_of"], project_id, user_id, schema::timestamp(now));
    return true;
}

std::int64_t count_members(base::Tx& tx, std::int64_t project_id) {
    return tx.value<std::int64_t>(sql::file["count_members"], project_id).value_or(0);
}

bool is_open_to(base::Tx& tx, std::int64_t task, std::int64_t user_id) {
    return tx.value<bool>(sql::file["task_is_open_to"], task, user_id).value_or(false);
}

std::optional<std::int64_t> project_id(base::Tx& tx, const std::string& name) {
    return tx.value<std::int64_t>(sql::file["project_id"], name);
}

}  // namespace labeling

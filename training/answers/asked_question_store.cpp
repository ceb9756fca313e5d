#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "training/answers/asked_question.hpp"
#include "training/snapshots/snapshot_store.hpp"
#include "training/sql.hpp"

namespace training {

namespace {

struct AskedRow {
    std::string kind, candidates, table_field, relations;
    bool ties = false;
};
BOOST_DESCRIBE_STRUCT(AskedRow, (), (kind, candidates, table_field, relations, ties))

// A list, or its only member.
std::vector<std::string> names_at(const boost::json::object& object, const char* member) {
    std::vector<std::string> out;
    const auto* found = object.if_contains(member);
    if (found && found->is_string()) out.emplace_back(found->as_string());
    if (found && found->is_array())
        for (const auto& one : found->as_array()) out.emplace_back(one.as_string());
    return out;
}

}  // namespace

AskedQuestion asked_question(base::Tx& tx, const SnapshotInfo& snapshot) {
    return asked_question(tx, snapshot.project_id, made_with(snapshot, "question"));
}

AskedQuestion asked_question(base::Tx& tx, std::int64_t project_id, const std::string& question) {
    const auto row = base::first_as<AskedRow>(
        tx.exec(sql::file["find_project"], std::string(), project_id, question)
    );
    if (!row || row->kind.empty())
        throw base::Error("label project", "it is gone", "make another snapshot");
    AskedQuestion out;
    out.kind = row->kind;
    out.classes = class_names(tx, project_id, question);
    const auto candidates = boost::json::parse(row->candidates);
    for (const auto& name : candidates.as_array()) out.candidates.emplace_back(name.as_string());
    out.ties = row->ties;
    out.table = row->table_field;
    const auto relations = boost::json::parse(row->relations);
    for (const auto& one : relations.as_array()) {
        const auto& kind = one.as_object();
        out.relations.push_back(
            {std::string(kind.at("name").as_string()), names_at(kind, "from"), names_at(kind, "to")}
        );
    }
    return out;
}

}  // namespace training

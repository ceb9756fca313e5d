#include "labeling/queue/tally_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "labeling/projects/project_store.hpp"
#include "labeling/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

constexpr std::int64_t nobody = 0;

struct LockedTask {
    std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(LockedTask, (), (id))

}  // namespace

namespace tally_detail {

std::string array_of_tasks(const std::vector<std::int64_t>& tasks) {
    return schema::array_of(tasks);
}

void leave(base::Tx& tx, const std::string& tasks) {
    tx.exec(sql::file["lock_tasks"], tasks);
    tx.exec(sql::file["tally_tasks"], tasks, "out", nobody);
}

void come(base::Tx& tx, const std::string& tasks) {
    tx.exec(sql::file["tally_tasks"], tasks, "in", nobody);
}

}  // namespace tally_detail

std::vector<std::int64_t>
tasks_of(base::Tx& tx, const StoredProject& project, const std::vector<std::string>& keys) {
    std::vector<std::int64_t> rks, ids;
    for (const auto& key : keys) rks.push_back(schema::record_key(project.project.source, key));
    for (const auto& row : base::rows_as<LockedTask>(tx.exec(
             sql::file["lock_tasks_of"],
             project.id,
             project.source_id,
             schema::array_of(rks),
             schema::array_of(keys)
         )))
        ids.push_back(row.id);
    return ids;
}

void count_claimed(base::Tx& tx, const std::vector<std::int64_t>& tasks, std::int64_t user_id) {
    if (tasks.empty()) return;
    tx.exec(sql::file["tally_tasks"], schema::array_of(tasks), "claimed", user_id);
}

void count_answered(base::Tx& tx, std::int64_t task, bool closed) {
    auto how = closed ? "closed" : "answered";
    tx.exec(sql::file["tally_tasks"], schema::array_of(std::vector{task}), how, nobody);
}

void count_queued(base::Tx& tx, std::int64_t project_id, std::int64_t tasks, int wanted) {
    if (tasks > 0) tx.exec(sql::file["tally_more"], project_id, tasks, wanted, std::int64_t{0});
}

void count_labels(base::Tx& tx, std::int64_t project_id, std::int64_t labels) {
    if (labels != 0) tx.exec(sql::file["tally_more"], project_id, std::int64_t{0}, 1, labels);
}

void count_anew(base::Tx& tx, std::int64_t project_id) {
    tx.exec(sql::file["tally_anew"], project_id);
    tx.exec(sql::file["forget_marks"], project_id);
}

}  // namespace labeling

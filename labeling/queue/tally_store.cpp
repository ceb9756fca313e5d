// Kept counts, changed by the statements that queries.sql has for each kind of change.
//
// A change of a few tasks takes what they count for away before it and adds what they count for
// after it, both under their locks; claims and answers, which are most of all changes, have what
// they change added in one statement. A change of many counts them anew.
#include "labeling/queue/tally_store.hpp"

#include <chrono>
#include <cmath>

#include <boost/json.hpp>

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

void count_claimed(base::Batch& batch, std::int64_t user_id) {
    batch.add(sql::file["tally_tasks"], nullptr, "claimed", user_id);
}

void count_answered(base::Batch& batch, std::int64_t task) {
    batch.add(sql::file["tally_tasks"], schema::array_of(std::vector{task}), nullptr, nobody);
}

void count_queued(base::Tx& tx, std::int64_t project_id, std::int64_t tasks, int wanted) {
    constexpr std::int64_t none = 0;
    if (tasks > 0) tx.exec(sql::file["tally_more"], project_id, tasks, wanted, none, none);
}

void count_labels(base::Tx& tx, std::int64_t project_id, std::int64_t labels) {
    constexpr std::int64_t none = 0;
    if (labels != 0) tx.exec(sql::file["tally_more"], project_id, none, 1, labels, none);
}

void count_disputed(base::Tx& tx, std::int64_t project_id, std::int64_t tasks) {
    if (tasks == 0) return;
    base::Batch batch(tx);
    count_disputed(batch, project_id, tasks);
    batch.run();
}

void count_disputed(base::Batch& batch, std::int64_t project_id, std::int64_t tasks) {
    constexpr std::int64_t none = 0;
    if (tasks != 0) batch.add(sql::file["tally_more"], project_id, none, 1, none, tasks);
}

void count_put_labels(base::Batch& batch, std::int64_t project_id) {
    constexpr std::int64_t none = 0;
    batch.add(sql::file["tally_truth"], project_id, nullptr);
    batch.add(sql::file["tally_more"], project_id, none, 1, nullptr, none);
}

void count_label(base::Tx& tx, std::int64_t project_id, const LabelCounted& label) {
    boost::json::array rows;
    auto add = [&](int sign, const auto& class_id, const auto& probability, const auto& set_at) {
        if (!set_at) return;
        boost::json::object row{
            {"hour", std::chrono::floor<std::chrono::hours>(*set_at).time_since_epoch().count()},
            {"labels", sign},
            {"sureness", sign * std::llrint(probability.value_or(0) * 1e9)}};
        if (class_id) row["class_id"] = *class_id;
        rows.push_back(std::move(row));
    };
    add(1, label.class_id, label.probability, label.set_at);
    add(-1, label.class_was, label.probability_was, label.set_at_was);
    if (!rows.empty()) tx.exec(sql::file["tally_truth"], project_id, boost::json::serialize(rows));
}

void count_truth_anew(base::Tx& tx, std::int64_t project_id) {
    tx.exec(sql::file["tally_truth_anew"], project_id);
}

void count_anew(base::Tx& tx, std::int64_t project_id) {
    tx.exec(sql::file["tally_anew"], project_id);
    count_truth_anew(tx, project_id);
    tx.exec(sql::file["forget_marks"], project_id);
}

}  // namespace labeling

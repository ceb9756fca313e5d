// Kept counts, changed by the statements that queries.sql has for each kind of change.
//
// A change of a few tasks adds what they count for after it, less what they counted for before,
// both read under their locks; of claims and answers, which are most of all changes, what was
// before follows from what is. What is read and written are small statements, each on tables of one
// place, and what tasks count for is worked out here: as one statement a cluster took it apart into
// eight. A change of many counts them anew.
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

struct LockedTask {
    std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(LockedTask, (), (id))

struct Counted {
    std::int64_t project = 0, user = 0;
};
BOOST_DESCRIBE_STRUCT(Counted, (), (project, user))

// A statement that takes counts, an array a column.
std::size_t add_counts(base::Batch& batch, std::string_view sql, const Tallies& tallies) {
    auto column = [&](auto value) {
        std::vector<std::int64_t> values;
        for (const auto& each : tallies) values.push_back(value(each));
        return schema::array_of(values);
    };
    auto count = [&](auto member) {
        return column([&](const auto& each) { return each.second.*member; });
    };
    return batch.add(
        sql,
        column([](const auto& each) { return each.first.first; }),
        column([](const auto& each) { return each.first.second; }),
        count(&Tally::open),
        count(&Tally::done),
        count(&Tally::cancelled),
        count(&Tally::answers),
        count(&Tally::wanted),
        count(&Tally::leases),
        count(&Tally::free),
        count(&Tally::waiting),
        count(&Tally::skipped),
        count(&Tally::disputed)
    );
}

Tallies difference(
    std::span<const TalliedTask> tasks_before,
    std::span<const TalliedPart> parts_before,
    std::span<const TalliedTask> tasks,
    std::span<const TalliedPart> parts
) {
    Tallies sums;
    add_tallies(sums, tasks_before, parts_before, -1);
    add_tallies(sums, tasks, parts, 1);
    return sums;
}

}  // namespace

LaterTallied::LaterTallied(base::Batch& batch, const std::vector<std::int64_t>& tasks)
    : batch_(batch) {
    auto ids = schema::array_of(tasks);
    tasks_ = batch.add(sql::file["tallied_tasks"], ids);
    parts_ = batch.add(sql::file["tallied_parts"], ids);
}

std::vector<TalliedTask> LaterTallied::tasks() const {
    return base::rows_as<TalliedTask>(batch_.rows(tasks_));
}

std::vector<TalliedPart> LaterTallied::parts() const {
    return base::rows_as<TalliedPart>(batch_.rows(parts_));
}

LaterCounted::LaterCounted(base::Batch& batch, Tallies tallies)
    : batch_(batch), tallies_(std::move(tallies)) {
    std::erase_if(tallies_, [](const auto& each) { return each.second == Tally{}; });
    if (!tallies_.empty()) place_ = add_counts(batch_, sql::file["put_tallies"], tallies_);
}

void LaterCounted::end() {
    if (tallies_.empty()) return;
    for (const auto& row : base::rows_as<Counted>(batch_.rows(place_)))
        tallies_.erase({row.project, row.user});
    if (tallies_.empty()) return;
    add_counts(batch_, sql::file["new_tallies"], tallies_);
    batch_.run();
    tallies_.clear();
}

namespace tally_detail {

Tallies leave(base::Tx& tx, const std::vector<std::int64_t>& tasks) {
    base::Batch batch(tx);
    batch.add(sql::file["lock_tasks"], schema::array_of(tasks));
    LaterTallied before(batch, tasks);
    Tallies sums;
    add_tallies(sums, before.tasks(), before.parts(), -1);
    return sums;
}

void come(base::Tx& tx, const std::vector<std::int64_t>& tasks, Tallies tallies) {
    base::Batch batch(tx);
    batch.add(sql::file["free_tasks"], schema::array_of(tasks));
    LaterTallied now(batch, tasks);
    add_tallies(tallies, now.tasks(), now.parts(), 1);
    LaterCounted(batch, std::move(tallies)).end();
}

}  // namespace tally_detail

base::Later<std::vector<TalliedPart>> parts_in_hand(base::Batch& batch, std::int64_t user_id) {
    auto place = batch.add(sql::file["tallied_parts_in_hand"], user_id);
    return {batch, place, [](const base::Rows& rows) { return base::rows_as<TalliedPart>(rows); }};
}

Tallies tally_claimed(
    std::span<const TalliedTask> tasks,
    std::vector<TalliedPart> parts,
    std::int64_t user_id
) {
    std::vector<TalliedTask> tasks_before(tasks.begin(), tasks.end());
    for (auto& task : tasks_before) --task.leases;
    auto parts_before = parts;
    std::erase_if(parts_before, [&](const TalliedPart& part) { return part.user == user_id; });
    return difference(tasks_before, parts_before, tasks, parts);
}

Tallies tally_answered(const LaterTallied& now, bool closed) {
    const auto tasks = now.tasks();
    const auto parts = now.parts();
    auto tasks_before = tasks;
    for (auto& task : tasks_before) {
        --task.answers;
        ++task.leases;
        if (closed) task.state = TaskStage::open;
    }
    return difference(tasks_before, parts, tasks, parts);
}

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

// A gold task is a row of the queue in a state of its own, so that leases, tokens, answers and undo
// are those of every task and a labeler sees no difference. Which of a person's tasks are gold
// follows from how many they were given: a rhythm (each tenth) would be felt, and a new draw at
// each claim could be had by giving the task back.
#include "labeling/quality/gold_store.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "labeling/export/record_match_store.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/sql.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "labeling/tasks/task_type.hpp"
#include "labeling/truth/put_truth.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

struct GoldKeyRow {
    std::string key;
};
BOOST_DESCRIBE_STRUCT(GoldKeyRow, (), (key))

struct GoldTruthRow {
    std::string label, value, explanation;
};
BOOST_DESCRIBE_STRUCT(GoldTruthRow, (), (label, value, explanation))

struct GoldAnswerRow {
    std::int64_t task = 0;
    std::string user_name, label, value, true_label, true_value;
};
BOOST_DESCRIBE_STRUCT(GoldAnswerRow, (), (task, user_name, label, value, true_label, true_value))

struct GoldWishRow {
    std::string key, label, value;
    bool askable = false;
};
BOOST_DESCRIBE_STRUCT(GoldWishRow, (), (key, label, value, askable))

constexpr std::size_t checked_at_once = 500;  // whole records, with their texts

std::vector<std::int64_t>
gold_rks(const StoredProject& project, const std::vector<std::string>& keys) {
    std::vector<std::int64_t> rks;
    for (const auto& key : keys) rks.push_back(schema::record_key(project.project.source, key));
    return rks;
}

bool may_be_answered(
    const Question& question,
    const std::string& truth,
    const AskedRecord& record
) {
    try {
        task_type(question.kind).read(question, truth, record);
        return true;
    } catch (const base::UsageError&) {
        return false;
    }
}

// Of records that have a truth, those of which nobody could say it.
void add_unfit(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::string>& keys,
    std::set<std::string>& unfit
) {
    const auto& asked = project.project.question;
    const auto question = task_type(asked.kind).as_truth(asked);
    std::map<std::string, std::string> truths;
    for (const auto& row : base::rows_as<GoldWishRow>(tx.exec(
             sql::file["gold_truths"],
             project.id,
             project.source_id,
             schema::array_of(gold_rks(project, keys)),
             schema::array_of(keys),
             schema::array_of(needed_fields(asked))
         ))) {
        if (row.askable)
            truths.emplace(row.key, answer_of(row.label, row.value));
        else
            unfit.insert(row.key);
    }
    std::vector<GivenLabel> named;
    for (const auto& [key, truth] : truths) named.push_back({.key = key});
    std::vector<GivenLabel*> wish;
    for (auto& one : named) wish.push_back(&one);
    for (const auto& [key, record] : RecordMatch(tx, project).find(wish, true))
        if (!may_be_answered(question, truths.at(key), record)) unfit.insert(key);
}

}  // namespace

std::vector<std::string>
gold_candidates(base::Tx& tx, const StoredProject& project, GoldOrigin origin, std::int64_t n) {
    auto method = origin == GoldOrigin::imported ? detail::imported : detail::adjudicated;
    std::vector<std::string> keys;
    for (auto& row : base::rows_as<GoldKeyRow>(
             tx.exec(sql::file["gold_candidates"], project.id, std::string(method), n)
         ))
        keys.push_back(std::move(row.key));
    return keys;
}

GoldAdded add_gold(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::string>& keys,
    const std::string& explanation,
    Time now
) {
    std::set<std::string> unfit;
    for (std::size_t from = 0; from < keys.size(); from += checked_at_once) {
        auto begin = keys.begin() + static_cast<std::ptrdiff_t>(from);
        auto n = std::min(checked_at_once, keys.size() - from);
        add_unfit(tx, project, {begin, begin + static_cast<std::ptrdiff_t>(n)}, unfit);
    }
    auto fit = keys;
    std::erase_if(fit, [&](const std::string& key) { return unfit.contains(key); });
    auto added = counted(tx, tasks_of(tx, project, fit), [&] {
        return base::first_as<GoldAdded>(tx.exec(
                                             sql::file["add_gold"],
                                             project.id,
                                             project.source_id,
                                             schema::array_of(gold_rks(project, fit)),
                                             schema::array_of(fit),
                                             explanation,
                                             schema::timestamp(now)
                                         ))
            .value();
    });
    added.unfit = static_cast<std::int64_t>(unfit.size());
    return added;
}

std::int64_t remove_gold(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::string>& keys,
    Time now
) {
    std::vector<std::string> gone = keys;
    if (gone.empty())
        for (const auto& item : list_gold(tx, project.id)) gone.push_back(item.key);
    return counted(tx, tasks_of(tx, project, gone), [&] {
        return static_cast<std::int64_t>(tx.change(
            sql::file["remove_gold"], project.id, schema::array_of(keys), schema::timestamp(now)
        ));
    });
}

std::vector<GoldItem> list_gold(base::Tx& tx, std::int64_t project_id) {
    return base::rows_as<GoldItem>(tx.exec(sql::file["list_gold"], project_id));
}

bool gold_turn(std::int64_t project_id, std::int64_t user_id, std::int64_t given, double share) {
    auto seed = base::mix(static_cast<std::uint64_t>(project_id));
    seed = base::mix(seed ^ static_cast<std::uint64_t>(user_id));
    return base::unit_of(base::mix(seed ^ static_cast<std::uint64_t>(given))) < share;
}

std::vector<Claimed> claim_gold(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t user_id,
    int n,
    Time now,
    std::chrono::seconds lease
) {
    auto share = project.project.hidden_gold;
    if (share <= 0) return {};
    auto given = tx.value<std::int64_t>(sql::file["gold_given"], project.id, user_id).value_or(0);
    int wanted = 0;
    for (int i = 0; i < n; ++i) wanted += gold_turn(project.id, user_id, given + i, share) ? 1 : 0;
    if (wanted == 0) return {};
    return base::rows_as<Claimed>(tx.exec(
        sql::file["claim_gold"], project.id, user_id, schema::timestamp(now + lease), wanted
    ));
}

void count_given(base::Tx& tx, const StoredProject& project, std::int64_t user_id, std::size_t n) {
    if (project.project.hidden_gold <= 0 || n == 0) return;
    tx.exec(sql::file["count_gold_given"], project.id, user_id, static_cast<std::int64_t>(n));
}

std::optional<GoldTruth> gold_truth(base::Tx& tx, std::int64_t task) {
    auto row = base::first_as<GoldTruthRow>(tx.exec(sql::file["gold_truth"], task));
    if (!row) return std::nullopt;
    return GoldTruth{
        .answer = answer_of(row->label, row->value), .explanation = std::move(row->explanation)};
}

std::vector<GoldAnswer>
gold_answers(base::Tx& tx, const StoredProject& project, std::optional<std::int64_t> user_id) {
    std::vector<GoldAnswer> answers;
    for (auto& row : base::rows_as<GoldAnswerRow>(
             tx.exec(sql::file["gold_answers"], project.id, project.project.gold_feedback, user_id)
         ))
        answers.push_back(
            {.task = row.task,
             .user = std::move(row.user_name),
             .answer = answer_of(row.label, row.value),
             .truth = answer_of(row.true_label, row.true_value)}
        );
    return answers;
}

std::optional<bool> is_known_to_drift(base::Tx& tx, std::int64_t project_id, std::int64_t user_id) {
    return tx.value<bool>(sql::file["is_known_to_drift"], project_id, user_id);
}

void note_drift(base::Tx& tx, std::int64_t project_id, std::int64_t user_id, bool drifts) {
    tx.exec(sql::file["note_drift"], project_id, user_id, drifts);
}

}  // namespace labeling

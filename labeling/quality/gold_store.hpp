#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/json/shape.hpp"
#include "base/words.hpp"
#include "labeling/projects/project_store.hpp"
#include "labeling/queue/task_store.hpp"

// Hidden gold: tasks whose truth is known, mixed into what people are given, to see how right they
// are. They are neither open nor done, so that they count as no work that is left. Their truth is
// the record's label, imported or adjudicated; one that loses its label is given to nobody. Each
// function is one step inside the caller's transaction.
namespace labeling {

enum class GoldOrigin { imported, adjudicated };

constexpr auto words_of(GoldOrigin) {
    return std::to_array<base::Word<GoldOrigin>>({
        {GoldOrigin::imported, "imported", "labels that came from outside"},
        {GoldOrigin::adjudicated, "adjudicated", "labels that a reviewer decided"},
    });
}

// Up to `n` records whose label is of this origin and that are no gold yet, in an order that is
// random but always the same.
std::vector<std::string>
gold_candidates(base::Tx& tx, const StoredProject& project, GoldOrigin origin, std::int64_t n);

struct GoldAdded {
    std::int64_t added = 0;
    std::int64_t there = 0;     // were gold before
    std::int64_t no_truth = 0;  // have no label that was imported or adjudicated
    std::int64_t audited = 0;   // are in an audit, and stay there
    std::int64_t unfit = 0;  // nobody may answer so: they lack a field that the question is about,
                             // or their label is no answer to it as it is now
};
BOOST_DESCRIBE_STRUCT(GoldAdded, (), (added, there, no_truth, audited, unfit))
// Makes gold of these records. `explanation` is shown with immediate feedback.
GoldAdded add_gold(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::string>& keys,
    const std::string& explanation,
    Time now
);
// Of these records, or of all if there are none, how many were gold and are no more. Answers stay;
// tasks that still want some are open again.
std::int64_t remove_gold(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::string>& keys,
    Time now
);

struct GoldItem {
    std::string key;
    std::optional<std::string> label;
    base::JsonText value;  // what a label can not say
    std::string method;    // where the truth came from
    std::string explanation;
    std::int64_t answers = 0;  // given since it is gold
    Time added_at;
};
BOOST_DESCRIBE_STRUCT(GoldItem, (), (key, label, value, method, explanation, answers, added_at))
std::vector<GoldItem> list_gold(base::Tx& tx, std::int64_t project_id);

// Whether the task that a person is given after `given` others in a project is gold, at this share
// of gold. Chance as the person feels it, but always the same.
bool gold_turn(std::int64_t project_id, std::int64_t user_id, std::int64_t given, double share);
// Leases to a user as many gold tasks as fall among the next `n`, never one that they had before;
// fewer if there are no more.
std::vector<Claimed> claim_gold(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t user_id,
    int n,
    Time now,
    std::chrono::seconds lease
);
// Counts tasks that a user was given, gold among them.
void count_given(base::Tx& tx, const StoredProject& project, std::int64_t user_id, std::size_t n);

struct GoldTruth {
    std::string answer;
    std::string explanation;
};
// What is true of a gold task; nothing if the task is no gold.
std::optional<GoldTruth> gold_truth(base::Tx& tx, std::int64_t task);

struct GoldAnswer {
    std::int64_t task = 0;
    std::string user;
    std::string answer;
    std::string truth;
};
// Answers given to gold since it is gold, by person and time: of each person the first to a record
// where they are told the truth, else those that stand.
// Of one person alone, if one is named.
std::vector<GoldAnswer> gold_answers(
    base::Tx& tx,
    const StoredProject& project,
    std::optional<std::int64_t> user_id = std::nullopt
);

// Whether those who wait for it know that a person drifts (accuracy.hpp); nothing of who never
// answered. Whoever asks is alone with it until the end of the transaction.
std::optional<bool> is_known_to_drift(base::Tx& tx, std::int64_t project_id, std::int64_t user_id);
void note_drift(base::Tx& tx, std::int64_t project_id, std::int64_t user_id, bool drifts);

// Likeness from which an answer counts as right.
inline constexpr double right_likeness = 0.999;

}  // namespace labeling

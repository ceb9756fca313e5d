#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/words.hpp"
#include "labeling/queue/task_store.hpp"

// Answers that people gave elsewhere, taken into the queue as if they had been given here: each is
// of a task, under a lease of its own, counted, told and merged as any other. Each function is one
// step inside the caller's transaction.
namespace labeling {

struct NamedUser {
    std::int64_t id = 0;
    std::string name;
    bool simulated = false;  // a program that answers, for trials
};
BOOST_DESCRIBE_STRUCT(NamedUser, (), (id, name, simulated))
// The users of these names; names that nobody has are missing.
std::vector<NamedUser> users_named(base::Tx& tx, const std::vector<std::string>& names);

// The tasks of records by their keys; those that have none, or whose task was cancelled, are put
// into the queue. A record that can not be asked about, or is none, is missing.
std::map<std::string, std::int64_t> tasks_to_collect(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::string>& keys,
    Time now
);

// `answer.at`: when it was given, if it is known; `answer.attempt` counts only with `numbered`.
struct CollectedAnswer {
    Answer answer;
    bool numbered = false;    // it says which of its person's answers it is, by `answer.attempt`
    bool taken_back = false;  // its person took it back
    std::optional<Time>
        taken_back_at{};   // when, if it is known; nothing: at its next answer, or now
    bool skipped = false;  // it is none: its person skipped the task
};

enum class Collected { added, corrected, taken_back, skipped, known, older, invalid, audit };

constexpr auto words_of(Collected) {
    return std::to_array<base::Word<Collected>>({
        {Collected::added, "added", "the first answer of this person to the task"},
        {Collected::corrected, "corrected", "another answer in the place of the one before"},
        {Collected::taken_back, "taken back", "it was there, and is taken back now"},
        {Collected::skipped, "skipped", "the task is skipped by this person"},
        {Collected::known, "known", "it was there"},
        {Collected::older, "older", "this person has answered since, and that counts"},
        {Collected::invalid, "invalid", "what this person answered was declared invalid"},
        {Collected::audit, "audit", "this person answered it for an audit"},
    });
}

// The attempt of a person's answer to a task up to which a file went, by task and user: of answers
// that have neither a time nor a number, where several are there.
using PassedAnswers = std::map<std::pair<std::int64_t, std::int64_t>, int>;

struct Collection {
    std::vector<Collected> became{};
    PassedAnswers passed{};  // further than before
};

// Takes answers in this order, those of one person to one task by their times, and tells what came
// of each. One is known if the same was given by the same person at the same time or attempt;
// without either, if it stands, or if it is the next of this person's from before `now` that says
// so: behind those that the file has `passed`. Of what is new the last counts. Whoever imports a
// file gives all its answers the same `now`. More answers than a task wants are kept too. Throws
// base::Error if the project's classes are no longer those that the answers name.
Collection collect(
    base::Tx& tx,
    const StoredProject& project,
    std::span<const CollectedAnswer> answers,
    const PassedAnswers& passed,
    Time now
);

// Who gave answers that came, and when.
struct Author {
    std::int64_t user_id = 0;
    Time at;
};
// Of each task, those who answered it, in the order of their last answers.
using Authors = std::map<std::int64_t, std::vector<Author>>;
// settle() of tasks, once for all their answers. That the project is done is not told.
void settle_collected(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::int64_t>& tasks,
    const Authors& authors,
    Time now
);
// After so many of them: statistics, if the tables were smaller when they were made last. A
// statement that was planned for an empty table goes through all of one that is not.
void plan_for_more(base::Tx& tx, std::int64_t answers);
// After the last of them, if any was new: what settle_collected() has not told, and statistics for
// claims.
void end_collection(base::Tx& tx, const StoredProject& project, Time now);

}  // namespace labeling

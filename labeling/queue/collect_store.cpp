// Answers that people gave elsewhere, many at a time.
//
// They go the way of every answer: the task is leased to its person, the answer is submitted under
// that lease, or corrects the one before, counts and events follow, and what is held true is merged
// anew. The statements are those of a single answer, which all take arrays; what one answer asks
// the server for in some ten statements is asked for thousands at once. All of a task's people
// answer in one statement; of several answers of one person each after the first is a correction,
// in a round of its own. Tasks are locked first, so that nothing that was read of them changes
// before it is written.
#include "labeling/queue/collect_store.hpp"

#include <chrono>
#include <set>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "labeling/projects/project_store.hpp"
#include "labeling/queue/collect_plan.hpp"
#include "labeling/queue/event_store.hpp"
#include "labeling/queue/news_store.hpp"
#include "labeling/queue/put_answers_store.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

constexpr auto skip_reason = "imported";

struct TaskOfRecord {
    std::string key;
    std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(TaskOfRecord, (), (key, id))

struct NamedLease {
    std::int64_t task = 0, user = 0, token = 0;
    int attempt = 1;
};
BOOST_DESCRIBE_STRUCT(NamedLease, (), (task, user, token, attempt))

class Collecting {
public:
    Collecting(
        base::Tx& tx,
        const StoredProject& project,
        std::span<const CollectedAnswer> given,
        const PassedAnswers& passed,
        Time now
    )
        : tx_(tx), project_(project), now_(now), plan_(given, passed, now) {}

    Collection run() {
        counted(tx_, plan_.tasks(), [&] {
            read();
            plan_.make();
            lease();
            for (const auto& round : plan_.rounds) put(round);
        });
        for (auto i : plan_.skips) {
            const auto& answer = plan_.answers[i];
            skip(tx_, answer.task, answer.user_id, answer.token, skip_reason, now_);
        }
        for (auto i : plan_.take_backs) take_back(plan_.answers[i], plan_.taken_back_at(i));
        settle_collected(tx_, project_, changed(), authors_, now_);
        return {.became = std::move(plan_.became), .passed = std::move(plan_.passed)};
    }

private:
    void read() {
        auto columns = columns_of(plan_.answers, now_);
        for (const auto& row : base::rows_as<Before>(tx_.exec(
                 sql::file["answers_of_pairs"],
                 columns.tasks,
                 columns.users,
                 columns.classes,
                 columns.values
             )))
            plan_.note(row);
    }

    // Gives the answers whose tasks are leased for them the tokens of these leases.
    void lease() {
        std::vector<Answer> wish;
        std::vector<std::string> since, answers;
        for (auto i : plan_.to_lease) {
            answers.emplace_back(plan_.became[i] == Collected::skipped ? "false" : "true");
            const auto& answer = wish.emplace_back(plan_.answers[i]);
            auto took = std::chrono::milliseconds(answer.milliseconds.value_or(0));
            since.push_back(schema::timestamp(*answer.at - took));
        }
        if (wish.empty()) return;
        auto columns = columns_of(wish, now_);
        std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> tokens;
        for (const auto& lease : base::rows_as<NamedLease>(tx_.exec(
                 sql::file["lease_named"],
                 columns.tasks,
                 columns.users,
                 columns.attempts,
                 schema::array_of(since),
                 columns.times,
                 schema::array_of(answers)
             )))
            tokens[{lease.task, lease.user}] = lease.token;
        for (auto i : plan_.to_lease) {
            auto& answer = plan_.answers[i];
            answer.token = tokens.at({answer.task, answer.user_id});
        }
    }

    std::vector<Answer> of(const std::vector<std::size_t>& places) {
        std::vector<Answer> some;
        for (auto i : places) {
            const auto& answer = some.emplace_back(plan_.answers[i]);
            auto& authors = authors_[answer.task];
            std::erase_if(authors, [&](const Author& one) {
                return one.user_id == answer.user_id;
            });
            authors.push_back({.user_id = answer.user_id, .at = *answer.at});
        }
        return some;
    }

    void put(const CollectRound& round) {
        base::Batch batch(tx_);
        for (bool corrects : {false, true}) {
            auto some = of(corrects ? round.corrections : round.answers);
            if (some.empty()) continue;
            auto columns = columns_of(some, now_);
            auto place = corrects ? put_corrections(batch, columns) : put_answers(batch, columns);
            auto stored = stored_in(batch.rows(place));
            if (stored.answers != static_cast<std::int64_t>(some.size())) fail();
            note_collected(batch, some, stored.closed, now_);
        }
        batch.run();
    }

    [[noreturn]] void fail() const {
        throw base::Error(
            "project '" + project_.project.name + "'",
            "has other classes than when the import began",
            "import the file again"
        );
    }

    void take_back(const Answer& answer, std::optional<Time> when) {
        auto at = schema::timestamp(when.value_or(now_));
        counted(tx_, {answer.task}, [&] {
            auto back = base::first_as<Claimed>(
                tx_.exec(sql::file["undo_answer"], answer.task, answer.user_id, at, at)
            );
            if (!back) return;
            tx_.exec(
                sql::file["end_lease"], answer.task, answer.user_id, back->token, "released", "", at
            );
        });
        note_undone(tx_, answer.task, answer.user_id, true, now_);
        taken_back_.insert(answer.task);
    }

    std::vector<std::int64_t> changed() const {
        auto tasks = taken_back_;
        for (const auto& [task, authors] : authors_) tasks.insert(task);
        return {tasks.begin(), tasks.end()};
    }

    base::Tx& tx_;
    const StoredProject& project_;
    Time now_;
    CollectPlan plan_;
    Authors authors_;
    std::set<std::int64_t> taken_back_;
};

std::map<std::string, std::int64_t>
tasks_there(base::Tx& tx, const StoredProject& project, const std::vector<std::string>& keys) {
    std::vector<std::int64_t> rks;
    for (const auto& key : keys) rks.push_back(schema::record_key(project.project.source, key));
    std::map<std::string, std::int64_t> tasks;
    for (auto& row : base::rows_as<TaskOfRecord>(tx.exec(
             sql::file["tasks_of_records"],
             project.id,
             project.source_id,
             schema::array_of(rks),
             schema::array_of(keys)
         )))
        tasks.emplace(std::move(row.key), row.id);
    return tasks;
}

}  // namespace

std::vector<NamedUser> users_named(base::Tx& tx, const std::vector<std::string>& names) {
    return base::rows_as<NamedUser>(tx.exec(sql::file["users_named"], schema::array_of(names)));
}

std::map<std::string, std::int64_t> tasks_to_collect(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::string>& keys,
    Time now
) {
    auto tasks = tasks_there(tx, project, keys);
    std::vector<QueueRequest> missing;
    std::vector<std::string> put;
    for (const auto& key : keys) {
        if (tasks.contains(key)) continue;
        missing.push_back({.key = key, .reason = "import"});
        put.push_back(key);
    }
    if (missing.empty()) return tasks;
    put_into_queue(tx, project, missing, false, now);
    tasks.merge(tasks_there(tx, project, put));
    return tasks;
}

Collection collect(
    base::Tx& tx,
    const StoredProject& project,
    std::span<const CollectedAnswer> answers,
    const PassedAnswers& passed,
    Time now
) {
    if (answers.empty()) return {};
    return Collecting(tx, project, answers, passed, now).run();
}

void plan_for_more(base::Tx& tx, std::int64_t answers) {
    if (tx.value<bool>(sql::file["is_planned_for_less"], static_cast<double>(answers)).value())
        tx.exec(sql::file["analyze_answers"]);
}

void end_collection(base::Tx& tx, const StoredProject& project, Time now) {
    tx.exec(sql::file["analyze_tasks"]);
    tell_of_end(tx, project, now);
}

}  // namespace labeling

// What happens in projects, counted and written down in the transaction of what happened.
//
// Counting at each answer costs one small row that is its person's alone, so that nobody waits for
// another; counting at each look would read all answers of the project. Events are told in the
// order of their numbers, and only once no transaction is under way that may yet write one with a
// less number: each that writes events of a project holds the number they had come to before, by
// an advisory lock that others see and nobody waits for. Whoever has seen one has seen all before
// it, so that its number is enough to go on from; other transactions, however long, hold nothing
// back. The horizon is asked for in a statement of its own, before the events: what ended by then
// is seen by the next.
#include "labeling/queue/event_store.hpp"

#include <algorithm>
#include <chrono>
#include <map>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/numbers/parse.hpp"
#include "labeling/queue/put_answers_store.hpp"
#include "labeling/sql.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

std::string hour_of(Time now) {
    return schema::timestamp(std::chrono::floor<std::chrono::hours>(now));
}

struct Horizon {
    std::int64_t project = 0, horizon = 0;
};
BOOST_DESCRIBE_STRUCT(Horizon, (), (project, horizon))

std::map<std::int64_t, std::int64_t>
horizons(base::Tx& tx, const std::vector<std::int64_t>& projects) {
    std::map<std::int64_t, std::int64_t> found;
    for (const auto& row :
         base::rows_as<Horizon>(tx.exec(sql::file["event_horizons"], schema::array_of(projects))))
        found[row.project] = row.horizon;
    return found;
}

// One of the statements that write events of a task.
template <typename... Args>
void write_events(
    base::Batch& batch,
    std::string_view sql,
    std::int64_t task,
    const Args&... args
) {
    batch.add(sql::file["hold_events"], task);
    batch.add(sql, task, args...);
}

// Those that a statement before stored; `closed`: the tasks that have all they wanted now, if it is
// known, and then the times that answers took are those of the file that they came from.
void note(
    base::Batch& batch,
    std::span<const Answer> answers,
    const std::optional<std::string>& closed,
    Time now
) {
    if (answers.empty()) return;
    auto columns = columns_of(answers, now);
    batch.add(sql::file["hold_events"], answers.front().task);
    batch.add(
        sql::file["note_answer"],
        columns.tasks,
        columns.users,
        columns.milliseconds,
        columns.hours,
        schema::timestamp(now),
        closed,
        closed.has_value()
    );
}

}  // namespace

void note_answers(base::Batch& batch, std::span<const Answer> answers, Time now) {
    note(batch, answers, std::nullopt, now);
}

void note_collected(
    base::Batch& batch,
    std::span<const Answer> answers,
    const std::string& closed,
    Time now
) {
    note(batch, answers, closed, now);
}

void note_likeness(base::Batch& batch, std::span<const Likeness> alike) {
    if (alike.empty()) return;
    std::vector<std::int64_t> tasks, users;
    std::vector<std::string> shares, hours;
    for (const auto& each : alike) {
        tasks.push_back(each.task);
        users.push_back(each.user_id);
        shares.push_back(fmt::format("{}", each.likeness));
        hours.push_back(hour_of(each.at));
    }
    batch.add(
        sql::file["note_likeness"],
        schema::array_of(tasks),
        schema::array_of(users),
        schema::array_of(shares),
        schema::array_of(hours)
    );
}

void note_skip(
    base::Tx& tx,
    std::int64_t task,
    std::int64_t user_id,
    const std::string& reason,
    Time now
) {
    base::Batch batch(tx);
    write_events(
        batch, sql::file["note_skip"], task, user_id, reason, schema::timestamp(now), hour_of(now)
    );
    batch.run();
}

void note_undone(base::Tx& tx, std::int64_t task, std::int64_t user_id, bool was_answer, Time now) {
    base::Batch batch(tx);
    write_events(
        batch,
        sql::file["note_answer_undone"],
        task,
        user_id,
        was_answer,
        schema::timestamp(now),
        hour_of(now)
    );
    batch.run();
}

void note_event(
    base::Batch& batch,
    const std::vector<std::int64_t>& tasks,
    EventKind kind,
    std::optional<std::int64_t> user_id,
    Time now
) {
    if (tasks.empty()) return;
    batch.add(sql::file["hold_events"], tasks.front());
    batch.add(
        sql::file["note_event"],
        schema::array_of(tasks),
        std::string(base::name_of(kind)),
        user_id,
        schema::timestamp(now)
    );
}

void note_event(
    base::Tx& tx,
    std::int64_t task,
    EventKind kind,
    std::optional<std::int64_t> user_id,
    Time now
) {
    base::Batch batch(tx);
    note_event(batch, std::vector{task}, kind, user_id, now);
    batch.run();
}

std::optional<EventPlace> EventPlace::of(std::string_view text) {
    auto id = base::whole_number<std::int64_t>(text, 10);
    if (!id || *id < 0) return std::nullopt;
    return EventPlace{.id = *id};
}

EventPlace present_place(base::Tx& tx, std::int64_t project_id) {
    return {.id = horizons(tx, {project_id}).at(project_id)};
}

bool is_kept(base::Tx& tx, std::int64_t project_id, const EventPlace& place) {
    return *tx.value<bool>(sql::file["event_is_kept"], project_id, place.id);
}

std::vector<ProjectEvent>
events_after(base::Tx& tx, const std::vector<Follower>& followers, int at_most) {
    if (followers.empty()) return {};
    std::vector<std::int64_t> streams, projects, ids, ends, users;
    std::vector<std::string> all;
    for (const auto& each : followers) projects.push_back(each.project);
    auto told = projects;
    std::sort(told.begin(), told.end());
    told.erase(std::unique(told.begin(), told.end()), told.end());
    const auto until = horizons(tx, told);
    for (const auto& each : followers) {
        streams.push_back(each.stream);
        ids.push_back(each.after.id);
        ends.push_back(until.at(each.project));
        users.push_back(each.user);
        all.emplace_back(each.sees_all ? "true" : "false");
    }
    return base::rows_as<ProjectEvent>(tx.exec(
        sql::file["events_after"],
        schema::array_of(streams),
        schema::array_of(projects),
        schema::array_of(ids),
        schema::array_of(ends),
        schema::array_of(users),
        schema::array_of(all),
        at_most
    ));
}

void forget_events(base::Tx& tx, Time before) {
    tx.exec(sql::file["forget_events"], schema::timestamp(before));
}

TaskCounts task_counts(base::Tx& tx, std::int64_t project_id) {
    return base::first_as<TaskCounts>(tx.exec(sql::file["task_counts"], project_id)).value();
}

}  // namespace labeling

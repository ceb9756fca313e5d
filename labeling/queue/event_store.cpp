// What happens in projects, counted and written down in the transaction of what happened.
//
// Counting at each answer costs one small row that is its person's alone, so that nobody waits for
// another; counting at each look would read all answers of the project. Events are told in the
// order of their transactions' numbers, and only once no older transaction is under way: whoever
// has seen one has seen all before it, so that the place of the last one is enough to go on from.
#include "labeling/queue/event_store.hpp"

#include <chrono>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/numbers/parse.hpp"
#include "labeling/sql.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

std::string hour_of(Time now) {
    return schema::timestamp(std::chrono::floor<std::chrono::hours>(now));
}

struct Horizon {
    std::string xact;
    bool kept = false;
};
BOOST_DESCRIBE_STRUCT(Horizon, (), (xact, kept))

}  // namespace

void note_answer(base::Tx& tx, const Answer& answer, Time now) {
    tx.exec(
        sql::file["note_answer"],
        answer.task,
        answer.user_id,
        answer.milliseconds,
        schema::timestamp(now),
        hour_of(now)
    );
}

void note_likeness(
    base::Tx& tx,
    std::int64_t task,
    std::int64_t user_id,
    double likeness,
    Time now
) {
    tx.exec(sql::file["note_likeness"], task, user_id, likeness, hour_of(now));
}

void note_skip(
    base::Tx& tx,
    std::int64_t task,
    std::int64_t user_id,
    const std::string& reason,
    Time now
) {
    tx.exec(sql::file["note_skip"], task, user_id, reason, schema::timestamp(now), hour_of(now));
}

void note_undone(base::Tx& tx, std::int64_t task, std::int64_t user_id, bool was_answer, Time now) {
    tx.exec(
        sql::file["note_answer_undone"],
        task,
        user_id,
        was_answer,
        schema::timestamp(now),
        hour_of(now)
    );
}

void note_event(
    base::Tx& tx,
    std::int64_t task,
    EventKind kind,
    std::optional<std::int64_t> user_id,
    Time now
) {
    tx.exec(
        sql::file["note_event"],
        task,
        std::string(base::name_of(kind)),
        user_id,
        schema::timestamp(now)
    );
}

std::optional<EventPlace> EventPlace::of(std::string_view text) {
    auto dash = text.find('-');
    if (dash == text.npos) return std::nullopt;
    auto xact = base::whole_number<std::uint64_t>(text.substr(0, dash), 10);
    auto id = base::whole_number<std::int64_t>(text.substr(dash + 1), 10);
    if (!xact || !id) return std::nullopt;
    return EventPlace{.xact = std::to_string(*xact), .id = *id};
}

EventPlace present_place(base::Tx& tx) {
    auto now = base::first_as<Horizon>(tx.exec(sql::file["event_horizon"], 0, "", 0)).value();
    return {.xact = now.xact, .id = 0};
}

bool is_kept(base::Tx& tx, std::int64_t project_id, const EventPlace& place) {
    return base::first_as<Horizon>(
               tx.exec(sql::file["event_horizon"], project_id, place.xact, place.id)
    )
        .value()
        .kept;
}

std::vector<ProjectEvent>
events_after(base::Tx& tx, const std::vector<Follower>& followers, int at_most) {
    if (followers.empty()) return {};
    std::vector<std::int64_t> streams, projects, ids, users;
    std::vector<std::string> xacts, all;
    for (const auto& each : followers) {
        streams.push_back(each.stream);
        projects.push_back(each.project);
        xacts.push_back(each.after.xact);
        ids.push_back(each.after.id);
        users.push_back(each.user);
        all.emplace_back(each.sees_all ? "true" : "false");
    }
    return base::rows_as<ProjectEvent>(tx.exec(
        sql::file["events_after"],
        schema::array_of(streams),
        schema::array_of(projects),
        schema::array_of(xacts),
        schema::array_of(ids),
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

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json/described.hpp"
#include "labeling/queue/task_store.hpp"

// What happens in projects, as it happens: counted by hour for those who look back, and written
// down for those who watch. Each function is one step inside the transaction of what happened.
namespace labeling {

// Behind put_answers() or put_corrections() of these in the same batch: if they were stored.
void note_answers(base::Batch& batch, std::span<const Answer> answers, Time now);
// Of answers that were given elsewhere and are stored: with the times that they took there, by the
// hours in which they were given. `closed` is as StoredAnswers has it.
void note_collected(
    base::Batch& batch,
    std::span<const Answer> answers,
    const std::string& closed,
    Time now
);
// How alike the answers to a task are, now that one of this person came.
struct Likeness {
    std::int64_t task = 0, user_id = 0;
    double likeness = 1;
    Time at;
};
void note_likeness(base::Batch& batch, std::span<const Likeness> alike);
void note_skip(
    base::Tx& tx,
    std::int64_t task,
    std::int64_t user_id,
    const std::string& reason,
    Time now
);
// An answer or a skip was taken back.
void note_undone(base::Tx& tx, std::int64_t task, std::int64_t user_id, bool was_answer, Time now);

enum class EventKind { answer, undone, skip, done, truth, comment, review };

constexpr auto words_of(EventKind) {
    return std::to_array<base::Word<EventKind>>({
        {EventKind::answer, "answer", "somebody answered a task, or corrected an answer"},
        {EventKind::undone, "undone", "somebody took an answer or a skip back"},
        {EventKind::skip, "skip", "somebody skipped a task"},
        {EventKind::done, "done", "a task has all the answers it wanted"},
        {EventKind::truth, "truth", "a record has another label"},
        {EventKind::comment, "comment", "somebody commented on a task"},
        {EventKind::review, "review", "a reviewer decided, undid a decision, or sent a task back"},
    });
}

// The others. `user_id` is whose work it is about, where it is about one person's.
void note_event(
    base::Tx& tx,
    std::int64_t task,
    EventKind kind,
    std::optional<std::int64_t> user_id,
    Time now
);
// Of each of the tasks, which are of one project.
void note_event(
    base::Batch& batch,
    const std::vector<std::int64_t>& tasks,
    EventKind kind,
    std::optional<std::int64_t> user_id,
    Time now
);

// Where one stands in the events of a project: those of greater numbers come after.
struct EventPlace {
    std::int64_t id = 0;

    std::string text() const { return std::to_string(id); }
    // Nothing if it is none.
    static std::optional<EventPlace> of(std::string_view text);
};

// Behind all that is there, for who begins to watch now.
EventPlace present_place(base::Tx& tx, std::int64_t project_id);
// Whether what comes after this place of a project can still be told without a gap.
bool is_kept(base::Tx& tx, std::int64_t project_id, const EventPlace& place);

struct Follower {
    std::int64_t stream = 0, project = 0;
    EventPlace after;
    std::int64_t user = 0;
    bool sees_all = false;  // else only what is about the user, and no truth
};
struct ProjectEvent {
    std::int64_t stream = 0;
    std::int64_t id = 0;
    EventKind kind = EventKind::answer;
    std::int64_t task = 0;
    std::optional<std::string> user;
    Time at;

    EventPlace place() const { return {.id = id}; }
};
BOOST_DESCRIBE_STRUCT(ProjectEvent, (), (stream, id, kind, task, user, at))
// What comes after each follower's place, up to so many each, in order. What an event that is being
// written might still come before is left for the next time.
std::vector<ProjectEvent>
events_after(base::Tx& tx, const std::vector<Follower>& followers, int at_most);
void forget_events(base::Tx& tx, Time before);

struct TaskCounts {
    std::int64_t open = 0, done = 0, cancelled = 0, gold = 0;
};
BOOST_DESCRIBE_STRUCT(TaskCounts, (), (open, done, cancelled, gold))
// By an index alone.
TaskCounts task_counts(base::Tx& tx, std::int64_t project_id);

}  // namespace labeling

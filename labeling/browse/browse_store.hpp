#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/json/shape.hpp"
#include "base/words.hpp"
#include "labeling/queue/people_store.hpp"

// The tasks of a project looked through, and bookmarks of one's own. Each function is one step
// inside the caller's transaction.
namespace labeling {

struct TaskLine {
    std::int64_t task = 0;
    std::string record;  // the source's number, a dot, rk in hexadecimal
    std::string key;
    std::string preview;  // how the record begins
    std::string state;
    int answers = 0, wanted = 0;
    std::optional<double> agreement;  // mean likeness of two answers, if they are apart
    std::optional<std::string> label;
    base::JsonText value;  // what a label can not say
    std::optional<double> probability;
    std::optional<std::string> method;  // where the label came from
    bool flagged = false;               // somebody wants a reviewer to look
    bool bookmarked = false;            // by the one who looks
};
BOOST_DESCRIBE_STRUCT(
    TaskLine,
    (),
    (task,
     record,
     key,
     preview,
     state,
     answers,
     wanted,
     agreement,
     label,
     value,
     probability,
     method,
     flagged,
     bookmarked)
)

enum class FieldsRead { all, named, bare };

constexpr auto words_of(FieldsRead) {
    return std::to_array<base::Word<FieldsRead>>({
        {FieldsRead::all, "all"},
        {FieldsRead::named, "named"},
        {FieldsRead::bare, "bare"},
    });
}

// Which tasks are looked for; what is empty or false leaves none out.
struct TaskFilter {
    std::string state{};
    std::string label{};               // a class
    std::string text{};                // in the record, however it is written
    std::optional<std::int64_t> by{};  // who answered
    bool disagreed = false, flagged = false, bookmarked = false;
    bool tells_gold = false;  // without it gold looks open
    // What of the record is read: title and text, and of the fields all, those of `fields`, or all
    // of what has nothing else to see.
    bool reads_text = true;
    FieldsRead reads_fields = FieldsRead::all;
    std::vector<std::string> fields{};
};
struct TaskLines {
    std::vector<TaskLine> items;
    std::optional<std::int64_t> next;  // the task behind which it goes on; there may be no more
};
// In the order of the records, behind the task `after` (0: from the beginning). Whose class or text
// is rare may get fewer than `at_most`, and is told where to go on.
TaskLines list_tasks(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    const TaskFilter& filter,
    std::int64_t after,
    int at_most
);

struct TaskSeen : SeenRecord {
    std::int64_t task = 0;
    std::string state;
    std::string part;  // of the one who looks: held, answered, skipped, released; empty: none
    bool bookmarked = false;
};
BOOST_DESCRIBE_STRUCT(TaskSeen, (SeenRecord), (task, state, part, bookmarked))
// Nothing if the project has no such task, or its record is gone.
std::optional<TaskSeen>
see_task(base::Tx& tx, std::int64_t project_id, std::int64_t task, std::int64_t user_id);

// Keeps a task among a person's bookmarks: one that was given to them, or with `any` every one.
// False if it is not.
bool keep_bookmark(base::Tx& tx, std::int64_t task, std::int64_t user_id, bool any, Time now);
void drop_bookmark(base::Tx& tx, std::int64_t task, std::int64_t user_id);

}  // namespace labeling

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/json/shape.hpp"
#include "labeling/queue/assignment.hpp"
#include "schema/records/media_columns.hpp"

namespace base {
class Batch;
template <typename T>
class Later;
class Tx;
}  // namespace base

// Who answers, what they hold and what they said. Each function is one step inside the caller's
// transaction.
namespace labeling {

// The id of the simulated user of this name, made if there is none. A name that a person has throws
// base::Error.
std::int64_t simulated_user(base::Tx& tx, const std::string& name, Time now);

struct Annotator {
    std::string name;
    bool simulated = false;
    std::int64_t answers = 0;  // that stand
    std::int64_t skipped = 0;
    std::optional<double> median_milliseconds;  // of answers that carry a time
    Time first_at, last_at;
    std::int64_t compared = 0;  // answers on records whose truth is known
    std::int64_t agreed = 0;    // those that say the truth
    // What they say, by what is true, as the last inference found: {"cat": {"cat": .9, "dog": .1}}.
    base::JsonText confusion{};
};
BOOST_DESCRIBE_STRUCT(
    Annotator,
    (),
    (name,
     simulated,
     answers,
     skipped,
     median_milliseconds,
     first_at,
     last_at,
     compared,
     agreed,
     confusion)
)
// Everybody whose answers stand, the busiest first.
std::vector<Annotator> annotators(base::Tx& tx, std::int64_t project_id);

struct AnswerEntry {
    std::string record;  // the source's number, a dot, rk in hexadecimal
    std::string key;
    std::string user;
    int attempt = 1;
    std::optional<std::string> label;
    base::JsonText value;  // what a label can not say
    std::optional<std::int32_t> milliseconds;
    Time submitted_at;
    std::optional<Time> withdrawn_at;
    int schema_version = 1;               // of the project's classes when it was given
    int guideline_version = 1;            // that was shown then
    std::optional<std::int64_t> audit{};  // that asked for it: it does not count for the truth
};
BOOST_DESCRIBE_STRUCT(
    AnswerEntry,
    (),
    (record,
     key,
     user,
     attempt,
     label,
     value,
     milliseconds,
     submitted_at,
     withdrawn_at,
     schema_version,
     guideline_version,
     audit)
)
// The place of an answer in the list of all.
struct AnswerPlace {
    std::int64_t rk = INT64_MIN;
    std::string key;
    std::int64_t user_id = INT64_MIN;
    int attempt = 0;
};
struct AnswerRow : AnswerEntry {
    std::int64_t rk = 0;
    std::int64_t user_id = 0;

    AnswerPlace place() const { return {rk, key, user_id, attempt}; }
};
BOOST_DESCRIBE_STRUCT(AnswerRow, (AnswerEntry), (rk, user_id))
// Who answered what, in the order of the records, also what was taken back; of one person, if one
// is named.
std::vector<AnswerRow> list_answers(
    base::Tx& tx,
    std::int64_t project_id,
    const AnswerPlace& after,
    std::optional<std::int64_t> user_id,
    int at_most
);
// How many answers of a person stand.
std::int64_t answers_of(base::Tx& tx, std::int64_t project_id, std::int64_t user_id);
base::Later<std::int64_t>
answers_of(base::Batch& batch, std::int64_t project_id, std::int64_t user_id);

// What there is to see of a task's record.
struct SeenRecord {
    std::string record;  // as above
    std::string key;
    int version = 1;
    std::string title, body, language, url;
    std::optional<int> width, height;  // of its picture
    schema::MediaColumns media;
    base::JsonText payload, columns;
};
BOOST_DESCRIBE_STRUCT(
    SeenRecord,
    (),
    (record, key, version, title, body, language, url, width, height, media, payload, columns)
)
// A task in somebody's hands.
struct TaskInHand : SeenRecord {
    std::int64_t task_id = 0;
    std::int64_t token = 0;
    int attempt = 1;
    Time expires_at;
    std::string reason;
    bool audit = false;  // it is held to audit a label
    bool bookmarked = false;
    base::JsonText draft;              // of an answer, if one was begun
    std::string comment, returned_by;  // of the reviewer who sent it back
};
BOOST_DESCRIBE_STRUCT(
    TaskInHand,
    (SeenRecord),
    (task_id, token, attempt, expires_at, reason, audit, bookmarked, draft, comment, returned_by)
)
// Those whose leases run, most urgent first; only `task`, if one is named.
std::vector<TaskInHand> tasks_in_hand(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    std::optional<std::int64_t> task,
    int at_most,
    Time now
);
base::Later<std::vector<TaskInHand>> tasks_in_hand(
    base::Batch& batch,
    std::int64_t project_id,
    std::int64_t user_id,
    std::optional<std::int64_t> task,
    int at_most,
    Time now
);

// What a labeler may see of a record: what the project shows of this version.
struct Sight {
    std::int64_t project = 0;
    int version = 1;
};
BOOST_DESCRIBE_STRUCT(Sight, (), (project, version))
// By the tasks about this record that were ever handed to the user in projects that are open to
// them, and by all tasks of the projects that they own or review. The newest version first.
std::vector<Sight>
sights_of_record(base::Tx& tx, std::int64_t user_id, std::int64_t source_id, std::int64_t rk);

}  // namespace labeling

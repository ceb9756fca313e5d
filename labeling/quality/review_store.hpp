#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/json/shape.hpp"
#include "labeling/projects/project_store.hpp"

// What reviewers see and decide. A label that was decided is changed by reviewers only: neither an
// inference nor an import overwrites it. Each function is one step inside the caller's transaction.
namespace labeling {

enum class ReviewList { disagreed, flagged, decided };

struct ReviewAnswer {
    std::string user;
    std::optional<std::string> label;
    base::JsonText value;  // what a label can not say
    int attempt = 1;
    std::optional<std::int32_t> milliseconds;
    Time submitted_at;
    std::optional<double> accuracy;  // of the person, as the last inference found it
};
BOOST_DESCRIBE_STRUCT(
    ReviewAnswer,
    (),
    (user, label, value, attempt, milliseconds, submitted_at, accuracy)
)

struct ReviewComment {
    std::string user, text;
    bool flag = false;
    Time written_at;
};
BOOST_DESCRIBE_STRUCT(ReviewComment, (), (user, text, flag, written_at))

struct ReviewLine {
    std::int64_t task = 0;
    std::string record;  // the source's number, a dot, rk in hexadecimal
    std::string key;
    std::string state;                // of the task
    std::optional<double> agreement;  // mean likeness of two answers, if they are apart
    std::optional<std::string> label;
    base::JsonText value;
    std::optional<double> probability;
    std::optional<std::string> method;  // where the label came from
    std::optional<std::string> decided_by;
    std::optional<Time> set_at;
};
BOOST_DESCRIBE_STRUCT(
    ReviewLine,
    (),
    (task, record, key, state, agreement, label, value, probability, method, decided_by, set_at)
)
// A record with all that was said about it, side by side.
struct ReviewItem : ReviewLine {
    std::vector<ReviewAnswer> answers;
    std::vector<ReviewComment> comments;
};
BOOST_DESCRIBE_STRUCT(ReviewItem, (ReviewLine), (answers, comments))

// Where a list goes on: behind this task, which stood there by this number.
struct ReviewPlace {
    double place = std::numeric_limits<double>::infinity();
    std::int64_t task = 0;
};
BOOST_DESCRIBE_STRUCT(ReviewPlace, (), (place, task))
// Tasks whose answers disagree, the least agreed first; that have flagged comments nobody looked
// at, by number; or that were decided, the latest first.
std::vector<ReviewPlace> reviewed_places(
    base::Tx& tx,
    std::int64_t project_id,
    ReviewList list,
    const std::optional<ReviewPlace>& after,
    int at_most
);
std::vector<ReviewItem> review_items(base::Tx& tx, const std::vector<std::int64_t>& tasks);

// The task of a record; nothing if it never had one.
std::optional<std::int64_t>
task_of_key(base::Tx& tx, const StoredProject& project, const std::string& key);

struct StandingLabel {
    std::string answer;
    bool decided = false;  // by a reviewer
};
std::optional<StandingLabel> standing_label(base::Tx& tx, std::int64_t task);
// What a person says of a task; nothing if no answer of theirs stands.
std::optional<std::string> standing_answer(base::Tx& tx, std::int64_t task, std::int64_t user_id);

struct Decision {
    std::string answer;  // as its kind reads it
    std::string comment{};
    std::string made_by;
    std::string person{};  // whose answer it is, if it is one's
};
// Makes this the label of the task's record. Nobody else is asked, flagged comments are resolved.
void decide(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t task,
    const Decision& decision,
    Time now
);
// What stood before the last decision stands again, merged anew from the answers of now; the task
// wants as many answers as before. False if none stands.
bool undo_decision(base::Tx& tx, const StoredProject& project, std::int64_t task, Time now);

// Takes a person's answer back and puts the task into their hands until `until`, before all others,
// with the comment and the old answer as a draft. False if no answer of theirs stands.
bool send_back(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t task,
    std::int64_t user_id,
    const std::string& comment,
    const std::string& made_by,
    Time now,
    Time until
);

}  // namespace labeling

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/json/shape.hpp"
#include "labeling/queue/people_store.hpp"
#include "labeling/queue/task_store.hpp"

// A person's own work beside claim and submit: what they began, said to the reviewer, did before,
// and what is left for them. Each function is one step inside the caller's transaction.
namespace labeling {

// Keeps what a person has begun to answer, as JSON; tasks_in_hand() gives it back, and submit()
// drops it. False if the lease is no longer theirs under this token.
bool save_draft(
    base::Tx& tx,
    std::int64_t task,
    std::int64_t user_id,
    std::int64_t token,
    const std::string& value,
    Time now
);

struct Comment {
    std::int64_t id = 0, task = 0;
    std::string record;  // the source's number, a dot, rk in hexadecimal
    std::string key, user, text;
    bool flag = false;  // a reviewer should look
    Time written_at;
};
BOOST_DESCRIBE_STRUCT(Comment, (), (id, task, record, key, user, text, flag, written_at))
// False if the task was never given to this person.
bool add_comment(
    base::Tx& tx,
    std::int64_t task,
    std::int64_t user_id,
    const std::string& text,
    bool flag,
    Time now
);
// In the order in which they were written.
std::vector<Comment> list_comments(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t after,
    bool flagged_only,
    int at_most
);

struct OwnTask {
    std::int64_t task = 0;
    std::string record;  // as above
    std::string key;
    std::string state;  // answered, skipped; of bookmarks also held and released
    int version = 1;    // of the record
    int attempt = 1;    // names the answer when it is corrected
    Time at;
    std::string reason;  // of a skip
    std::optional<std::string> label;
    base::JsonText value;  // what a label can not say
    std::optional<std::int32_t> milliseconds;
    bool bookmarked = false;
};
BOOST_DESCRIBE_STRUCT(
    OwnTask,
    (),
    (task, record, key, version, state, attempt, at, reason, label, value, milliseconds, bookmarked)
)
struct OwnPlace {
    Time at;
    std::int64_t task = 0;
};
struct OwnFilter {
    std::string state{};      // empty: both
    bool bookmarked = false;  // what the person means to come back to, also what they left
    std::string text{};       // in the record, or in what they said of it
    bool reads_text = true;   // whether the record's own text is shown to them
};
// What a person answered and skipped, the latest first, behind `before`.
std::vector<OwnTask> own_history(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    const std::optional<OwnPlace>& before,
    const OwnFilter& filter,
    int at_most
);

// Puts another answer in the place of the one at `answer.attempt`, which must be the person's last;
// that one stays in the history, withdrawn. Sent again it is stored once.
Submitted correct(base::Tx& tx, const Answer& answer, Time now);

struct OwnProgress {
    std::int64_t answered = 0, skipped = 0, in_hand = 0;
    std::int64_t left = 0;            // tasks that this person can still have
    std::int64_t with_others = 0;     // those too, if the others who hold them gave them back
    std::int64_t open = 0, done = 0;  // in all
};
BOOST_DESCRIBE_STRUCT(OwnProgress, (), (answered, skipped, in_hand, left, with_others, open, done))
OwnProgress own_progress(base::Tx& tx, std::int64_t project_id, std::int64_t user_id, Time now);
// How many tasks a person could have if others gave them back, counted up to `at_most`.
std::int64_t
tasks_with_others(base::Tx& tx, std::int64_t project_id, std::int64_t user_id, int at_most);
// How many tasks whose answer stands a person answered since a time.
std::int64_t answers_since(base::Tx& tx, std::int64_t project_id, std::int64_t user_id, Time since);

}  // namespace labeling

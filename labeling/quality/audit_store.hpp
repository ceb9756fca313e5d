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

// Audits: labels drawn at random are asked again of people who do not see them, and from what these
// say follows how many of all labels are wrong. Meanwhile the tasks of these records are in a state
// of their own, in which they count neither as open nor as done. The answers are kept as all
// answers are, but never count for the truth. A project has one audit at a time. Each function is
// one step inside the caller's transaction.
namespace labeling {

enum class AuditBy { chance, one_class };

constexpr auto words_of(AuditBy) {
    return std::to_array<base::Word<AuditBy>>({
        {AuditBy::chance, "chance", "from all labels alike"},
        {AuditBy::one_class, "class", "from each class, so that rare ones are judged, too"},
    });
}

struct Audit {
    std::int64_t audit = 0;
    std::int64_t labels = 0;  // that the project had
    std::int64_t sample = 0;  // of these drawn
    bool by_class = false;
    std::int64_t seed = 0;  // of the draw
    std::string made_by;
    Time made_at;
    std::optional<std::string> stopped_by;
    std::optional<Time> stopped_at;
    std::int64_t items = 0;  // of the sample, without records that were purged since
};
BOOST_DESCRIBE_STRUCT(
    Audit,
    (),
    (audit, labels, sample, by_class, seed, made_by, made_at, stopped_by, stopped_at, items)
)
// The last one, whether it runs or not.
std::optional<Audit> last_audit(base::Tx& tx, std::int64_t project_id);
// The number of the one that runs.
std::optional<std::int64_t> running_audit(base::Tx& tx, std::int64_t project_id);

struct AuditProgress {
    std::int64_t answered = 0;
    std::int64_t in_hand = 0;
    std::int64_t skipped = 0;  // by somebody, and answered by nobody yet
};
BOOST_DESCRIBE_STRUCT(AuditProgress, (), (answered, in_hand, skipped))
AuditProgress audit_progress(base::Tx& tx, std::int64_t audit, Time now);

struct AuditDraw {
    std::int64_t sample = 0;
    AuditBy by = AuditBy::chance;
    std::int64_t seed = 0;
    std::string made_by;
};
// Draws from the labels that an export of now would hold. Throws base::Error if there are none, or
// by class if they are not of one class each, or are of more classes than the sample has labels.
// False if another audit runs.
bool start_audit(base::Tx& tx, const StoredProject& project, const AuditDraw& draw, Time now);

// Leases up to n labels of an audit to a person who has not answered their tasks; those that they
// skipped come last.
std::vector<Claimed> claim_audit(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t audit,
    std::int64_t user_id,
    int n,
    Time now,
    std::chrono::seconds lease
);

struct AuditedClass {
    std::optional<std::string> label;
    std::int64_t labels = 0, sample = 0, answered = 0, wrong = 0;
    double rate = 0, low = 0, high = 1;  // of wrong labels, with the 95 % interval
};
BOOST_DESCRIBE_STRUCT(AuditedClass, (), (label, labels, sample, answered, wrong, rate, low, high))
// A label that the answer differs from.
struct AuditDifference {
    std::string record;  // the source's number, a dot, rk in hexadecimal
    std::string key;
    std::optional<std::string> label;
    base::JsonText value;  // what a label can not say
    std::string user;      // who says otherwise
    std::optional<std::string> said_label;
    base::JsonText said_value;
    double likeness = 0;   // of the two
    bool changed = false;  // the record has another label by now
};
BOOST_DESCRIBE_STRUCT(
    AuditDifference,
    (),
    (record, key, label, value, user, said_label, said_value, likeness, changed)
)
struct AuditReport : Audit {
    std::int64_t answered = 0, wrong = 0;
    double rate = 0, low = 0, high = 1;  // of wrong labels among all, with the 95 % interval
    std::optional<double> likeness;      // mean, of answers to labels
    std::vector<AuditedClass> classes;   // none where labels are not of one class
    std::vector<AuditDifference> differences;
};
BOOST_DESCRIBE_STRUCT(
    AuditReport,
    (Audit),
    (answered, wrong, rate, low, high, likeness, classes, differences)
)
// What follows from the answers so far: from a part of the sample, which is a random one as long as
// nobody picks what to answer.
AuditReport audit_report(base::Tx& tx, const StoredProject& project, const Audit& audit);

// Ends it: tasks are what they were, what people hold of them goes back. With `review` the records
// whose answer differs from their label are flagged for reviewers; returns how many.
std::int64_t end_audit(
    base::Tx& tx,
    const StoredProject& project,
    const Audit& audit,
    const std::string& stopped_by,
    bool review,
    Time now
);

}  // namespace labeling

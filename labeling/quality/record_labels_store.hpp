#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/json/shape.hpp"
#include "base/time/time.hpp"

namespace base {
class Tx;
}

// What a project holds true of some records, and what people said of them. Records are named by
// `rks` and `keys`, two lists of one length.
namespace labeling {

struct RecordLabel {
    std::string key;
    std::optional<int> class_id;
    std::optional<std::string> value;  // JSON: what a class can not say
};
BOOST_DESCRIBE_STRUCT(RecordLabel, (), (key, class_id, value))
// In the order of the list; records without a label are left out.
std::vector<RecordLabel> labels_of_records(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t source_id,
    const std::vector<std::int64_t>& rks,
    const std::vector<std::string>& keys
);

// One answer of a record, and how many people gave it. Of a person the last answer counts, unless
// it was taken back; those of audits do not.
struct SaidOfRecord {
    std::string key;
    std::string answer;  // the name of a class, or JSON
    std::int64_t people = 0;
};
BOOST_DESCRIBE_STRUCT(SaidOfRecord, (), (key, answer, people))
// By record the answer of most people first.
std::map<std::string, std::vector<SaidOfRecord>> said_of_records(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t source_id,
    const std::vector<std::int64_t>& rks,
    const std::vector<std::string>& keys
);

// What a project holds true of one record.
struct HeldLabel {
    std::string project;
    std::optional<std::string> label;  // the name of a class
    base::JsonText value;              // what a class can not say; or null
    double probability = 0;
    std::string method;  // how it came: imported, a way of inference, a decision
    int revision = 1;
    base::Time set_at;
};
BOOST_DESCRIBE_STRUCT(HeldLabel, (), (project, label, value, probability, method, revision, set_at))

// What one person said of it.
struct AnswerOfRecord {
    std::string project, user;
    bool simulated = false;
    int attempt = 1;
    std::optional<std::string> label;
    base::JsonText value;
    std::optional<std::int64_t> milliseconds;
    base::Time submitted_at;
    std::optional<base::Time> withdrawn_at;  // taken back, corrected or invalidated
    bool audit = false;
};
BOOST_DESCRIBE_STRUCT(
    AnswerOfRecord,
    (),
    (project,
     user,
     simulated,
     attempt,
     label,
     value,
     milliseconds,
     submitted_at,
     withdrawn_at,
     audit)
)

struct SkipOfRecord {
    std::string project, user, reason;
    base::Time at;
};
BOOST_DESCRIBE_STRUCT(SkipOfRecord, (), (project, user, reason, at))

// All that projects know of one record, by project; answers and skips in the order of time.
struct LabelsOfRecord {
    std::vector<HeldLabel> labels;
    std::vector<AnswerOfRecord> answers;
    std::vector<SkipOfRecord> skips;
};
BOOST_DESCRIBE_STRUCT(LabelsOfRecord, (), (labels, answers, skips))
LabelsOfRecord
labels_of_record(base::Tx& tx, std::int64_t source_id, std::int64_t rk, const std::string& key);

}  // namespace labeling

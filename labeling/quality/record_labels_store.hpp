#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

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

}  // namespace labeling

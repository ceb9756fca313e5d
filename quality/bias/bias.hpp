#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>

#include "quality/table.hpp"

namespace quality {

struct Share {
    double value = 0, low = 0, high = 0;  // with a 95 % interval (Wilson 1927)
};
BOOST_DESCRIBE_STRUCT(Share, (), (value, low, high))
Share share_of(double part, double whole);

// One value of one field, or of several at once.
struct Group {
    std::vector<std::string> values;  // in the order of the fields; "(none)" for a missing one
    std::uint64_t records = 0;
    Share share;                      // of all records
    std::optional<double> reference;  // the share it should have
    bool off_reference = false;       // which lies outside the interval

    std::uint64_t labelled = 0;
    std::map<std::string, Share> labels;  // share of each label among those labelled
    // The share of the favourable label over that of the group where it is largest (of those with
    // at least ten labels); under 0.8 it is "disparate impact" by the four-fifths rule (EEOC 1978).
    std::optional<double> impact;
};
BOOST_DESCRIBE_STRUCT(
    Group,
    (),
    (values, records, share, reference, off_reference, labelled, labels, impact)
)

// A field that is missing more often in one group than in all.
struct MissingInGroup {
    std::string field, value;  // of the group
    std::string column;        // that is missing
    Share share;
    double overall = 0;
};

struct Breakdown {
    std::vector<std::string> fields;
    std::vector<Group> groups;  // largest first
};
BOOST_DESCRIBE_STRUCT(Breakdown, (), (fields, groups))

struct BiasReport {
    std::uint64_t records = 0;
    std::string favourable;             // label; empty: no labels
    std::vector<Breakdown> breakdowns;  // of each field, then of all together if there are several
    std::vector<MissingInGroup> missing;  // largest difference first, over ten points
};

struct BiasOptions {
    std::vector<std::string> by;      // fields; numbers of more than twenty values go by quarters
    std::vector<std::string> labels;  // per row of the table, "" for none; empty: no labels
    std::string favourable;           // empty: the rarer of two labels, else the most frequent one
    // By field, then value: the share it should have.
    std::map<std::string, std::map<std::string, double>> reference;
};

// Who is in the records, and how labels and missing values fall on groups. Throws base::UsageError
// for a field that the table does not have.
BiasReport report_bias(const Table& table, const BiasOptions& options);

// "field,value,share" with a header, as CSV. Throws base::UsageError with the line for what makes
// no sense.
std::map<std::string, std::map<std::string, double>>
parse_reference(std::string_view csv, const std::string& name);

}  // namespace quality

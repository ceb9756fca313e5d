#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/settings/fwd.hpp"
#include "base/words.hpp"
#include "formats/field.hpp"
#include "quality/profile/profile.hpp"
#include "quality/table.hpp"

namespace quality {

enum class Severity { warn, quarantine, block };
constexpr auto words_of(Severity) {
    return std::to_array<base::Word<Severity>>({
        {Severity::warn, "warn", "said, and no more"},
        {Severity::quarantine, "quarantine", "records that fail it are kept out of snapshots"},
        {Severity::block, "block", "a check that did not pass is a failure of the command"},
    });
}

// One expectation of the records of a source. Which members a kind looks at, its file says.
struct Check {
    std::string name;
    std::string kind;
    std::vector<std::string> columns;
    double mostly = 1;  // share of the records examined that must hold it
    Severity severity = Severity::warn;
    std::string where;  // only records that match it are examined (schema/filter)
    std::vector<std::string> values;
    std::vector<double> shares;  // of `values`, or of the ranges between `bounds`
    std::vector<double> bounds;
    std::vector<std::vector<std::string>> tuples;
    std::optional<double> minimum, maximum;
    bool strict = false;                // bounds do not belong to the range; neighbours must differ
    std::vector<std::string> patterns;  // ECMAScript regular expressions
    bool all = false;                   // every pattern, not any of them
    std::string format;                 // of time_format, as for strftime
    std::string statistic;
    std::vector<std::string> types;
    std::string order;   // of increasing, decreasing: the column to sort by
    std::string source;  // of same_records: the other source
    std::string schema;  // of json_schema: the schema, as JSON

    static const base::Settings<Check> settings;
};

// Reads a TOML text:
//
//     [[check]]
//     kind = "between"
//     column = "age"          # or columns = ["a", "b"]
//     minimum = 0
//     maximum = 120
//     mostly = 0.99           # 1 by default
//     severity = "quarantine" # warn (default), quarantine, block
//     where = "state = 'open'"  # of these records; all by default
//     name = "ages"           # made from kind and columns by default
//
// The kinds are told in docs/reference/checks.md. Those that look at each record pass over missing
// values but for those on missing ones. Throws base::UsageError with the line for what makes no
// sense.
std::vector<Check> parse_checks(std::string_view toml, const std::string& name);

// The page of docs/reference on the kinds of checks and their settings, as Markdown.
std::string checks_reference();

struct CheckResult {
    Check check;
    bool passed = true;
    std::uint64_t examined = 0, failed = 0;
    std::string observed;               // one line
    std::vector<Table::Row> rows;       // that failed: the first ten, with severity quarantine all
    std::vector<std::string> examples;  // their values
};

// Applies checks to records one by one. Memory: a few bytes per record for unique, some tens for
// increasing and decreasing, else none.
class Checker {
public:
    // The profile is that of the same records; `others` says how many records another source has.
    Checker(
        std::vector<Check> checks,
        const Profile& profile,
        std::map<std::string, std::uint64_t> others = {}
    );
    ~Checker();

    void add(const Table::Row& row, std::span<const formats::Field> fields);
    std::vector<CheckResult> finish();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace quality

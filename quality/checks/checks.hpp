#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/field.hpp"
#include "quality/profile/profile.hpp"
#include "quality/table.hpp"

namespace ingest::quality {

enum class Severity { warn, quarantine, block };
std::string_view name_of(Severity severity);

// One expectation of the records of a source.
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

    bool by_record() const;  // looks at each record alone or beside others, not at figures of all
};

// Reads a TOML text:
//
//     [[check]]
//     kind = "between"        # see below
//     column = "age"          # or columns = ["a", "b"]
//     minimum = 0
//     maximum = 120
//     mostly = 0.99           # 1 by default
//     severity = "quarantine" # warn (default), quarantine, block
//     where = "state = 'open'"  # of these records; all by default
//     name = "ages"           # made from kind and columns by default
//
// Kinds that look at each record, and pass over missing values but for those on missing ones:
// - not_missing, missing
// - unique (one or several columns together), unique_within (the columns of a record differ)
// - in_set, not_in_set; tuple_in_set (several columns, `tuples`)
// - between (numbers), date_between (minimum and maximum in `values`), length (in characters)
// - type (`type`, or one of `types`), time_format, json, json_schema
// - matches, not_matches (`pattern`, or one of `patterns`; `all` of them), like, not_like
// (`values`)
// - greater, greater_or_equal (first column over the second), equal (two columns)
// - sum (of several columns, between minimum and maximum)
// - increasing, decreasing (by `order`, else by line; `strict`)
// - z_score (deviations from the mean, at most `maximum`)
// - where: the record matches the condition
// Kinds that look at all: records (how many), same_records (as many as `source` has), columns (the
// fields are exactly `values`), has_columns, column_count, statistic (between minimum and maximum),
// distinct_in_set, distinct_contains, distinct_equals, most_common_in_set, divergence
// (Kullback-Leibler, at most `maximum`) and chi_square (p at least `minimum`, 0.05) of the shares
// that `values` or ranges between `bounds` should have, association (Cramér's V of two columns, at
// most `maximum`). Throws base::UsageError with the line for what makes no sense.
std::vector<Check> parse_checks(std::string_view toml, const std::string& name);

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

    void add(const Table::Row& row, std::span<const Field> fields);
    std::vector<CheckResult> finish();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ingest::quality

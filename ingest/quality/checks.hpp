#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/page.hpp"
#include "ingest/quality/profile.hpp"
#include "ingest/quality/table.hpp"

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
    std::vector<std::string> values;  // of in_set, not_in_set, columns
    std::optional<double> minimum, maximum;
    std::string pattern;    // ECMAScript regular expression, of matches and not_matches
    std::string statistic;  // of statistic: mean, deviation, sum, minimum, maximum, median,
                            // distinct, missing, q0.95 ..
    std::string type;       // of type: number, integer, boolean, date, time, datetime, link
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
//     name = "ages"           # made from kind and columns by default
//
// Kinds that look at each record, and pass over missing values except for not_missing: not_missing,
// unique (one or several columns together), in_set, not_in_set, between, length (of the text in
// characters), type, matches, not_matches, greater (first column over the second), equal (two
// columns). Kinds that look at all: records (how many, minimum and maximum), columns (the fields
// are exactly `values`), statistic (of a column, between minimum and maximum). Throws
// base::UsageError with the line for what makes no sense.
std::vector<Check> parse_checks(std::string_view toml, const std::string& name);

struct CheckResult {
    Check check;
    bool passed = true;
    std::uint64_t examined = 0, failed = 0;
    std::string observed;               // one line
    std::vector<Table::Row> rows;       // that failed: the first ten, with severity quarantine all
    std::vector<std::string> examples;  // their values
};

// Applies checks to records one by one. Memory: a few bytes per record for unique, else none.
class Checker {
public:
    explicit Checker(std::vector<Check> checks);
    ~Checker();

    void add(const Table::Row& row, std::span<const Field> fields);
    // The profile is that of the same records.
    std::vector<CheckResult> finish(const Profile& profile);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ingest::quality

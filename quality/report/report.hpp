#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/json/fwd.hpp>

#include "quality/outliers/associations.hpp"
#include "quality/profile/drift.hpp"
#include "quality/profile/profile.hpp"
#include "quality/store.hpp"

namespace base {
class Database;
class Tx;
}  // namespace base
namespace schema {
struct Source;
}

namespace quality {

// Something about a source that wants a look.
struct Alert {
    std::string kind;  // missing, hidden_missing, constant, unique, skewed, zeros, imbalance,
                       // many_values, mixed, characters, correlation, duplicates, errors, outliers,
                       // check, drift
    std::string column;  // empty: of the records
    std::string text;    // one line
    bool serious = false;
};
BOOST_DESCRIBE_STRUCT(Alert, (), (kind, column, text, serious))

// What the last run of a check said.
struct CheckLine {
    std::string name, severity, observed;
    bool passed = true;
    std::uint64_t examined = 0, failed = 0;
};
BOOST_DESCRIBE_STRUCT(CheckLine, (), (name, severity, observed, passed, examined, failed))

struct FoundDuplicates {
    std::string kind;
    std::uint64_t records = 0, clusters = 0;
    std::vector<std::vector<std::string>> examples;  // keys
};
BOOST_DESCRIBE_STRUCT(FoundDuplicates, (), (kind, records, clusters))

// All that the page about a source shows.
struct QualityReport {
    std::string source, made_at;
    std::int64_t run = 0;  // the last one
    Profile profile;
    std::uint64_t sampled = 0;         // records that associations and findings are from
    std::vector<std::string> columns;  // of the sample
    Associations associations;
    std::vector<std::pair<std::string, std::uint64_t>> missing_together;  // "a, b" and how often
    std::vector<FoundDuplicates> duplicates;
    std::vector<CellIssue> errors;    // most likely first
    std::vector<CellIssue> outliers;  // farthest first
    std::vector<CheckLine> checks;
    std::optional<std::vector<Drift>> drift;  // since the profile kept before
    std::vector<Alert> alerts;                // serious ones first
};

// Reads the source: its profile from the kept parts, the rest from a sample of at most 50,000
// records, results of checks and of duplicates as they were kept. Finds exact duplicates and
// duplicate rows itself if the sample is all there is.
QualityReport
report_quality(base::Database& database, const schema::Source& source, bool find_duplicate_rows);

// What the checks of a source said when they were last run, the failed ones first.
std::vector<CheckLine> last_checks(base::Tx& tx, std::int64_t source_id);

// Alerts from all else that the report holds.
std::vector<Alert> find_alerts(const QualityReport& report);

boost::json::object to_json(const QualityReport& report);

// One page that needs neither network nor script; all texts are escaped.
std::string render_html(const QualityReport& report);

}  // namespace quality

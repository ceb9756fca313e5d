#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/page.hpp"
#include "ingest/quality/sketches.hpp"

namespace base {
class Database;
class Tx;
}  // namespace base

namespace ingest::quality {

// What the values of one field are like. Text forms of values count: numbers as spelled, blanks at
// the ends left out.
struct ColumnProfile {
    std::uint64_t present = 0;          // records that have the field with a value
    std::uint64_t spelled_missing = 0;  // of these, values that say there is none: "n/a", "-"
    std::uint64_t numbers = 0, booleans = 0, objects = 0;  // of these
    Distinct distinct;
    Frequent frequent;
    Quantiles quantiles;  // of the numbers
    Moments moments;      // of the numbers
    Moments lengths;      // of the texts, in bytes

    void add(const Field& given);
    void merge(const ColumnProfile& other);
    bool numeric() const {
        return present > 0 && numbers * 10 >= (present - spelled_missing) * 9 && numbers > 0;
    }
};

// What the records of a source are like, in memory that does not grow with their number. A profile
// of all is the merge of profiles of the parts.
struct Profile {
    std::uint64_t records = 0;
    std::map<std::string, ColumnProfile> columns;

    void add(std::span<const Field> fields);
    void merge(const Profile& other);

    std::string to_json() const;  // all of it
    static Profile from_json(std::string_view json);
    std::string summary() const;  // for people and machines: JSON with the figures
};

// One pass over the present records of a source.
Profile profile_source(base::Database& database, std::int64_t source_id);

// Profiles are kept with the last run whose records they saw. Nothing if there is none of that run;
// run 0 is the newest.
void save_profile(
    base::Tx& tx,
    std::int64_t source_id,
    std::int64_t run_id,
    const Profile& profile
);
std::optional<Profile> load_profile(base::Tx& tx, std::int64_t source_id, std::int64_t run_id);
std::int64_t latest_run(base::Tx& tx, std::int64_t source_id);  // 0: none

// How one column differs between two profiles.
struct Drift {
    std::string column;
    double missing_before = 0, missing_after = 0;  // shares
    double psi = 0;  // population stability index over ten quantile bins or the frequent values
    double jensen_shannon = 0;  // divergence, base 2, over the same bins
    double distance = 0;        // numbers: Kolmogorov-Smirnov; others: L-infinity of the shares
    std::string verdict;  // "stable", "shifted" (PSI over 0.1), "drifted" (over 0.2), "new", "gone"
};

// From the sketches alone. Columns in order of PSI, largest first; new and gone ones before them.
std::vector<Drift> find_drift(const Profile& before, const Profile& after);

}  // namespace ingest::quality

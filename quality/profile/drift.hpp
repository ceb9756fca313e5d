#pragma once

#include <string>
#include <vector>

#include <boost/json/fwd.hpp>

#include "quality/profile/profile.hpp"

namespace ingest::quality {

// How one column differs between two profiles.
struct Drift {
    std::string column;
    double missing_before = 0, missing_after = 0;  // shares
    // Over ten quantile bins of the first profile for numbers, over the frequent values for others:
    double psi = 0;             // population stability index
    double jensen_shannon = 0;  // divergence, base 2
    double l_infinity = 0;      // largest difference of a share
    double chi_square = 0;      // of the two samples, with its p value
    double chi_square_p = 1;
    double ks = 0;  // numbers: Kolmogorov-Smirnov distance, with its asymptotic p value; else 0, 1
    double ks_p = 1;
    bool numeric = false;
    std::string verdict;  // "stable", "shifted" (PSI over 0.1), "drifted" (over 0.2), "new", "gone"
};

// From the sketches alone. Columns in order of PSI, largest first; new and gone ones before them.
// The verdict goes by size, not by p value: of many records every difference is significant. PSI of
// few records is large by chance: what a chi-square test does not see at 1 % is stable.
std::vector<Drift> find_drift(const Profile& before, const Profile& after);

boost::json::object to_json(const Drift& drift);

}  // namespace ingest::quality

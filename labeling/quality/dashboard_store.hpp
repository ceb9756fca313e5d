#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "labeling/agreement/split_agreement.hpp"
#include "labeling/queue/event_store.hpp"

// How the work in a project goes, out of what labeling/queue/event_store.hpp counted and of
// indexes: no look at the answers themselves. Times are whole hours.
namespace labeling {

struct Pace {
    Time begin;
    std::string user;
    std::int64_t answers = 0, taken_back = 0;
    std::int64_t done = 0;      // tasks
    std::int64_t compared = 0;  // answers
    double alike = 0;           // sum over these
};
BOOST_DESCRIBE_STRUCT(Pace, (), (begin, user, answers, taken_back, done, compared, alike))

struct TimeTaken {
    std::int64_t answers = 0;  // with a time
    std::int64_t pauses = 0;   // without: nobody measured it, or there was a pause in it
    std::optional<double> median_seconds, p90_seconds;
};
struct TimeOf : TimeTaken {
    std::string user;
};

struct SkipReason {
    std::string reason;
    std::int64_t skips = 0;
};
BOOST_DESCRIBE_STRUCT(SkipReason, (), (reason, skips))

struct LabelsMade {
    Time begin;
    std::int64_t labels = 0;
};
BOOST_DESCRIBE_STRUCT(LabelsMade, (), (begin, labels))

struct Depth {
    std::int64_t leased = 0, disagreed = 0, flagged = 0, skipped = 0;
};
BOOST_DESCRIBE_STRUCT(Depth, (), (leased, disagreed, flagged, skipped))

// In the order of time, then of names.
std::vector<Pace>
paces(base::Tx& tx, std::int64_t project_id, Time since, Time until, Bucket bucket);
// Of all people together, with no name, then of each. Quantiles lie within 6 % of the true ones:
// times are counted in steps of 12 %.
std::vector<TimeOf> times_taken(base::Tx& tx, std::int64_t project_id, Time since, Time until);
std::vector<SkipReason> skip_reasons(base::Tx& tx, std::int64_t project_id, Time since, Time until);
std::vector<LabelsMade>
labels_made(base::Tx& tx, std::int64_t project_id, Time since, Time until, Bucket bucket);
Depth depth(base::Tx& tx, std::int64_t project_id, Time now);
// When `open` tasks are done if people go on as in the week before `now`. Nothing if none was done.
std::optional<Time>
estimated_end(base::Tx& tx, std::int64_t project_id, std::int64_t open, Time now);

// Where the quantile of counts by step lies, in milliseconds; 0 if there are none.
double quantile_of_steps(const std::vector<std::int64_t>& by_step, double share);

}  // namespace labeling

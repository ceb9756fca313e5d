#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include <boost/describe/class.hpp>

#include "labeling/queue/people_store.hpp"

namespace labeling {

struct StoredProject;

// How right a person is on gold.
struct GoldAccuracy {
    std::int64_t answers = 0;
    double likeness = 0;  // mean, to the truth
    double right = 0;     // share of answers that say the truth, with its Wilson interval
    double low = 0, high = 1;
    std::optional<double> before, recent;  // the same of the last answers and of all before them
    std::optional<double> drift_p;         // of recent being lower by chance; Fisher's exact test
};
BOOST_DESCRIBE_STRUCT(
    GoldAccuracy,
    (),
    (answers, likeness, right, low, high, before, recent, drift_p)
)
// From the likeness of each answer to the truth, the oldest first. Drift is judged from
// 2 * `drift_window` answers on.
inline constexpr std::size_t drift_window = 10;
GoldAccuracy gold_accuracy(std::span<const double> likeness);

// The probability of at most `a` right ones among a + b recent answers, if recent ones and the
// c right and d wrong before are alike (Fisher 1922, one-sided).
double fisher_less(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d);

struct AnnotatorQuality : Annotator {
    std::optional<GoldAccuracy> gold;  // if they answered any
    bool drifting = false;             // recent gold answers are worse, p < 0.01
    bool hasty = false;                // median time below a third of that of all people
};
BOOST_DESCRIBE_STRUCT(AnnotatorQuality, (Annotator), (gold, drifting, hasty))
// Everybody whose answers stand, the busiest first. Where people are told the truth of gold, their
// first answer counts, though it was taken back.
std::vector<AnnotatorQuality> annotator_quality(base::Tx& tx, const StoredProject& project);
// After a person's answers to these tasks of gold, one or thousands: tells those who wait for it if
// the person began to drift with one of them, once, and not again before the drift has ended.
void tell_of_drift(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t user_id,
    const std::set<std::int64_t>& tasks,
    Time now
);

}  // namespace labeling

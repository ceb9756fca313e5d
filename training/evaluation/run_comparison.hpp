#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "training/evaluation/comparison.hpp"

namespace base {
class Tx;
}

namespace training {

// Run b against run a by one figure.
struct RunDifference {
    std::int64_t a = 0, b = 0;
    Compared metric = Compared::accuracy;
    double difference = 0;     // of b less that of a
    double low = 0, high = 0;  // 95 % interval of the difference
    double p_value = 1;
    double adjusted_p = 1;               // for all pairs of runs that were compared (Holm)
    bool stands = false;                 // the adjusted one is below 0.05
    std::optional<std::int64_t> better;  // the run that is, where the difference stands
};
BOOST_DESCRIBE_STRUCT(
    RunDifference,
    (),
    (a, b, metric, difference, low, high, p_value, adjusted_p, stands, better)
)

// How many of the compared records a run gives no answer to.
struct RunUnanswered {
    std::int64_t run = 0;
    std::size_t records = 0;
};
BOOST_DESCRIBE_STRUCT(RunUnanswered, (), (run, records))

// Runs against each other on the test records that all of them judged. Of labels of several parts a
// record that a run has in its test part and gives no answer to is wrong for that run. The members
// of before `differences` are of the first two alone: of classes the accuracies, of values the
// squared errors; what is not of their kind is empty. Labels of several parts are compared by the
// measure of their kind (part_kind), F1 of the parts, in `differences`.
struct RunComparison {
    std::size_t rows = 0;
    std::optional<std::size_t> only_a_right, only_b_right;
    std::optional<double> accuracy_difference;       // of b less that of a
    std::optional<double> squared_error_difference;  // mean of b less that of a
    double low = 0, high = 0;                        // 95 % interval of the difference
    std::optional<double> p_value;                   // McNemar's exact test
    std::size_t left_out = 0;  // records whose label is not the same in all of their snapshots
    std::vector<RunUnanswered> unanswered;   // of those runs that leave records out
    std::vector<RunDifference> differences;  // of all pairs, by every figure
};
BOOST_DESCRIBE_STRUCT(
    RunComparison,
    (),
    (rows,
     only_a_right,
     only_b_right,
     accuracy_difference,
     squared_error_difference,
     low,
     high,
     p_value,
     left_out,
     unanswered,
     differences)
)

// Of two runs at least. Throws base::Error if there is no such run, if some predict classes and
// others values or parts, or classes or parts of different projects, or if they judged no test
// record in common; base::Interrupted at a stop.
RunComparison
compare_runs(base::Tx& tx, std::span<const std::int64_t> runs, std::stop_token stop = {});

}  // namespace training

#pragma once

#include <cstdint>
#include <optional>

#include <boost/describe/class.hpp>

namespace base {
class Tx;
}

namespace training {

// Run b against run a on the test records that both judged. Of classes the accuracies, of values
// the squared errors; what is not of their kind is empty.
struct RunComparison {
    std::size_t rows = 0;
    std::optional<std::size_t> only_a_right, only_b_right;
    std::optional<double> accuracy_difference;       // of b less that of a
    std::optional<double> squared_error_difference;  // mean of b less that of a
    double low = 0, high = 0;                        // 95 % interval of the difference
    std::optional<double> p_value;                   // McNemar's exact test
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
     p_value)
)

// Throws base::Error if there is no such run, or if they judged no test record in common.
RunComparison compare_runs(base::Tx& tx, std::int64_t a, std::int64_t b);

}  // namespace training

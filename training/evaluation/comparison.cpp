#include "training/evaluation/comparison.hpp"

#include <vector>

#include "base/error.hpp"

namespace training {

ClassComparison compare_classes(
    std::span<const int> first,
    std::span<const int> second,
    std::span<const int> truth,
    std::uint64_t seed
) {
    if (first.size() != truth.size() || second.size() != truth.size()) {
        throw base::Error(
            "comparison",
            "the runs were not judged on the same rows",
            "compare runs of one snapshot"
        );
    }
    ClassComparison out;
    out.rows = truth.size();
    std::vector<double> right_first;
    std::vector<double> right_second;
    for (std::size_t row = 0; row < truth.size(); ++row) {
        const bool a = first[row] == truth[row];
        const bool b = second[row] == truth[row];
        if (a && !b) ++out.only_first;
        if (b && !a) ++out.only_second;
        right_first.push_back(a ? 1 : 0);
        right_second.push_back(b ? 1 : 0);
    }
    out.p_value = binomial_test_half(out.only_first, out.only_first + out.only_second);
    out.difference = compare_losses(right_first, right_second, seed);
    return out;
}

Estimate
compare_losses(std::span<const double> first, std::span<const double> second, std::uint64_t seed) {
    if (first.size() != second.size())
        throw base::Error(
            "comparison",
            "the runs were not judged on the same rows",
            "compare runs of one snapshot"
        );
    const auto n = first.size();
    if (n == 0) return {};
    double mean = 0;
    for (std::size_t row = 0; row < n; ++row)
        mean += (second[row] - first[row]) / static_cast<double>(n);
    const auto interval = bootstrap(n, seed, [&](std::span<const std::uint32_t> rows) {
        double sum = 0;
        for (auto row : rows) sum += second[row] - first[row];
        return sum / static_cast<double>(n);
    });
    return {mean, interval};
}

}  // namespace training

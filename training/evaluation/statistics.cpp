#include "training/evaluation/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/numbers/random.hpp"

namespace training {

namespace {

double log_choose(std::size_t n, std::size_t k) {
    const auto gamma = [](std::size_t x) { return std::lgamma(static_cast<double>(x) + 1); };
    return gamma(n) - gamma(k) - gamma(n - k);
}

}  // namespace

double binomial_test_half(std::size_t successes, std::size_t n) {
    const auto fewer = std::min(successes, n - successes);
    double tail = 0;
    for (std::size_t i = 0; i <= fewer; ++i)
        tail += std::exp(log_choose(n, i) - static_cast<double>(n) * std::log(2.0));
    return std::min(1.0, 2 * tail);
}

double
hypergeometric_tail(std::size_t hits, std::size_t drawn, std::size_t marked, std::size_t total) {
    const double all = log_choose(total, drawn);
    double tail = 0;
    for (auto x = hits; x <= std::min(drawn, marked); ++x) {
        if (drawn - x > total - marked) continue;
        tail += std::exp(log_choose(marked, x) + log_choose(total - marked, drawn - x) - all);
    }
    return std::min(1.0, tail);
}

std::vector<double> adjust(std::span<const double> p_values) {
    std::vector<std::size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        return p_values[a] < p_values[b];
    });
    std::vector<double> out(p_values.size());
    double least = 1;
    for (std::size_t rank = order.size(); rank-- > 0;) {
        least = std::min(
            least,
            p_values[order[rank]] * static_cast<double>(order.size()) /
                static_cast<double>(rank + 1)
        );
        out[order[rank]] = least;
    }
    return out;
}

Interval bootstrap(
    std::size_t n,
    std::uint64_t seed,
    const std::function<double(std::span<const std::uint32_t>)>& statistic
) {
    if (n == 0) return {0, 0};
    const auto resamples = std::clamp<std::size_t>(10'000'000 / n, 200, 1000);
    std::vector<double> values(resamples);
    std::vector<std::uint32_t> rows(n);
    for (std::size_t b = 0; b < resamples; ++b) {
        const base::CounterRandom random(seed, 50'000 + b);
        for (std::size_t i = 0; i < n; ++i)
            rows[i] = static_cast<std::uint32_t>(random.below(i, n));
        values[b] = statistic(rows);
    }
    return {base::quantile(values, 0.025), base::quantile(values, 0.975)};
}

}  // namespace training

#include "training/evaluation/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
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

std::vector<double> adjust_family(std::span<const double> p_values) {
    std::vector<std::size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        return p_values[a] < p_values[b];
    });
    std::vector<double> out(p_values.size());
    double most = 0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        const auto left = static_cast<double>(order.size() - rank);
        most = std::max(most, std::min(1.0, left * p_values[order[rank]]));
        out[order[rank]] = most;
    }
    return out;
}

namespace {

Spread spread_of(std::vector<double> values) {
    const auto resamples = values.size();
    std::erase_if(values, [](double value) { return !std::isfinite(value); });
    if (values.empty() || 2 * values.size() < resamples) return {};
    const auto n = static_cast<double>(values.size());
    double mean = 0;
    for (double value : values) mean += value / n;
    double squares = 0;
    for (double value : values) squares += (value - mean) * (value - mean);
    Spread out;
    out.deviation = values.size() > 1 ? std::sqrt(squares / (n - 1)) : 0;
    const double low = base::quantile(values, 0.025);
    out.interval = Interval{low, base::quantile(values, 0.975)};
    return out;
}

}  // namespace

// A row that is drawn 256 times or more has no place in a byte; its chance is below 1e-500.
std::vector<Spread> bootstrap(
    std::size_t n,
    std::size_t figures,
    std::uint64_t seed,
    Team& team,
    const Resampled& statistic,
    std::stop_token stop
) {
    if (n == 0) return std::vector<Spread>(figures);
    const auto resamples = std::clamp<std::size_t>(10'000'000 / n, 200, 1000);
    std::vector<double> values(resamples * figures);
    team.run(resamples, [&](std::size_t b) {
        if (stop.stop_requested()) throw base::Interrupted();
        const base::CounterRandom random(seed, 50'000 + b);
        std::vector<std::uint8_t> rows(n);
        for (std::size_t i = 0; i < n; ++i) ++rows[random.below(i, n)];
        statistic(rows, std::span(values).subspan(b * figures, figures));
    });
    std::vector<Spread> out;
    for (std::size_t f = 0; f < figures; ++f) {
        std::vector<double> of_figure(resamples);
        for (std::size_t b = 0; b < resamples; ++b) of_figure[b] = values[b * figures + f];
        out.push_back(spread_of(std::move(of_figure)));
    }
    return out;
}

}  // namespace training

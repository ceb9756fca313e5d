// Every figure is a mean over records, each with its own pairs: records do not depend on each
// other, pairs of one record do, and so resamples are of records.
#include "training/answers/order_judging.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "training/evaluation/set_metrics.hpp"
#include "training/models/bradley_terry.hpp"

namespace training {

namespace {

// Calls see(better, worse) for the pairs that are not level in truth.
template <typename See>
void each_pair(const JudgedOrder& order, See see) {
    for (std::size_t a = 0; a < order.places.size(); ++a)
        for (std::size_t b = 0; b < order.places.size(); ++b)
            if (order.places[a] < order.places[b]) see(a, b);
}

std::optional<double> mean_or_none(double sum, double count) {
    return count > 0 ? std::optional(sum / count) : std::nullopt;
}

// The candidates by score, level ones together.
std::vector<std::vector<std::size_t>> by_score(const JudgedOrder& order) {
    std::vector<std::size_t> at(order.scores.size());
    std::iota(at.begin(), at.end(), std::size_t{0});
    std::stable_sort(at.begin(), at.end(), [&](auto a, auto b) {
        return order.scores[a] > order.scores[b];
    });
    std::vector<std::vector<std::size_t>> groups;
    for (auto one : at) {
        if (groups.empty() || order.scores[groups.back().front()] != order.scores[one])
            groups.emplace_back();
        groups.back().push_back(one);
    }
    return groups;
}

// Of those that are level at the top, the share that is best in truth.
std::optional<double> best_first(const JudgedOrder& order) {
    if (!right_pairs(order)) return std::nullopt;
    const auto best = *std::min_element(order.places.begin(), order.places.end());
    const auto first = by_score(order).front();
    const auto right = std::count_if(first.begin(), first.end(), [&](auto candidate) {
        return order.places[candidate] == best;
    });
    return static_cast<double>(right) / static_cast<double>(first.size());
}

}  // namespace

std::optional<double> right_pairs(const JudgedOrder& order) {
    double right = 0, pairs = 0;
    each_pair(order, [&](auto a, auto b) {
        right += order.scores[a] > order.scores[b]    ? 1
                 : order.scores[a] == order.scores[b] ? 0.5
                                                      : 0;
        pairs += 1;
    });
    return mean_or_none(right, pairs);
}

std::optional<double> tau_b(const JudgedOrder& order) {
    double sum = 0, told = 0, scored = 0;
    const auto n = order.places.size();
    for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = a + 1; b < n; ++b) {
            const double x = order.places[a] - order.places[b];
            const double y = order.scores[b] - order.scores[a];
            told += x != 0 ? 1 : 0;
            scored += y != 0 ? 1 : 0;
            sum += x * y > 0 ? 1 : x * y < 0 ? -1 : 0;
        }
    return mean_or_none(sum, std::sqrt(told * scored));
}

std::optional<double> ndcg(const JudgedOrder& order) {
    std::vector<double> gains(order.places.size());
    each_pair(order, [&](auto better, auto) { gains[better] += 1; });
    double dcg = 0, best = 0, at = 2;
    for (const auto& group : by_score(order)) {
        double gain = 0;
        for (auto candidate : group) gain += gains[candidate] / static_cast<double>(group.size());
        for (std::size_t i = 0; i < group.size(); ++i) dcg += gain / std::log2(at++);
    }
    std::sort(gains.rbegin(), gains.rend());
    at = 2;
    for (double gain : gains) best += gain / std::log2(at++);
    return mean_or_none(dcg, best);
}

std::optional<double> order_loss(const JudgedOrder& order) {
    double sum = 0, pairs = 0;
    each_pair(order, [&](auto a, auto b) {
        sum += pair_loss(order.scores[a] - order.scores[b]);
        pairs += 1;
    });
    return mean_or_none(sum, pairs);
}

std::vector<Metric> order_metrics(std::span<const JudgedOrder> orders, std::stop_token stop) {
    std::vector<Metric> out;
    const bool many = std::any_of(orders.begin(), orders.end(), [](const auto& order) {
        return order.places.size() > 2;
    });
    const auto add = [&](const char* name, auto of) {
        std::vector<double> values;
        for (const auto& order : orders)
            if (const auto value = of(order)) values.push_back(*value);
        Metric metric;
        metric.name = name;
        metric.defined = !values.empty();
        metric.has_interval = metric.defined;
        const auto mean = [&](std::span<const std::uint32_t> chosen) {
            if (stop.stop_requested()) throw base::Interrupted();
            double sum = 0;
            for (auto row : chosen) sum += values[row];
            return sum / static_cast<double>(chosen.size());
        };
        if (metric.defined) {
            std::vector<std::uint32_t> all(values.size());
            std::iota(all.begin(), all.end(), 0U);
            metric.estimate = {mean(all), resampled_interval(values.size(), 1, mean)};
        }
        out.push_back(std::move(metric));
    };
    add("pair_accuracy", right_pairs);
    add("pair_loss", order_loss);
    if (!many) return out;
    add("kendall_tau", tau_b);
    add("ndcg", ndcg);
    add("best_first", best_first);
    return out;
}

}  // namespace training

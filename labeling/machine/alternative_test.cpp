// The test keeps per person how often they were better than, level with and worse than the machine:
// that is all its statistics need, so that a project of any size takes no memory.
#include "labeling/machine/alternative_test.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <boost/math/distributions/students_t.hpp>

namespace labeling {

namespace {

constexpr double rate = 0.05;
constexpr double same = 1e-9;  // likenesses that differ by rounding alone are level

// Left-tailed: of a mean this far below epsilon by chance. `d`: how often -1, 0, 1.
double p_value(const std::array<std::int64_t, 3>& d, double epsilon) {
    auto worse = static_cast<double>(d[0]), better = static_cast<double>(d[2]);
    auto n = worse + better + static_cast<double>(d[1]);
    if (n < 2) return 1;
    auto mean = (better - worse) / n;
    auto variance = (worse + better - n * mean * mean) / (n - 1);
    if (variance <= 1e-12) return mean < epsilon ? 0 : 1;
    auto t = (mean - epsilon) / std::sqrt(variance / n);
    return boost::math::cdf(boost::math::students_t(n - 1), t);
}

}  // namespace

std::vector<bool> benjamini_yekutieli(std::span<const double> p, double rate_wanted) {
    std::vector<std::size_t> order(p.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return p[a] < p[b]; });
    double harmonic = 0;
    for (std::size_t i = 1; i <= p.size(); ++i) harmonic += 1 / static_cast<double>(i);
    auto m = static_cast<double>(p.size());
    std::size_t fallen = 0;
    for (std::size_t k = 1; k <= order.size(); ++k)
        if (p[order[k - 1]] <= static_cast<double>(k) * rate_wanted / (m * harmonic)) fallen = k;
    std::vector<bool> falls(p.size(), false);
    for (std::size_t k = 0; k < fallen; ++k) falls[order[k]] = true;
    return falls;
}

void AlternativeTest::add(const std::string& machine, std::span<const Said> people) {
    auto n = people.size();
    if (n < 2) return;
    std::vector<double> to_machine(n), to_others(n, 0.0);
    for (std::size_t j = 0; j < n; ++j) {
        to_machine[j] = likeness_(machine, people[j].second);
        for (std::size_t k = j + 1; k < n; ++k) {
            auto alike = likeness_(people[j].second, people[k].second);
            to_others[j] += alike;
            to_others[k] += alike;
        }
    }
    auto all = std::accumulate(to_machine.begin(), to_machine.end(), 0.0);
    for (std::size_t j = 0; j < n; ++j) {
        auto lead = (to_others[j] - (all - to_machine[j])) / static_cast<double>(n - 1);
        auto& sums = people_[people[j].first];
        ++sums.items;
        if (lead <= same) ++sums.as_good;
        ++sums.d[lead > same ? 2 : (lead < -same ? 0 : 1)];
    }
}

AlternativeResult AlternativeTest::result(double epsilon) const {
    AlternativeResult result{.epsilon = epsilon};
    std::vector<double> p;
    std::vector<std::int64_t> short_of;  // items, of people who have too few
    for (const auto& [name, sums] : people_) {
        if (sums.items < least_items) {
            ++result.too_few_items;
            short_of.push_back(least_items - sums.items);
            continue;
        }
        auto advantage = static_cast<double>(sums.as_good) / static_cast<double>(sums.items);
        p.push_back(p_value(sums.d, epsilon));
        result.people.push_back(
            {.person = name, .items = sums.items, .advantage = advantage, .p = p.back()}
        );
        result.advantage += advantage;
    }
    if (auto there = result.people.size(); there < least_people) {
        std::sort(short_of.begin(), short_of.end());
        auto missing = least_people - there;
        std::int64_t answers = 0;
        for (std::size_t i = 0; i < missing; ++i)
            answers += i < short_of.size() ? short_of[i] : least_items;
        result.lacks = fmt::format(
            "{} of {} people have {} items or more that the machine and somebody else answered too;"
            " {} more such answers are wanted at least{}",
            there,
            least_people,
            least_items,
            answers,
            short_of.size() < missing
                ? fmt::format(", of {} more people", missing - short_of.size())
                : ""
        );
        result.people.clear();
        result.advantage = 0;
        return result;
    }
    auto falls = benjamini_yekutieli(p, rate);
    auto m = static_cast<double>(p.size());
    for (std::size_t j = 0; j < p.size(); ++j) result.people[j].beaten = falls[j];
    result.winning_rate = static_cast<double>(std::count(falls.begin(), falls.end(), true)) / m;
    result.advantage /= m;
    result.passed = result.winning_rate >= 0.5;
    return result;
}

}  // namespace labeling

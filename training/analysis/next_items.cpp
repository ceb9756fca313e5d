#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/analysis/errors.hpp"

namespace training {

namespace {

// 1 - (highest - second highest)
double uncertainty(std::span<const double> line) {
    double first = 0;
    double second = 0;
    for (double p : line) {
        if (p > first) {
            second = first;
            first = p;
        } else {
            second = std::max(second, p);
        }
    }
    return 1 - (first - second);
}

}  // namespace

std::vector<NextItem> next_items(
    std::span<const double> probabilities,
    std::size_t classes,
    std::span<const std::uint64_t> simhashes,
    const NextSpec& spec
) {
    if (classes == 0 || probabilities.size() % classes != 0)
        throw base::Error("next items", "the predictions do not fit the classes");
    const auto n = probabilities.size() / classes;
    if (!simhashes.empty() && simhashes.size() != n)
        throw base::Error("next items", "there must be a SimHash for each row or for none");
    std::vector<double> scores(n);
    for (std::size_t row = 0; row < n; ++row)
        scores[row] = uncertainty(probabilities.subspan(row * classes, classes));

    std::vector<std::uint32_t> by_doubt(n);
    std::iota(by_doubt.begin(), by_doubt.end(), 0U);
    auto by_chance = by_doubt;
    std::stable_sort(by_doubt.begin(), by_doubt.end(), [&](auto a, auto b) {
        return scores[a] > scores[b];
    });
    base::CounterRandom(spec.seed, 31).shuffle(std::span(by_chance));

    std::vector<NextItem> out;
    std::vector<std::uint8_t> taken(n);
    const auto fits = [&](std::uint32_t row) {
        if (taken[row] != 0) return false;
        if (simhashes.empty() || simhashes[row] == 0) return true;
        return std::none_of(out.begin(), out.end(), [&](const NextItem& item) {
            return simhashes[item.row] != 0 &&
                   std::popcount(simhashes[item.row] ^ simhashes[row]) <= spec.near;
        });
    };
    std::size_t doubt = 0;
    std::size_t chance = 0;
    const auto pick =
        [&](const std::vector<std::uint32_t>& order, std::size_t& at, NextItem::Reason reason) {
            while (at < order.size() && !fits(order[at])) ++at;
            if (at == order.size()) return false;
            taken[order[at]] = 1;
            out.push_back({order[at], reason, scores[order[at]]});
            return true;
        };
    // Every step-th item is random, the first such item early on, so that a queue worked from the
    // top stays mixed.
    const double share = std::clamp(spec.random_share, 0.0, 1.0);
    double owed = share > 0 ? 1 - share : 0;
    while (out.size() < spec.count) {
        owed += share;
        const bool random = owed >= 1 - 1e-9;
        if (random) owed -= 1;
        const bool found = random ? pick(by_chance, chance, NextItem::Reason::random)
                                  : pick(by_doubt, doubt, NextItem::Reason::uncertain);
        if (!found && doubt == n && chance == n) break;
        if (!found && share == 0) break;
        if (!found && share >= 1) break;
    }
    return out;
}

}  // namespace training

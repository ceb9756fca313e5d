// What to label next. The doubtful and the random arm are two orders of all rows, drawn from in
// turn: the random arm is taken from all rows alike, also from the doubtful ones, so that it stays
// a sample of them all.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/analysis/errors.hpp"

namespace training {

namespace {

void check_shape(std::span<const double> probabilities, std::size_t classes) {
    if (classes == 0 || probabilities.size() % classes != 0)
        throw base::Error("next items", "the predictions do not fit the classes");
}

std::vector<double> doubts(std::span<const double> probabilities, std::size_t classes, Doubt by) {
    std::vector<double> scores(probabilities.size() / classes);
    for (std::size_t row = 0; row < scores.size(); ++row)
        scores[row] = doubt_of(probabilities.subspan(row * classes, classes), by);
    return scores;
}

// Of each row how soon it comes when rows are drawn: the logarithm of its weight and Gumbel noise,
// so that the order of the keys is that of draws without repetition (Efraimidis, Spirakis 2006).
std::vector<double> drawn_keys(const std::vector<double>& scores, const NextSpec& spec) {
    constexpr double least_doubt = 1e-6;
    const base::CounterRandom random(spec.seed, 37);
    std::vector<double> keys;
    for (std::size_t row = 0; row < scores.size(); ++row) {
        const double weight = spec.sharpness * std::log(std::max(scores[row], least_doubt));
        const bool first = !spec.first.empty() && spec.first[row] != 0;
        const double noise = -std::log(-std::log(std::max(random.unit(row), 1e-300)));
        keys.push_back(weight + noise + (first ? std::log(spec.first_times) : 0));
    }
    return keys;
}

// Rows, the most doubtful first, or as they are drawn.
std::vector<std::uint32_t> by_doubt_of(const std::vector<double>& scores, const NextSpec& spec) {
    const auto& first = spec.first;
    if (!first.empty() && first.size() != scores.size())
        throw base::Error("next items", "there must be a mark for each row or for none");
    const bool drawn = spec.sharpness > 0;
    const auto keys = drawn ? drawn_keys(scores, spec) : scores;
    std::vector<std::uint32_t> order(scores.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        if (!drawn && !first.empty() && first[a] != first[b]) return first[a] > first[b];
        return keys[a] > keys[b];
    });
    return order;
}

// Takes rows from the order of doubt and from one of chance in turn, those that `fits` allows.
// Every step-th is random, the first such early on, so that a queue worked from the top stays
// mixed.
template <typename Fits>
std::vector<NextItem> mixed(
    const std::vector<std::uint32_t>& by_doubt,
    const std::vector<double>& scores,
    const NextSpec& spec,
    Fits fits
) {
    const auto n = scores.size();
    std::vector<std::uint32_t> by_chance(n);
    std::iota(by_chance.begin(), by_chance.end(), 0U);
    base::CounterRandom(spec.seed, 31).shuffle(std::span(by_chance));
    std::vector<NextItem> out;
    std::vector<std::uint8_t> taken(n);
    std::size_t doubt = 0;
    std::size_t chance = 0;
    const auto pick =
        [&](const std::vector<std::uint32_t>& order, std::size_t& at, NextItem::Reason reason) {
            while (at < order.size() && (taken[order[at]] != 0 || !fits(order[at], out))) ++at;
            if (at == order.size()) return false;
            taken[order[at]] = 1;
            out.push_back({order[at], reason, scores[order[at]]});
            return true;
        };
    const double share = std::clamp(spec.random_share, 0.0, 1.0);
    double owed = share > 0 ? 1 - share : 0;
    while (out.size() < spec.count) {
        owed += share;
        const bool random = owed >= 1 - 1e-9;
        if (random) owed -= 1;
        const bool found = random ? pick(by_chance, chance, NextItem::Reason::random)
                                  : pick(by_doubt, doubt, NextItem::Reason::doubt);
        if (!found && doubt == by_doubt.size() && chance == n) break;
        if (!found && share == 0) break;
        if (!found && share >= 1) break;
    }
    return out;
}

// The first `wanted` of the candidates in the order in which each is the farthest from all before
// it, then the other candidates as they come.
std::vector<std::uint32_t> farthest_first(
    std::vector<std::uint32_t> candidates,
    std::span<const float> places,
    std::size_t width,
    std::size_t wanted
) {
    std::vector<double> apart(candidates.size(), std::numeric_limits<double>::infinity());
    for (std::size_t at = 0; at < std::min(wanted, candidates.size()); ++at) {
        std::size_t best = at;
        for (auto i = at; at > 0 && i < candidates.size(); ++i)
            if (apart[i] > apart[best]) best = i;
        // What was passed over stays in the order of doubt.
        auto first = static_cast<std::ptrdiff_t>(at), chosen = static_cast<std::ptrdiff_t>(best);
        std::rotate(
            candidates.begin() + first, candidates.begin() + chosen, candidates.begin() + chosen + 1
        );
        std::rotate(apart.begin() + first, apart.begin() + chosen, apart.begin() + chosen + 1);
        const auto* here = &places[candidates[at] * width];
        for (auto i = at + 1; i < candidates.size(); ++i) {
            const auto* there = &places[candidates[i] * width];
            double sum = 0;
            for (std::size_t k = 0; k < width; ++k) {
                const double d = here[k] - there[k];
                sum += d * d;
            }
            apart[i] = std::min(apart[i], sum);
        }
    }
    return candidates;
}

}  // namespace

double doubt_of(std::span<const double> probabilities, Doubt by) {
    const auto n = static_cast<double>(probabilities.size());
    if (n < 2) return 0;
    double first = 0, second = 0, entropy = 0;
    for (double p : probabilities) {
        if (p > 0) entropy -= p * std::log(p);
        if (p > first) {
            second = first;
            first = p;
        } else {
            second = std::max(second, p);
        }
    }
    switch (by) {
        case Doubt::uncertain:
            return std::clamp((1 - first) / (1 - 1 / n), 0.0, 1.0);
        case Doubt::entropy:
            return std::clamp(entropy / std::log(n), 0.0, 1.0);
        case Doubt::margin:
            break;
    }
    return 1 - (first - second);
}

std::vector<NextItem> next_items(
    std::span<const double> probabilities,
    std::size_t classes,
    std::span<const std::uint64_t> simhashes,
    const NextSpec& spec
) {
    check_shape(probabilities, classes);
    auto scores = doubts(probabilities, classes, spec.by);
    if (!simhashes.empty() && simhashes.size() != scores.size())
        throw base::Error("next items", "there must be a SimHash for each row or for none");
    return mixed(
        by_doubt_of(scores, spec),
        scores,
        spec,
        [&](std::uint32_t row, const std::vector<NextItem>& out) {
            if (simhashes.empty() || simhashes[row] == 0) return true;
            return std::none_of(out.begin(), out.end(), [&](const NextItem& item) {
                return simhashes[item.row] != 0 &&
                       std::popcount(simhashes[item.row] ^ simhashes[row]) <= spec.near;
            });
        }
    );
}

std::vector<NextItem> spread_items(
    std::span<const double> probabilities,
    std::size_t classes,
    std::span<const float> places,
    std::size_t width,
    const NextSpec& spec
) {
    constexpr std::size_t times_as_many = 5, most_spread = 2'000;
    check_shape(probabilities, classes);
    auto scores = doubts(probabilities, classes, spec.by);
    if (places.size() != scores.size() * width)
        throw base::Error("next items", "there must be a place for each row");
    auto order = by_doubt_of(scores, spec);
    if (width > 0 && !order.empty()) {
        auto wanted = std::min({spec.count, order.size(), most_spread});
        auto rest = order.begin() +
                    static_cast<std::ptrdiff_t>(
                        std::min(order.size(), std::max<std::size_t>(spec.count, 1) * times_as_many)
                    );
        auto spread = farthest_first({order.begin(), rest}, places, width, wanted);
        std::copy(spread.begin(), spread.end(), order.begin());
    }
    return mixed(order, scores, spec, [](std::uint32_t, const std::vector<NextItem>&) {
        return true;
    });
}

}  // namespace training

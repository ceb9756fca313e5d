// What is known of each question's truth, kept sparse.
//
// Free answers have nearly as many classes as questions, and a table of both does not fit any
// memory. But no method tells classes apart that nobody gave, but for how frequent they are
// elsewhere: one number a question, times a weight a class that all questions share, says the same.
#include "labeling/truth/posterior.hpp"

#include <algorithm>
#include <numeric>

namespace labeling {

namespace {

constexpr double level = 1e-9;

}  // namespace

void Posterior::set_weights(std::vector<double> by_class) {
    weight = std::move(by_class);
    by_weight.resize(weight.size());
    std::iota(by_weight.begin(), by_weight.end(), 0U);
    std::stable_sort(by_weight.begin(), by_weight.end(), [&](std::uint32_t a, std::uint32_t b) {
        return weight[a] > weight[b];
    });
}

double Posterior::at(std::size_t question, std::size_t answer) const {
    auto begin = candidate.begin() + static_cast<std::ptrdiff_t>(first[question]);
    auto end = candidate.begin() + static_cast<std::ptrdiff_t>(first[question + 1]);
    auto wanted = static_cast<std::uint32_t>(answer);
    auto found = std::lower_bound(begin, end, wanted);
    if (found == end || *found != wanted) return rest[question] * weight_of(wanted);
    return share[static_cast<std::size_t>(found - candidate.begin())];
}

void Posterior::spread(std::size_t question, std::vector<double>& row) const {
    row.assign(classes, rest[question]);
    for (std::size_t c = 0; c < weight.size(); ++c) row[c] *= weight[c];
    for (auto e = first[question]; e < first[question + 1]; ++e) row[candidate[e]] = share[e];
}

bool Posterior::is_candidate(std::size_t question, std::uint32_t answer) const {
    auto begin = candidate.begin() + static_cast<std::ptrdiff_t>(first[question]);
    auto end = candidate.begin() + static_cast<std::ptrdiff_t>(first[question + 1]);
    return std::binary_search(begin, end, answer);
}

std::uint32_t Posterior::class_at(std::size_t rank) const {
    return by_weight.empty() ? static_cast<std::uint32_t>(rank) : by_weight[rank];
}

std::size_t Posterior::rank_of(std::uint32_t answer) const {
    if (by_weight.empty()) return answer;
    auto found = std::lower_bound(
        by_weight.begin(),
        by_weight.end(),
        answer,
        [&](std::uint32_t a, std::uint32_t b) {
            return weight[a] != weight[b] ? weight[a] > weight[b] : a < b;
        }
    );
    return static_cast<std::size_t>(found - by_weight.begin());
}

// The weight of the heaviest class that is no candidate; 0 if all are.
double Posterior::heaviest_other(std::size_t question) const {
    if (candidates(question) == classes) return 0;
    std::size_t rank = 0;
    while (is_candidate(question, class_at(rank))) ++rank;
    return weight_of(class_at(rank));
}

// How many classes, candidates included, would have `floor` or more were they none.
std::size_t Posterior::heavy(std::size_t question, double floor) const {
    auto other = rest[question];
    if (other <= 0) return 0;
    if (weight.empty()) return other >= floor ? classes : 0;
    auto end = std::partition_point(by_weight.begin(), by_weight.end(), [&](std::uint32_t c) {
        return other * weight[c] >= floor;
    });
    return static_cast<std::size_t>(end - by_weight.begin());
}

Posterior::Top Posterior::top(std::size_t question) const {
    Top top;
    for (auto e = first[question]; e < first[question + 1]; ++e)
        top.probability = std::max(top.probability, share[e]);
    if (rest[question] > 0)
        top.probability = std::max(top.probability, rest[question] * heaviest_other(question));
    auto floor = top.probability - level;
    auto ranks = heavy(question, floor);
    top.count = ranks;
    for (auto e = first[question]; e < first[question + 1]; ++e) {
        if (share[e] >= floor) ++top.count;
        if (ranks > 0 && rank_of(candidate[e]) < ranks) --top.count;
    }
    return top;
}

std::uint32_t Posterior::top_class(std::size_t question, std::size_t n) const {
    auto floor = top(question).probability - level;
    std::vector<std::size_t> taken;
    for (auto e = first[question]; e < first[question + 1]; ++e) {
        if (share[e] >= floor && n-- == 0) return candidate[e];
        taken.push_back(rank_of(candidate[e]));
    }
    std::sort(taken.begin(), taken.end());
    for (auto rank : taken)
        if (rank <= n) ++n;
    return class_at(n);
}

}  // namespace labeling

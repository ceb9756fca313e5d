// Two situations. Where a dependency holds for nearly all rows the usual value of a group is right,
// and its share among the other rows is the vote. Where sources contradict each other the truth of
// each group and the reliability of each source are estimated from one another, five rounds (Dong,
// Berti-Equille and Srivastava 2009, without copying between sources).
//
// Blame comes first: a row in which several columns disagree with the one that decides them has one
// wrong cell, not many.
#include "quality/errors/votes.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace quality {

namespace {

double log_odds(double share) {
    share = std::clamp(share, 1e-4, 1 - 1e-4);
    return std::log(share / (1 - share));
}

using Groups = std::vector<std::vector<std::uint32_t>>;

Groups rows_by_value(const Coded& column) {
    Groups groups(column.values.size());
    for (std::uint32_t row = 0; row < column.codes.size(); ++row)
        groups[column.codes[row]].push_back(row);
    groups[0].clear();
    return groups;
}

void against(Vote& vote, double weight, std::string_view proposal, std::size_t by) {
    vote.weight += weight;
    vote.proposals[proposal] += weight;
    if (weight <= vote.best) return;
    vote.best = weight;
    vote.by = by;
}

// The usual value of a group is right, but for a few.
void vote_by_usual(
    const Dependency& dependency,
    const std::vector<Coded>& columns,
    double weight,
    const Blame& blame,
    std::vector<Vote>& votes
) {
    const auto& to = columns[dependency.to];
    for (const auto& rows : rows_by_value(columns[dependency.from])) {
        if (rows.size() < 2) continue;
        std::map<std::uint32_t, std::uint32_t> counts;
        std::uint32_t filled = 0;
        for (auto row : rows)
            if (to.codes[row] != 0) ++counts[to.codes[row]], ++filled;
        if (filled < 2) continue;
        auto usual = std::max_element(counts.begin(), counts.end(), [](auto& a, auto& b) {
            return a.second < b.second;
        });
        for (auto row : rows) {
            if (blame.on(dependency.from, row)) continue;
            auto here = to.codes[row];
            auto found = counts.find(here);
            auto own = found == counts.end() ? 0 : found->second;
            // The share of the usual value as the other rows of the group have it. Against an empty
            // field those count that are empty too.
            auto others =
                here == 0 ? static_cast<double>(rows.size() - 1) : static_cast<double>(filled - 1);
            if (others <= 0) continue;
            auto agree =
                (static_cast<double>(usual->second - (here == usual->first)) + 0.5) / (others + 1);
            // Where exceptions are mistakes, one is a mistake here or in the other column.
            auto odds = (std::min(log_odds(agree), log_odds(dependency.confidence)) +
                         (dependency.even ? 1.5 : 0)) *
                        weight;
            if (agree < 0.5) odds = 0;
            if (here == usual->first) {
                votes[row].weight -= std::max(0.0, odds);
            } else if (odds > 0 && own * 3 <= usual->second) {
                against(votes[row], odds, to.values[usual->first], dependency.from);
            }
        }
    }
}

// How often each value of `source` (by code) names the usual value, or nothing if that does not
// depend on the source.
// A chi-square statistic against the mean: sources that do not differ get no weights of their own.
std::optional<std::vector<double>> reliability(
    const Coded& source,
    const Coded& to,
    const std::vector<std::uint32_t>& truth,
    std::size_t groups
) {
    auto kinds = source.values.size();
    if (kinds < 4 || kinds > std::max<std::size_t>(3, source.codes.size() / 10))
        return std::nullopt;
    std::vector<double> right(kinds), all(kinds);
    double sum_right = 0, sum = 0;
    for (std::uint32_t row = 0; row < source.codes.size(); ++row) {
        if (to.codes[row] == 0 || truth[row] == 0) continue;
        auto good = static_cast<double>(to.codes[row] == truth[row]);
        right[source.codes[row]] += good;
        ++all[source.codes[row]];
        sum_right += good;
        ++sum;
    }
    if (sum < 50 || groups < 10) return std::nullopt;
    auto mean = std::clamp(sum_right / sum, 0.01, 0.99);
    double deviance = 0;
    for (std::size_t kind = 0; kind < kinds; ++kind) {
        auto expected = mean * all[kind];
        if (all[kind] > 0)
            deviance +=
                (right[kind] - expected) * (right[kind] - expected) / (expected * (1 - mean));
    }
    if (deviance < 3 * static_cast<double>(kinds)) return std::nullopt;
    std::vector<double> shares(kinds);
    for (std::size_t kind = 0; kind < kinds; ++kind)
        shares[kind] = (right[kind] + 4 * mean) / (all[kind] + 4);
    return shares;
}

// The sources contradict each other: the value with the most weight is taken as right.
void vote_by_sources(
    const Dependency& dependency,
    const std::vector<Coded>& columns,
    std::vector<Vote>& votes
) {
    constexpr double most = 5;
    const auto& to = columns[dependency.to];
    auto groups = rows_by_value(columns[dependency.from]);
    // Of a row's voice: as if wrong values were drawn from a few.
    auto voice = [](double right) { return std::clamp(log_odds(right) + 1, 0.1, 5.0); };
    std::vector<double> voices(to.codes.size(), voice(dependency.confidence));
    std::vector<std::uint32_t> truth(to.codes.size());
    std::vector<double> lead(to.codes.size());  // of the truth over the row's own value
    for (int round = 0; round < 5; ++round) {
        for (const auto& rows : groups) {
            std::map<std::uint32_t, double> weights;
            for (auto row : rows)
                if (to.codes[row] != 0) weights[to.codes[row]] += voices[row];
            if (weights.empty()) continue;
            auto best = std::max_element(weights.begin(), weights.end(), [](auto& a, auto& b) {
                return a.second < b.second;
            });
            double second = 0;
            for (const auto& [value, weight] : weights)
                if (value != best->first) second = std::max(second, weight);
            for (auto row : rows) {
                truth[row] = rows.size() > 2 ? best->first : 0;
                auto found = weights.find(to.codes[row]);
                lead[row] = best->second - (to.codes[row] == best->first ? second
                                            : found == weights.end()     ? second
                                                                         : found->second);
            }
        }
        std::optional<std::vector<double>> shares;
        const Coded* source = nullptr;
        for (std::size_t c = 0; c < columns.size() && !shares; ++c) {
            if (c == dependency.from || c == dependency.to) continue;
            shares = reliability(columns[c], to, truth, groups.size());
            source = &columns[c];
        }
        if (!shares) break;
        for (std::uint32_t row = 0; row < voices.size(); ++row)
            voices[row] = voice((*shares)[source->codes[row]]);
    }
    for (std::uint32_t row = 0; row < truth.size(); ++row) {
        if (truth[row] == 0) continue;
        auto weight = std::min(most, lead[row]);
        if (to.codes[row] == truth[row]) {
            votes[row].weight -= weight;
        } else if (weight > 0) {
            against(votes[row], weight + 2.5, to.values[truth[row]], dependency.from);
        }
    }
}

}  // namespace

Blame::Blame(const std::vector<Coded>& columns, const std::vector<Dependency>& dependencies)
    : deviating_(columns.size()), leads_(columns.size()) {
    constexpr std::uint8_t most = 200;
    for (const auto& one : dependencies) {
        if (one.contested || !one.even || leads_[one.from] == most) continue;
        const auto& to = columns[one.to];
        auto& deviating = deviating_[one.from];
        deviating.resize(to.codes.size());
        ++leads_[one.from];
        for (const auto& rows : rows_by_value(columns[one.from])) {
            if (rows.size() < 3) continue;
            std::map<std::uint32_t, std::uint32_t> counts;
            for (auto row : rows)
                if (to.codes[row] != 0) ++counts[to.codes[row]];
            if (counts.empty()) continue;
            auto usual = std::max_element(counts.begin(), counts.end(), [](auto& a, auto& b) {
                return a.second < b.second;
            });
            if (2 * usual->second <= rows.size()) continue;
            for (auto row : rows)
                // An empty or a unique value is wrong itself.
                deviating[row] += to.codes[row] != 0 && to.codes[row] != usual->first &&
                                  to.frequency[to.codes[row]] > 2;
        }
    }
}

std::vector<Vote> vote(
    const std::vector<Coded>& columns,
    const std::vector<Dependency>& dependencies,
    const Blame& blame,
    std::size_t to
) {
    std::vector<Vote> votes(columns[to].codes.size());
    for (std::uint32_t row = 0; row < votes.size(); ++row)
        if (blame.on(to, row)) votes[row].weight = 5;
    double strong = 0;
    const Dependency* contested = nullptr;
    for (const auto& one : dependencies) {
        if (one.to != to) continue;
        auto reach = [](const Dependency& of) {
            return of.confidence * static_cast<double>(of.rows);
        };
        if (!one.contested) {
            ++strong;
        } else if (!contested || reach(one) > reach(*contested)) {
            contested = &one;
        }
    }
    // Columns that say the same (name and number of a hospital) are not independent witnesses.
    for (const auto& one : dependencies)
        if (one.to == to && !one.contested)
            vote_by_usual(
                one, columns, std::min(1.0, one.lift / 0.7) / std::sqrt(strong), blame, votes
            );
    if (strong == 0 && contested) vote_by_sources(*contested, columns, votes);
    return votes;
}

}  // namespace quality

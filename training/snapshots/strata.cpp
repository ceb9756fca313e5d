// Clusters of a stratum come in an order that seed and id give, and each goes to the part that is
// furthest behind its share; what is kept from earlier snapshots has gone first. A part's share of
// the stratum counts first, its share of all rows where two parts are as far behind: rests of many
// small strata would all go to training otherwise.
#include "training/snapshots/strata.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "base/numbers/random.hpp"
#include "training/folds/iterative_strata.hpp"

namespace training {

namespace {

constexpr std::size_t few = 3;      // clusters: too few for a stratum of their own
constexpr std::size_t enough = 10;  // clusters: one in each part at least

struct Cluster {
    std::uint64_t order = 0;
    std::int64_t latest = std::numeric_limits<std::int64_t>::min();
    std::uint32_t head = 0;
    std::uint32_t rows = 0;
    std::uint32_t stratum = 0;
    int fold = -1;  // that it had
};

// The clusters of the rows that `takes`, each in the stratum of its rarest row.
template <typename Takes>
std::vector<Cluster> clusters_of(
    const Members& members,
    std::span<const std::uint32_t> clusters,
    std::uint64_t seed,
    Takes takes
) {
    std::map<std::uint32_t, std::size_t> rows;
    for (std::size_t i = 0; i < members.size(); ++i) ++rows[members.stratum[i]];
    const base::CounterRandom random(seed, 78);
    constexpr std::uint32_t none = 0xffffffffU;
    std::vector<std::uint32_t> place(members.size(), none);  // of each head, in `all`
    std::vector<Cluster> all;
    all.reserve(members.size());
    for (std::uint32_t i = 0; i < members.size(); ++i) {
        if (!takes(i)) continue;
        const auto head = clusters[i];
        const auto stratum = members.stratum[i];
        if (place[head] == none) {
            place[head] = static_cast<std::uint32_t>(all.size());
            auto& made = all.emplace_back();
            made.head = head;
            made.stratum = stratum;
            made.order = random.at(members.id[head]);
        }
        auto& one = all[place[head]];
        ++one.rows;
        if (std::pair(rows[stratum], stratum) < std::pair(rows[one.stratum], one.stratum))
            one.stratum = stratum;
        one.latest = std::max(one.latest, members.time[i]);
        one.fold = std::max(one.fold, members.kept_fold[i]);
    }
    std::sort(all.begin(), all.end(), [](const Cluster& a, const Cluster& b) {
        return std::tie(a.order, a.head) < std::tie(b.order, b.head);
    });
    return all;
}

// By stratum, the small ones together at last.
std::vector<std::vector<const Cluster*>> strata_of(const std::vector<Cluster>& clusters) {
    std::map<std::uint32_t, std::size_t> sizes;
    for (const auto& one : clusters) ++sizes[one.stratum];
    std::map<std::uint32_t, std::vector<const Cluster*>> by_stratum;
    for (const auto& [stratum, size] : sizes) by_stratum[stratum].reserve(size);
    for (const auto& one : clusters) by_stratum[one.stratum].push_back(&one);
    std::vector<std::vector<const Cluster*>> all;
    std::vector<const Cluster*> rest;
    for (auto& [stratum, list] : by_stratum) {
        if (list.size() < few) {
            rest.insert(rest.end(), list.begin(), list.end());
        } else {
            all.push_back(std::move(list));
        }
    }
    if (!rest.empty()) all.push_back(std::move(rest));
    return all;
}

using Shares = std::array<double, 3>;

// What a part lacks of its share in a stratum, then of all; no part of no share is chosen.
std::size_t furthest_behind(const Shares& wanted, const Shares& have, const Shares& lack) {
    std::size_t best = 0;
    for (std::size_t part = 1; part < 3; ++part) {
        if (wanted[part] <= 0) continue;
        const double mine = wanted[part] - have[part], others = wanted[best] - have[best];
        if (mine > others + 1e-9 || (mine > others - 1e-9 && lack[part] > lack[best] + 1e-9))
            best = part;
    }
    return best;
}

}  // namespace

namespace {

// The side of each cluster, by its head, in shares of the labels of its rows.
std::map<std::uint32_t, std::size_t> sides_by_label(
    const Members& members,
    std::span<const std::uint32_t> heads,
    const std::vector<Cluster>& all,
    std::span<const double> shares,
    const std::function<std::optional<std::size_t>(const Cluster&)>& known
) {
    std::map<std::uint32_t, std::map<std::uint32_t, double>> counts;
    for (std::size_t i = 0; i < members.size(); ++i)
        for (auto label : members.labels[i]) ++counts[heads[i]][label];
    std::vector<LabelledCluster> dealt;
    for (const auto& one : all) {
        const auto& labels = counts[one.head];
        dealt.push_back(
            {static_cast<double>(one.rows), {labels.begin(), labels.end()}, one.order, known(one)}
        );
    }
    const auto sides = deal_labels(dealt, shares);
    std::map<std::uint32_t, std::size_t> out;
    for (std::size_t i = 0; i < all.size(); ++i) out[all[i].head] = sides[i];
    return out;
}

}  // namespace

std::vector<Part> deal_strata(
    const Members& members,
    std::span<const std::uint32_t> clusters,
    std::span<const std::optional<Part>> kept,
    const SplitSpec& spec
) {
    const Shares fractions{spec.training, spec.validation, spec.test};
    const auto all = clusters_of(members, clusters, spec.seed, [](auto) { return true; });
    std::vector<Part> parts(members.size(), Part::training);
    if (!members.labels.empty()) {
        const auto known = [&](const Cluster& one) {
            return kept[one.head] ? std::optional(static_cast<std::size_t>(*kept[one.head]))
                                  : std::nullopt;
        };
        for (const auto& [head, side] : sides_by_label(members, clusters, all, fractions, known))
            parts[head] = static_cast<Part>(side);
        return parts;
    }
    Shares lack;  // of all rows, by part
    for (std::size_t part = 0; part < 3; ++part)
        lack[part] = fractions[part] * static_cast<double>(members.size());
    const auto put = [&](const Cluster& one, std::size_t part, Shares& have) {
        parts[one.head] = static_cast<Part>(part);
        have[part] += one.rows;
        lack[part] -= one.rows;
    };
    for (const auto& stratum : strata_of(all)) {
        Shares wanted{}, have{};
        double rows = 0;
        for (const auto* one : stratum) rows += one->rows;
        for (std::size_t part = 0; part < 3; ++part) wanted[part] = fractions[part] * rows;
        for (std::size_t part = 1; part < 3; ++part) {
            if (wanted[part] <= 0 || wanted[part] >= 1 || stratum.size() < enough) continue;
            wanted[0] -= 1 - wanted[part];
            wanted[part] = 1;
        }
        for (const auto* one : stratum)
            if (kept[one->head]) put(*one, static_cast<std::size_t>(*kept[one->head]), have);
        for (const auto* one : stratum)
            if (!kept[one->head]) put(*one, furthest_behind(wanted, have, lack), have);
    }
    return parts;
}

std::vector<int> deal_folds(const Members& members, const Split& split, const SplitSpec& spec) {
    auto all = clusters_of(members, split.clusters, spec.seed ^ 0x5F01D5, [&](std::uint32_t i) {
        return split.parts[i] == Part::training || split.parts[i] == Part::validation;
    });
    const auto folds = static_cast<std::size_t>(spec.folds);
    std::vector<int> of(members.size(), -1);
    if (spec.by == SplitSpec::By::time) {
        std::stable_sort(all.begin(), all.end(), [](const Cluster& a, const Cluster& b) {
            return a.latest < b.latest;
        });
        double rows = 0, before = 0;
        for (const auto& one : all) rows += one.rows;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const double middle = (before + 0.5 * all[i].rows) / rows;
            const auto fold = std::min(folds - 1, static_cast<std::size_t>(middle * spec.folds));
            const bool same = i > 0 && all[i].latest == all[i - 1].latest;
            of[all[i].head] = same ? of[all[i - 1].head] : static_cast<int>(fold);
            before += all[i].rows;
        }
    } else if (!members.labels.empty()) {
        const std::vector<double> even(folds, 1.0 / static_cast<double>(folds));
        const auto known = [&](const Cluster& one) {
            return one.fold >= 0 && static_cast<std::size_t>(one.fold) < folds
                       ? std::optional(static_cast<std::size_t>(one.fold))
                       : std::nullopt;
        };
        for (const auto& [head, fold] : sides_by_label(members, split.clusters, all, even, known))
            of[head] = static_cast<int>(fold);
    } else {
        std::vector<double> total(folds);
        for (const auto& stratum : strata_of(all)) {
            std::vector<double> have(folds);
            const auto put = [&](const Cluster& one, std::size_t fold) {
                of[one.head] = static_cast<int>(fold);
                have[fold] += one.rows;
                total[fold] += one.rows;
            };
            const auto known = [&](const Cluster& one) {
                return one.fold >= 0 && static_cast<std::size_t>(one.fold) < folds;
            };
            for (const auto* one : stratum)
                if (known(*one)) put(*one, static_cast<std::size_t>(one->fold));
            for (const auto* one : stratum) {
                if (known(*one)) continue;
                std::size_t best = 0;
                for (std::size_t fold = 1; fold < folds; ++fold)
                    if (std::pair(have[fold], total[fold]) < std::pair(have[best], total[best]))
                        best = fold;
                put(*one, best);
            }
        }
    }
    std::vector<int> out(members.size(), -1);
    for (std::size_t i = 0; i < members.size(); ++i)
        if (split.parts[i] == Part::training || split.parts[i] == Part::validation)
            out[i] = of[split.clusters[i]];
    return out;
}

}  // namespace training

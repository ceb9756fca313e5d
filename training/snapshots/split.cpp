// Whatever might let a model see its test rows in training joins two rows: group, content, a known
// cluster of duplicates, near-equal text. Union-find makes clusters of the pairs, and only clusters
// are assigned.
//
// By hash a cluster's side is a number in [0, 1) from seed and smallest id, compared with the
// fractions: no row moves when others are added, which a shuffle could not promise. The price is
// that the fractions are met only on average. Strata meet them, and do not move rows either, as
// long as the sides of before are given with the members. find_leaks() looks at the pairs anew,
// without the rows that were left out.
#include "training/snapshots/split.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/disjoint_sets.hpp"
#include "base/numbers/random.hpp"
#include "training/snapshots/near_pairs.hpp"
#include "training/snapshots/strata.hpp"

namespace training {

namespace {

// Calls visit(i, j) for neighbours among the members with the same non-zero key(i).
template <typename Key, typename Visit>
void equal_pairs(std::size_t members, Key key, Visit visit) {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> sorted;
    sorted.reserve(members);
    for (std::uint32_t i = 0; i < members; ++i) {
        if (const auto value = key(i); value != 0) sorted.emplace_back(value, i);
    }
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 1; i < sorted.size(); ++i) {
        if (sorted[i].first == sorted[i - 1].first) visit(sorted[i - 1].second, sorted[i].second);
    }
}

// Visits the pairs of members that must not be on two sides, with the reason, but for those that
// `has` denies.
template <typename Has, typename Visit>
void bound_pairs(const Members& members, int near, Has has, Visit visit) {
    const auto equal = [&](const Column<std::uint64_t>& key, std::string_view reason) {
        if (key.empty()) return;
        equal_pairs(
            members.size(),
            [&](std::uint32_t i) { return has(i) ? key[i] : 0; },
            [&](std::uint32_t a, std::uint32_t b) { visit(a, b, reason); }
        );
    };
    equal(members.group, "group");
    equal(members.content, "content");
    for (const auto& way : members.duplicates) equal(way, "duplicate");
    if (near < 0 || members.simhash.empty()) return;
    std::vector<std::uint64_t> simhashes(members.size());
    for (std::uint32_t i = 0; i < members.size(); ++i)
        if (has(i)) simhashes[i] = members.simhash[i];
    near_pairs(simhashes, near, [&](std::uint32_t a, std::uint32_t b) {
        visit(a, b, "near-duplicate");
    });
}

std::vector<std::uint32_t> cluster(const Members& members, int near) {
    base::DisjointSets sets(members.size());
    bound_pairs(
        members,
        near,
        [](std::uint32_t) { return true; },
        [&](std::uint32_t a, std::uint32_t b, std::string_view) { sets.join(a, b); }
    );
    // The member with the smallest id stands for its cluster.
    std::vector<std::uint32_t> head(members.size());
    std::iota(head.begin(), head.end(), 0U);
    for (std::uint32_t i = 0; i < members.size(); ++i) {
        auto& best = head[sets.root(i)];
        if (members.id[i] < members.id[best]) best = i;
    }
    std::vector<std::uint32_t> out(members.size());
    for (std::uint32_t i = 0; i < members.size(); ++i) out[i] = head[sets.root(i)];
    return out;
}

double share_of(std::uint64_t seed, std::uint64_t id) {
    return base::CounterRandom(seed, 77).unit(id);
}

Part part_at(double share, const SplitSpec& spec) {
    if (share < spec.training) return Part::training;
    return share < spec.training + spec.validation ? Part::validation : Part::test;
}

// The part that most of a cluster is held out by, of those that `of` says of its rows.
std::vector<std::optional<Part>>
furthest(const Members& members, const Split& out, const Column<std::optional<Part>>& of) {
    std::vector<std::optional<Part>> parts(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto said = of[i];
        if (!said || *said == Part::left_out) continue;
        auto& part = parts[out.clusters[i]];
        if (!part || *said > *part) part = said;
    }
    return parts;
}

void by_hash(const Members& members, const SplitSpec& spec, Split& out) {
    const auto kept = furthest(members, out, members.kept);
    const auto dealt =
        spec.strata ? deal_strata(members, out.clusters, kept, spec) : std::vector<Part>{};
    std::size_t dropped = 0;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto head = out.clusters[i];
        auto part = kept[head].value_or(
            spec.strata ? dealt[head] : part_at(share_of(spec.seed, members.id[head]), spec)
        );
        if (members.kept[i] && *members.kept[i] != part) {
            part = Part::left_out;
            ++dropped;
        }
        out.parts[i] = part;
    }
    if (dropped > 0) {
        out.warnings.push_back(
            std::to_string(dropped) +
            " rows left out: they were on another side than rows that now are of their group or "
            "duplicates of them"
        );
    }
}

void by_time(const Members& members, const SplitSpec& spec, Split& out) {
    std::vector<std::int64_t> latest(members.size(), std::numeric_limits<std::int64_t>::min());
    std::vector<std::size_t> sizes(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
        auto& time = latest[out.clusters[i]];
        time = std::max(time, members.time[i]);
        ++sizes[out.clusters[i]];
    }
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < members.size(); ++i) {
        if (sizes[i] > 0) order.push_back(i);
    }
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return latest[a] < latest[b]; });
    std::vector<Part> of(members.size(), Part::training);
    std::size_t before = 0;
    std::array<std::int64_t, 3> latest_of_part;  // up to here and in the parts before
    latest_of_part.fill(std::numeric_limits<std::int64_t>::min());
    for (std::size_t first = 0; first < order.size();) {
        auto end = first;
        std::size_t rows = 0;
        for (; end < order.size() && latest[order[end]] == latest[order[first]]; ++end)
            rows += sizes[order[end]];
        const double middle = (static_cast<double>(before) + 0.5 * static_cast<double>(rows)) /
                              static_cast<double>(members.size());
        const auto part = part_at(middle, spec);
        for (auto later = static_cast<std::size_t>(part) + 1; later < 3; ++later)
            latest_of_part[later] = latest[order[first]];
        for (; first < end; ++first) of[order[first]] = part;
        before += rows;
    }
    std::size_t dropped = 0;
    for (std::size_t i = 0; i < members.size(); ++i) {
        auto part = of[out.clusters[i]];
        if (members.time[i] <= latest_of_part[static_cast<std::size_t>(part)] &&
            part != Part::training) {
            part = Part::left_out;
            ++dropped;
        }
        out.parts[i] = part;
    }
    if (dropped > 0) {
        out.warnings.push_back(
            std::to_string(dropped) +
            " rows left out: they are older than rows of a part before that of their group or "
            "duplicates"
        );
    }
}

void by_field(const Members& members, const SplitSpec& spec, Split& out) {
    const auto n = members.size();
    const auto of = furthest(members, out, members.fixed);
    bool has_validation = false;
    for (std::size_t i = 0; i < n; ++i) has_validation |= members.fixed[i] == Part::validation;
    const double known = spec.training + spec.validation;
    const double carved = known > 0 ? spec.validation / known : 0;
    std::size_t dropped = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const auto head = out.clusters[i];
        auto part = of[head].value_or(Part::training);
        const auto fixed = members.fixed[i];
        if (fixed && *fixed != part) {
            part = Part::left_out;
            if (*fixed != Part::left_out) ++dropped;
        }
        if (part == Part::training && !has_validation &&
            share_of(spec.seed, members.id[head]) < carved)
            part = Part::validation;
        out.parts[i] = part;
    }
    if (dropped > 0) {
        out.warnings.push_back(
            std::to_string(dropped) +
            " rows left out: the fixed split puts them apart from their duplicates or group"
        );
    }
}

void count(Split& out) {
    std::vector<std::uint32_t> sizes(out.parts.size());
    for (std::size_t i = 0; i < out.parts.size(); ++i) {
        ++out.rows[static_cast<std::size_t>(out.parts[i])];
        ++sizes[out.clusters[i]];
    }
    for (auto size : sizes) {
        if (size > 0) ++out.cluster_count;
        out.largest_cluster = std::max<std::size_t>(out.largest_cluster, size);
    }
}

void warn(const SplitSpec& spec, Split& out) {
    const auto n = out.parts.size();
    if (n >= 20 && out.largest_cluster * 10 > n) {
        out.warnings.push_back(
            "one cluster holds " + std::to_string(out.largest_cluster) + " of " +
            std::to_string(n) + " rows; check groups and duplicates"
        );
    }
    const double wanted[] = {spec.training, spec.validation, spec.test};
    for (std::size_t part = 0; part < 3; ++part) {
        if (n > 0 && out.rows[part] == 0 && wanted[part] > 0) {
            out.warnings.push_back(
                "the " + std::string(name_of(static_cast<Part>(part))) + " part is empty"
            );
        }
    }
}

}  // namespace

void Members::put(std::size_t row, const Member& one) {
    id.set(row, one.id);
    group.set(row, one.group);
    content.set(row, one.content);
    simhash.set(row, one.simhash);
    time.set(row, one.time);
    fixed.set(row, one.fixed);
    for (std::size_t way = 0; way < duplicates.size(); ++way)
        duplicates[way].set(row, one.duplicates[way]);
    stratum.set(row, one.stratum);
    labels.set(row, one.labels);
    kept.set(row, one.kept);
    kept_fold.set(row, one.kept_fold);
}

Members Members::without(const std::vector<bool>& left) const {
    Members out;
    for (std::size_t i = 0; i < count_; ++i) {
        if (left[i]) continue;
        Member one{id[i], group[i], content[i], simhash[i], time[i], fixed[i]};
        for (std::size_t way = 0; way < duplicates.size(); ++way)
            one.duplicates[way] = duplicates[way][i];
        one.stratum = stratum[i];
        one.labels = labels[i];
        one.kept = kept[i];
        one.kept_fold = kept_fold[i];
        out.add(one);
    }
    return out;
}

std::string_view name_of(Part part) {
    switch (part) {
        case Part::training:
            return "training";
        case Part::validation:
            return "validation";
        case Part::test:
            return "test";
        case Part::left_out:
            break;
    }
    return "left out";
}

std::optional<Part> parse_part(std::string_view text) {
    std::string lower;
    for (char c : text)
        lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    if (lower == "train" || lower == "training") return Part::training;
    if (lower == "validation" || lower == "valid" || lower == "val" || lower == "dev")
        return Part::validation;
    if (lower == "test") return Part::test;
    return std::nullopt;
}

void parse_fractions(std::string_view text, SplitSpec& spec) {
    const auto refuse = [&] {
        throw base::UsageError(
            "split '" + std::string(text) + "'", "not two or three fractions", "write 0.8,0.1,0.1"
        );
    };
    std::vector<double> values;
    const char* at = text.data();
    const char* const end = at + text.size();
    for (;;) {
        double value = 0;
        const auto [next, code] = std::from_chars(at, end, value);
        if (code != std::errc{} || !std::isfinite(value) || value < 0) refuse();
        values.push_back(value);
        at = next;
        if (at == end) break;
        if (*at != ',' && *at != '/') refuse();
        ++at;
    }
    if (values.size() == 2) values.insert(values.begin() + 1, 0.0);
    if (values.size() != 3 || values[0] <= 0) refuse();
    const double sum = values[0] + values[1] + values[2];
    const bool shares = std::any_of(values.begin(), values.end(), [](double value) {
        return value > 0 && value < 1;
    });
    if (shares && std::abs(sum - 1) > 1e-6)
        throw base::UsageError(
            "split '" + std::string(text) + "'",
            fmt::format("the fractions add up to {:.6g}", sum),
            "give fractions that add up to 1, or whole numbers, as 8,1,1"
        );
    spec.training = values[0] / sum;
    spec.validation = values[1] / sum;
    spec.test = values[2] / sum;
}

Split split(const Members& members, const SplitSpec& spec) {
    Split out;
    out.clusters = cluster(members, std::min(spec.near, 3));
    out.parts.resize(members.size());
    switch (spec.by) {
        case SplitSpec::By::hash:
            by_hash(members, spec, out);
            break;
        case SplitSpec::By::time:
            by_time(members, spec, out);
            break;
        case SplitSpec::By::fixed:
            by_field(members, spec, out);
            break;
    }
    count(out);
    warn(spec, out);
    if (spec.folds > 0) out.folds = deal_folds(members, out, spec);
    return out;
}

std::vector<Leak>
find_leaks(const Members& members, std::span<const Part> parts, int near, std::size_t limit) {
    std::vector<Leak> out;
    // Rows left out are passed over: a chain of equal rows must not hide a leak behind one of them.
    bound_pairs(
        members,
        std::min(near, 3),
        [&](std::uint32_t i) { return parts[i] != Part::left_out; },
        [&](std::uint32_t a, std::uint32_t b, std::string_view reason) {
            if (parts[a] != parts[b] && out.size() < limit) out.push_back({a, b, reason});
        }
    );
    return out;
}

}  // namespace training

// g3 (Kivinen and Mannila 1995) is the share of rows to remove until the dependency holds. It
// flatters columns of many values, where each group has one row and agrees with itself; so a row is
// judged by the others of its group, and groups of one are not counted.
//
// A dependency with exceptions is believed only if these look like mistakes, evenly spread; if they
// gather in some groups, the columns merely go together. Rows are sorted by `from` once and all
// `to` columns counted over them.
#include "quality/errors/dependencies.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>

#include "base/numbers/parse.hpp"

namespace quality {

namespace {

// Rows in order of their value in `from`.
std::vector<std::uint32_t> rows_by(const Coded& from) {
    std::vector<std::uint32_t> rows(from.codes.size());
    for (std::uint32_t i = 0; i < rows.size(); ++i) rows[i] = i;
    std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
        return from.codes[a] < from.codes[b];
    });
    return rows;
}

// How the rows of groups agree, each judged by the others of its group.
struct Agreement {
    double rows = 0, agreeing = 0;
    std::size_t large_groups = 0;                                // of three and more
    std::vector<std::pair<std::uint32_t, std::uint32_t>> sizes;  // of those of four: rows, usual
    std::set<std::uint32_t> usual;                               // values of large groups
};

Agreement agreement(const Coded& from, const Coded& to, const std::vector<std::uint32_t>& rows) {
    Agreement found;
    std::vector<std::uint32_t> counts(to.values.size());
    for (std::size_t begin = 0; begin < rows.size();) {
        auto value = from.codes[rows[begin]];
        auto end = begin;
        std::uint32_t size = 0;
        for (; end < rows.size() && from.codes[rows[end]] == value; ++end) {
            auto other = to.codes[rows[end]];
            if (other == 0) continue;
            ++size;
            ++counts[other];
        }
        std::uint32_t most = 0, second = 0, usual = 0;
        for (auto i = begin; i < end; ++i) {
            auto other = to.codes[rows[i]];
            auto count = other == 0 ? 0 : counts[other];
            counts[other] = 0;
            if (count > most) {
                second = most;
                most = count;
                usual = other;
            } else {
                second = std::max(second, count);
            }
        }
        begin = end;
        if (value == 0 || size < 2) continue;
        found.rows += size;
        if (most > second)
            found.agreeing += most > 1 ? most : 0;
        else
            found.agreeing += most > 1 ? most / 2.0 : 0;
        if (size < 3) continue;
        ++found.large_groups;
        if (size > 3) found.sizes.emplace_back(size, most);
        found.usual.insert(usual);
    }
    return found;
}

// Whether exceptions look like mistakes, which come with the same chance everywhere: no more groups
// without any than that gives, and shares that spread little.
bool spread_evenly(const Agreement& groups) {
    double all = 0, usual = 0;
    for (auto [size, most] : groups.sizes) {
        all += size;
        usual += most;
    }
    if (groups.sizes.size() < 5) return false;
    auto share = std::min(usual / all, 0.999);
    double whole = 0, whole_expected = 0, spread = 0, chance = 0;
    for (auto [size, most] : groups.sizes) {
        whole += size == most;
        whole_expected += std::pow(share, size);
        spread += std::pow(static_cast<double>(most) / size - share, 2);
        chance += share * (1 - share) / size;
    }
    auto count = static_cast<double>(groups.sizes.size());
    return whole - whole_expected < 0.15 * count && spread - chance < 0.05 * count;
}

Dependency dependency_of(std::size_t a, std::size_t b, const Agreement& groups, const Coded& to) {
    auto filled = static_cast<double>(to.codes.size() - to.frequency[0]);
    auto base = *std::max_element(to.frequency.begin() + 1, to.frequency.end()) / filled;
    Dependency one{a, b, groups.agreeing / groups.rows, 0, static_cast<std::size_t>(groups.rows)};
    one.lift = base < 1 ? (one.confidence - base) / (1 - base) : 0;
    one.even = spread_evenly(groups);
    return one;
}

// Whether values can decide others. A measured number, an amount or a sampling weight can not: that
// rows share one is chance, or their likeness has another reason. Codes have one length, or come
// again and again.
bool can_decide(const Coded& column) {
    constexpr std::size_t rows_per_number = 5;
    double rows = 0, numbers = 0;
    std::size_t values = 0;
    std::map<std::size_t, double> lengths;
    for (std::uint32_t value = 1; value < column.values.size(); ++value) {
        auto text = column.values[value];
        double count = column.frequency[value];
        rows += count;
        if (!base::parse_number(text)) continue;
        ++values;
        numbers += count;
        if (text.find_first_not_of("0123456789") == text.npos) lengths[text.size()] += count;
    }
    if (numbers < 0.9 * rows || numbers > static_cast<double>(rows_per_number * values))
        return true;
    return std::any_of(lengths.begin(), lengths.end(), [&](const auto& one) {
        return one.second > 0.97 * numbers;
    });
}

// Its first rows.
Coded beginning(const Coded& column, std::size_t rows) {
    Coded part{{}, column.values, std::vector<std::uint32_t>(column.values.size())};
    part.codes.assign(
        column.codes.begin(),
        column.codes.begin() + static_cast<std::ptrdiff_t>(std::min(rows, column.codes.size()))
    );
    for (auto one : part.codes) ++part.frequency[one];
    return part;
}

// Nothing if there are too many pairs of values for their groups to say anything.
std::optional<Coded> join(const Coded& a, const Coded& b) {
    constexpr std::size_t rows_per_group = 5;
    std::unordered_map<std::uint64_t, std::uint32_t> known;
    Coded joint{{}, {{}}, {0}};
    for (std::size_t row = 0; row < a.codes.size(); ++row) {
        std::uint32_t number = 0;
        if (a.codes[row] != 0 && b.codes[row] != 0) {
            auto [entry, is_new] = known.emplace(
                std::uint64_t{a.codes[row]} << 32U | b.codes[row],
                static_cast<std::uint32_t>(joint.values.size())
            );
            if (is_new) {
                joint.values.emplace_back();
                joint.frequency.push_back(0);
            }
            number = entry->second;
        }
        ++joint.frequency[number];
        joint.codes.push_back(number);
    }
    // Mistakes make groups of their own.
    std::size_t large = 0;
    for (std::size_t i = 1; i < joint.frequency.size(); ++i)
        if (joint.frequency[i] >= rows_per_group) large += joint.frequency[i];
    if (10 * large < 8 * a.codes.size()) return std::nullopt;
    return joint;
}

}  // namespace

std::vector<Dependency> find_dependencies(const std::vector<Coded>& columns) {
    std::vector<Dependency> found;
    for (std::size_t a = 0; a < columns.size(); ++a) {
        const auto& from = columns[a];
        auto all = static_cast<double>(from.codes.size());
        if (static_cast<double>(from.values.size()) > 0.95 * all || !can_decide(from)) continue;
        auto rows = rows_by(from);
        for (std::size_t b = 0; b < columns.size(); ++b) {
            const auto& to = columns[b];
            if (a == b || to.values.size() < 3) continue;
            auto groups = agreement(from, to, rows);
            if (4 * groups.rows < all) continue;
            auto one = dependency_of(a, b, groups, to);
            auto filled = static_cast<double>(to.codes.size() - to.frequency[0]);
            auto base = *std::max_element(to.frequency.begin() + 1, to.frequency.end()) / filled;
            bool strong = (one.confidence >= 0.85 && one.lift >= 0.7) ||
                          (one.confidence >= 0.95 && one.lift >= 0.3);
            one.contested = !strong && one.even && one.confidence >= 0.35 && one.lift >= 0.35 &&
                            base < 0.12 && groups.large_groups >= 10 &&
                            2 * groups.usual.size() >= groups.large_groups &&
                            groups.rows > 0.5 * all;
            if (strong || one.contested) found.push_back(one);
        }
    }
    std::sort(found.begin(), found.end(), [](const Dependency& x, const Dependency& y) {
        return std::tie(y.confidence, x.from, x.to) < std::tie(x.confidence, y.from, y.to);
    });
    return found;
}

std::vector<Joint>
find_joint_dependencies(const std::vector<Coded>& columns, std::vector<Dependency>& dependencies) {
    constexpr std::size_t columns_at_most = 12, rows_at_most = 20'000;
    std::vector<Joint> joints;
    if (columns.size() < 3) return joints;
    std::vector<Coded> parts;
    for (const auto& column : columns) parts.push_back(beginning(column, rows_at_most));
    std::vector<bool> follows(columns.size());
    for (const auto& one : dependencies)
        if (!one.contested) follows[one.to] = true;
    std::vector<std::size_t> few;
    for (std::size_t c = 0; c < columns.size(); ++c)
        if (columns[c].values.size() > 2 && can_decide(columns[c])) few.push_back(c);
    std::stable_sort(few.begin(), few.end(), [&](auto a, auto b) {
        return columns[a].values.size() < columns[b].values.size();
    });
    if (few.size() > columns_at_most) few.resize(columns_at_most);
    struct Best {
        double lift = 0;
        std::size_t a = 0, b = 0;
    };
    std::vector<Best> best(columns.size());
    for (auto a : few)
        for (auto b : few) {
            if (b >= a) continue;
            auto joint = join(parts[a], parts[b]);
            if (!joint) continue;
            auto rows = rows_by(*joint);
            for (std::size_t to = 0; to < columns.size(); ++to) {
                if (follows[to] || to == a || to == b || parts[to].values.size() < 3) continue;
                if (parts[to].frequency[0] == parts[to].codes.size()) continue;
                auto groups = agreement(*joint, parts[to], rows);
                if (2 * groups.rows < static_cast<double>(rows.size())) continue;
                auto one = dependency_of(0, to, groups, parts[to]);
                if (one.confidence >= 0.85 && one.even && one.lift >= 0.7 &&
                    one.lift > best[to].lift)
                    best[to] = {one.lift, a, b};
            }
        }
    for (std::size_t to = 0; to < columns.size(); ++to) {
        if (best[to].lift <= 0) continue;
        auto joint = join(columns[best[to].a], columns[best[to].b]);
        if (!joint) continue;
        auto groups = agreement(*joint, columns[to], rows_by(*joint));
        dependencies.push_back(
            dependency_of(columns.size() + joints.size(), to, groups, columns[to])
        );
        joints.push_back({best[to].a, best[to].b, std::move(*joint)});
    }
    return joints;
}

}  // namespace quality

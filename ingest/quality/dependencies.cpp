#include "ingest/quality/dependencies.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

namespace ingest::quality {

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

}  // namespace

std::vector<Dependency> find_dependencies(const std::vector<Coded>& columns) {
    std::vector<Dependency> found;
    for (std::size_t a = 0; a < columns.size(); ++a) {
        const auto& from = columns[a];
        auto all = static_cast<double>(from.codes.size());
        if (static_cast<double>(from.values.size()) > 0.95 * all) continue;
        auto rows = rows_by(from);
        for (std::size_t b = 0; b < columns.size(); ++b) {
            const auto& to = columns[b];
            if (a == b || to.values.size() < 3) continue;
            auto groups = agreement(from, to, rows);
            if (10 * groups.rows < all) continue;
            auto filled = static_cast<double>(to.codes.size() - to.frequency[0]);
            auto base = *std::max_element(to.frequency.begin() + 1, to.frequency.end()) / filled;
            Dependency one{
                a, b, groups.agreeing / groups.rows, 0, static_cast<std::size_t>(groups.rows)};
            one.lift = base < 1 ? (one.confidence - base) / (1 - base) : 0;
            bool strong = (one.confidence >= 0.85 && one.lift >= 0.7) ||
                          (one.confidence >= 0.95 && one.lift >= 0.3);
            one.even = spread_evenly(groups);
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

}  // namespace ingest::quality

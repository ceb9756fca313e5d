#include "quality/duplicates/clusters.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace quality {

namespace {

constexpr double least_average = 0.4;

}  // namespace

std::vector<std::uint32_t> clusters_of(std::size_t rows, std::span<const Link> links) {
    std::vector<std::uint32_t> first(rows);
    std::iota(first.begin(), first.end(), 0U);
    std::vector<std::vector<std::uint32_t>> members(rows);
    std::vector<std::vector<std::pair<std::uint32_t, double>>> near(rows);
    for (const auto& link : links) {
        near[link.a].emplace_back(link.b, link.probability);
        near[link.b].emplace_back(link.a, link.probability);
    }
    for (std::uint32_t row = 0; row < rows; ++row)
        if (!near[row].empty()) members[row] = {row};
    std::vector<Link> strongest(links.begin(), links.end());
    std::sort(strongest.begin(), strongest.end(), [](const Link& x, const Link& y) {
        return std::tie(y.probability, x.a, x.b) < std::tie(x.probability, y.a, y.b);
    });
    for (const auto& link : strongest) {
        auto a = first[link.a], b = first[link.b];
        if (a == b) continue;
        if (members[a].size() < members[b].size()) std::swap(a, b);
        double linked = 0;
        for (auto row : members[b])
            for (const auto& [other, probability] : near[row])
                if (first[other] == a) linked += probability;
        auto pairs = static_cast<double>(members[a].size() * members[b].size());
        if (linked < least_average * pairs) continue;
        for (auto row : members[b]) first[row] = a;
        members[a].insert(members[a].end(), members[b].begin(), members[b].end());
        members[b] = {};
    }
    for (auto& list : members) {
        if (list.empty()) continue;
        auto least = *std::min_element(list.begin(), list.end());
        for (auto row : list) first[row] = least;
    }
    return first;
}

}  // namespace quality

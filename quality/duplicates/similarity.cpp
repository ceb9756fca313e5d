#include "quality/duplicates/similarity.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace quality {

double jaro_winkler(std::string_view a, std::string_view b) {
    a = a.substr(0, 64);
    b = b.substr(0, 64);
    if (a.empty() || b.empty()) return a.empty() && b.empty() ? 1 : 0;
    if (a == b) return 1;
    auto window = std::max<std::size_t>(1, std::max(a.size(), b.size()) / 2) - 1;
    std::uint64_t in_a = 0, in_b = 0;  // which characters found a partner
    // Where each character stands in b; all zero between calls.
    thread_local std::array<std::uint64_t, 256> places{};
    for (std::size_t j = 0; j < b.size(); ++j)
        places[static_cast<unsigned char>(b[j])] |= std::uint64_t{1} << j;
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto begin = i > window ? i - window : 0, end = i + window + 1;
        auto within = end >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << end) - 1;
        within &= ~std::uint64_t{0} << begin;
        auto free = places[static_cast<unsigned char>(a[i])] & within & ~in_b;
        if (free == 0) continue;
        in_a |= std::uint64_t{1} << i;
        in_b |= free & (~free + 1);
    }
    for (char c : b) places[static_cast<unsigned char>(c)] = 0;
    if (in_a == 0) return 0;
    auto matches = static_cast<double>(std::popcount(in_a));
    int out_of_order = 0;
    for (auto left = in_a, right = in_b; left != 0; left &= left - 1, right &= right - 1)
        out_of_order += a[static_cast<std::size_t>(std::countr_zero(left))] !=
                        b[static_cast<std::size_t>(std::countr_zero(right))];
    double jaro =
        (matches / static_cast<double>(a.size()) + matches / static_cast<double>(b.size()) +
         (matches - out_of_order / 2.0) / matches) /
        3;
    std::size_t prefix = 0;
    while (prefix < 4 && prefix < a.size() && prefix < b.size() && a[prefix] == b[prefix]) ++prefix;
    return jaro + static_cast<double>(prefix) * 0.1 * (1 - jaro);
}

int edit_distance(std::string_view a, std::string_view b, int at_most) {
    if (a.size() > b.size()) std::swap(a, b);
    if (static_cast<int>(b.size() - a.size()) > at_most) return at_most + 1;
    while (!a.empty() && a.front() == b.front()) {
        a.remove_prefix(1);
        b.remove_prefix(1);
    }
    while (!a.empty() && a.back() == b.back()) {
        a.remove_suffix(1);
        b.remove_suffix(1);
    }
    if (a.empty()) return static_cast<int>(b.size());
    thread_local std::vector<int> before, last, row;
    for (auto* one : {&before, &last, &row}) one->resize(a.size() + 1);
    for (std::size_t i = 0; i <= a.size(); ++i) last[i] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
        int best = static_cast<int>(j);
        row.front() = best;
        for (std::size_t i = 1; i <= a.size(); ++i) {
            row[i] = std::min({last[i] + 1, row[i - 1] + 1, last[i - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[i] = std::min(row[i], before[i - 2] + 1);
            best = std::min(best, row[i]);
        }
        if (best > at_most) return at_most + 1;
        std::swap(before, last);
        std::swap(last, row);
    }
    return std::min(last[a.size()], at_most + 1);
}

}  // namespace quality

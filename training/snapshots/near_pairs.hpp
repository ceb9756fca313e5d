#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace training {

// Calls visit(i, j) for the pairs of hashes at most `near` (0 to 3) bits apart; i and j are
// positions in `hashes`, and each pair comes once. Of equal hashes only neighbours are visited. A
// hash of 0 has no pairs.
//
// With five blocks of bits and at most three differing bits, two blocks are equal (Manku, Jain, Das
// Sarma 2007): ten sorted passes find every pair.
template <typename Visit>
void near_pairs(std::span<const std::uint64_t> hashes, int near, Visit visit) {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> all;
    all.reserve(hashes.size());
    for (std::uint32_t i = 0; i < hashes.size(); ++i) {
        if (hashes[i] != 0) all.emplace_back(hashes[i], i);
    }
    std::sort(all.begin(), all.end());
    for (std::size_t i = 1; i < all.size(); ++i) {
        if (all[i].first == all[i - 1].first) visit(all[i - 1].second, all[i].second);
    }
    if (near <= 0) return;
    all.erase(
        std::unique(all.begin(), all.end(), [](auto& a, auto& b) { return a.first == b.first; }),
        all.end()
    );

    constexpr std::array<std::pair<int, int>, 5> blocks{
        {{0, 13}, {13, 13}, {26, 13}, {39, 13}, {52, 12}}};
    const auto mask = [&](std::size_t b) {
        return ((std::uint64_t{1} << blocks[b].second) - 1) << blocks[b].first;
    };
    std::vector<std::pair<std::uint32_t, std::uint32_t>> keyed(all.size()
    );  // two blocks, position in `all`
    for (std::size_t a = 0; a < blocks.size(); ++a) {
        for (std::size_t b = a + 1; b < blocks.size(); ++b) {
            for (std::uint32_t i = 0; i < all.size(); ++i) {
                const auto left = (all[i].first & mask(a)) >> blocks[a].first;
                const auto right = (all[i].first & mask(b)) >> blocks[b].first;
                keyed[i] = {static_cast<std::uint32_t>(left << 13 | right), i};
            }
            std::sort(keyed.begin(), keyed.end());
            for (std::size_t first = 0; first < keyed.size();) {
                auto end = first + 1;
                while (end < keyed.size() && keyed[end].first == keyed[first].first) ++end;
                for (auto i = first; i < end; ++i) {
                    for (auto j = i + 1; j < end; ++j) {
                        const auto& x = all[keyed[i].second];
                        const auto& y = all[keyed[j].second];
                        const auto differ = x.first ^ y.first;
                        if (std::popcount(differ) > near) continue;
                        // The pair meets in every pass over two equal blocks; only the first
                        // counts.
                        bool earlier = false;
                        for (std::size_t c = 0; c < b; ++c)
                            earlier |= c != a && (differ & mask(c)) == 0;
                        if (!earlier) visit(x.second, y.second);
                    }
                }
                first = end;
            }
        }
    }
}

}  // namespace training

// Sorting the hits of a row brings equal columns together without a map, and leaves them in the
// order that a design wants. By digits from the lowest, all of them counted in one pass over the
// hits; short rows have digits of 8 bits, whose counts are quicker set to zero and added up, and
// very short ones are compared.
#include "training/features/hits.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace training {

namespace {

template <int digit>
void sort_by_digits(std::vector<Hit>& hits, std::vector<Hit>& room, int bits) {
    constexpr std::size_t values = std::size_t{1} << digit;
    constexpr std::size_t most = (32 + digit - 1) / digit;
    constexpr Hit mask = values - 1;
    const auto digits = static_cast<std::size_t>((bits + digit - 1) / digit);
    std::array<std::array<std::uint32_t, values>, most> places;
    for (std::size_t d = 0; d < digits; ++d) places[d].fill(0);
    for (auto hit : hits)
        for (std::size_t d = 0; d < digits; ++d)
            ++places[d][hit >> d * static_cast<std::size_t>(digit) & mask];
    room.resize(hits.size());
    for (std::size_t d = 0; d < digits; ++d) {
        auto& place = places[d];
        std::uint32_t next = 0;
        for (auto& one : place) {
            const auto count = one;
            one = next;
            next += count;
        }
        const auto shift = d * static_cast<std::size_t>(digit);
        for (auto hit : hits) room[place[hit >> shift & mask]++] = hit;
        hits.swap(room);
    }
}

void sort_hits(std::vector<Hit>& hits, std::vector<Hit>& room, int bits) {
    constexpr std::size_t few = 32, many = 1500;
    if (hits.size() < few) {
        std::sort(hits.begin(), hits.end());
    } else if (hits.size() < many) {
        sort_by_digits<8>(hits, room, bits);
    } else {
        sort_by_digits<11>(hits, room, bits);
    }
}

float weight_of(int count, bool sublinear) {
    static const auto logarithms = [] {
        std::array<float, 64> table{};
        for (std::size_t i = 1; i < table.size(); ++i)
            table[i] = static_cast<float>(1 + std::log(i));
        return table;
    }();
    const int size = std::abs(count);
    if (!sublinear) return static_cast<float>(count);
    const float weight = size < static_cast<int>(logarithms.size())
                             ? logarithms[static_cast<std::size_t>(size)]
                             : static_cast<float>(1 + std::log(size));
    return count > 0 ? weight : -weight;
}

// Of hits in order: each column and the sum of its signs; how many columns. Whether the next hit is
// of the same column cannot be foretold, so nothing branches on it: every hit is written to the
// place of its column.
std::size_t add_up(const std::vector<Hit>& hits, std::uint32_t* sums, std::uint32_t* where) {
    if (hits.empty()) return 0;
    std::size_t to = 0;
    auto last = hits.front() >> 1;
    std::uint32_t sum = 0;
    for (const auto hit : hits) {
        const auto column = hit >> 1;
        const std::uint32_t same = column == last ? 1 : 0;
        to += 1 - same;
        sum = sum * same + 1 - 2 * (hit & 1);  // modulo 2^32
        where[to] = column;
        sums[to] = sum;
        last = column;
    }
    return to + 1;
}

}  // namespace

void add_row(
    std::vector<Hit>& hits,
    std::vector<Hit>& room,
    int bits,
    bool sublinear,
    HitRows& rows
) {
    sort_hits(hits, room, bits);
    const auto before = rows.used;
    if (rows.values.size() < before + hits.size()) {
        rows.values.resize(std::max(2 * rows.values.size(), before + hits.size()));
        rows.where.resize(rows.values.size());
    }
    room.resize(hits.size());
    const auto columns = add_up(hits, room.data(), rows.where.data() + before);
    auto to = before;
    for (std::size_t i = 0; i < columns; ++i) {
        const auto sum = static_cast<std::int32_t>(room[i]);
        if (sum == 0) continue;
        rows.where[to] = rows.where[before + i];
        rows.values[to++] = weight_of(sum, sublinear);
    }
    rows.used = to;
    rows.counts.push_back(static_cast<std::uint32_t>(to - before));
}

}  // namespace training

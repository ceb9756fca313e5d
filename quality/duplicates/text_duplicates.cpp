#include "quality/duplicates/text_duplicates.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

#include "base/run/stopping.hpp"

namespace quality {

namespace {

struct Row {
    std::uint64_t key;
    std::uint32_t row;
};

// Calls visit(rows of one key) for each key that several rows have. Ends as reading does when a
// stop is asked for.
template <typename Visit>
void each_bucket(std::vector<Row>& rows, Visit visit) {
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        return std::tie(a.key, a.row) < std::tie(b.key, b.row);
    });
    for (std::size_t begin = 0; begin < rows.size();) {
        auto end = begin + 1;
        while (end < rows.size() && rows[end].key == rows[begin].key) ++end;
        base::go_on();
        if (end - begin > 1) visit(begin, end);
        begin = end;
    }
}

}  // namespace

double likeness(const TextSketch& a, const TextSketch& b) {
    if (a.empty || b.empty) return 0;
    std::size_t same = 0;
    for (std::size_t i = 0; i < a.low.size(); ++i) same += a.low[i] == b.low[i];
    constexpr double chance = 1.0 / 256;
    auto share = static_cast<double>(same) / static_cast<double>(a.low.size());
    return std::max(0.0, (share - chance) / (1 - chance));
}

std::vector<Likeness> near_texts(const std::vector<TextSketch>& texts, double at_least) {
    std::vector<Likeness> pairs;
    std::vector<Row> rows;
    for (std::size_t band = 0; band < 14; ++band) {
        rows.clear();
        for (std::uint32_t i = 0; i < texts.size(); ++i)
            if (!texts[i].empty) rows.push_back({texts[i].bands[band], i});
        each_bucket(rows, [&](std::size_t begin, std::size_t end) {
            for (auto i = begin + 1; i < end; ++i) {
                // With the first of the bucket, or else with its neighbour.
                for (auto other : {begin, i - 1}) {
                    auto alike = likeness(texts[rows[other].row], texts[rows[i].row]);
                    if (alike < at_least) continue;
                    pairs.push_back({rows[other].row, rows[i].row, alike});
                    break;
                }
            }
        });
    }
    return pairs;
}

std::vector<Likeness> near_images(const std::vector<std::uint64_t>& hashes_of, int bits) {
    bits = std::clamp(bits, 0, 7);
    std::vector<Likeness> pairs;
    std::vector<Row> rows;
    for (std::uint32_t i = 0; i < hashes_of.size(); ++i) rows.push_back({hashes_of[i], i});
    std::vector<Row> distinct;  // one row per hash; the others hang on it
    each_bucket(rows, [&](std::size_t begin, std::size_t end) {
        for (auto i = begin + 1; i < end; ++i) pairs.push_back({rows[begin].row, rows[i].row, 1});
    });
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (i == 0 || rows[i].key != rows[i - 1].key) distinct.push_back(rows[i]);
    // Hashes that differ in at most `bits` bits have one of bits + 1 parts in common.
    int parts = bits + 1;
    for (int part = 0; part < parts; ++part) {
        int from = 64 * part / parts, to = 64 * (part + 1) / parts;
        auto mask = (to - from == 64 ? 0 : (std::uint64_t{1} << (to - from))) - 1;
        rows.clear();
        for (const auto& one : distinct) rows.push_back({(one.key >> from) & mask, one.row});
        each_bucket(rows, [&](std::size_t begin, std::size_t end) {
            for (auto i = begin; i < end; ++i) {
                base::go_on();
                for (auto j = i + 1; j < end; ++j) {
                    int apart = std::popcount(hashes_of[rows[i].row] ^ hashes_of[rows[j].row]);
                    if (apart > 0 && apart <= bits)
                        pairs.push_back({rows[i].row, rows[j].row, 1 - apart / 64.0});
                }
            }
        });
    }
    return pairs;
}

}  // namespace quality

// Comparing all pairs of n rows takes n squared steps; blocking compares those that share a key.
// Keys are hashes of whole values, of words, and of the beginnings of two fields together. They are
// sorted, and equal ones are a block.
//
// Small blocks go first, because a rare word in common says more than a frequent one, and the
// budget of pairs then buys the most. One word is hashed alike in every column: fields get swapped,
// and names stand in either order.
#include "quality/duplicates/blocking.hpp"

#include <algorithm>
#include <tuple>

#include "base/bytes/hash.hpp"
#include "base/run/stopping.hpp"

namespace quality {

namespace {

constexpr std::size_t keys_at_most = 30'000'000;

struct Entry {
    std::uint64_t key;
    std::uint32_t row;
};

std::uint64_t hash(std::string_view text, std::uint64_t seed) {
    return base::hash_64(text, seed);
}

// The whole value and its words; one word is looked for in every field, for fields get swapped.
void add_words(std::string_view text, std::uint32_t row, std::vector<Entry>& entries) {
    entries.push_back({hash(text, 1), row});
    for (std::size_t at = 0; at < text.size();) {
        auto end = std::min(text.find(' ', at), text.size());
        if (end - at >= 3 && end - at < text.size())
            entries.push_back({hash(text.substr(at, end - at), 1), row});
        at = end + 1;
    }
}

void add_beginnings(const Table& table, std::vector<Entry>& entries) {
    auto columns = table.cells.size();
    if (columns * (columns - 1) / 2 * table.size() > keys_at_most) return;
    std::string both;
    for (std::size_t a = 0; a < columns; ++a) {
        for (std::size_t b = a + 1; b < columns; ++b) {
            for (std::uint32_t row = 0; row < table.size(); ++row) {
                const auto& left = table.cells[a][row];
                const auto& right = table.cells[b][row];
                if (left.empty() || right.empty()) continue;
                both.assign(left, 0, 4);
                both.push_back('\n');
                both.append(right, 0, 4);
                entries.push_back({hash(both, 2 + a * columns + b), row});
            }
        }
    }
}

}  // namespace

std::vector<RowPair> candidate_pairs(const Table& table, const BlockingLimits& limits) {
    std::vector<Entry> entries;
    for (const auto& column : table.cells)
        for (std::uint32_t row = 0; row < table.size(); ++row)
            if (!column[row].empty()) add_words(column[row], row, entries);
    add_beginnings(table, entries);
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::tie(a.key, a.row) < std::tie(b.key, b.row);
    });
    auto same = [](const Entry& a, const Entry& b) { return a.key == b.key && a.row == b.row; };
    entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());

    struct Block {
        std::size_t begin, size;
    };
    std::vector<Block> blocks;
    for (std::size_t begin = 0; begin < entries.size();) {
        auto end = begin + 1;
        while (end < entries.size() && entries[end].key == entries[begin].key) ++end;
        if (end - begin > 1 && end - begin <= limits.largest_block)
            blocks.push_back({begin, end - begin});
        begin = end;
    }
    std::stable_sort(blocks.begin(), blocks.end(), [](const Block& a, const Block& b) {
        return a.size < b.size;
    });

    auto budget = limits.pairs_per_row * table.size() + 1000;
    std::vector<RowPair> pairs;
    auto settle = [&] {
        std::sort(pairs.begin(), pairs.end());
        pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    };
    std::size_t settled = 0;
    for (const auto& block : blocks) {
        base::go_on();
        for (std::size_t i = 0; i < block.size; ++i)
            for (std::size_t j = i + 1; j < block.size; ++j)
                pairs.emplace_back(entries[block.begin + i].row, entries[block.begin + j].row);
        if (pairs.size() < settled + budget) continue;
        settle();
        settled = pairs.size();
        if (settled >= budget) break;
    }
    settle();
    return pairs;
}

}  // namespace quality

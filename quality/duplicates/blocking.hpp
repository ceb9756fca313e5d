#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "quality/table.hpp"

namespace ingest::quality {

using RowPair = std::pair<std::uint32_t, std::uint32_t>;  // the first is the smaller

struct BlockingLimits {
    std::size_t largest_block = 100;
    std::size_t pairs_per_row = 60;
};

// Pairs of rows that are worth comparing: those with a whole value, a word, or the beginnings of
// two fields in common, rarest first, until there are `pairs_per_row` a row (at most twice that).
// Sorted, each once.
// Columns hold normalised texts.
std::vector<RowPair> candidate_pairs(const Table& table, const BlockingLimits& limits = {});

}  // namespace ingest::quality

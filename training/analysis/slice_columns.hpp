#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "training/analysis/slices.hpp"

namespace training {

// The rows that hold one predicate.
struct SliceValue {
    SlicePredicate predicate;
    std::vector<std::uint32_t> rows;
};

// What a column is cut into: its values with at least `least_rows` rows and not all of them, the
// most frequent first, at most `most` of them.
std::vector<SliceValue>
values_of(const SliceColumn& column, std::size_t rows, std::size_t least_rows, std::size_t most);

}  // namespace training

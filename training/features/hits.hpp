#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace training {

// An n-gram of a row: its column in the upper bits, below them whether it counts negative.
using Hit = std::uint32_t;

// Rows of counts, one behind the other. The first two only grow: what is in use of them is said.
struct HitRows {
    std::vector<float> values;
    std::vector<std::uint32_t> where;   // columns, rising within a row
    std::vector<std::uint32_t> counts;  // non-zeros of each row
    std::size_t used = 0;               // values of all rows

    void clear() {
        counts.clear();
        used = 0;
    }
};

// Adds a row: each column once, with the sum of its signs, or 1 + ln(sum) with its sign if
// `sublinear`; columns with a sum of 0 are none. `bits` are those that a hit has. The hits are put
// in order; `room` is room for it.
void add_row(
    std::vector<Hit>& hits,
    std::vector<Hit>& room,
    int bits,
    bool sublinear,
    HitRows& rows
);

}  // namespace training

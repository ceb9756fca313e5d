#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace quality {

// A cell that a person has looked at, and what should stand there.
struct LabelledCell {
    std::uint32_t row = 0;
    std::size_t column = 0;
    std::string right;
};

// What the detectors make of one cell.
struct Suspicion {
    double log_odds = 0;      // for "wrong"
    std::uint32_t sign = 0;   // what speaks most against it, the same number for the same reason
    std::uint32_t form = 0;   // how it is written, likewise
    std::uint32_t value = 0;  // code; 0 if it comes once
};

// Changes the suspicions of one column (by row) and of all columns by what was labelled: those of
// cells that are suspected for the same reason, are written alike, or hold the same value as cells
// that were found wrong or right. columns[c][row]; `wrong` tells of each labelled cell whether it
// was found wrong. What nothing was labelled of stays as it is.
void learn_from(
    std::span<const LabelledCell> labelled,
    const std::vector<bool>& wrong,
    std::vector<std::vector<Suspicion>>& columns
);

}  // namespace quality

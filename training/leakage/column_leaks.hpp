#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "training/leakage/leakage.hpp"
#include "training/snapshots/examples.hpp"

namespace training {

// What the columns of training rows say of their labels: copies (of values: equal but for unit and
// offset, or in the same order), columns from which alone the labels of rows that were not looked
// at can be told, sums of columns, columns that number or name the records. With fewer than 50 rows
// nothing is said. `held_out`: rows of another part, to see which groups reach over.
std::vector<LeakFinding> column_leaks(const Examples& train, const Examples& held_out);

// How far labels that follow each other in the order of `places` are alike: the autocorrelation of
// values, or the agreement of classes beyond chance; 0 for those without order. NaN: no place.
double likeness_in_order(const Examples& train, std::span<const double> places);

}  // namespace training

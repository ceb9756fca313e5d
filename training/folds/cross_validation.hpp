#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "training/snapshots/examples.hpp"

namespace training {

// One round of a cross-validation: rows to learn from, and rows to judge by, in their order.
struct Round {
    std::vector<std::size_t> learnt;
    std::vector<std::size_t> judged;
};

// The folds that the rows have, or else five, as rounds_of() deals them; none where there are too
// few rows.
std::vector<int> folds_of(const Examples& examples, std::uint64_t seed);

// The rounds for these rows: the folds that they have, or else five, dealt by `seed` so that no
// group (Examples::groups, or what has one key, as altered copies of a row do) is in two of them,
// and each has its share of each class as nearly as the groups allow. Folds that follow each other
// in time are each judged by what was learnt from those before it (rolling origin: Bergmeir and
// Benitez 2012, section 2.2); the first is learnt from only. Throws base::Error if there are not
// two folds with rows.
std::vector<Round> rounds_of(const Examples& examples, std::uint64_t seed);

}  // namespace training

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "training/snapshots/split.hpp"

// Dealing clusters out stratum by stratum; for those who make splits and folds.
namespace training {

// The part of each cluster, at the place of its head (Split::clusters). Each stratum's rows are
// divided by the fractions as nearly as its clusters allow, `kept` ones counted; a stratum of at
// least ten clusters has one in each part. Strata of fewer than three clusters are dealt together.
std::vector<Part> deal_strata(
    const Members& members,
    std::span<const std::uint32_t> clusters,
    std::span<const std::optional<Part>> kept,
    const SplitSpec& spec
);

// The fold of each row of training and validation, -1 for the others. Reads of a split its parts
// and clusters.
std::vector<int> deal_folds(const Members& members, const Split& split, const SplitSpec& spec);

}  // namespace training

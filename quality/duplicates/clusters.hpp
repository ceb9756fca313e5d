#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "quality/duplicates/linkage.hpp"

namespace quality {

// Rows as clusters, by their links: per row the first row of its cluster. Two clusters become one
// if what links them is at least 0.4 on average over all their pairs of rows, a pair without a link
// counting nothing: a single link between two groups does not make them one thing, as the
// transitive closure of links would. Stronger links are looked at first.
std::vector<std::uint32_t> clusters_of(std::size_t rows, std::span<const Link> links);

}  // namespace quality

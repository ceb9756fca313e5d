#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "training/models/unsupervised/directions.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/team.hpp"
#include "training/snapshots/examples.hpp"

// What the contents of rows are about, so that texts and pictures that say nothing of themselves
// have slices, too. Pure.
namespace training {

struct ContentSpec {
    std::size_t least_rows = 30;   // of a cluster, on average
    std::size_t most = 20;         // clusters
    std::size_t sampled = 20'000;  // rows that clusters are looked for in
    std::uint64_t seed = 1;
};

// Rows by the nearest of some centres, each of which has a name that is none of the others'.
struct ContentClusters {
    std::vector<std::string> names;   // by cluster, the largest first; empty: none were found
    std::vector<std::uint32_t> kept;  // columns of sparse rows that are looked at, rising
    std::size_t columns = 0;          // of the rows as they are given
    Directions directions;            // count 0: rows are taken as they are
    bool sparse = false;              // then rows are compared by their direction alone
    std::vector<float> centres;       // names.size() x the columns that are compared

    bool empty() const { return names.empty(); }
    // The cluster of each row. Throws base::Error for rows of another width.
    std::vector<std::uint32_t> of(const Design& rows, Team& team) const;
};

// k-means (lloyd.hpp) of the rows as a model sees them, along the 30 directions in which they vary
// most (latent semantic analysis, for texts). Of 2 to `most` clusters as many as have the best mean
// silhouette (Rousseeuw 1987) on a sample of 1,000 rows; none where no number has one above 0, or
// with fewer than 2 x least_rows rows. The same rows and seed give the same clusters, at any number
// of threads.
//
// A cluster of texts is named by the three words that are more frequent in it than elsewhere
// ("texts about goal, match, team"), one of pictures by the records nearest to its centre
// ("pictures like k17, k4"); other rows have columns to be sliced by, and get no clusters. `keys`:
// of the rows. Throws base::Interrupted at a stop.
ContentClusters content_clusters(
    const Design& rows,
    const Examples& examples,
    std::span<const std::string> keys,
    const ContentSpec& spec,
    Team& team,
    std::stop_token stop = {}
);

// The words that tell each of some groups of texts: those whose share of the group's texts, times
// the logarithm of how many times their share of the others it is, is greatest; words of one
// character and numbers are none. `group`: of each text, below `groups`.
std::vector<std::vector<std::string>> telling_words(
    const TextColumn& texts,
    std::span<const std::uint32_t> group,
    std::size_t groups,
    std::size_t words
);

}  // namespace training

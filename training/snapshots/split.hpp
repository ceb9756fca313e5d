#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "training/snapshots/members.hpp"

namespace training {

std::string_view name_of(Part part);
// "train", "training"; "validation", "valid", "val", "dev"; "test"; letter case does not matter.
// Nothing for others.
std::optional<Part> parse_part(std::string_view text);

struct SplitSpec {
    enum class By { hash, time, fixed };
    By by = By::hash;
    double training = 0.8;
    double validation = 0.1;
    double test = 0.1;
    std::uint64_t seed = 1;
    int near = 3;         // SimHashes at most this many bits apart are near-duplicates; 0 to 3, -1
                          // switches it off
    bool strata = false;  // by hash: each stratum is divided by the fractions
    int folds = 0;        // parts of a cross-validation over training and validation; 0: none
};

// "0.8,0.1,0.1" or "80/10/10" into the three fractions, scaled to a sum of 1. Throws
// base::UsageError unless there are two or three non-negative numbers with a positive first; of
// two, the second is the test part.
void parse_fractions(std::string_view text, SplitSpec& spec);

struct Split {
    std::vector<Part> parts;  // of each member, in their order
    std::vector<std::uint32_t>
        clusters;  // of each member: the position of the cluster's member with the smallest id
    std::vector<int> folds;             // of each member, if asked for; -1 for test and left out
    std::array<std::size_t, 4> rows{};  // by part
    std::size_t cluster_count = 0;
    std::size_t largest_cluster = 0;
    std::vector<std::string> warnings;  // one line each
};

// Rows of the same group, with the same content, of one cluster of duplicates, or near-duplicates,
// directly or through others, form a cluster, and a cluster is never divided.
//
// By hash: a cluster's part follows from the seed and its smallest id alone, so that new rows move
// no old cluster that they do not join; with strata it follows from its place among those of its
// stratum (that of its rarest row), so that each part has its share of each; where rows have
// several labels, from iterative stratification (iterative_strata.hpp). What an earlier snapshot
// put on a side stays there; of a cluster with several the one held out furthest wins (test, then
// validation), and its rows of the other parts are left out.
//
// By time: clusters in the order of their latest row fill training, then validation, then test;
// equal times stay together. No row is older than one of a part before its own: where duplicates
// or a group reach over the boundary, the older of their rows are left out.
//
// By fixed field: each row has its part; where a cluster holds several, the one held out furthest
// wins and its rows of the other parts are left out. Rows without one go with their cluster, else
// to training. If no row is fixed to validation, a share validation / (training + validation) of
// the training clusters, chosen by hash, becomes it.
//
// Folds take whole clusters, in equal shares of each stratum; by time they follow each other, the
// oldest first.
Split split(const Members& members, const SplitSpec& spec);

// Two rows that must not be in different parts, but are.
struct Leak {
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    std::string_view reason;  // "group", "content", "near-duplicate", "duplicate"
};

// Looks for leaks afresh, without trusting split(): at most `limit` of them. Rows left out do not
// count.
std::vector<Leak> find_leaks(
    const Members& members,
    std::span<const Part> parts,
    int near = 3,
    std::size_t limit = 100
);

}  // namespace training

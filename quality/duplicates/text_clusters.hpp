#pragma once

#include <cstdint>
#include <stop_token>

namespace base {
class Database;
}

namespace quality {

struct ClusterReport {
    std::uint64_t texts = 0;  // that were new or changed, of twenty words and more
    std::uint64_t exact = 0;  // of them with the words of an earlier one
    std::uint64_t near =
        0;  // of them that joined a cluster of near-duplicates, the exact ones included
};

// Gives the texts of a source that are new or changed their clusters, without comparing all with
// all: texts with the same words share one (kind 'normalised'), and a text of likeness 0.7 and more
// (MinHash over word 5-grams, see text_duplicates.hpp) to the first of a cluster, or to a text
// without one, joins it (kind 'text'); one that is near to the firsts of several makes them one. A
// text that changed leaves its clusters first. Compared with find_duplicates() a text that is near
// to later members of a cluster only is not found, nor one that shares with others only what a
// hundred texts and more have in common.
//
// Some thousand texts per transaction; after a stop or a crash the next call goes on.
ClusterReport
assign_clusters(base::Database& database, std::int64_t source_id, std::stop_token stop = {});

}  // namespace quality

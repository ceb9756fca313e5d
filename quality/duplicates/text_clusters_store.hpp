#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "quality/duplicates/text_grouping.hpp"
#include "quality/store.hpp"
#include "schema/records/record.hpp"

// The verbs of text_clusters.hpp.
namespace quality {

// How many contents the source's runs have stored, and how many there were when all texts had their
// clusters.
struct TextExtent {
    std::int64_t gathered = 0;
    std::int64_t clustered = -1;
};
BOOST_DESCRIBE_STRUCT(TextExtent, (), (gathered, clustered))
TextExtent text_extent(base::Tx& tx, std::int64_t source_id);
void note_clustered(base::Tx& tx, std::int64_t source_id, std::int64_t gathered);

struct TextPlace {
    std::int64_t rk = std::numeric_limits<std::int64_t>::min();
    std::string key;
};

struct LateText {
    Table::Row row;
    formats::SketchedText sketched;  // of title and body
    bool long_enough = false;        // twenty words and more
    bool had_sketch = false;         // of an earlier version
};
// Texts that have no clusters in their present version, after `place`, some thousands; short ones
// only if they had some.
std::vector<LateText>
texts_to_cluster(base::Tx& tx, std::int64_t source_id, const TextPlace& place);

// One process at a time gives clusters to the texts of a source.
void lock_clusters(base::Tx& tx, std::int64_t source_id);
// False only if the source has neither sketches nor clusters, so that there is nothing to leave or
// to share.
bool any_sketches(base::Tx& tx, std::int64_t source_id);
// Takes out what is known of earlier versions of these; clusters that they were the first of get
// another.
void leave_clusters(base::Tx& tx, std::int64_t source_id, const std::vector<LateText>& texts);
// Texts that lead and share a band, or are first and share their words, with one of these.
std::vector<StoredSketch>
sketches_sharing(base::Tx& tx, std::int64_t source_id, const std::vector<StoredSketch>& texts);

void write_clusters(
    base::Tx& tx,
    std::int64_t source_id,
    const ClusterChanges& changes,
    schema::Time now
);
// For when the sketches that are not in the indexes become too many to be read with each batch.
void index_sketches(base::Tx& tx, std::int64_t source_id);

}  // namespace quality

// A source grows by some texts a day; comparing all with all each time is out of the question. Each
// cluster therefore has texts that lead: only these are listed by their MinHash bands, and a new
// text is compared with those it shares a band with. A text near to none leads itself.
//
// Batches are transactions of their own under a lock for the source. The sketches are the cursor: a
// text is to be clustered if it has none in its present version, so a crash loses nothing but the
// batch.
#include "quality/duplicates/text_clusters.hpp"

#include <chrono>
#include <vector>

#include "base/database/database.hpp"
#include "quality/duplicates/text_clusters_store.hpp"
#include "quality/duplicates/text_grouping.hpp"
#include "schema/records/record_store.hpp"

namespace quality {

namespace {

constexpr std::size_t most_unindexed = 20'000;

// Sketches of one source have no band in common with those of another.
void keep_to_source(TextSketch& sketch, std::int64_t source_id) {
    for (auto& band : sketch.bands)
        band ^= static_cast<std::uint64_t>(source_id) * 0x9E3779B97F4A7C15;
}

}  // namespace

ClusterReport
assign_clusters(base::Database& database, std::int64_t source_id, std::stop_token stop) {
    ClusterReport report;
    auto extent = database.call([&](base::Tx& tx) { return text_extent(tx, source_id); });
    if (extent.clustered == extent.gathered) return report;
    TextPlace place;
    while (!stop.stop_requested()) {
        auto texts =
            database.call([&](base::Tx& tx) { return texts_to_cluster(tx, source_id, place); });
        if (texts.empty()) {
            database.call([&](base::Tx& tx) { note_clustered(tx, source_id, extent.gathered); });
            return report;
        }
        std::vector<StoredSketch> fresh;
        fresh.reserve(texts.size());
        for (const auto& text : texts) {
            if (!text.long_enough) continue;
            auto& one = fresh.emplace_back();
            one.row = text.row;
            one.hash = text.sketched.hash;
            one.sketch = text.sketched.sketch;
            keep_to_source(one.sketch, source_id);
        }
        ClusterReport batch;
        database.call([&](base::Tx& tx) {
            schema::commit_without_waiting(tx);  // the sketches themselves are the cursor
            lock_clusters(tx, source_id);
            std::vector<StoredSketch> known;
            if (any_sketches(tx, source_id)) {
                leave_clusters(tx, source_id, texts);
                known = sketches_sharing(tx, source_id, fresh);
            }
            auto latest = fresh.size();
            for (const auto& one : known) latest += one.indexed ? 0 : 1;
            TextGrouping grouping(std::move(known));
            for (const auto& one : fresh) grouping.add(one);
            batch = {fresh.size(), grouping.exact(), grouping.near()};
            write_clusters(
                tx, source_id, std::move(grouping).changes(), std::chrono::system_clock::now()
            );
            if (latest >= most_unindexed) index_sketches(tx, source_id);
        });
        report.texts += batch.texts;
        report.exact += batch.exact;
        report.near += batch.near;
        place = {texts.back().row.rk, texts.back().row.key};
    }
    return report;
}

}  // namespace quality

// Texts that lead are found by their bands through a partial GIN index of those that are `indexed`.
// Each entry of such an index costs fourteen insertions, so new sketches stay out of it and are
// read whole with each batch; when there are too many, index_sketches() lets them in together.
//
// A text that changed leaves its clusters first. If it was the one whose number names the cluster,
// another member gives the name, for readers follow it to a record that must exist.
#include "quality/duplicates/text_clusters_store.hpp"

#include <algorithm>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "quality/sql.hpp"
#include "schema/records/values.hpp"

namespace quality {

namespace {

constexpr int texts_at_once = 5000;

struct LateRow {
    Table::Row row;
    bool long_enough = false, had_sketch = false;
    std::optional<base::Binary> sketch;
};
BOOST_DESCRIBE_STRUCT(LateRow, (), (row, long_enough, had_sketch, sketch))

struct SketchRow {
    std::int64_t rk = 0;
    std::string key, bands;
    base::Binary low, text_hash;
    bool leads = false, first = false, indexed = false;
};
BOOST_DESCRIBE_STRUCT(SketchRow, (), (rk, key, bands, low, text_hash, leads, first, indexed))

struct ClusterRow {
    std::int64_t place = 0;  // from 1
    std::optional<std::int64_t> near, exact;
};
BOOST_DESCRIBE_STRUCT(ClusterRow, (), (place, near, exact))

std::vector<std::int64_t> bands_of(const TextSketch& sketch) {
    std::vector<std::int64_t> bands;
    if (sketch.empty) return bands;
    for (auto band : sketch.bands)
        if (band != unlisted_band) bands.push_back(static_cast<std::int64_t>(band));
    return bands;
}

// "{1,-2}"
TextSketch sketch_of(const std::string& bands, const std::string& low) {
    TextSketch sketch{};
    std::size_t count = 0;
    for (std::size_t at = 1; at + 1 < bands.size() && count < sketch.bands.size();) {
        auto end = std::min(bands.find(',', at), bands.size() - 1);
        sketch.bands[count++] = static_cast<std::uint64_t>(std::stoll(bands.substr(at, end - at)));
        at = end + 1;
    }
    sketch.empty = count == 0;  // or not to be found by any band
    std::copy_n(low.begin(), std::min(low.size(), sketch.low.size()), sketch.low.begin());
    return sketch;
}

// Sketches and clusters are joined here, place by place: the server would have to guess how many
// of each there are, and if it guesses few it compares each with each.
void note_clusters(base::Tx& tx, std::int64_t source_id, std::vector<StoredSketch>& texts) {
    std::vector<std::int64_t> rks;
    std::vector<std::string> keys;
    for (const auto& text : texts) {
        rks.push_back(text.row.rk);
        keys.push_back(text.row.key);
    }
    auto rows = tx.exec(
        sql::file["clusters_of_texts"], source_id, schema::array_of(rks), schema::array_of(keys)
    );
    for (const auto& one : base::rows_as<ClusterRow>(rows)) {
        auto& text = texts[static_cast<std::size_t>(one.place - 1)];
        text.near = one.near;
        text.exact = one.exact;
    }
}

}  // namespace

TextExtent text_extent(base::Tx& tx, std::int64_t source_id) {
    return base::first_as<TextExtent>(tx.exec(sql::file["text_extent"], source_id)).value();
}

void note_clustered(base::Tx& tx, std::int64_t source_id, std::int64_t gathered) {
    tx.exec(sql::file["note_clustered"], source_id, gathered);
}

std::vector<LateText>
texts_to_cluster(base::Tx& tx, std::int64_t source_id, const TextPlace& place) {
    std::vector<LateText> texts;
    auto rows =
        tx.exec(sql::file["texts_to_cluster"], source_id, place.rk, place.key, texts_at_once);
    for (auto& one : base::rows_as<LateRow>(rows)) {
        auto& text = texts.emplace_back();
        text.row = std::move(one.row);
        text.long_enough = one.long_enough;
        text.had_sketch = one.had_sketch;
        if (!text.long_enough) continue;
        if (!one.sketch) {  // stored by an earlier program
            auto words = tx.value<std::string>(
                sql::file["text_to_sketch"], text.row.rk, source_id, text.row.key, text.row.version
            );
            one.sketch = {formats::packed_sketch(formats::TextWords(words.value_or("")))};
        }
        text.sketched = formats::unpacked_sketch(one.sketch->bytes);
    }
    return texts;
}

void lock_clusters(base::Tx& tx, std::int64_t source_id) {
    tx.exec(sql::file["lock_clusters"], source_id);
}

bool any_sketches(base::Tx& tx, std::int64_t source_id) {
    return tx.value<bool>(sql::file["sketches_there"], source_id).value_or(true);
}

void index_sketches(base::Tx& tx, std::int64_t source_id) {
    tx.exec(sql::file["index_sketches"], source_id);
    note_clustered(tx, source_id, -1);
}

void leave_clusters(base::Tx& tx, std::int64_t source_id, const std::vector<LateText>& texts) {
    std::vector<std::int64_t> rks;
    std::vector<std::string> keys;
    bool had_sketch = false;
    for (const auto& text : texts) {
        rks.push_back(text.row.rk);
        keys.push_back(text.row.key);
        had_sketch = had_sketch || text.had_sketch;
    }
    auto a = schema::array_of(rks), b = schema::array_of(keys);
    if (had_sketch) tx.exec(sql::file["drop_sketches"], source_id, a, b);
    if (tx.change(sql::file["leave_clusters"], source_id, a, b) > 0)
        tx.exec(sql::file["name_clusters_anew"], source_id, a);
}

std::vector<StoredSketch>
sketches_sharing(base::Tx& tx, std::int64_t source_id, const std::vector<StoredSketch>& texts) {
    std::vector<std::string> bands, hashes;
    for (const auto& text : texts) {
        if (!text.hash.empty()) hashes.push_back(text.hash);
        if (!text.sketch.empty) bands.push_back(schema::array_of(bands_of(text.sketch)));
    }
    std::vector<StoredSketch> found;
    auto rows = tx.exec(
        sql::file["sketches_sharing"],
        source_id,
        schema::array_of(bands),
        schema::array_of_bytes(hashes)
    );
    for (auto& one : base::rows_as<SketchRow>(rows)) {
        auto& text = found.emplace_back();
        text.row = {.rk = one.rk, .key = std::move(one.key)};
        text.sketch = sketch_of(one.bands, one.low.bytes);
        text.hash = std::move(one.text_hash.bytes);
        text.leads = one.leads;
        text.first = one.first;
        text.indexed = one.indexed;
    }
    note_clusters(tx, source_id, found);
    return found;
}

void write_clusters(
    base::Tx& tx,
    std::int64_t source_id,
    const ClusterChanges& changes,
    schema::Time now
) {
    auto sketches = tx.copy(
        "text_sketch (rk, source_id, key, version, text_hash, bands, low, leads, first)", 9
    );
    for (const auto& text : changes.texts) {
        if (!text.is_new) continue;
        sketches.begin_row();
        sketches.value(text.row.rk);
        sketches.value(source_id);
        sketches.text(text.row.key);
        sketches.value(std::int32_t{text.row.version});
        sketches.bytea(text.hash);
        sketches.bigints(bands_of(text.sketch));
        sketches.bytea(
            {reinterpret_cast<const char*>(text.sketch.low.data()), text.sketch.low.size()}
        );
        sketches.value(text.leads);
        sketches.value(text.first);
    }
    sketches.finish();
    auto copy = tx.copy("duplicate (rk, source_id, key, kind, cluster, score, found_at)", 7);
    auto add = [&](const StoredSketch& text, const char* kind, std::int64_t cluster, double score) {
        copy.begin_row();
        copy.value(text.row.rk);
        copy.value(source_id);
        copy.text(text.row.key);
        copy.text(kind);
        copy.value(cluster);
        copy.value(score);
        copy.time(now);
    };
    for (const auto& text : changes.texts) {
        if (text.near && (text.is_new || text.near_found))
            add(text, "text", *text.near, text.near_score);
        if (text.exact && (text.is_new || text.exact_found))
            add(text, "normalised", *text.exact, text.exact_score);
    }
    copy.finish();
    std::vector<std::int64_t> from, into;
    for (const auto& merge : changes.merges) {
        from.push_back(merge.first);
        into.push_back(merge.second);
    }
    if (!from.empty())
        tx.exec(
            sql::file["merge_clusters"], source_id, schema::array_of(from), schema::array_of(into)
        );
}

}  // namespace quality

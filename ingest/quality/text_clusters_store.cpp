#include "ingest/quality/text_clusters_store.hpp"

#include <algorithm>

#include "base/database.hpp"
#include "ingest/sql.hpp"
#include "schema/values.hpp"

namespace ingest::quality {

namespace {

constexpr int texts_at_once = 500;

std::string bands_text(const TextSketch& sketch) {
    std::vector<std::int64_t> bands;
    if (!sketch.empty)
        for (auto band : sketch.bands) bands.push_back(static_cast<std::int64_t>(band));
    return schema::array_of(bands);
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
    sketch.empty = count < sketch.bands.size();
    std::copy_n(low.begin(), std::min(low.size(), sketch.low.size()), sketch.low.begin());
    return sketch;
}

}  // namespace

TextExtent text_extent(base::Tx& tx, std::int64_t source_id) {
    auto row = tx.exec(sql::file["text_extent"], source_id)[0];
    return {row[0].as<std::int64_t>(), row[1].as<std::int64_t>()};
}

void note_clustered(base::Tx& tx, std::int64_t source_id, std::int64_t gathered) {
    tx.exec(sql::file["note_clustered"], source_id, gathered);
}

std::vector<LateText>
texts_to_cluster(base::Tx& tx, std::int64_t source_id, const TextPlace& place) {
    std::vector<LateText> texts;
    for (const auto& row :
         tx.exec(sql::file["texts_to_cluster"], source_id, place.rk, place.key, texts_at_once)) {
        auto& text = texts.emplace_back();
        text.row.rk = row[0].as<std::int64_t>();
        text.row.key = row[1].as<std::string>();
        text.row.version = row[2].as<int>();
        text.text = row[3].as<std::string>();
        text.long_enough = row[4].as<bool>();
    }
    return texts;
}

void lock_clusters(base::Tx& tx, std::int64_t source_id) {
    tx.exec(sql::file["lock_clusters"], source_id);
}

void leave_clusters(base::Tx& tx, std::int64_t source_id, const std::vector<LateText>& texts) {
    std::vector<std::int64_t> rks;
    std::vector<std::string> keys;
    for (const auto& text : texts) {
        rks.push_back(text.row.rk);
        keys.push_back(text.row.key);
    }
    auto a = schema::array_of(rks), b = schema::array_of(keys);
    tx.exec(sql::file["drop_sketches"], source_id, a, b);
    if (tx.change(sql::file["leave_clusters"], source_id, a, b) > 0) tx.exec(sql::file["name_clusters_anew"], source_id, a);
}

std::vector<StoredSketch>
sketches_sharing(base::Tx& tx, std::int64_t source_id, const std::vector<StoredSketch>& texts) {
    std::vector<std::string> bands, hashes;
    for (const auto& text : texts) {
        if (!text.hash.empty()) hashes.push_back(text.hash);
        if (!text.sketch.empty) bands.push_back(bands_text(text.sketch));
    }
    std::vector<StoredSketch> found;
    for (const auto& row : tx.exec(
             sql::file["sketches_sharing"],
             source_id,
             schema::array_of(bands),
             schema::array_of_bytes(hashes)
         )) {
        auto& one = found.emplace_back();
        one.row.rk = row[0].as<std::int64_t>();
        one.row.key = row[1].as<std::string>();
        one.sketch = sketch_of(row[2].as<std::string>(), base::bytes(row[3]));
        one.hash = base::bytes(row[4]);
        one.leads = row[5].as<bool>();
        one.first = row[6].as<bool>();
        if (!row[7].is_null()) one.near = row[7].as<std::int64_t>();
        if (!row[8].is_null()) one.exact = row[8].as<std::int64_t>();
    }
    return found;
}

void write_clusters(
    base::Tx& tx,
    std::int64_t source_id,
    const ClusterChanges& changes,
    schema::Time now
) {
    std::vector<std::int64_t> rks;
    std::vector<std::int32_t> versions, leads, firsts;
    std::vector<std::string> keys, hashes, bands, lows;
    for (const auto& text : changes.texts) {
        if (!text.is_new) continue;
        rks.push_back(text.row.rk);
        keys.push_back(text.row.key);
        versions.push_back(text.row.version);
        hashes.push_back(text.hash);
        bands.push_back(bands_text(text.sketch));
        lows.emplace_back(reinterpret_cast<const char*>(text.sketch.low.data()), text.sketch.low.size());
        leads.push_back(text.leads);
        firsts.push_back(text.first);
    }
    tx.exec(
        sql::file["add_sketches"],
        source_id,
        schema::array_of(rks),
        schema::array_of(keys),
        schema::array_of(versions),
        schema::array_of_bytes(hashes),
        schema::array_of(bands),
        schema::array_of_bytes(lows),
        schema::array_of(leads),
        schema::array_of(firsts)
    );
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
        if (text.near && (text.is_new || text.near_found)) add(text, "text", *text.near, text.near_score);
        if (text.exact && (text.is_new || text.exact_found))
            add(text, "normalised", *text.exact, text.exact_score);
    }
    copy.finish();
    for (const auto& [from, into] : changes.merges) tx.exec(sql::file["merge_clusters"], source_id, from, into);
}

}  // namespace ingest::quality

#include "ingest/quality/text_clusters.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/database.hpp"
#include "ingest/quality/text_clusters_store.hpp"
#include "ingest/quality/text_duplicates.hpp"

namespace ingest::quality {

namespace {

constexpr double near_enough = 0.7;

// The texts of one batch among those that they may be near to.
class Grouping {
public:
    explicit Grouping(std::vector<StoredSketch> known) : texts_(std::move(known)) {
        for (std::size_t i = 0; i < texts_.size(); ++i) {
            if (texts_[i].leads) list(i);
            if (texts_[i].first) firsts_.emplace(texts_[i].hash, i);
        }
    }

    void add(StoredSketch text) {
        text.is_new = true;
        auto place = texts_.size();
        texts_.push_back(std::move(text));
        auto& its = texts_[place];
        if (its.hash.empty()) return;  // no words
        if (auto same = firsts_.find(its.hash); same != firsts_.end()) {
            ++report_.exact;
            ++report_.near;
            join(its.exact, its.exact_score, 1, found(same->second, &StoredSketch::exact, &StoredSketch::exact_score));
            join(its.near, its.near_score, 1, found(same->second, &StoredSketch::near, &StoredSketch::near_score));
            return;
        }
        its.first = true;
        firsts_.emplace(its.hash, place);
        std::vector<std::pair<double, std::size_t>> alike;
        for (auto other : sharing(its)) {
            auto value = likeness(texts_[other].sketch, its.sketch);
            if (value >= near_enough) alike.emplace_back(value, other);
        }
        if (alike.empty()) {
            its.leads = true;
            list(place);
            return;
        }
        std::sort(alike.begin(), alike.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first > b.first : a.second < b.second;
        });
        ++report_.near;
        auto cluster = found(alike[0].second, &StoredSketch::near, &StoredSketch::near_score);
        join(its.near, its.near_score, alike[0].first, cluster);
        for (std::size_t i = 1; i < alike.size(); ++i) {
            auto& other = texts_[alike[i].second];
            if (!other.near) {
                join(other.near, other.near_score, alike[i].first, cluster);
                other.near_found = true;
            } else if (*other.near != cluster) {
                merge(*other.near, cluster);
            }
        }
    }

    ClusterChanges changes() && { return {std::move(texts_), std::move(merges_)}; }
    const ClusterReport& report() const { return report_; }

private:
    static void join(std::optional<std::int64_t>& own, double& score, double value, std::int64_t cluster) {
        own = cluster;
        score = value;
    }
    // The cluster of a text, which begins one if it has none.
    std::int64_t found(
        std::size_t place,
        std::optional<std::int64_t> StoredSketch::*cluster,
        double StoredSketch::*score
    ) {
        auto& text = texts_[place];
        if (!(text.*cluster)) {
            text.*cluster = text.row.rk;
            text.*score = 1;
            (cluster == &StoredSketch::near ? text.near_found : text.exact_found) = true;
        }
        return *(text.*cluster);
    }
    void merge(std::int64_t from, std::int64_t into) {
        for (auto& text : texts_)
            if (text.near == from) text.near = into;
        for (auto& merge : merges_)
            if (merge.second == from) merge.second = into;
        merges_.emplace_back(from, into);
    }
    void list(std::size_t place) {
        if (texts_[place].sketch.empty) return;
        for (auto band : texts_[place].sketch.bands) bands_[band].push_back(place);
    }
    std::vector<std::size_t> sharing(const StoredSketch& text) const {
        std::vector<std::size_t> places;
        if (text.sketch.empty) return places;
        for (auto band : text.sketch.bands)
            if (auto same = bands_.find(band); same != bands_.end())
                places.insert(places.end(), same->second.begin(), same->second.end());
        std::sort(places.begin(), places.end());
        places.erase(std::unique(places.begin(), places.end()), places.end());
        return places;
    }

    std::vector<StoredSketch> texts_;
    std::vector<std::pair<std::int64_t, std::int64_t>> merges_;
    std::unordered_map<std::uint64_t, std::vector<std::size_t>> bands_;  // of texts that lead
    std::unordered_map<std::string, std::size_t> firsts_;
    ClusterReport report_;
};

// Sketches of one source have no band in common with those of another.
void keep_to_source(TextSketch& sketch, std::int64_t source_id) {
    for (auto& band : sketch.bands)
        band ^= static_cast<std::uint64_t>(source_id) * 0x9E3779B97F4A7C15;
}

}  // namespace

ClusterReport assign_clusters(base::Database& database, std::int64_t source_id, std::stop_token stop) {
    ClusterReport report;
    auto extent = database.call([&](base::Tx& tx) { return text_extent(tx, source_id); });
    if (extent.clustered == extent.gathered) return report;
    TextPlace place;
    while (!stop.stop_requested()) {
        auto texts = database.call([&](base::Tx& tx) { return texts_to_cluster(tx, source_id, place); });
        if (texts.empty()) {
            database.call([&](base::Tx& tx) { note_clustered(tx, source_id, extent.gathered); });
            return report;
        }
        std::vector<StoredSketch> fresh;
        for (const auto& text : texts) {
            if (!text.long_enough) continue;
            auto& one = fresh.emplace_back();
            one.row = text.row;
            one.hash = words_hash(text.text);
            one.sketch = sketch(text.text);
            keep_to_source(one.sketch, source_id);
        }
        ClusterReport batch;
        database.call([&](base::Tx& tx) {
            lock_clusters(tx, source_id);
            leave_clusters(tx, source_id, texts);
            Grouping grouping(sketches_sharing(tx, source_id, fresh));
            for (const auto& one : fresh) grouping.add(one);
            batch = grouping.report();
            write_clusters(tx, source_id, std::move(grouping).changes(), std::chrono::system_clock::now());
        });
        report.texts += fresh.size();
        report.exact += batch.exact;
        report.near += batch.near;
        place = {texts.back().row.rk, texts.back().row.key};
    }
    return report;
}

}  // namespace ingest::quality

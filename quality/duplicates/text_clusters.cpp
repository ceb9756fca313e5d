// A source grows by some texts a day; comparing all with all each time is out of the question. Each
// cluster therefore has texts that lead: only these are listed by their MinHash bands, and a new
// text is compared with those it shares a band with. A text near to none leads itself.
//
// Batches are transactions of their own under a lock for the source. The sketches are the cursor: a
// text is to be clustered if it has none in its present version, so a crash loses nothing but the
// batch.
#include "quality/duplicates/text_clusters.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/database/database.hpp"
#include "quality/duplicates/text_clusters_store.hpp"
#include "quality/duplicates/text_duplicates.hpp"
#include "schema/records/record_store.hpp"

namespace quality {

namespace {

constexpr double near_enough = 0.7;
constexpr std::size_t most_unindexed = 20'000;

// The texts of one batch among those that they may be near to.
class Grouping {
public:
    explicit Grouping(std::vector<StoredSketch> known)
        : texts_(std::move(known)), any_known_(!texts_.empty()) {
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
            join(
                its.exact,
                its.exact_score,
                1,
                found(same->second, &StoredSketch::exact, &StoredSketch::exact_score)
            );
            join(
                its.near,
                its.near_score,
                1,
                found(same->second, &StoredSketch::near, &StoredSketch::near_score)
            );
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

    ClusterChanges changes() && {
        if (!any_known_) merges_.clear();  // all of their texts are written with their last cluster
        return {std::move(texts_), std::move(merges_)};
    }
    const ClusterReport& report() const { return report_; }

private:
    static void
    join(std::optional<std::int64_t>& own, double& score, double value, std::int64_t cluster) {
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
        for (auto band : texts_[place].sketch.bands) {
            auto& latest = bands_.try_emplace(band, none).first->second;
            listed_.push_back({place, latest});
            latest = listed_.size() - 1;
        }
    }
    std::vector<std::size_t> sharing(const StoredSketch& text) const {
        std::vector<std::size_t> places;
        if (text.sketch.empty) return places;
        for (auto band : text.sketch.bands)
            if (auto same = bands_.find(band); same != bands_.end())
                for (auto at = same->second; at != none; at = listed_[at].earlier)
                    places.push_back(listed_[at].place);
        std::sort(places.begin(), places.end());
        places.erase(std::unique(places.begin(), places.end()), places.end());
        return places;
    }

    static constexpr auto none = std::numeric_limits<std::size_t>::max();
    struct Listed {
        std::size_t place, earlier;
    };

    std::vector<StoredSketch> texts_;
    bool any_known_;
    std::vector<std::pair<std::int64_t, std::int64_t>> merges_;
    std::unordered_map<std::uint64_t, std::size_t>
        bands_;  // of texts that lead: the latest in listed_
    std::vector<Listed> listed_;
    std::unordered_map<std::string, std::size_t> firsts_;
    ClusterReport report_;
};

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
            Grouping grouping(std::move(known));
            for (const auto& one : fresh) grouping.add(one);
            batch = grouping.report();
            write_clusters(
                tx, source_id, std::move(grouping).changes(), std::chrono::system_clock::now()
            );
            if (latest >= most_unindexed) index_sketches(tx, source_id);
        });
        report.texts += fresh.size();
        report.exact += batch.exact;
        report.near += batch.near;
        place = {texts.back().row.rk, texts.back().row.key};
    }
    return report;
}

}  // namespace quality

// Texts that lead are listed by their bands, those that are the first of their words by these; a
// new text is compared with what it shares a list with. A band that a hundred of them share is one
// of common words, not of copies: texts that are not near each other meet in it, and all of them
// would be compared with all. Further ones are not listed by it, here or in what is stored; copies
// share other bands.
//
// A chain of texts, each near to the next, makes a cluster per piece that a batch happens to see
// first, and then joins them one by one. So a merge only notes which cluster went into which (the
// forest of Tarjan 1975, paths halved), and a text's cluster is looked up when it is needed:
// renaming all its texts with each merge would be quadratic in the chain.
#include "quality/duplicates/text_grouping.hpp"

#include <algorithm>

namespace quality {

namespace {

constexpr double near_enough = 0.7;
constexpr std::uint32_t most_listed = 100;  // by one band

}  // namespace

TextGrouping::TextGrouping(std::vector<StoredSketch> known)
    : texts_(std::move(known)), any_known_(!texts_.empty()) {
    for (std::size_t i = 0; i < texts_.size(); ++i) {
        if (texts_[i].leads) list(i);
        if (texts_[i].first) firsts_.emplace(texts_[i].hash, i);
    }
}

void TextGrouping::add(StoredSketch text) {
    text.is_new = true;
    auto place = texts_.size();
    texts_.push_back(std::move(text));
    auto& its = texts_[place];
    if (its.hash.empty()) return;  // no words
    auto [same, is_first] = firsts_.emplace(its.hash, place);
    if (!is_first) return add_copy(its, same->second);
    its.first = true;
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
    link(its, std::move(alike));
}

void TextGrouping::add_copy(StoredSketch& text, std::size_t same) {
    ++exact_;
    ++near_;
    text.exact = found(same, &StoredSketch::exact);
    text.near = found(same, &StoredSketch::near);
    text.exact_score = text.near_score = 1;
}

// Into the cluster of the text that is most alike, which takes in those of the others.
void TextGrouping::link(StoredSketch& text, std::vector<std::pair<double, std::size_t>> alike) {
    std::sort(alike.begin(), alike.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    ++near_;
    auto cluster = found(alike[0].second, &StoredSketch::near);
    text.near = cluster;
    text.near_score = alike[0].first;
    for (std::size_t i = 1; i < alike.size(); ++i) {
        auto& other = texts_[alike[i].second];
        if (!other.near) {
            other.near = cluster;
            other.near_score = alike[i].first;
            other.near_found = true;
        } else if (auto its = kept(*other.near); its != cluster) {
            merged_[its] = cluster;
        }
    }
}

// The cluster of a text, which begins one if it has none.
std::int64_t TextGrouping::found(std::size_t place, Cluster StoredSketch::*cluster) {
    auto& text = texts_[place];
    bool near = cluster == &StoredSketch::near;
    if (!(text.*cluster)) {
        text.*cluster = text.row.rk;
        (near ? text.near_score : text.exact_score) = 1;
        (near ? text.near_found : text.exact_found) = true;
    }
    return near ? kept(*text.near) : *text.exact;
}

// The cluster that this one has gone into.
std::int64_t TextGrouping::kept(std::int64_t cluster) {
    for (auto at = merged_.find(cluster); ++steps_, at != merged_.end();) {
        cluster = at->second;
        auto next = merged_.find(cluster);
        if (next != merged_.end()) at->second = next->second;
        at = next;
    }
    return cluster;
}

void TextGrouping::list(std::size_t place) {
    if (texts_[place].sketch.empty) return;
    for (auto& band : texts_[place].sketch.bands) {
        if (band == unlisted_band) continue;
        auto& [latest, count] = bands_[band];
        if (count == most_listed) {
            band = unlisted_band;
            continue;
        }
        ++count;
        listed_.push_back({place, latest});
        latest = listed_.size() - 1;
    }
}

std::vector<std::size_t> TextGrouping::sharing(const StoredSketch& text) {
    std::vector<std::size_t> places;
    if (text.sketch.empty) return places;
    for (auto band : text.sketch.bands)
        if (auto same = bands_.find(band); same != bands_.end())
            for (auto at = same->second.latest; at != none; at = listed_[at].earlier)
                places.push_back(listed_[at].place);
    steps_ += places.size();
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    return places;
}

ClusterChanges TextGrouping::changes() && {
    for (auto& text : texts_)
        if (text.near) text.near = kept(*text.near);
    ClusterChanges made{std::move(texts_), {}};
    if (!any_known_) return made;  // all texts are written with their last cluster
    std::vector<std::int64_t> merged;
    for (const auto& one : merged_) merged.push_back(one.first);
    std::sort(merged.begin(), merged.end());
    for (auto cluster : merged) made.merges.emplace_back(cluster, kept(cluster));
    return made;
}

}  // namespace quality

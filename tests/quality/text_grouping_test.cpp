#include "quality/duplicates/text_grouping.hpp"

#include <map>
#include <set>

#include <catch2/catch.hpp>

using namespace quality;

namespace {

// Texts are made of their bands and low bits here, which say all that grouping looks at.
StoredSketch text(std::int64_t number, const std::vector<std::uint64_t>& bands, int low) {
    StoredSketch made;
    made.row = {.rk = number, .key = std::to_string(number)};
    made.hash = "words of " + std::to_string(number);
    made.sketch.empty = false;
    made.sketch.bands.fill(0);
    for (std::size_t i = 0; i < made.sketch.bands.size(); ++i)
        made.sketch.bands[i] =
            i < bands.size() ? bands[i] : static_cast<std::uint64_t>(number * 100 + 7) + i;
    // The first `low` of 112 are those of everybody, the rest are its own.
    std::uint64_t state = static_cast<std::uint64_t>(number) * 2654435761U + 1;
    for (std::size_t i = 0; i < made.sketch.low.size(); ++i) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        made.sketch.low[i] = static_cast<int>(i) < low ? 1 : static_cast<std::uint8_t>(state >> 56);
    }
    return made;
}

std::map<std::int64_t, std::int64_t> clusters_of(const ClusterChanges& changes) {
    std::map<std::int64_t, std::int64_t> clusters;
    for (const auto& text : changes.texts)
        if (text.near) clusters[text.row.rk] = *text.near;
    return clusters;
}

// Texts of `count` clusters that are stored, and for each two neighbours a text near to both.
ClusterChanges chained(std::int64_t count, std::uint64_t& steps) {
    std::vector<StoredSketch> known;
    std::vector<StoredSketch> bridges;
    for (std::int64_t i = 0; i < count; ++i) {
        auto& lead = known.emplace_back(text(i, {}, 0));
        lead.leads = lead.first = true;
        lead.near = i;
    }
    for (std::int64_t i = 0; i + 1 < count; ++i) {
        auto& bridge = bridges.emplace_back(text(count + i, {}, 0));
        const auto& left = known[static_cast<std::size_t>(i)].sketch;
        const auto& right = known[static_cast<std::size_t>(i + 1)].sketch;
        bridge.sketch.bands[0] = left.bands[0];
        bridge.sketch.bands[1] = right.bands[1];
        bridge.sketch.low = right.low;
    }
    // Near to both: leads that are alike, but in no band.
    for (auto& lead : known) lead.sketch.low.fill(1);
    for (auto& bridge : bridges) bridge.sketch.low.fill(1);
    TextGrouping grouping(std::move(known));
    for (auto& bridge : bridges) grouping.add(std::move(bridge));
    steps = grouping.steps();
    return std::move(grouping).changes();
}

}  // namespace

TEST_CASE("a chain of clusters becomes one, in steps as many as its texts", "[quality][clusters]") {
    std::uint64_t steps = 0;
    auto changes = chained(2000, steps);
    CHECK(steps < 20 * 2000);
    std::set<std::int64_t> names;
    for (const auto& [text, cluster] : clusters_of(changes)) names.insert(cluster);
    CHECK(names.size() == 1);
    // What is stored is renamed once, and into what stays.
    CHECK(changes.merges.size() == 1999);
    for (const auto& [merged, kept] : changes.merges) {
        CHECK(merged != kept);
        CHECK(names.contains(kept));
    }
}

TEST_CASE("a band that very many share makes nobody compare with all", "[quality][clusters]") {
    TextGrouping grouping({});
    constexpr std::int64_t crowd = 3000;
    for (std::int64_t i = 0; i < crowd; ++i) grouping.add(text(i, {42}, 50));
    CHECK(grouping.near() == 0);
    CHECK(grouping.steps() < 110 * crowd);
    // A copy of one of them is found by the bands that are its own.
    auto copy = text(crowd - 1, {42}, 50);
    copy.row = {.rk = crowd, .key = "copy"};
    copy.hash = "other words";
    grouping.add(copy);
    CHECK(grouping.near() == 1);
    auto changes = std::move(grouping).changes();
    CHECK(clusters_of(changes).at(crowd) == crowd - 1);
    // Nor is the band stored for more of them than that.
    std::size_t listed = 0;
    for (const auto& one : changes.texts) listed += one.leads && one.sketch.bands[0] == 42;
    CHECK(listed == 100);
}

TEST_CASE(
    "stored texts are looked up by the bands that they are listed by",
    "[quality][clusters]"
) {
    auto known = text(1, {5, unlisted_band}, 112);
    known.leads = known.first = true;
    TextGrouping grouping({known});
    grouping.add(text(2, {unlisted_band, unlisted_band}, 112));
    CHECK(grouping.near() == 0);
    grouping.add(text(3, {5}, 112));
    CHECK(grouping.near() == 1);
}

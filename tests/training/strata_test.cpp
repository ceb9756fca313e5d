// Strata, folds, and sides that are kept.
#include "training/snapshots/split.hpp"

#include <array>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "base/numbers/random.hpp"

using namespace training;

namespace {

// One in a hundred rows is of stratum 2.
std::vector<Member> rare(std::size_t rows, std::uint64_t first = 0) {
    const base::CounterRandom random(5, 1);
    std::vector<Member> out(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        out[i].id = random.at(first + i);
        out[i].content = random.at(1'000'000 + first + i);
        out[i].stratum = (first + i) % 100 == 0 ? 2 : 1;
        out[i].time = static_cast<std::int64_t>(first + i);
    }
    return out;
}

std::map<std::uint32_t, std::array<std::size_t, 4>>
counted(const std::vector<Member>& rows, const Split& s) {
    std::map<std::uint32_t, std::array<std::size_t, 4>> all;
    for (std::size_t i = 0; i < rows.size(); ++i)
        ++all[rows[i].stratum][static_cast<std::size_t>(s.parts[i])];
    return all;
}

SplitSpec stratified() {
    SplitSpec spec;
    spec.strata = true;
    return spec;
}

}  // namespace

TEST_CASE("each stratum is divided by the fractions, rare ones too", "[training][split]") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        auto spec = stratified();
        spec.seed = seed;
        const auto rows = rare(2000);
        auto all = counted(rows, split(rows, spec));
        CHECK(all[2] == std::array<std::size_t, 4>{16, 2, 2, 0});
        CHECK(all[1] == std::array<std::size_t, 4>{1584, 198, 198, 0});
    }
}

TEST_CASE("a stratum of ten has one in each part, however small the part", "[training][split]") {
    auto spec = stratified();
    parse_fractions("0.96,0.02,0.02", spec);
    const auto rows = rare(1000);
    CHECK(counted(rows, split(rows, spec))[2] == std::array<std::size_t, 4>{8, 1, 1, 0});
}

TEST_CASE("many strata of a row or two do not all go to training", "[training][split]") {
    auto rows = rare(1000);
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i].stratum = static_cast<std::uint32_t>(i / 2);
    const auto s = split(rows, stratified());
    CHECK(s.rows[0] == 800);
    CHECK(s.rows[1] == 100);
    CHECK(s.rows[2] == 100);
}

TEST_CASE("clusters are not divided by strata", "[training][split]") {
    auto rows = rare(2000);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].group = i / 4 + 1;
    const auto s = split(rows, stratified());
    CHECK(find_leaks(rows, s.parts).empty());
    CHECK(s.rows[2] > 190);
    CHECK(s.rows[2] < 210);
}

TEST_CASE("rows keep their sides when others come", "[training][split]") {
    auto old = rare(2000);
    auto spec = stratified();
    spec.folds = 5;
    const auto before = split(old, spec);
    auto more = rare(1000, 2000);
    auto all = old;
    all.insert(all.begin(), more.begin(), more.end());  // in another order, too
    const auto first_old = more.size();
    for (std::size_t i = 0; i < old.size(); ++i) {
        all[first_old + i].kept = before.parts[i];
        all[first_old + i].kept_fold = before.folds[i];
    }
    const auto after = split(all, spec);
    for (std::size_t i = 0; i < old.size(); ++i) {
        CHECK(after.parts[first_old + i] == before.parts[i]);
        CHECK(after.folds[first_old + i] == before.folds[i]);
    }
    CHECK(counted(all, after)[2] == std::array<std::size_t, 4>{24, 3, 3, 0});

    // A row that joins two clusters of different sides: the side held out further wins.
    std::size_t training = 0, test = 0;
    for (std::size_t i = 0; i < old.size(); ++i) {
        if (before.parts[i] == Part::training) training = first_old + i;
        if (before.parts[i] == Part::test) test = first_old + i;
    }
    all[training].group = all[test].group = 7;
    const auto joined = split(all, spec);
    CHECK(joined.parts[test] == Part::test);
    CHECK(joined.parts[training] == Part::left_out);
    REQUIRE(joined.warnings.size() == 1);
    CHECK_THAT(joined.warnings[0], Catch::StartsWith("1 rows left out: they were on another side"));
}

TEST_CASE("folds share out training and validation, by stratum and cluster", "[training][split]") {
    auto rows = rare(2000);
    for (std::size_t i = 0; i + 1 < rows.size(); i += 50) rows[i].group = rows[i + 1].group = i + 1;
    auto spec = stratified();
    spec.folds = 4;
    const auto s = split(rows, spec);
    std::map<int, std::array<std::size_t, 2>> sizes;
    std::map<std::uint32_t, std::set<int>> of_cluster;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CHECK((s.folds[i] == -1) == (s.parts[i] == Part::test));
        ++sizes[s.folds[i]][rows[i].stratum == 2 ? 1 : 0];
        of_cluster[s.clusters[i]].insert(s.folds[i]);
    }
    REQUIRE(sizes.size() == 5);
    for (int fold = 0; fold < 4; ++fold) {
        CHECK(sizes[fold][0] + sizes[fold][1] >= 440);
        CHECK(sizes[fold][0] + sizes[fold][1] <= 460);
        CHECK(sizes[fold][1] >= 4);
    }
    for (const auto& [cluster, folds] : of_cluster) CHECK(folds.size() == 1);
}

TEST_CASE("folds of a split by time follow each other", "[training][split]") {
    const auto rows = rare(1000);
    SplitSpec spec;
    spec.by = SplitSpec::By::time;
    spec.folds = 3;
    const auto s = split(rows, spec);
    for (std::size_t i = 1; i < rows.size(); ++i)
        if (s.folds[i] >= 0 && s.folds[i - 1] >= 0) CHECK(s.folds[i - 1] <= s.folds[i]);
    CHECK(s.folds[0] == 0);
    CHECK(*std::max_element(s.folds.begin(), s.folds.end()) == 2);
}

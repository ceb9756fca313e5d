#include "training/snapshots/split.hpp"
#include "base/numbers/random.hpp"

#include <bit>
#include <map>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "training/snapshots/near_pairs.hpp"

using namespace training;

namespace {

std::vector<Member> members(std::size_t n, std::uint64_t seed = 1) {
    const base::CounterRandom random(seed, 1);
    std::vector<Member> out(n);
    for (std::size_t i = 0; i < n; ++i) {
        out[i].id = random.at(5 * i);
        out[i].group = random.below(5 * i + 1, 3) == 0 ? random.below(5 * i + 2, n) + 1 : 0;
        out[i].content = random.below(5 * i + 3, 4 * n) + 1;
        out[i].time = static_cast<std::int64_t>(i);
        out[i].simhash = random.at(5 * i + 4);
        if (i % 40 == 9) out[i].duplicates[i % 3] = out[i - 7].duplicates[i % 3] = i + 1;
        if (i % 50 == 7) out[i].simhash = out[i - 3].simhash ^ 0x8000000400000001U;
    }
    return out;
}

Member
row(std::uint64_t id, std::uint64_t group, std::uint64_t content = 0, std::int64_t time = 0) {
    Member made;
    made.id = id;
    made.group = group;
    made.content = content;
    made.time = time;
    return made;
}

std::size_t index(Part part) {
    return static_cast<std::size_t>(part);
}

}  // namespace

TEST_CASE("no cluster is divided, by whichever rule the parts are made", "[training][split]") {
    auto rows = members(4000);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i % 3 != 0) rows[i].fixed = i % 5 == 0 ? Part::test : Part::training;
    }
    for (auto by : {SplitSpec::By::hash, SplitSpec::By::time, SplitSpec::By::fixed}) {
        SplitSpec spec;
        spec.by = by;
        const auto s = split(rows, spec);
        CHECK(find_leaks(rows, s.parts).empty());
        std::map<std::uint32_t, Part> of;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (s.parts[i] == Part::left_out) continue;
            const auto [at, added] = of.emplace(s.clusters[i], s.parts[i]);
            CHECK(at->second == s.parts[i]);
        }
    }
}

TEST_CASE("the leak check finds what a careless split lets through", "[training][split]") {
    std::vector<Member> rows(8);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].id = i + 1;
        rows[i].content = i + 100;
    }
    rows[0].group = rows[1].group = 9;
    rows[2].content = rows[3].content = 55;
    rows[4].simhash = 0xff00ff00ff00ff00U;
    rows[5].simhash = rows[4].simhash ^ 0b1011;
    rows[6].duplicates[1] = rows[7].duplicates[1] = 3;
    rows[0].duplicates[0] = rows[2].duplicates[1] = 77;  // of two ways: not the same cluster
    const std::vector<Part> careless{
        Part::training,
        Part::test,
        Part::training,
        Part::test,
        Part::training,
        Part::validation,
        Part::test,
        Part::training};
    const auto leaks = find_leaks(rows, careless);
    REQUIRE(leaks.size() == 4);
    CHECK(leaks[0].reason == "group");
    CHECK(leaks[1].reason == "content");
    CHECK(leaks[2].reason == "duplicate");
    CHECK(leaks[3].reason == "near-duplicate");
    CHECK(find_leaks(rows, careless, 2).size() == 3);
    CHECK(find_leaks(rows, split(rows, {}).parts).empty());
}

TEST_CASE("every pair of hashes at most three bits apart is found", "[training][split]") {
    const base::CounterRandom random(3, 3);
    std::vector<std::uint64_t> hashes;
    for (std::size_t i = 0; i < 300; ++i)
        hashes.push_back(i % 2 == 0 ? random.at(i) : hashes[random.below(i, i)]);
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        for (std::uint64_t flip = 0; flip < i % 5; ++flip)
            hashes[i] ^= std::uint64_t{1} << random.below(1000 * i + flip, 64);
    }
    hashes[17] = 0;
    for (int near : {0, 1, 3}) {
        std::vector<std::uint32_t> set(hashes.size());
        for (std::uint32_t i = 0; i < set.size(); ++i) set[i] = i;
        const auto root = [&](std::uint32_t x) {
            while (set[x] != x) x = set[x];
            return x;
        };
        near_pairs(hashes, near, [&](std::uint32_t a, std::uint32_t b) {
            CHECK(std::popcount(hashes[a] ^ hashes[b]) <= near);
            set[root(a)] = root(b);
        });
        for (std::uint32_t a = 0; a < hashes.size(); ++a) {
            for (auto b = a + 1; b < hashes.size(); ++b) {
                if (hashes[a] == 0 || hashes[b] == 0 || std::popcount(hashes[a] ^ hashes[b]) > near)
                    continue;
                CHECK(root(a) == root(b));
            }
        }
        CHECK(root(17) == 17);
    }
}

TEST_CASE("new rows move no old cluster that they do not join", "[training][split]") {
    const auto all = members(3000);
    const std::vector<Member> old(all.begin(), all.begin() + 2000);
    const auto before = split(old, {});
    const auto after = split(all, {});
    std::map<std::uint32_t, std::uint64_t> heads;
    std::size_t stayed = 0;
    for (std::size_t i = 0; i < old.size(); ++i) {
        if (old[before.clusters[i]].id != all[after.clusters[i]].id) continue;
        CHECK(before.parts[i] == after.parts[i]);
        ++stayed;
    }
    CHECK(stayed > 1000);
}

TEST_CASE(
    "the order of the rows does not matter, the seed does, and the shares come out",
    "[training][split]"
) {
    auto rows = members(5000, 2);
    for (auto& row : rows) row.group = 0;
    const auto forward = split(rows, {});
    auto turned = rows;
    std::reverse(turned.begin(), turned.end());
    const auto backward = split(turned, {});
    for (std::size_t i = 0; i < rows.size(); ++i)
        CHECK(forward.parts[i] == backward.parts[rows.size() - 1 - i]);
    CHECK(std::abs(static_cast<double>(forward.rows[0]) - 4000) < 150);
    CHECK(std::abs(static_cast<double>(forward.rows[1]) - 500) < 100);
    CHECK(forward.warnings.empty());
    SplitSpec other;
    other.seed = 2;
    CHECK(split(rows, other).parts != forward.parts);
}

TEST_CASE("a split by time trains on the past and tests on the future", "[training][split]") {
    std::vector<Member> rows(100);
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = row(i + 1, 0, 0, static_cast<std::int64_t>(i));
    rows[5].group = rows[95].group = 3;  // reaches into the future
    rows[80].time = rows[79].time;
    SplitSpec spec;
    spec.by = SplitSpec::By::time;
    const auto s = split(rows, spec);
    CHECK(s.parts[0] == Part::training);
    CHECK(s.parts[5] == Part::left_out);  // its time is that of training rows
    CHECK(s.parts[95] == Part::test);
    REQUIRE(s.warnings.size() == 1);
    CHECK_THAT(s.warnings[0], Catch::StartsWith("1 rows left out: they are older"));
    CHECK(s.parts[79] == s.parts[80]);
    CHECK(s.parts[99] == Part::test);
    std::int64_t last_training = 0;
    std::int64_t first_test = 1000;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (s.parts[i] == Part::training) last_training = std::max(last_training, rows[i].time);
        if (s.parts[i] == Part::test) first_test = std::min(first_test, rows[i].time);
    }
    CHECK(last_training < first_test);
}

TEST_CASE(
    "a fixed test part stays as it is, and training rows that leak into it are left out",
    "[training][split]"
) {
    std::vector<Member> rows(1000);
    for (std::size_t i = 0; i < rows.size(); ++i)
        (rows[i] = row(i + 1, 0, i + 1)).fixed = i < 800 ? Part::training : Part::test;
    rows[3].content = rows[900].content;
    SplitSpec spec;
    spec.by = SplitSpec::By::fixed;
    spec.near = -1;
    const auto s = split(rows, spec);
    CHECK(s.rows[index(Part::test)] == 200);
    CHECK(s.parts[3] == Part::left_out);
    CHECK(s.rows[index(Part::left_out)] == 1);
    CHECK(s.rows[index(Part::validation)] > 50);  // carved off training: a ninth of 799
    CHECK(s.rows[index(Part::validation)] < 130);
    REQUIRE(s.warnings.size() == 1);
    CHECK_THAT(s.warnings[0], Catch::StartsWith("1 rows left out"));

    rows[10].fixed = Part::validation;
    CHECK(split(rows, spec).rows[index(Part::validation)] == 1);
    rows[11].fixed.reset();
    CHECK(split(rows, spec).parts[11] == Part::training);
}

TEST_CASE("fractions and names of parts are read from words", "[training][split]") {
    SplitSpec spec;
    parse_fractions("80/10/10", spec);
    CHECK(spec.training == Approx(0.8));
    parse_fractions("0.7,0.3", spec);
    CHECK(spec.validation == 0);
    CHECK(spec.test == Approx(0.3));
    parse_fractions("8,1,1", spec);
    CHECK(spec.training == Approx(0.8));
    for (const auto* bad :
         {"0.5,0.2,0.2",
          "0.8,0.1",
          "0.8,0.2,0.2",
          "",
          "1",
          "0,1,1",
          "0.8,x,0.1",
          "0.8,,0.1",
          "1,1,1,1",
          "-1,2",
          "nan,1",
          "0.8,0.1,0.1,"}) {
        INFO(bad);
        CHECK_THROWS_AS(parse_fractions(bad, spec), base::UsageError);
    }
    CHECK(parse_part("Train") == Part::training);
    CHECK(parse_part("dev") == Part::validation);
    CHECK(parse_part("TEST") == Part::test);
    CHECK_FALSE(parse_part("holdout"));
}

TEST_CASE("one cluster that swallows the data is warned about", "[training][split]") {
    std::vector<Member> rows(100);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = row(i + 1, i < 60 ? 5U : 0U);
    const auto s = split(rows, {});
    CHECK(s.largest_cluster == 60);
    CHECK(s.cluster_count == 41);
    REQUIRE(!s.warnings.empty());
    CHECK_THAT(s.warnings[0], Catch::StartsWith("one cluster holds 60 of 100 rows"));
    CHECK(split({}, {}).parts.empty());
}

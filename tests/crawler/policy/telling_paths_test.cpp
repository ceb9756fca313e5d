#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "base/text/pattern.hpp"
#include "crawler/policy/telling_paths.hpp"

using crawler::PathCounts;

namespace {

// Pages in any order.
struct Pages {
    std::vector<std::string> wanted, others;

    void add(std::string url, bool want) { (want ? wanted : others).push_back(std::move(url)); }
    std::vector<crawler::TellingPath> telling(std::size_t most) const {
        PathCounts counts;
        for (const auto& url : wanted) counts.add_wanted(url);
        for (const auto& url : others) counts.add_other(url);
        return counts.telling(most);
    }
};

}  // namespace

TEST_CASE("pages of a kind are told by the directories where they lie", "[crawler][telling]") {
    Pages counts;
    for (int i = 0; i < 40; ++i) {
        counts.add(fmt::format("https://example.org/news/{}", i), false);
        counts.add(fmt::format("https://example.org/shop/tools/{}?page=/x/", i), i < 30);
        counts.add(fmt::format("https://example.org/shop/toys/{}", i), i < 4);
    }
    for (int i = 0; i < 6; ++i) counts.add(fmt::format("https://a.example.org/t/{}", i), true);
    const auto telling = counts.telling(5);
    REQUIRE(telling.size() == 2);  // /shop/ as a whole says less than /shop/tools/, and holds it
    CHECK(telling[0].prefix == "https://example.org/shop/tools/");
    CHECK(telling[0].wanted == 30);
    CHECK(telling[0].others == 10);
    CHECK(telling[1].prefix == "https://a.example.org/");
    CHECK(telling[1].wanted == 6);
    CHECK(counts.telling(1).size() == 1);
}

TEST_CASE("few pages, or all of them, tell nothing", "[crawler][telling]") {
    Pages counts;
    CHECK(counts.telling(5).empty());
    for (int i = 0; i < 10; ++i) counts.add(fmt::format("https://example.org/a/{}", i), true);
    CHECK(counts.telling(5).empty());
    for (int i = 0; i < 10; ++i) counts.add(fmt::format("https://example.org/a/{}", i), false);
    for (int i = 0; i < 2; ++i) counts.add(fmt::format("https://example.org/b/{}", i), true);
    counts.add("no address", false);
    CHECK(counts.telling(5).empty());
}

TEST_CASE("a directory becomes a pattern of what lies below it", "[crawler][telling]") {
    const auto pattern =
        base::Pattern::parse(crawler::pattern_below("https://example.org/c++/(a)/"));
    CHECK(pattern.found_in("https://example.org/c++/(a)/vector"));
    CHECK_FALSE(pattern.found_in("https://example.org/ccc/(a)/vector"));
    CHECK_FALSE(pattern.found_in("https://exampleXorg/c++/(a)/vector"));
    CHECK_FALSE(pattern.found_in("https://a.test/?at=https://example.org/c++/(a)/vector"));
}

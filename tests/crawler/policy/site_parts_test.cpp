#include <numeric>

#include <catch2/catch.hpp>

#include "base/text/pattern.hpp"
#include "crawler/policy/site_parts.hpp"

using crawler::SitePart;

namespace {

const SitePart& part(const std::vector<SitePart>& all, const std::string& prefix) {
    for (const auto& one : all)
        if (one.prefix == prefix) return one;
    FAIL("no part " << prefix);
    throw 0;
}

double sum(const std::vector<double>& all) {
    return std::accumulate(all.begin(), all.end(), 0.0);
}

}  // namespace

TEST_CASE("a site is taken apart where its large directories say more", "[crawler][parts]") {
    const auto parts = crawler::parts_of({
        {"https://a.test/", 100, 900, 2, 0},
        {"https://a.test/blog/", 60, 600, 20, 100},
        {"https://a.test/blog/new/", 40, 500, 40, 500},
        {"https://a.test/people/", 30, 300, 0, 0},  // each has a directory of his own
        {"https://a.test/people/eve/", 1, 5, 1, 5},
        {"https://b.test/", 5, 15, 5, 15},
    });
    REQUIRE(parts.size() == 5);
    CHECK(part(parts, "https://a.test/").whole == false);
    CHECK(part(parts, "https://a.test/").seen == 2);
    CHECK(part(parts, "https://a.test/blog/").whole == false);
    CHECK(part(parts, "https://a.test/blog/").waiting == 100);
    CHECK(part(parts, "https://a.test/blog/new/").whole);
    CHECK(part(parts, "https://a.test/people/").whole);
    CHECK(part(parts, "https://a.test/people/").waiting == 300);
    CHECK(part(parts, "https://b.test/").whole);
    CHECK(crawler::parts_of({}).empty());
}

TEST_CASE("pages are spread over the parts that were seen least", "[crawler][parts]") {
    const std::vector<SitePart> parts{
        {"https://a.test/seen/", true, 400, 100},
        {"https://a.test/large/", true, 0, 10'000},
        {"https://a.test/small/", true, 0, 100},
        {"https://a.test/few/", true, 0, 3},
        {"https://a.test/all/", true, 50, 0},
    };
    const auto quotas = crawler::spread_over(parts, 500);
    CHECK(sum(quotas) == Approx(500));
    CHECK(quotas[0] == 0);
    CHECK(quotas[1] / quotas[2] == Approx(std::pow(100, 0.75)));  // not a hundred times as many
    CHECK(quotas[3] > 0);
    CHECK(quotas[3] <= 3);
    CHECK(quotas[4] == 0);
    // More than waits: all of it.
    CHECK(sum(crawler::spread_over(parts, 1e6)) == Approx(10'203));
    CHECK(sum(crawler::spread_over(parts, 0)) == Approx(0).margin(1e-6));
    CHECK(crawler::spread_over({}, 100).empty());
}

TEST_CASE("the addresses of a part match its pattern", "[crawler][parts]") {
    const auto whole =
        base::Pattern::parse(crawler::pattern_of({.prefix = "https://a.test/c++/", .whole = true}));
    CHECK(whole.found_in("https://a.test/c++/x/y"));
    const auto right_in =
        base::Pattern::parse(crawler::pattern_of({.prefix = "https://a.test/c++/", .whole = false})
        );
    CHECK(right_in.found_in("https://a.test/c++/x"));
    CHECK(right_in.found_in("https://a.test/c++/"));
    CHECK(right_in.found_in("https://a.test/c++/x?of=/y/"));
    CHECK_FALSE(right_in.found_in("https://a.test/c++/x/y"));
    CHECK_FALSE(right_in.found_in("https://a.test/c/x"));
}

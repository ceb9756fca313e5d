#include "crawler/frontier/preference_store.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "crawler/policy/scope.hpp"
#include "crawler/policy/telling_paths.hpp"
#include "tests/crawler/site/world.hpp"

using test::World;

TEST_CASE("what waits goes by what a later crawl prefers", "[crawler][crawl]") {
    test::TestSite site;
    std::vector<std::string> links;
    for (const auto* part : {"a", "b", "c"})
        for (int i = 0; i < 10; ++i) {
            links.push_back(fmt::format("/{}/{}", part, i));
            site.page(links.back(), test::page_with_links(links.back(), {}));
        }
    site.page("/", test::page_with_links("Front", links));
    World world;
    auto options = world.options(site.url("/"));
    options.revisit.adaptive = true;  // what was kept is not due
    options.max_pages = 5;
    const auto kept = [&](const std::string& part) {
        return world.database.number(
            "SELECT count(*) FROM record_version WHERE url LIKE '%/" + part + "/%'"
        );
    };
    CHECK(world.crawl(options).counts.added == 5);
    const auto known = world.database->call([&](base::Tx& tx) {
        return crawler::count_by_directory(tx, world.source);
    });
    REQUIRE(known.size() == 4);
    for (const auto& one : known) {
        const bool front = one.directory == site.url("/");
        INFO(one.directory);
        CHECK(one.seen + one.waiting == (front ? 31 : 10));
        CHECK(one.seen_here + one.waiting_here == (front ? 1 : 10));
        if (front) CHECK(one.seen == 5);
    }
    for (const std::string part : {"c", "b"}) {  // the other is preferred no longer
        const auto before = kept(part);
        options.scope.prefer = {crawler::pattern_below(site.url("/" + part + "/"))};
        CHECK(world.crawl(options).counts.added == 5);
        CHECK(kept(part) == before + 5);
    }
    options.scope.prefer = {};
    CHECK(world.crawl(options).counts.added == 5);
    CHECK(
        world.database.number(
            "SELECT count(*) FROM frontier_url WHERE priority > 250 AND state = 'skipped'"
        ) == 0
    );
}

TEST_CASE("of what a crawl prefers a share may come first", "[crawler][crawl]") {
    crawler::ScopeRules rules;
    rules.prefer = {"/a/", "/b/", "/c/"};
    rules.prefer_shares = {0.25, 0};
    const auto preferred = [&](const std::string& part) {
        const crawler::Scope scope(rules, {});
        int count = 0;
        for (int i = 0; i < 1000; ++i)
            count += scope.prefers(fmt::format("https://example.org/{}/{}", part, i)) ? 1 : 0;
        return count;
    };
    CHECK(preferred("a") > 200);
    CHECK(preferred("a") < 300);
    CHECK(preferred("a") == preferred("a"));
    CHECK(preferred("b") == 0);
    CHECK(preferred("c") == 1000);
    rules.prefer_shares = {1, 1, 1, 1};
    CHECK_THROWS_WITH(preferred("a"), Catch::Contains("more numbers than 'prefer'"));
}

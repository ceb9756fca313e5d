// Pages that name another address as the real one: none is lost by it.
#include <catch2/catch.hpp>

#include "crawler/sql.hpp"
#include "tests/crawler/site/world.hpp"
#include "tests/support/buffers.hpp"

using namespace std::chrono_literals;
using test::page_with_links;
using test::SiteReply;
using test::SiteRequest;
using test::World;

namespace {

std::string naming(const std::string& canonical, const std::string& page) {
    return "<link rel=canonical href=\"" + canonical + "\">" + page;
}

}  // namespace

TEST_CASE("a section whose pages all name its start page keeps them", "[crawler][canonical]") {
    test::TestSite site;
    std::vector<std::string> links;
    for (int i = 1; i <= 6; ++i) links.push_back("/s/p" + std::to_string(i) + ".html");
    site.page("/s/index.html", naming("/s/index.html", page_with_links("Start", links)));
    // The last ones show all the same: what is equal may be only what was read of them.
    for (int i = 1; i <= 6; ++i)
        site.page(
            links[i - 1],
            naming("/s/index.html", page_with_links(i < 4 ? links[i - 1] : "Start", links))
        );
    World world;
    world.crawl(world.options(site.url("/s/index.html")));
    for (const auto& link : links) CHECK(world.reason(site.url(link)) == "done:");
    CHECK(world.pages() == 7);
}

TEST_CASE(
    "a page stays where what it names leads nowhere, back or to another text",
    "[crawler][canonical]"
) {
    test::TestSite site;
    site.page(
        "/",
        page_with_links(
            "Front",
            {"/gone-named", "/led-back", "/c", "/d", "/x?id=7", "/x?id=8", "/chain", "/outside"}
        )
    );
    site.page("/gone-named", naming("/gone", page_with_links("Names a lost one", {})));
    site.page("/led-back", naming("/leads-back", page_with_links("Led back", {})));
    site.on("/leads-back", [](const SiteRequest&) {
        return SiteReply{301, {"Location: /led-back"}, "", 0ms, false, false};
    });
    site.page("/c", naming("/d", page_with_links("C", {})));
    site.page("/d", naming("/c", page_with_links("D", {})));
    for (const auto* id : {"7", "8"})
        site.page(
            "/x?id=" + std::string(id), naming("/x", page_with_links(std::string("Item ") + id, {}))
        );
    site.page("/chain", naming("/chain/1", page_with_links("Chain", {})));
    site.page("/chain/1", page_with_links("Another", {}));
    site.page("/outside", naming("/forbidden", page_with_links("Outside", {})));
    World world;
    auto options = world.options(site.url());
    options.scope.exclude = {"forbidden"};
    world.crawl(options);
    for (const auto* kept :
         {"/gone-named",
          "/led-back",
          "/c",
          "/d",
          "/x?id=7",
          "/x?id=8",
          "/chain",
          "/chain/1",
          "/outside"})
        CHECK(world.reason(site.url(kept)) == "done:");
    CHECK(world.database.number("SELECT count(*) FROM frontier_url WHERE state = 'queued'") == 0);
    CHECK(world.pages() == 10);

    SECTION("and the next round knows it") {
        site.forget();
        world.crawl(world.options(site.url()));
        CHECK(world.pages() == 10);
        CHECK(site.count("/gone-named") == 1);
    }
}

TEST_CASE(
    "a copy gives way to the page that it names, also by a redirect",
    "[crawler][canonical]"
) {
    test::TestSite site;
    site.page(
        "/",
        page_with_links(
            "Front", {"/a?view=print", "/a?view=list", "/b?ref=1", "/loop/1", "/loop/2"}
        )
    );
    for (const auto* view : {"print", "list"})
        site.page("/a?view=" + std::string(view), naming("/a", page_with_links("A", {})));
    site.page("/a", page_with_links("A", {}));
    site.page("/b?ref=1", naming("/b", page_with_links("B", {})));
    site.on("/b", [](const SiteRequest&) {
        return SiteReply{301, {"Location: /b/"}, "", 0ms, false, false};
    });
    site.page("/b/", page_with_links("B", {}));
    for (const auto* other : {"12", "21"})
        site.page(
            std::string("/loop/") + other[0],
            naming(std::string("/loop/") + other[1], page_with_links("Loop", {}))
        );
    World world;
    auto report = world.crawl(world.options(site.url()));
    CHECK(world.reason(site.url("/a?view=print")) == "skipped:canonical");
    CHECK(world.reason(site.url("/a?view=list")) == "skipped:canonical");
    CHECK(world.reason(site.url("/a")) == "done:");
    CHECK(world.reason(site.url("/b?ref=1")) == "skipped:canonical");
    CHECK(world.reason(site.url("/b/")) == "done:");
    // Two that name each other and are one: one of them.
    CHECK(
        world.database.number(
            "SELECT count(*) FROM frontier_url WHERE url LIKE '%/loop/%' AND state = 'done'"
        ) == 1
    );
    CHECK(world.pages() == 4);
    CHECK(report.counts.added == 4);
    for (const auto& request : site.requests())
        if (request.path != "/robots.txt") CHECK(site.count(request.path) == 1);
}

TEST_CASE("what a page names is not asked if nobody is to believe it", "[crawler][canonical]") {
    test::TestSite site;
    site.page("/", page_with_links("Front", {"/a?view=print", "/a"}));
    site.page("/a?view=print", naming("/a", page_with_links("A", {})));
    site.page("/a", page_with_links("A", {}));
    World world;
    auto options = world.options(site.url());
    options.believe_canonical = false;
    world.crawl(options);
    CHECK(world.pages() == 3);
}

TEST_CASE("pages that give way do not use up the number of pages", "[crawler][canonical]") {
    test::TestSite site;
    std::vector<std::string> links;
    for (int i = 0; i < 8; ++i) links.push_back("/a?view=" + std::to_string(i));
    links.push_back("/b");
    site.page("/", page_with_links("Front", links));
    for (int i = 0; i < 8; ++i) site.page(links[i], naming("/a", page_with_links("A", {})));
    site.page("/a", page_with_links("A", {}));
    site.page("/b", page_with_links("B", {}));
    World world;
    auto options = world.options(site.url());
    options.max_pages = 3;
    options.politeness.at_once = 1;
    world.crawl(options);
    CHECK(world.pages() == 3);
    CHECK(world.reason(site.url("/b")) == "done:");
}

TEST_CASE(
    "talks that a parameter named like a session's tells apart are all kept",
    "[crawler][canonical]"
) {
    test::TestSite site;
    std::vector<std::string> links;
    for (int i = 1; i <= 6; ++i) {
        links.push_back("/talk?session_id=" + std::to_string(i));
        links.push_back("/key?sid=0123456789abcdef012" + std::to_string(i));
    }
    site.page("/", page_with_links("Front", links));
    for (const auto& link : links) site.page(link, page_with_links(link, {}));
    World world;
    world.crawl(world.options(site.url()));
    CHECK(world.pages() == 13);
}

TEST_CASE(
    "closing pages of a young crawl that names nothing does not go through its frontier",
    "[crawler][canonical]"
) {
    World world;
    auto settled = world.database->call([&](base::Tx& tx) {
        tx.exec(
            "INSERT INTO frontier_url (source_id, url_key, url, host, depth, state, due_at) SELECT "
            "$1, md5(i::text)::uuid, 'http://a/' || i, 'a', 1, 'queued', now() FROM "
            "generate_series(1, 20000) i",
            world.source
        );
        auto keys = tx.value<std::string>(
            "SELECT array_agg(md5(i::text)::uuid)::text FROM generate_series(1, 100) i"
        );
        return fmt::format("{}, '{}', '{{}}'", world.source, *keys);
    });
    const auto& file = crawler::sql::file;
    CHECK(
        test::most_buffers_of(*world.database, file["disbelieve_canonicals"], settled + ", 3") <=
        500
    );
    CHECK(
        test::most_buffers_of(*world.database, file["waiting_canonicals"], settled + ", false") <=
        500
    );
}

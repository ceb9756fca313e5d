// Crawls that take pages apart: items, images, files, and what comes back later.
#include "tests/crawler/scrape/shop.hpp"
#include "tests/support/program.hpp"

using namespace shop;

TEST_CASE(
    "each item of a page is a record, and what lacks something a reject",
    "[crawler][scrape]"
) {
    test::TestSite site;
    plant_shop(site);
    World world;
    auto first = world.crawl(with_rules(world, site.url("/list"), shop_rules));
    // a, b, c, e and the page about; d has no name.
    CHECK(first.counts.added == 5);
    CHECK(first.counts.rejected == 1);
    CHECK(first.counts.read == 6);
    CHECK(sums_agree(world));
    CHECK(
        world.database.number("SELECT count(*) FROM record WHERE key IN ('a', 'b', 'c', 'e')") == 4
    );
    CHECK(
        text(world, "SELECT payload::text FROM record_version WHERE key = 'a'") ==
        R"({"sku": "a", "name": "Alpha", "price": 1.5})"
    );
    CHECK(text(world, "SELECT url FROM record_version WHERE key = 'a'") == site.url("/list"));
    CHECK(text(world, "SELECT title FROM content_text WHERE key = 'a'") == "Alpha");
    CHECK(text(world, "SELECT values::text FROM content_numeric WHERE key = 'a'") == "{1.5}");
    CHECK(text(world, "SELECT values::text FROM content_numeric WHERE key = 'c'") == "{NaN}");
    // The bytes as received, and where they stood.
    auto body = "<title>1</title><ul>" + item("a", "Alpha", "1,50");
    CHECK(
        text(world, "SELECT byte_offset::text FROM record_version WHERE key = 'a'") ==
        std::to_string(body.find("<li"))
    );
    CHECK(
        text(
            world,
            "SELECT convert_from(bytes, 'UTF8') FROM blob JOIN record_version v ON v.blob_sha256 = "
            "sha256 WHERE key = 'a'"
        ) + "\n" ==
        item("a", "Alpha", "1,50")
    );
    CHECK(
        text(world, "SELECT code || ' ' || column_name || ' ' || member FROM reject") ==
        "field.missing name #1"
    );
    CHECK(world.reason(site.url("/list?page=3")) == "done:");

    // So that an old reject does not overwrite what has been met since.
    auto later = [&](std::chrono::system_clock::time_point at) {
        return world.database->call([&](base::Tx& tx) {
            return crawler::seen_later(tx, world.source, "site", {"a", "e", "zz"}, at);
        });
    };
    CHECK(later({}) == std::set<std::string>{"a", "e"});
    CHECK(later(std::chrono::system_clock::now() + 1h).empty());

    auto second = world.crawl(with_rules(world, site.url("/list"), shop_rules));
    CHECK(second.counts.unchanged == 5);
    CHECK(second.counts.added + second.counts.changed == 0);
    CHECK(second.counts.rejected == 1);
    CHECK(world.database.number("SELECT count(*) FROM reject") == 1);
    CHECK(sums_agree(world));
}

TEST_CASE("items that leave a page stay, those that change get a version", "[crawler][scrape]") {
    test::TestSite site;
    plant_shop(site);
    World world;
    world.crawl(with_rules(world, site.url("/list"), shop_rules));
    site.page("/list?page=2", "<title>2</title><ul>" + item("b", "Beta", "3") + "</ul>");
    site.page(
        "/list",
        "<title>1</title><p>moved</p><ul>" + item("a", "Alpha", "1,50") +
            "</ul><p class=next><a href=/list?page=2>next</a></p>"
    );
    auto second = world.crawl(with_rules(world, site.url("/list"), shop_rules));
    CHECK(second.counts.changed == 1);  // b; c is no longer shown
    CHECK(world.database.number("SELECT count(*) FROM record") == 5);
    CHECK(text(world, "SELECT version::text FROM record WHERE key = 'b'") == "2");
    CHECK(text(world, "SELECT version::text FROM record WHERE key = 'a'") == "1");
    CHECK(world.database.number("SELECT count(*) FROM page_record") == 3);  // a, b, e
}

TEST_CASE("a page that has not changed has all its items seen", "[crawler][scrape]") {
    test::TestSite site;
    auto tagged = [](const std::string& body) {
        return [body](const SiteRequest& request) {
            SiteReply made;
            made.headers.push_back("ETag: \"1\"");
            if (request.headers.contains("if-none-match")) {
                made.status = 304;
            } else {
                made.body = body;
            }
            return made;
        };
    };
    site.on("/list", tagged("<ul>" + item("a", "Alpha", "1") + item("b", "Beta", "2") + "</ul>"));
    World world;
    world.crawl(with_rules(world, site.url("/list"), shop_rules));
    auto second = world.crawl(with_rules(world, site.url("/list"), shop_rules));
    CHECK(second.not_modified == 1);
    CHECK(second.counts.unchanged == 2);
    CHECK(second.counts.read == 2);
    CHECK(
        world.database.number(
            "SELECT count(*) FROM record WHERE last_run = (SELECT max(id) FROM source_run)"
        ) == 2
    );

    SECTION("other rules read it whole") {
        auto other = std::string(shop_rules) + "[page.items.fields.kind]\ncss = 'h2'\n";
        auto third = world.crawl(with_rules(world, site.url("/list"), other));
        CHECK(third.not_modified == 0);
        CHECK(third.counts.changed == 2);
        auto none = world.crawl(world.options(site.url("/list")));
        CHECK(none.counts.added == 1);  // the page itself
        CHECK(world.database.number("SELECT count(*) FROM page_record") == 0);
    }
    SECTION("a purge of some leaves the others") {
        world.database->call([](base::Tx& tx) { tx.exec("DELETE FROM record WHERE key = 'a'"); });
        auto third = world.crawl(with_rules(world, site.url("/list"), shop_rules));
        CHECK(third.counts.unchanged == 1);
    }
    SECTION("a page that is gone takes them along, and brings them back") {
        site.on("/list", [](const SiteRequest&) {
            SiteReply made;
            made.status = 404;
            return made;
        });
        world.crawl(with_rules(world, site.url("/list"), shop_rules));
        CHECK(world.database.number("SELECT count(*) FROM record WHERE gone_at IS NOT NULL") == 2);
        site.page("/list", "<ul>" + item("a", "Alpha", "1") + "</ul>");
        world.crawl(with_rules(world, site.url("/list"), shop_rules));
        CHECK(world.database.number("SELECT count(*) FROM record WHERE gone_at IS NOT NULL") == 1);
    }
    SECTION("a purge by address takes them all, and the page is not asked for again") {
        schema::purge(
            *world.database,
            world.blobs,
            {{}, site.url("/list"), {}},
            "test",
            std::chrono::system_clock::now()
        );
        CHECK(world.pages() == 0);
        CHECK(world.database.number("SELECT count(*) FROM page_record") == 0);
        site.forget();
        world.crawl(with_rules(world, site.url("/list"), shop_rules));
        CHECK(site.count("/list") == 0);
    }
}

TEST_CASE("a purge by licence keeps the pages of its items from coming back", "[crawler][scrape]") {
    test::TestSite site;
    site.page(
        "/list",
        "<a rel=license href=https://creativecommons.org/licenses/by/4.0/>cc</a><ul>" +
            item("a", "Alpha", "1") + "</ul>"
    );
    World world;
    world.crawl(with_rules(world, site.url("/list"), shop_rules));
    schema::purge(
        *world.database,
        world.blobs,
        {{}, {}, "CC-BY-4.0"},
        "test",
        std::chrono::system_clock::now()
    );
    CHECK(world.pages() == 0);
    CHECK(world.reason(site.url("/list")) == "skipped:purged");
}

TEST_CASE("an archive of a crawl gives the records that the crawl gave", "[crawler][scrape]") {
    test::TestSite site;
    plant_shop(site);
    World world;
    auto options = with_rules(world, site.url("/list"), shop_rules);
    crawler::WarcWriter writer((world.folder / "warc").string(), "t", "agent");
    options.archive = [&](const auto& request, const auto& response, auto at) {
        writer.write(request, response, at);
    };
    world.crawl(options);
    auto sums = [&](std::int64_t source) {
        return text(
            world,
            "SELECT string_agg(key || ' ' || encode(content_sha256, 'hex'), ',' ORDER BY key) FROM "
            "record WHERE "
            "key NOT LIKE 'http%' AND source_id = " +
                std::to_string(source)
        );
    };
    auto copy = world.database->call([](base::Tx& tx) {
        schema::Source made;
        made.name = "copy";
        made.kind = "files";
        made.spec = "{}";
        return schema::add_source(tx, made, std::chrono::system_clock::now())->id;
    });
    crawler::ReplayOptions replay;
    replay.files = {writer.path()};
    replay.source_id = copy;
    replay.source_name = "copy";
    replay.run_id = world.database->call([&](base::Tx& tx) {
        return schema::begin_run(tx, copy, "{}", std::chrono::system_clock::now());
    });
    replay.rules = options.rules;
    auto report = crawler::replay_archives(*world.database, world.blobs, replay);
    CHECK(report.counts.added == 5);
    CHECK(report.counts.rejected == 1);
    CHECK(sums(copy) == sums(world.source));
    CHECK(
        text(
            world,
            "SELECT values::text FROM content_numeric WHERE key = 'e' AND source_id = " +
                std::to_string(copy)
        ) == "{5}"
    );
}

#include "crawler/run/crawl.hpp"

#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/crawler/site/world.hpp"
#include "tests/support/program.hpp"

using namespace std::chrono_literals;
using test::page_with_links;
using test::plant_tree;
using test::SiteReply;
using test::SiteRequest;
using test::World;

TEST_CASE(
    "a crawl stores every page that links lead to, once, and a second one finds them unchanged",
    "[crawler][crawl]"
) {
    test::TestSite site;
    plant_tree(site, 150, 3);
    World world;

    auto first = world.crawl(world.options(site.url("/0")));
    CHECK(first.counts.added == 150);
    CHECK(first.counts.read == 150);
    CHECK_FALSE(first.revisit);
    CHECK(world.pages() == 150);
    CHECK(
        world.database.number(
            "SELECT count(*) FROM record_version WHERE payload->>'page_type' IS NOT NULL AND "
            "payload->>'markdown' <> ''"
        ) == 150
    );
    // And robots.txt, ai.txt, tdmrep.json, sitemap.xml.
    CHECK(site.requests().size() == 154);

    auto second = world.crawl(world.options(site.url("/0")));
    CHECK(second.revisit);
    CHECK(second.counts.added == 0);
    CHECK(second.counts.unchanged == 150);
    CHECK(world.pages() == 150);
    CHECK(
        world.database.number("SELECT count(*) FROM source_run_count WHERE read = added + changed "
                              "+ unchanged + rejected") == 2
    );
}

TEST_CASE("a page with an ETag is asked for conditionally and not sent again", "[crawler][crawl]") {
    test::TestSite site;
    site.on("/", [](const SiteRequest& request) {
        SiteReply reply;
        auto known = request.headers.find("if-none-match");
        reply.headers.push_back("ETag: \"v1\"");
        if (known != request.headers.end() && known->second == "\"v1\"") {
            reply.status = 304;
        } else {
            reply.body = page_with_links("Front", {});
        }
        return reply;
    });
    World world;
    world.crawl(world.options(site.url()));
    auto second = world.crawl(world.options(site.url()));
    CHECK(second.not_modified == 1);
    CHECK(second.counts.unchanged == 1);
    CHECK(world.pages() == 1);
}

TEST_CASE("every address that is not stored has its reason", "[crawler][crawl]") {
    test::TestSite site;
    auto with = [&](const std::string& path, SiteReply reply) {
        site.on(path, [reply](const SiteRequest&) { return reply; });
    };
    site.page(
        "/",
        page_with_links(
            "Front",
            {"/secret/x",
             "/moved",
             "/gone",
             "/picture",
             "/noai",
             "/copy",
             "/storm",
             "/broken",
             "/loop",
             "http://elsewhere.test/",
             "/far"}
        ) + "<a rel=nofollow href=/ad>ad</a>"
    );
    with(
        "/robots.txt",
        {200,
         {"Content-Type: text/plain"},
         "User-agent: *\nDisallow: /secret/\n",
         0ms,
         false,
         false}
    );
    with("/moved", {301, {"Location: /target"}, "", 0ms, false, false});
    site.page("/target", page_with_links("Target", {}));
    with("/gone", {410, {}, "", 0ms, false, false});
    with("/picture", {200, {"Content-Type: image/png"}, "png", 0ms, false, false});
    with(
        "/noai",
        {200,
         {"Content-Type: text/html", "X-Robots-Tag: noai"},
         page_with_links("No", {}),
         0ms,
         false,
         false}
    );
    site.page("/copy", "<link rel=canonical href=/target>" + page_with_links("Target", {}));
    with("/storm", {503, {"Retry-After: 0"}, "", 0ms, false, false});
    with("/broken", {200, {"Content-Type: text/html"}, "half of it", 0ms, true, false});
    with("/loop", {302, {"Location: /loop"}, "", 0ms, false, false});
    site.page("/far", page_with_links("Far", {"/further"}));
    World world;
    auto options = world.options(site.url());
    options.scope.depth = 1;
    world.crawl(options);

    CHECK(world.reason(site.url("/")) == "done:");
    CHECK(world.reason(site.url("/secret/x")) == "skipped:robots");
    CHECK(site.count("/secret/x") == 0);
    CHECK(world.reason(site.url("/moved")) == "skipped:redirect");
    CHECK(world.reason(site.url("/target")) == "done:");
    CHECK(world.reason(site.url("/gone")) == "failed:http");
    CHECK(site.count("/gone") == 1);
    CHECK(world.reason(site.url("/picture")) == "skipped:content_type");
    CHECK(world.reason(site.url("/noai")) == "skipped:consent");
    CHECK(world.reason(site.url("/copy")) == "skipped:canonical");
    CHECK(world.reason(site.url("/storm")) == "failed:http");
    CHECK(site.count("/storm") == 4);
    CHECK(world.reason(site.url("/broken")) == "failed:network");
    CHECK(world.reason(site.url("/loop")) == "failed:redirect");
    CHECK(world.reason(site.url("/further")) == "skipped:depth");
    CHECK(world.reason(site.url("/ad")) == "skipped:nofollow");
    CHECK(world.reason("http://elsewhere.test/") == "skipped:scope");
    CHECK(world.database.number("SELECT count(*) FROM frontier_url WHERE state = 'queued'") == 0);
    CHECK(world.pages() == 3);
}

TEST_CASE(
    "what lies outside is left out in every round, until the rules let it in",
    "[crawler][crawl]"
) {
    test::TestSite site;
    site.page("/", page_with_links("Front", {"/deep", "http://elsewhere.test/"}));
    site.page("/deep", page_with_links("Deep", {}));
    World world;
    auto shallow = world.options(site.url());
    shallow.scope.depth = 0;
    world.crawl(shallow);
    auto again = world.crawl(world.options(site.url()));
    CHECK(again.seconds < 10);
    CHECK(world.reason(site.url("/deep")) == "done:");
    CHECK(world.reason("http://elsewhere.test/") == "skipped:scope");
    CHECK(world.pages() == 2);
}

TEST_CASE("a site whose robots.txt can not be had is left alone", "[crawler][crawl]") {
    test::TestSite site;
    site.on("/robots.txt", [](const SiteRequest&) {
        return SiteReply{503, {}, "", 0ms, false, false};
    });
    site.page("/", page_with_links("Front", {}));
    World world;
    auto report = world.crawl(world.options(site.url()));
    CHECK(report.counts.read == 0);
    CHECK(world.reason(site.url("/")) == "skipped:robots-unreachable");
    CHECK(site.count("/") == 0);
}

TEST_CASE("a page found on another way is the same record", "[crawler][crawl]") {
    test::TestSite site;
    site.page("/", page_with_links("Front", {"/a", "/b"}));
    site.page("/a", page_with_links("A", {"/b"}));
    site.page("/b", page_with_links("B", {"/a"}));
    auto contents = [&](const std::string& seed) {
        World world;
        world.crawl(world.options(site.url(seed)));
        return world.database->call([&](base::Tx& tx) {
            return *tx.value<std::string>(
                "SELECT encode(content_sha256, 'hex') FROM record WHERE key = $1", site.url("/b")
            );
        });
    };
    CHECK(contents("/") == contents("/a"));
}

TEST_CASE("a private address is told of and not remembered", "[crawler][crawl]") {
    test::TestSite site;
    site.page("/", page_with_links("Front", {}));
    World world;
    auto options = world.options(site.url());
    options.fetch.allow_private = false;
    auto report = world.crawl(options);
    REQUIRE(report.obstacle);
    CHECK(report.obstacle->reason == crawler::SkipReason::address);
    CHECK(report.obstacle->detail == "127.0.0.1 is a private address");
    CHECK(world.database.number("SELECT count(*) FROM site_file") == 0);
    auto allowed = world.crawl(world.options(site.url()));
    CHECK_FALSE(allowed.obstacle);
    CHECK(world.pages() == 1);
}

TEST_CASE("a robots.txt that can not be had is asked for again in minutes", "[crawler][crawl]") {
    test::TestSite site;
    int status = 503;
    site.on("/robots.txt", [&](const SiteRequest&) {
        return SiteReply{status, {"Content-Type: text/plain"}, "", 0ms, false, false};
    });
    site.page("/", page_with_links("Front", {}));
    World world;
    auto waits = [&] {
        return world.database.number(
            "SELECT extract(epoch FROM expires_at - fetched_at)::bigint FROM site_file WHERE path "
            "= "
            "'/robots.txt'"
        );
    };
    auto time_passes = [&] {
        world.database->call([](base::Tx& tx) {
            tx.exec(
                "UPDATE site_file SET fetched_at = fetched_at - interval '2 hours', expires_at = "
                "expires_at - interval '2 hours'"
            );
        });
    };
    auto report = world.crawl(world.options(site.url()));
    REQUIRE(report.obstacle);
    CHECK(report.obstacle->reason == crawler::SkipReason::robots_unreachable);
    CHECK(waits() == 60);
    time_passes();
    world.crawl(world.options(site.url()));
    CHECK(waits() == 120);
    for (int time = 0; time < 8; ++time) {
        time_passes();
        world.crawl(world.options(site.url()));
    }
    CHECK(waits() == 3600);
    status = 404;
    world.crawl(world.options(site.url()));
    CHECK(world.pages() == 0);  // it is known not to answer

    SECTION("or at once if somebody says so") {
        auto options = world.options(site.url());
        options.refresh_robots = true;
        world.crawl(options);
        CHECK(world.pages() == 1);
        CHECK(waits() == 24 * 3600);
    }
}

TEST_CASE("private addresses are refused unless allowed", "[crawler][crawl]") {
    test::TestSite site;
    site.page("/", page_with_links("Front", {}));
    World world;
    auto options = world.options(site.url());
    options.fetch.allow_private = false;
    options.obey_robots = false;
    world.crawl(options);
    CHECK(world.reason(site.url("/")) == "skipped:address");
    CHECK(site.requests().empty());
    options.fetch.allowed = {*crawler::AddressRange::parse("10.0.0.0/8")};
    World other;
    options.run_id = other.options(site.url()).run_id;
    other.crawl(options);
    CHECK(site.requests().empty());
    options.fetch.allowed.push_back(*crawler::AddressRange::parse("127.0.0.0/8"));
    World third;
    options.run_id = third.options(site.url()).run_id;
    CHECK(third.crawl(options).counts.added == 1);
}

TEST_CASE(
    "a host is not asked more often than its delay, nor more at once than its limit, by several "
    "workers",
    "[crawler][crawl]"
) {
    test::TestSite site;
    plant_tree(site, 24, 3, 5ms);
    World world;
    auto options = world.options(site.url("/0"));
    auto at_once = GENERATE(1, 2);
    options.politeness.delay = 30ms;
    options.politeness.adaptive = false;
    options.politeness.at_once = at_once;
    std::vector<std::thread> workers;
    for (int i = 0; i < 3; ++i) workers.emplace_back([&] { world.crawl(options); });
    for (auto& worker : workers) worker.join();

    auto requests = site.requests();
    CHECK(world.pages() == 24);
    for (std::size_t i = 1; i < requests.size(); ++i) {
        // Of two under way at once, the first may take longer to arrive: then only their rate can
        // be told.
        if (at_once == 1) CHECK(requests[i].at - requests[i - 1].at >= 30ms);
        CHECK(requests[i].at_once <= at_once);
    }
    auto gaps = static_cast<int>(requests.size()) - 1;
    CHECK(requests.back().at - requests.front().at >= gaps * 30ms - 60ms);
}

TEST_CASE("the budget ends a crawl and says so of what is left", "[crawler][crawl]") {
    test::TestSite site;
    plant_tree(site, 100, 10);
    World world;
    auto options = world.options(site.url("/0"));
    options.max_pages = 15;
    auto report = world.crawl(options);
    CHECK(report.counts.added == 15);
    CHECK(world.database.number("SELECT count(*) FROM frontier_url WHERE reason = 'budget'") > 0);
    CHECK(world.database.number("SELECT count(*) FROM frontier_url WHERE state = 'queued'") == 0);
}

TEST_CASE("a stop request ends a crawl soon, and the next one goes on", "[crawler][crawl]") {
    test::TestSite site;
    plant_tree(site, 60, 3, 10ms);
    World world;
    auto options = world.options(site.url("/0"));
    options.politeness.at_once = 2;
    std::stop_source stop;
    options.stop = stop.get_token();
    options.progress = [&](const crawler::CrawlProgress& progress) {
        if (progress.fetched >= 10) stop.request_stop();
    };
    auto first = world.crawl(options);
    CHECK(first.interrupted);
    CHECK(world.pages() < 60);
    auto second = world.crawl(world.options(site.url("/0")));
    CHECK(second.resumed);
    CHECK(world.pages() == 60);
    CHECK(first.counts.added + second.counts.added == 60);
}

TEST_CASE(
    "a crawl killed again and again ends with the pages of an undisturbed one",
    "[crawler][crawl][kill]"
) {
    test::TestSite site;
    plant_tree(site, 200, 4, 2ms);
    World world;
    auto url = world.database.url();
    int killed = 0;
    for (int round = 0; round < 12; ++round) {
        auto options = world.options(site.url("/0"));
        options.politeness.at_once = 4;
        auto child = test::fork_with_threads();
        if (child == 0) {
            base::Database database(url, 3);
            crawler::crawl(database, world.blobs, options);
            _exit(0);
        }
        std::this_thread::sleep_for(40ms + round * 15ms);
        kill(child, SIGKILL);
        int status = 0;
        waitpid(child, &status, 0);
        killed += WIFSIGNALED(status) ? 1 : 0;
    }
    CHECK(killed > 0);
    auto last = world.crawl(world.options(site.url("/0")));
    CHECK(last.seconds < 30);  // the hosts of the dead were taken over, not waited for
    CHECK(world.pages() == 200);
    CHECK(world.database.number("SELECT count(*) FROM record_version") == 200);
    CHECK(world.database.number("SELECT count(*) FROM frontier_url WHERE state = 'done'") == 200);
    CHECK(world.database.number("SELECT sum(added) FROM source_run_count") == 200);
}

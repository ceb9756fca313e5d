// Several workers crawl one source: they part its hosts, and what a round may keep.
#include <algorithm>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "crawler/frontier/holder.hpp"
#include "crawler/frontier/worker_store.hpp"
#include "tests/crawler/site/world.hpp"

using test::World;
using namespace std::chrono_literals;

namespace {

// Sites of so many pages each, which answer slowly, one request at a time.
struct Sites {
    std::vector<std::unique_ptr<test::TestSite>> all;

    Sites(int sites, int pages, std::chrono::milliseconds delay) {
        for (int i = 0; i < sites; ++i) {
            all.push_back(std::make_unique<test::TestSite>());
            test::plant_tree(*all.back(), pages, 10, delay);
        }
    }

    crawler::CrawlOptions options(World& world) const {
        auto options = world.options(all[0]->url("/0"));
        for (std::size_t i = 1; i < all.size(); ++i) options.seeds.push_back(all[i]->url("/0"));
        options.politeness.at_once = 1;
        options.lease = 1s;  // so that workers hear of each other soon
        return options;
    }

    // Pages that were asked for more than once.
    int asked_again() const {
        int again = 0;
        for (const auto& site : all) {
            std::set<std::string> seen;
            for (const auto& request : site->requests()) again += !seen.insert(request.path).second;
        }
        return again;
    }
};

// Crawls in threads of their own, one begun after the other.
std::vector<crawler::CrawlReport>
crawl_together(World& world, const crawler::CrawlOptions& options, std::size_t workers) {
    std::vector<crawler::CrawlReport> reports(workers);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < workers; ++i) {
        threads.emplace_back([&, i] { reports[i] = world.crawl(options); });
        std::this_thread::sleep_for(100ms);
    }
    for (auto& thread : threads) thread.join();
    return reports;
}

}  // namespace

TEST_CASE("one who joins a crawl gets a part of its hosts", "[crawler][share]") {
    const Sites sites(8, 50, 30ms);
    World world;
    const auto reports = crawl_together(world, sites.options(world), 2);
    CHECK(world.pages() == 400);
    CHECK(reports[0].counts.added + reports[1].counts.added == 400);
    CHECK(reports[1].counts.added >= 40);
    CHECK(sites.asked_again() == 0);
    CHECK(world.database.number("SELECT count(*) FROM crawl_worker") == 0);
}

TEST_CASE("what a round may keep is kept by all workers together", "[crawler][share]") {
    const Sites sites(6, 40, 100ms);
    World world;
    auto options = sites.options(world);
    options.max_pages = 80;
    const auto reports = crawl_together(world, options, 3);
    CHECK(world.pages() == 80);
    std::uint64_t added = 0;
    for (const auto& report : reports) added += report.counts.added;
    CHECK(added == 80);
    CHECK(world.database.number("SELECT count(*) FROM frontier_url WHERE state = 'queued'") == 0);
}

TEST_CASE("what a round may keep is counted on by who takes it over", "[crawler][share]") {
    test::TestSite site;
    test::plant_tree(site, 60, 3, 30ms);
    World world;
    auto options = world.options(site.url("/0"));
    options.politeness.at_once = 1;
    options.max_pages = 30;
    std::stop_source stop;
    options.stop = stop.get_token();
    options.progress = [&](const crawler::CrawlProgress& progress) {
        if (progress.fetched >= 8) stop.request_stop();
    };
    const auto first = world.crawl(options);
    CHECK(first.interrupted);
    auto again = world.options(site.url("/0"));
    again.max_pages = 30;
    const auto second = world.crawl(again);
    CHECK(second.resumed);
    CHECK(second.kept_before == first.counts.added);
    CHECK(world.pages() == 30);
    // The next round has as many of its own.
    auto later = world.options(site.url("/0"));
    later.max_pages = 30;
    later.revisit.adaptive = true;
    world.crawl(later);
    CHECK(world.pages() == 60);
}

TEST_CASE("who was forgotten stores nothing that others were granted", "[crawler][share]") {
    test::TestSite site;
    test::plant_tree(site, 200, 10, 50ms);
    World world;
    auto options = world.options(site.url("/0"));
    options.max_pages = 100;
    options.politeness.at_once = 4;
    options.batch_wait = 200ms;
    long long before = 0;
    options.progress = [&](const crawler::CrawlProgress& progress) {
        if (before > 0 || progress.fetched < 30) return;
        // Others forget it, and store all that is left of the round, while it has pages in hand.
        before = world.database->call([&](base::Tx& tx) {
            tx.exec("DELETE FROM crawl_worker");
            tx.exec("UPDATE frontier_count SET kept = 100");
            return tx.exec("SELECT count(*) AS n FROM record")[0]["n"].as<long long>();
        });
    };
    const auto report = world.crawl(options);
    REQUIRE(before > 0);
    CHECK(world.pages() == before);
    CHECK(report.counts.added == static_cast<std::uint64_t>(before));
    CHECK(
        world.database.number("SELECT count(*) FROM frontier_host WHERE holder IS NOT NULL") == 0
    );
}

TEST_CASE("what a dead worker was granted is free again", "[crawler][share]") {
    test::TestSite site;
    test::plant_tree(site, 20, 3);
    World world;
    auto options = world.options(site.url("/0"));
    options.max_pages = 10;
    auto dead = crawler::make_holder();
    dead = dead.substr(0, dead.find_last_of('/'));
    dead = dead.substr(0, dead.find_last_of('/')) + "/1/1";
    world.database->call([&](base::Tx& tx) {
        crawler::seen_worker(
            tx,
            world.source,
            {.run = options.run_id, .holder = dead},
            std::chrono::system_clock::now()
        );
        crawler::set_grant(tx, world.source, dead, 10);
    });
    CHECK(world.crawl(options).counts.added == 10);
}

TEST_CASE("who only helps leaves when nobody else is at it", "[crawler][share]") {
    const Sites sites(1, 200, 50ms);
    World world;
    auto options = sites.options(world);
    options.part = crawler::CrawlPart::help;
    const auto report = world.crawl(options);
    CHECK(report.interrupted);
    CHECK(report.counts.added < 100);
}

TEST_CASE("help is wanted by jobs with more hosts than their workers hold", "[crawler][share]") {
    World world;
    const auto wanted = [&] {
        return world.database->call([&](base::Tx& tx) {
            return crawler::crawl_to_help(tx, std::chrono::system_clock::now() - 15s);
        });
    };
    const auto seen = [&](std::int64_t run, const std::string& holder, auto part, bool hungry) {
        world.database->call([&](base::Tx& tx) {
            crawler::seen_worker(
                tx,
                world.source,
                {.run = run,
                 .holder = holder,
                 .part = part,
                 .share = {.hosts = 64, .hungry = hungry}},
                std::chrono::system_clock::now()
            );
        });
    };
    using enum crawler::CrawlPart;
    CHECK_FALSE(wanted());
    seen(1, "a", own, false);  // nobody asked for help
    CHECK_FALSE(wanted());
    seen(2, "b", job, true);  // it has room itself
    CHECK_FALSE(wanted());
    seen(2, "b", job, false);
    REQUIRE(wanted());
    CHECK(wanted()->run == 2);
    CHECK(wanted()->source == world.source);
    seen(2, "c", help, true);  // that helped enough
    CHECK_FALSE(wanted());
}

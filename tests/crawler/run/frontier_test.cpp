// The frontier's own tables: who crawls, and many hosts.
#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "crawler/frontier/holder.hpp"
#include "crawler/frontier/worker_store.hpp"
#include "tests/crawler/site/world.hpp"

using namespace std::chrono_literals;
using test::World;

namespace {

auto now() {
    return std::chrono::system_clock::now();
}

}  // namespace

TEST_CASE(
    "a crawl that is alive is seen, one that is dead or silent is forgotten",
    "[crawler][frontier]"
) {
    World world;
    auto live = [&](const std::string& own, crawler::Time since) -> std::int64_t {
        return world.database->call([&](base::Tx& tx) {
            auto others = crawler::other_workers(tx, world.source, own, since);
            return others.empty() ? 0 : others.back().run;
        });
    };
    auto seen = [&](std::int64_t run, const std::string& holder) {
        world.database->call([&](base::Tx& tx) {
            crawler::seen_worker(tx, world.source, {.run = run, .holder = holder}, now());
        });
    };
    auto own = crawler::make_holder();
    CHECK(live(own, now() - 1min) == 0);
    seen(7, own);
    CHECK(live(own, now() - 1min) == 0);
    CHECK(live("", now() - 1min) == 7);
    CHECK(live("", now() + 1min) == 0);  // silent: forgotten
    CHECK(live("", now() - 1min) == 0);
    auto dead = own.substr(0, own.find_last_of('/'));  // another start time: another process
    dead = dead.substr(0, dead.find_last_of('/')) + "/1/1";
    seen(8, dead);
    CHECK(live("", now() - 1min) == 0);
    seen(9, "elsewhere/boot/pid/1/1/1");  // another machine may be alive
    CHECK(live("", now() - 1min) == 9);
}

TEST_CASE("a killed worker is dead before its parent asks for it", "[crawler][frontier]") {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    auto child = fork();
    if (child == 0) {
        auto name = crawler::make_holder();
        bool told = write(ends[1], name.data(), name.size()) > 0;
        while (told) pause();
        _exit(1);
    }
    REQUIRE(child > 0);
    char name[1024];
    auto size = read(ends[0], name, sizeof name);
    for (int end : ends) close(end);
    REQUIRE(size > 0);
    std::string holder(name, static_cast<std::size_t>(size));
    CHECK_FALSE(crawler::is_dead(holder));
    kill(child, SIGKILL);
    siginfo_t info;
    REQUIRE(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0);
    CHECK(crawler::is_dead(holder));
    waitpid(child, nullptr, 0);
    CHECK(crawler::is_dead(holder));
}

TEST_CASE("a server belongs to one worker at a time", "[crawler][frontier]") {
    World world;
    auto claim = [&](const std::string& host, const std::string& holder, std::chrono::seconds lease
                 ) {
        return world.database->call([&](base::Tx& tx) {
            return crawler::claim_addresses(
                tx, {{host, "192.0.2.1"}}, holder, now(), now() + lease
            );
        });
    };
    CHECK(claim("a.test", "one", 60s).size() == 1);
    CHECK(claim("b.test", "two", 60s).empty());
    CHECK(claim("b.test", "one", 60s).size() == 1);
    world.database->call([](base::Tx& tx) {
        crawler::release_address(tx, "192.0.2.1", "two", now());  // not his to give
    });
    CHECK(claim("b.test", "two", 60s).empty());
    world.database->call([](base::Tx& tx) {
        crawler::release_address(tx, "192.0.2.1", "one", now() + 5s);
    });
    auto later = claim("b.test", "two", -1s);
    REQUIRE(later.size() == 1);
    CHECK(later["192.0.2.1"] > 4s);
    CHECK(claim("a.test", "one", 60s).size() == 1);  // the other's lease is over
}

TEST_CASE("yields of patterns survive in the database", "[crawler][frontier][trap]") {
    World world;
    crawler::TrapPolicy policy;
    auto watch = [&](int count) {
        std::vector<crawler::Sighting> sightings(
            static_cast<std::size_t>(count), {"e.org/x/*", 5, 5, false}
        );
        return world.database->call([&](base::Tx& tx) {
            return crawler::watch_patterns(tx, world.source, sightings, policy, now());
        });
    };
    CHECK(watch(40).empty());
    CHECK(watch(20).empty());
    CHECK(watch(10) == std::vector<std::string>{"e.org/x/*"});
    auto shut = world.database->call([&](base::Tx& tx) {
        return crawler::shut_patterns(tx, world.source);
    });
    CHECK(shut.size() == 1);
    CHECK(world.database.number("SELECT visits FROM frontier_pattern") == 70);
    CHECK(world.database.number("SELECT fresh FROM frontier_pattern") == 1);
}

TEST_CASE("more hosts than are held at once are all crawled", "[crawler][frontier]") {
    std::vector<std::unique_ptr<test::TestSite>> sites;
    for (int i = 0; i < 80; ++i) {
        sites.push_back(std::make_unique<test::TestSite>());
        sites.back()->page("/", test::page_with_links("Site", {}));
    }
    World world;
    auto options = world.options(sites[0]->url());
    for (const auto& site : sites) options.seeds.push_back(site->url());
    auto report = world.crawl(options);
    CHECK(world.pages() == 80);
    CHECK(report.seconds < 60);
}

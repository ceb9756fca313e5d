// The politeness of several processes on one database, as a server sees it.
#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/crawler/site/world.hpp"
#include "tests/support/program.hpp"

using namespace std::chrono_literals;
using test::plant_tree;
using test::SiteRequest;
using test::World;

namespace {

// Runs the crawl in processes of their own and waits for all of them.
std::vector<pid_t> start(World& world, const crawler::CrawlOptions& options, int processes) {
    std::vector<pid_t> children;
    auto url = world.database.url();
    for (int i = 0; i < processes; ++i) {
        auto child = test::fork_with_threads();
        if (child == 0) {
            base::Database database(url, 3);
            crawler::crawl(database, world.blobs, options);
            _exit(0);
        }
        children.push_back(child);
    }
    return children;
}

void wait_for(const std::vector<pid_t>& children) {
    for (auto child : children) {
        int status = 0;
        waitpid(child, &status, 0);
    }
}

std::chrono::milliseconds least_gap(const std::vector<SiteRequest>& requests) {
    std::chrono::milliseconds least = 1h;
    for (std::size_t i = 1; i < requests.size(); ++i)
        least = std::min(
            least,
            std::chrono::duration_cast<std::chrono::milliseconds>(
                requests[i].at - requests[i - 1].at
            )
        );
    return least;
}

}  // namespace

TEST_CASE(
    "four processes never ask a host sooner than its delay, nor two at once",
    "[crawler][politeness][processes]"
) {
    test::TestSite site;
    plant_tree(site, 30, 3, 5ms);
    World world;
    auto options = world.options(site.url("/0"));
    options.politeness.delay = 60ms;
    options.politeness.at_once = 1;
    options.politeness.adaptive = false;
    wait_for(start(world, options, 4));
    auto requests = site.requests();
    CHECK(world.pages() == 30);
    CHECK(requests.size() >= 31);
    CHECK(least_gap(requests) >= 60ms);
    for (const auto& request : requests) CHECK(request.at_once == 1);
}

TEST_CASE(
    "a process that takes over from a killed one keeps the delay, too",
    "[crawler][politeness][processes]"
) {
    test::TestSite site;
    plant_tree(site, 16, 3);
    World world;
    auto options = world.options(site.url("/0"));
    options.politeness.delay = 120ms;
    options.politeness.at_once = 1;
    options.politeness.adaptive = false;
    for (int round = 0; round < 4; ++round) {
        auto children = start(world, options, 1);
        auto before = site.requests().size();
        for (int i = 0; i < 500 && site.requests().size() < before + 3; ++i) usleep(5000);
        kill(children[0], SIGKILL);
        wait_for(children);
    }
    wait_for(start(world, options, 2));
    CHECK(world.pages() == 16);
    CHECK(least_gap(site.requests()) >= 120ms);
}

TEST_CASE(
    "host names of one server share its turn, among processes as well",
    "[crawler][politeness][processes]"
) {
    test::TestSite one, two;  // two ports of 127.0.0.1: two hosts, one server
    plant_tree(one, 12, 3);
    plant_tree(two, 12, 3);
    World world;
    auto options = world.options(one.url("/0"));
    options.seeds.push_back(two.url("/0"));
    options.politeness.delay = 80ms;
    options.politeness.at_once = 1;
    options.politeness.adaptive = false;
    options.server_delay = 50ms;
    options.server_at_once = 1;
    wait_for(start(world, options, 4));
    CHECK(world.pages() == 24);
    CHECK(least_gap(one.requests()) >= 80ms);
    CHECK(least_gap(two.requests()) >= 80ms);
    auto all = one.requests();
    auto others = two.requests();
    all.insert(all.end(), others.begin(), others.end());
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    CHECK(least_gap(all) >= 50ms);
}

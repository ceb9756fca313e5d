// One source, many workers: one that has nothing to do helps, and a budget is of the crawl, not of
// who is at it.
#include <chrono>
#include <csignal>
#include <memory>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/crawler/site/test_site.hpp"
#include "tests/e2e/tilth.hpp"

using e2e::comes;
using e2e::Tilth;
using namespace std::chrono_literals;

namespace {

// A front page that leads to so many others, each after a while.
void plant(test::TestSite& site, int pages, std::chrono::milliseconds delay) {
    std::vector<std::string> links;
    for (int i = 1; i < pages; ++i) links.push_back("/" + std::to_string(i));
    site.page("/", test::page_with_links("Front", links));
    site.otherwise([delay](const test::SiteRequest& request) {
        test::SiteReply reply;
        reply.delay = delay;
        if (request.path == "/robots.txt") {
            reply.status = 404;
            return reply;
        }
        reply.body = test::page_with_links("Page " + request.path, {});
        return reply;
    });
}

// What was asked for, but what a site says of itself.
std::vector<test::SiteRequest> pages_asked(const test::TestSite& site) {
    auto all = site.requests();
    std::erase_if(all, [](const test::SiteRequest& request) {
        return request.path != "/" && !std::isdigit(static_cast<unsigned char>(request.path[1]));
    });
    return all;
}

// A crawl that is killed when so many pages were asked for, and then the same again.
void crawl_twice(
    const Tilth& tilth,
    const test::TestSite& site,
    std::size_t pages,
    const std::vector<std::string>& flags,
    const std::function<void()>& between = {}
) {
    std::vector<std::string> crawl{"crawl", site.url("/"), "--source", "sites", "--allow-private"};
    crawl.insert(crawl.end(), flags.begin(), flags.end());
    test::Program first(tilth.command(crawl));
    CHECK(comes([&] { return pages_asked(site).size() >= pages; }));
    first.signal(SIGKILL);
    first.end();
    if (between) between();
    tilth.answer(crawl);
}

std::int64_t records(const Tilth& tilth) {
    return tilth.answer({"source", "show", "sites"}).at("records").as_int64();
}

}  // namespace

TEST_CASE("a worker that has nothing to do helps with a crawl of many hosts", "[e2e][share]") {
    constexpr int hosts = 80, pages = 12;
    std::vector<std::unique_ptr<test::TestSite>> sites;
    std::string urls;
    for (int i = 0; i < hosts; ++i) {
        sites.push_back(std::make_unique<test::TestSite>());
        plant(*sites.back(), pages, 300ms);
        urls += (urls.empty() ? "\"" : ", \"") + sites.back()->url("/") + "\"";
    }
    Tilth tilth;
    tilth.answer(
        {"source",
         "add",
         tilth.home
             .write(
                 "sites.toml",
                 "name = \"sites\"\nkind = \"crawl\"\nurls = [" + urls +
                     "]\nallow_private = true\ndelay = \"0s\"\nconcurrency = 1\nsitemaps = "
                     "\"off\"\n"
             )
             .string()}
    );
    tilth.answer({"source", "run", "sites"});
    test::Program first(tilth.command({"worker"})), second(tilth.command({"worker"}));
    const auto does = [&](const std::string& what) {
        for (const auto& line : tilth.lines({"workers"}))
            if (line.find("\"doing\":\"" + what + "\",\"about\":\"sites\"") != line.npos)
                return true;
        return false;
    };
    CHECK(comes([&] { return does("crawl"); }));
    CHECK(comes([&] { return does("help"); }));
    CHECK(comes([&] { return records(tilth) == hosts * pages; }));
    for (auto* worker : {&first, &second}) worker->signal(SIGTERM);
    for (auto* worker : {&first, &second}) CHECK(worker->end().code == 0);
    std::size_t asked = 0;  // each once
    for (const auto& site : sites) asked += pages_asked(*site).size();
    CHECK(asked == hosts * pages);
    CHECK(tilth.lines({"source", "runs", "sites"}).size() == 1);
}

TEST_CASE("a crawl that was killed keeps no more pages than it may", "[e2e][share]") {
    test::TestSite site;
    plant(site, 200, 20ms);
    Tilth tilth;
    crawl_twice(tilth, site, 40, {"--delay", "0", "--max-pages", "60"}, [&] {
        const auto before = records(tilth);
        CHECK(before > 0);
        CHECK(before < 60);
    });
    CHECK(records(tilth) == 60);
}

TEST_CASE("who takes over from a killed crawl waits a whole delay first", "[e2e][share]") {
    test::TestSite site;
    plant(site, 5, 0ms);
    Tilth tilth;
    crawl_twice(tilth, site, 2, {"--delay", "1500ms", "--sitemaps", "off"});
    const auto asked = pages_asked(site);
    CHECK(asked.size() >= 5);
    for (std::size_t i = 1; i < asked.size(); ++i) CHECK(asked[i].at - asked[i - 1].at >= 1400ms);
}

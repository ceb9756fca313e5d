#include "crawler/frontier/scheduler.hpp"

#include <catch2/catch.hpp>

#include "formats/url/canonical.hpp"

using namespace crawler;
using namespace std::chrono_literals;

namespace {

const Scheduler::Clock::time_point start{std::chrono::hours(1)};

CrawlOptions options_for(const std::string& seed) {
    CrawlOptions options;
    options.seeds = {seed};
    options.fetch.user_agent = "tilth";
    return options;
}

Target page(std::int64_t id, const std::string& path, int depth = 1, int priority = 0) {
    Target target;
    target.id = id;
    target.url = "http://a.test" + path;
    target.host = "a.test";
    target.depth = depth;
    target.priority = priority;
    return target;
}

Target listing(std::int64_t id) {
    auto target = page(id, "/sitemap.xml", 0, priority::listing);
    target.kind = Kind::sitemap;
    return target;
}

std::shared_ptr<const SitePolicy> site_that_says(const std::string& robots, int status = 200) {
    auto site = std::make_shared<SitePolicy>();
    site->robots = formats::Robots::from_response(status, robots);
    return site;
}

// A scheduler that holds a.test and knows what it says.
struct Desk {
    CrawlOptions options;
    Scheduler scheduler;
    Host& host;
    Scheduler::Clock::time_point now = start;

    explicit Desk(CrawlOptions given, const std::string& robots = "")
        : options(std::move(given)),
          scheduler(options),
          host(scheduler.add({"a.test", 1, Millis(0)}, start)) {
        host.ready = true;
        scheduler.learned(host, "http://a.test", site_that_says(robots));
    }

    Step next() { return scheduler.next(host, now); }

    // Asks for what comes next and has it kept; "" if the host has to wait, "-reason" if refused.
    std::string ask(Ending ending = Ending::stored) {
        auto step = next();
        if (auto* refusal = std::get_if<Refusal>(&step))
            return "-" + std::string(base::name_of(refusal->reason));
        auto* visit = std::get_if<Visit>(&step);
        if (!visit) return "";
        scheduler.answered(host, now, {});
        now += 2s;
        if (scheduler.end(*visit, ending)) keep(visit->shares);
        return visit->target.url.substr(std::string("http://a.test").size());
    }

    void keep(const std::vector<Budget::Share>& shares) {
        std::vector<std::pair<std::string, std::string>> budgets;
        for (const auto& share : shares) {
            budgets.emplace_back("a.test", share.name);
            ++sums[share.name];
        }
        Batch batch;
        batch.sums = sums;
        scheduler.stored(batch, budgets);
    }

    BudgetCounts sums;
};

Batch closing(std::int64_t id) {
    Batch batch;
    batch.ids = {id};
    return batch;
}

}  // namespace

TEST_CASE("a host is asked in the frontier's order, whatever was loaded first", "[scheduler]") {
    Desk desk(options_for("http://a.test/"));
    desk.scheduler.begin_load(desk.host);
    desk.scheduler.load(desk.host, {page(3, "/low", 1, -10), page(4, "/mid", 1, 50)}, false);
    desk.scheduler.load(desk.host, {listing(9), page(1, "/first", 1, 50)}, false);
    CHECK(desk.ask() == "/sitemap.xml");
    CHECK(desk.ask() == "/first");
    CHECK(desk.ask() == "/mid");
    CHECK(desk.ask() == "/low");
    CHECK(desk.ask() == "");
    CHECK(desk.scheduler.is_idle());
}

TEST_CASE("a host waits for its delay, by the time that it is told", "[scheduler]") {
    auto options = options_for("http://a.test/");
    options.politeness.delay = 3s;
    Desk desk(options, "User-agent: *\nCrawl-delay: 10\n");
    desk.scheduler.load(desk.host, {page(1, "/1"), page(2, "/2")}, false);
    CHECK(desk.ask() == "/1");
    CHECK(desk.ask() == "");
    CHECK(desk.scheduler.next_turn() == start + 10s);
    desk.now = start + 10s;
    CHECK(desk.ask() == "/2");
}

TEST_CASE("names of one server share its turn", "[scheduler]") {
    auto options = options_for("http://a.test/");
    options.server_delay = 5s;
    options.politeness.delay = 5s;
    Scheduler scheduler(options);
    CHECK(scheduler.limits_servers());
    for (const char* name : {"a.test", "b.test"}) {
        auto& host = scheduler.add({name, 1, Millis(0)}, start);
        scheduler.seat(host, "10.0.0.1", Millis(0), start);
        scheduler.learned(host, "http://" + std::string(name), site_that_says(""));
        auto target = page(1, "/1", 0);
        target.host = name;
        target.url = "http://" + std::string(name) + "/";
        scheduler.load(host, {target}, false);
    }
    auto& a = *scheduler.hosts().at("a.test");
    auto& b = *scheduler.hosts().at("b.test");
    CHECK(std::holds_alternative<Visit>(scheduler.next(a, start)));
    CHECK(std::holds_alternative<Wait>(scheduler.next(b, start + 4s)));
    CHECK_FALSE(std::holds_alternative<Wait>(scheduler.next(b, start + 5s)));
}

TEST_CASE("an origin's rules are learned before it is asked, and once", "[scheduler]") {
    auto options = options_for("http://a.test/");
    Scheduler scheduler(options);
    auto& host = scheduler.add({"a.test", 1, Millis(0)}, start);
    scheduler.load(host, {page(1, "/", 0), page(2, "/private/x")}, false);
    CHECK(std::holds_alternative<Wait>(scheduler.next(host, start)));  // it is not seated
    host.ready = true;
    auto step = scheduler.next(host, start);
    REQUIRE(std::holds_alternative<Learn>(step));
    CHECK(std::get<Learn>(step).origin == "http://a.test");
    CHECK(std::holds_alternative<Wait>(scheduler.next(host, start)));
    SECTION("and forbid") {
        auto sitemaps = scheduler.learned(
            host, "http://a.test", site_that_says("User-agent: *\nDisallow: /private/\n")
        );
        REQUIRE(sitemaps.size() == 1);
        CHECK(sitemaps[0].url == "http://a.test/sitemap.xml");
        CHECK(std::holds_alternative<Visit>(scheduler.next(host, start)));
        step = scheduler.next(host, start + 1h);
        CHECK(std::holds_alternative<Wait>(step));  // one at a time
        scheduler.answered(host, start, {});
        step = scheduler.next(host, start + 1h);
        REQUIRE(std::holds_alternative<Refusal>(step));
        CHECK(std::get<Refusal>(step).reason == SkipReason::robots);
        CHECK(std::get<Refusal>(step).detail == "Disallow: /private/");
    }
    SECTION("or could not be had") {
        CHECK(scheduler.learned(host, "http://a.test", site_that_says("", 503)).empty());
        step = scheduler.next(host, start);
        REQUIRE(std::holds_alternative<Refusal>(step));
        CHECK(std::get<Refusal>(step).reason == SkipReason::robots_unreachable);
    }
}

TEST_CASE("what lies outside is refused when its turn comes", "[scheduler]") {
    auto options = options_for("http://a.test/");
    options.scope.depth = 2;
    options.scope.exclude = {"/x"};
    options.discovery.sitemaps = SitemapUse::off;
    Desk desk(options);
    auto image = page(6, "/i.png");
    image.kind = Kind::image;
    auto out = page(5, "/");
    out.url = "http://b.test/";
    desk.scheduler.shut(std::vector<std::string>{
        pattern_of(*formats::parse_url("http://a.test/cal/1"))});
    desk.scheduler.load(
        desk.host,
        {page(1, "/deep", 3), page(2, "/x"), page(3, "/cal/7"), listing(4), out, image},
        false
    );
    CHECK(desk.ask() == "-off");  // the listing
    CHECK(desk.ask() == "-depth");
    CHECK(desk.ask() == "-exclude");
    CHECK(desk.ask() == "-trap");
    CHECK(desk.ask() == "-scope");
    CHECK(desk.ask() == "-off");
}

TEST_CASE("no more pages are under way than may be kept", "[scheduler]") {
    auto options = options_for("http://a.test/");
    options.max_pages = 2;
    options.politeness.delay = 0ms;
    options.politeness.at_once = 8;
    Desk desk(options);
    desk.scheduler.load(desk.host, {page(1, "/1"), page(2, "/2"), page(3, "/3")}, false);
    auto first = desk.next();
    auto second = desk.next();
    CHECK_FALSE(desk.scheduler.has_room());
    desk.scheduler.end(std::get<Visit>(first), Ending::failed);
    CHECK(desk.scheduler.has_room());
    auto third = desk.next();
    CHECK_FALSE(desk.scheduler.has_room());
    desk.scheduler.end(std::get<Visit>(second), Ending::stored);
    CHECK_FALSE(desk.scheduler.will_be_spent());
    desk.scheduler.end(std::get<Visit>(third), Ending::unchanged);
    CHECK(desk.scheduler.will_be_spent());
    CHECK_FALSE(desk.scheduler.is_over());  // as long as it may not be stored
    desk.keep(std::get<Visit>(second).shares);
    CHECK_FALSE(desk.scheduler.is_over());
    desk.keep(std::get<Visit>(third).shares);
    CHECK(desk.scheduler.is_over());
}

TEST_CASE(
    "a page waits while its budget is under way, and is refused when it is spent",
    "[scheduler]"
) {
    auto options = options_for("http://a.test/");
    options.budgets.prefixes = {{"/b/", 1}};
    options.politeness.delay = 0ms;
    options.politeness.at_once = 8;
    Desk desk(options);
    desk.scheduler.load(desk.host, {page(1, "/b/1"), page(2, "/b/2"), page(3, "/b/3")}, false);
    auto first = desk.next();
    CHECK(std::holds_alternative<Wait>(desk.next()));
    desk.scheduler.end(std::get<Visit>(first), Ending::failed);
    CHECK(desk.ask() == "/b/2");
    CHECK(desk.ask() == "-budget");
}

TEST_CASE("in a later round pages wait for what sitemaps say of them", "[scheduler]") {
    auto options = options_for("http://a.test/");
    options.politeness.delay = 0ms;
    options.politeness.at_once = 8;
    Desk desk(options);
    desk.scheduler.begin_round(true);
    desk.scheduler.load(desk.host, {page(1, "/1"), listing(2)}, false);
    CHECK(desk.ask(Ending::listed) == "/sitemap.xml");
    CHECK(desk.ask() == "");
    desk.scheduler.stored(closing(2), {});
    CHECK(desk.host.waiting.empty());  // it may not be queued any more
    CHECK(desk.scheduler.wants_more(desk.host));
    CHECK(desk.scheduler.begin_load(desk.host).empty());
}

TEST_CASE("when enough pages are kept only what they show is fetched", "[scheduler]") {
    auto options = options_for("http://a.test/");
    options.max_pages = 1;
    options.media.images.emplace();
    Desk desk(options);
    auto image = page(3, "/i.png", 1, -100);
    image.kind = Kind::image;
    desk.scheduler.load(desk.host, {page(1, "/1"), page(2, "/2"), image}, false);
    CHECK(desk.ask() == "/1");
    CHECK(desk.scheduler.is_spent());
    CHECK_FALSE(desk.scheduler.is_over());
    desk.scheduler.leave_pages();
    CHECK(desk.scheduler.waiting() == 1);
    CHECK(desk.scheduler.has_room());
    CHECK(desk.ask() == "/i.png");
    desk.scheduler.load(desk.host, {page(4, "/4")}, false);
    CHECK(desk.ask() == "-budget");
}

TEST_CASE("a host that was lost is asked for nothing more", "[scheduler]") {
    Desk desk(options_for("http://a.test/"));
    desk.scheduler.load(desk.host, {page(1, "/1")}, true);
    auto except = desk.scheduler.begin_load(desk.host);
    CHECK(except == std::vector<std::int64_t>{1});
    Batch batch;
    batch.lost = {"a.test"};
    desk.scheduler.stored(batch, {});
    desk.scheduler.load(desk.host, {page(2, "/2")}, true);  // what was under way
    CHECK(desk.ask() == "");
    CHECK(desk.scheduler.is_idle());
    CHECK(desk.scheduler.take_finished().size() == 1);
    CHECK(desk.scheduler.hosts().empty());
}

TEST_CASE("addresses found while a host is loaded are not forgotten", "[scheduler]") {
    Desk desk(options_for("http://a.test/"));
    desk.scheduler.begin_load(desk.host);
    Batch batch;
    batch.found.push_back({.url = "http://a.test/new", .host = "a.test"});
    CHECK_FALSE(desk.scheduler.stored(batch, {}));
    desk.scheduler.load(desk.host, {}, false);
    CHECK(desk.scheduler.wants_more(desk.host));
    batch.found[0].host = "b.test";
    CHECK(desk.scheduler.stored(batch, {}));
}

TEST_CASE("a host that is taken again lives on for what is still asked for it", "[crawler]") {
    Desk desk(options_for("http://a.test/"));
    desk.scheduler.seat(desk.host, "192.0.2.1", Millis(0), start);
    desk.scheduler.load(desk.host, {page(1, "/1")}, false);
    auto step = desk.next();
    REQUIRE(std::holds_alternative<Visit>(step));
    auto& again = desk.scheduler.add({"a.test", 2, Millis(0)}, start);
    REQUIRE(&again != &desk.host);
    again.may_have_more = false;
    CHECK(desk.scheduler.take_finished().size() == 1);  // the new one; the old one is busy
    desk.scheduler.answered(desk.host, desk.now, {});
    CHECK(desk.host.lane.in_flight() == 0);
    auto server = std::weak_ptr(desk.host.server);
    CHECK(desk.scheduler.take_finished().empty());
    CHECK(server.expired());  // it was the last of its server
}

#include "crawler/policy/revisit.hpp"

#include <random>

#include <catch2/catch.hpp>

#include "crawler/frontier/discover.hpp"
#include "crawler/policy/politeness.hpp"

using namespace crawler;
using namespace formats;
using namespace std::chrono_literals;

TEST_CASE(
    "the rate of changes is found from visits that see at most one each",
    "[crawler][revisit]"
) {
    std::mt19937 random(3);
    for (double rate : {0.05, 0.5, 1.0}) {  // changes a day, looked at once a day
        ChangeHistory history;
        std::exponential_distribution<double> next(rate);
        double change = next(random);
        for (int day = 1; day <= 2000; ++day) {
            bool changed = false;
            for (; change < day; change += next(random)) changed = true;
            history.observe(changed, 86'400);
        }
        CHECK(change_rate(history) * 86'400 == Approx(rate).epsilon(0.15));
    }
}

TEST_CASE("pages are looked at as often as they change, within bounds", "[crawler][revisit]") {
    RevisitPolicy policy;
    policy.adaptive = true;
    CHECK(revisit_after({}, policy) == policy.first);
    ChangeHistory busy{20, 20, 20 * 3600.0}, quiet{20, 0, 20 * 86'400.0};
    CHECK(revisit_after(busy, policy) == policy.shortest);
    CHECK(revisit_after(quiet, policy) > 24h * 20);
    CHECK(revisit_after(quiet, policy) <= policy.longest);
    // Ever less often while nothing changes.
    ChangeHistory history;
    auto wait = policy.first;
    for (int i = 0; i < 5; ++i) {
        history.observe(false, static_cast<double>(wait.count()));
        CHECK(revisit_after(history, policy) >= wait);
        wait = revisit_after(history, policy);
    }
}

TEST_CASE("spans and bounds are read", "[crawler][revisit]") {
    CHECK(parse_span("90") == 90s);
    CHECK(parse_span("15m") == 15min);
    CHECK(parse_span("2w") == 336h);
    for (const char* wrong : {"", "h", "0h", "-1h", "3y", "1h30m", "999999999999d"})
        CHECK_FALSE(parse_span(wrong));
    CHECK_FALSE(parse_revisit("all")->adaptive);
    CHECK(parse_revisit("adaptive")->adaptive);
    CHECK(parse_revisit("6h..30d")->shortest == 6h);
    CHECK(parse_revisit("6h..30d")->longest == 720h);
    for (const char* wrong : {"", "some", "30d..6h", "6h..", "..6h", "6h...30d"})
        CHECK_FALSE(parse_revisit(wrong));
}

TEST_CASE("dates of sitemaps are read", "[crawler][discovery]") {
    auto noon = parse_lastmod("2024-02-29T12:00:00Z");
    REQUIRE(noon);
    CHECK(noon->time_since_epoch() == 1709208000s);
    CHECK(parse_lastmod("2024-02-29T14:00:00+02:00") == noon);
    CHECK(parse_lastmod("2024-02-29T14:00+02:00") == noon);
    CHECK(parse_lastmod("2024-02-29T12:00:00.123Z") == noon);
    CHECK(parse_lastmod(" 2024-02-29 ") == *noon - 12h);
    CHECK(parse_lastmod("2024"));
    for (const char* wrong :
         {"", "yesterday", "2023-02-29", "2024-13", "2024-02-29T25:00", "1850-01-01"})
        CHECK_FALSE(parse_lastmod(wrong));
}

TEST_CASE("the next page of a series is known by its rel or its address", "[crawler][discovery]") {
    auto next = [](const char* rel, const char* url) { return is_next(rel, *parse_url(url)); };
    CHECK(next("next", "http://e.org/x"));
    CHECK(next("nofollow prev", "http://e.org/x"));
    CHECK(next("", "http://e.org/news/page/2/"));
    CHECK(next("", "http://e.org/news?page=12"));
    CHECK_FALSE(next("nextcloud", "http://e.org/x"));
    CHECK_FALSE(next("", "http://e.org/page/about"));
    CHECK_FALSE(next("", "http://e.org/news?page=all"));
    CHECK(priority::of_link(2, true) > priority::of_link(2, false));
    CHECK(priority::of_link(2, true) < priority::of_link(1, false));
    CHECK(priority::of_entry(0.9, {}) > priority::of_entry(0.1, 1h));
}

TEST_CASE("a request needs the turn of its host and of its server", "[crawler][politeness]") {
    PolitenessPolicy policy{.delay = 800ms, .at_once = 1, .adaptive = false};
    auto shared = server_policy(policy, {}, 0);
    CHECK(shared.delay == 100ms);
    CHECK(shared.at_once == 8);
    CHECK(server_policy(policy, 5s, 2).delay == 5s);
    Lane a(policy), b(policy), server(shared);
    Turn first{&a, &server}, second{&b, &server};
    Lane::Clock::time_point t{};
    t += 1h;
    REQUIRE(first.open(t));
    first.begin(t);
    CHECK_FALSE(second.open(t + 99ms));
    CHECK(second.next() == t + 100ms);
    CHECK(second.open(t + 100ms));
    CHECK_FALSE(first.open(t + 100ms));
    first.end(t + 50ms, {.latency = 50ms, .good = false, .retry_after = 60s});
    CHECK_FALSE(first.open(t + 59s));
    CHECK(second.open(t + 100ms));  // its neighbour's troubles are not its own
}

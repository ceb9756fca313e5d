#include <catch2/catch.hpp>

#include "base/time/parse.hpp"
#include "crawler/policy/politeness.hpp"
#include "crawler/policy/retry.hpp"
#include "crawler/policy/scope.hpp"

using namespace std::chrono_literals;
using namespace crawler;
using namespace formats;

TEST_CASE("only what may pass is tried again, with growing jittered pauses", "[crawler][retry]") {
    RetryPolicy policy;
    for (int status : {408, 425, 429, 500, 502, 503, 504, 0})
        CHECK(retry_delay(policy, {status, false, {}}, 1, 7));
    for (int status : {200, 301, 400, 403, 404, 410, 501})
        CHECK_FALSE(retry_delay(policy, {status, false, {}}, 1, 7));
    CHECK_FALSE(retry_delay(policy, {0, true, {}}, 1, 7));
    CHECK_FALSE(retry_delay(policy, {503, false, {}}, policy.attempts, 7));
    bool spread = false;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        CHECK(*retry_delay(policy, {503, false, {}}, 3, seed) <= policy.first * 4);
        spread = spread || *retry_delay(policy, {503, false, {}}, 3, seed) > policy.first * 2;
    }
    CHECK(spread);
    CHECK(*retry_delay(policy, {503, false, Millis(90'000)}, 1, 7) == Millis(90'000));
    CHECK(*retry_delay(policy, {503, false, Millis(90'000'000)}, 1, 7) == policy.longest_asked);
}

TEST_CASE("Retry-After is seconds or a date", "[crawler][retry]") {
    auto now = *base::parse_mail_time("Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(now.time_since_epoch() == 784111777s);
    CHECK(base::parse_mail_time("Sunday, 06-Nov-94 08:49:37 GMT") == now);
    CHECK(base::parse_mail_time("Sun Nov  6 08:49:37 1994") == now);
    CHECK(parse_retry_after("120", now) == Millis(120'000));
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now) == Millis(60'000));
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now) == Millis(0));
    CHECK_FALSE(parse_retry_after("soon", now));
    CHECK_FALSE(base::parse_mail_time("Sun, 31 Feb 1994 08:49:37 GMT"));
}

TEST_CASE("a lane keeps the delay between starts and the number at once", "[crawler][politeness]") {
    Lane lane({.delay = 1000ms, .at_once = 2, .adaptive = false});
    Lane::Clock::time_point t{};
    REQUIRE(lane.open(t));
    lane.begin(t);
    CHECK_FALSE(lane.open(t + 999ms));
    lane.begin(t + 1s);
    CHECK_FALSE(lane.open(t + 1h));
    CHECK_FALSE(lane.next());
    lane.end(t + 2s, {.latency = 1s});
    CHECK(lane.open(t + 2s));
}

TEST_CASE(
    "a lane slows down for a slow host, an error, a Retry-After and a Crawl-delay",
    "[crawler][politeness]"
) {
    Lane::Clock::time_point t{};
    Lane slow({.delay = 100ms, .at_once = 1});
    for (int i = 0; i < 20; ++i) {
        slow.begin(t);
        slow.end(t, {.latency = 5s});
    }
    CHECK(slow.delay() >= 4s);
    for (int i = 0; i < 40; ++i) {
        slow.begin(t);
        slow.end(t, {.latency = 10ms});
    }
    CHECK(slow.delay() <= 110ms);

    Lane lane({.delay = 100ms});
    lane.begin(t);
    lane.end(t, {.latency = 1ms, .good = false, .retry_after = 30s});
    CHECK_FALSE(lane.open(t + 29s));
    CHECK(lane.open(t + 30s));

    Lane asked({.delay = 100ms, .at_once = 8});
    asked.crawl_delay(7s);
    asked.begin(t);
    CHECK_FALSE(asked.open(t + 6s));
    asked.end(t, {});
    CHECK(asked.open(t + 7s));
}

TEST_CASE("scope knows hosts, domains, prefixes, patterns, depth and traps", "[crawler][scope]") {
    auto refusal = [](ScopeRules rules, const std::string& text, int depth = 1) {
        std::vector<Url> seeds{*parse_url("https://www.example.co.uk/docs/start")};
        return std::string(
            name_of(Scope(std::move(rules), seeds).refusal(*parse_url(text), text, depth))
        );
    };
    using Reach = ScopeRules::Reach;
    CHECK(refusal({}, "http://www.example.co.uk/x").empty());
    CHECK(refusal({}, "https://example.co.uk/x") == "scope");
    CHECK(refusal({}, "mailto:x") == "scheme");
    CHECK(refusal({.reach = Reach::domain}, "https://example.co.uk/x").empty());
    CHECK(refusal({.reach = Reach::domain}, "https://other.co.uk/x") == "scope");
    CHECK(refusal({.reach = Reach::prefix}, "https://www.example.co.uk/docs/a").empty());
    CHECK(refusal({.reach = Reach::prefix}, "https://www.example.co.uk/blog") == "scope");
    CHECK(refusal({.exclude = {"/private/"}}, "https://www.example.co.uk/private/x") == "exclude");
    CHECK(refusal({.include = {"\\.html$"}}, "https://www.example.co.uk/x.pdf") == "scope");
    CHECK(refusal({.depth = 3}, "https://www.example.co.uk/x", 4) == "depth");
    CHECK(refusal({}, "https://www.example.co.uk/a/a/a/x") == "trap");
    CHECK_THROWS(refusal({.include = {"("}}, "https://www.example.co.uk/x"));
    const auto endless = "https://www.example.co.uk/" + std::string(60'000, 'a');
    CHECK(refusal({.include = {"(a|b)*c$"}, .url_length = 100'000}, endless) == "scope");
    CHECK(refusal({.include = {"(a|b)*a$"}, .url_length = 100'000}, endless).empty());
    CHECK(registrable_domain("10.0.0.1") == "10.0.0.1");
}

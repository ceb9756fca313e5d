#include "formats/robots/robots.hpp"

#include <chrono>

#include <catch2/catch.hpp>

#include "crawler/policy/consent.hpp"

using formats::Robots;

namespace {

bool allowed(
    const std::string& robots,
    const std::string& target,
    const std::string& agent = "FooBot"
) {
    return Robots::parse(robots).check(agent, target).allowed;
}

}  // namespace

TEST_CASE("the longest rule wins, and Allow on a tie", "[crawler][robots]") {
    std::string text =
        "User-agent: *\nDisallow: /x/\nAllow: /x/page.html\nDisallow: /t\nAllow: /t\n";
    CHECK(allowed(text, "/x/page.html"));
    CHECK_FALSE(allowed(text, "/x/page.htm"));
    CHECK(allowed(text, "/t"));
    CHECK(allowed(text, "/other"));
    CHECK(Robots::parse(text).check("a", "/x/y").rule == "Disallow: /x/");
}

TEST_CASE(
    "groups of one agent are one, and its own group hides the general one",
    "[crawler][robots]"
) {
    std::string text =
        "User-agent: foobot\nDisallow: /a\n\nUser-agent: *\nDisallow: /c\n\nSitemap: "
        "/s.xml\nUser-agent: Bar\nUser-agent: FOOBOT/2.0\nDisallow: /b\n";
    CHECK_FALSE(allowed(text, "/a"));
    CHECK_FALSE(allowed(text, "/b"));
    CHECK(allowed(text, "/c"));
    CHECK_FALSE(allowed(text, "/b", "bar"));
    CHECK_FALSE(allowed(text, "/c", "other"));
    CHECK(Robots::parse(text).sitemaps() == std::vector<std::string>{"/s.xml"});
}

TEST_CASE("* and $ are marks, and escapes compare equal", "[crawler][robots]") {
    CHECK_FALSE(allowed("User-agent: *\nDisallow: /*.gif$", "/a/b.gif"));
    CHECK(allowed("User-agent: *\nDisallow: /*.gif$", "/a/b.gif?x"));
    CHECK_FALSE(allowed("User-agent: *\nDisallow: /a*b*c", "/axxbyybzzc9"));
    CHECK_FALSE(allowed("User-agent: *\nDisallow: /foo/bar/%62%61%7A", "/foo/bar/baz"));
    CHECK_FALSE(allowed("User-agent: *\nDisallow: /\xe3\x83\x84", "/%E3%83%84"));
    CHECK_FALSE(allowed("User-agent: *\nDisallow: /a%2fb", "/a%2Fb"));
    CHECK(allowed("User-agent: *\nDisallow: /a%2Fb", "/a/b"));
}

TEST_CASE("odd files are read as far as they can be", "[crawler][robots]") {
    CHECK_FALSE(allowed("\xef\xbb\xbfUser-agent: *\rDisallow: /a # why\r\nDisallow:\n", "/a"));
    CHECK(allowed("Disallow: /\n", "/a"));
    CHECK(allowed("User-agent: *\nDisallow: /\n", "/robots.txt"));
    CHECK_FALSE(allowed("USER-AGENT: *\ndisallow : /a", "/a"));
    CHECK(allowed("<html>no such page</html>", "/a"));
    CHECK(allowed("User-agent: *\n" + std::string(600 * 1024, '#') + "\nDisallow: /a", "/a"));
    CHECK(
        Robots::parse("User-agent: *\nCrawl-delay: 1.5\nDisallow: /").crawl_delay("x") ==
        std::chrono::milliseconds(1500)
    );
}

TEST_CASE("what the server answers decides when there is no file", "[crawler][robots]") {
    CHECK(Robots::from_response(404, "").check("a", "/").allowed);
    CHECK(Robots::from_response(403, "User-agent: *\nDisallow: /").check("a", "/").allowed);
    for (int status : {0, 429, 500, 503})
        CHECK_FALSE(Robots::from_response(status, "").check("a", "/").allowed);
}

TEST_CASE("names of agents are compared whole, digits and all", "[crawler][robots]") {
    auto robots = formats::Robots::parse(
        "User-agent: MJ12bot\nDisallow: /a\n\nUser-agent: MJ\nDisallow: /b\n\nUser-agent: "
        "360Spider/1.0\nDisallow: /c"
    );
    CHECK_FALSE(robots.check("MJ12bot/v1.4", "/a").allowed);
    CHECK(robots.check("MJ12bot/v1.4", "/b").allowed);
    CHECK(robots.check("MJ/2", "/a").allowed);
    CHECK_FALSE(robots.check("MJ/2", "/b").allowed);
    CHECK(robots.check("MJ13bot", "/b").allowed);
    CHECK_FALSE(robots.check("360spider", "/c").allowed);
    CHECK_FALSE(robots.names("Spider"));
}

TEST_CASE("a hostile file costs no more than its length", "[crawler][robots]") {
    std::string file = "User-agent: *\n";
    for (int i = 0; i < 500; ++i) file += "Disallow: /*" + std::string(900, 'a') + "b\n";
    auto robots = formats::Robots::parse(file);
    auto start = std::chrono::steady_clock::now();
    CHECK(robots.check("x", "/" + std::string(2000, 'a')).allowed);
    CHECK_FALSE(robots.check("x", "/" + std::string(2000, 'a') + "b").allowed);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(500));
}

TEST_CASE("a pattern with many stars is matched quickly", "[crawler][robots]") {
    std::string stars;
    for (int i = 0; i < 200; ++i) stars += "*a";
    CHECK(allowed("User-agent: *\nDisallow: /" + stars + "b", "/" + std::string(2000, 'a')));
}

namespace {

crawler::Consent judge(
    std::vector<std::pair<std::string, std::string>> headers,
    std::vector<std::pair<std::string, std::string>> metas = {},
    const std::string& robots = {},
    std::map<std::string, std::string> files = {}
) {
    auto parsed = Robots::parse(robots);
    crawler::ConsentQuestion question;
    question.target = "/page";
    question.agent = "tilth/0.1";
    question.robots = &parsed;
    question.headers = std::move(headers);
    question.metas = std::move(metas);
    question.files = std::move(files);
    return crawler::judge_consent(question);
}

}  // namespace

TEST_CASE("every way of opting out is heard", "[crawler][consent]") {
    CHECK(judge({}).allowed);
    CHECK(judge({{"X-Robots-Tag", "noai, noimageai"}}).rule == "header x-robots-tag: noai");
    CHECK_FALSE(judge({{"x-robots-tag", "noindex"}}).allowed);
    CHECK(judge({{"x-robots-tag", "otherbot: noindex"}}).allowed);
    CHECK(judge({{"x-robots-tag", "unavailable_after: 25 Jun 2030 15:00:00 PST"}}).allowed);
    CHECK(judge({}, {{"robots", "nofollow"}}).nofollow);
    CHECK_FALSE(judge({}, {{"robots", "NoML"}}).allowed);
    CHECK_FALSE(judge({{"TDM-Reservation", "1"}}).allowed);
    CHECK(judge({{"TDM-Reservation", "0"}}, {{"tdm-reservation", "1"}}).allowed);
    CHECK_FALSE(judge({{"Content-Usage", "train-ai=n"}}).allowed);
    CHECK_FALSE(
        judge({}, {}, "User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /").allowed
    );
    CHECK_FALSE(judge({}, {}, "User-agent: GPTBot\nDisallow: /").allowed);
    CHECK_FALSE(judge(
                    {},
                    {},
                    "",
                    {{"/.well-known/tdmrep.json", R"([{"location":"/pa*","tdm-reservation":1}])"}}
    ).allowed);
    CHECK(judge(
              {},
              {},
              "",
              {{"/.well-known/tdmrep.json", R"([{"location":"/other","tdm-reservation":1}])"}}
    ).allowed);
    CHECK_FALSE(judge({}, {}, "", {{"/ai.txt", "User-Agent: *\nDisallow: /"}}).allowed);
    CHECK(
        judge({{"x-robots-tag", "noai"}}).json() ==
        R"({"signals":[{"source":"header","name":"x-robots-tag","value":"noai"}],"decision":"deny","rule":"header x-robots-tag: noai"})"
    );
}

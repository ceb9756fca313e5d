#include "crawler/fetch/fetch.hpp"

#include <catch2/catch.hpp>

#include "tests/crawler/fetch/fetching.hpp"
#include "tests/crawler/site/test_site.hpp"
#include "tests/support/codings.hpp"

using namespace std::chrono_literals;
using crawler::FetchError;
using test::get_all;
using test::local;
using test::SiteReply;
using test::SiteRequest;

TEST_CASE("many requests at once all get their own answers", "[crawler][fetch]") {
    test::TestSite site;
    site.otherwise([](const SiteRequest& request) {
        SiteReply reply;
        reply.body = request.path;
        return reply;
    });
    std::vector<std::string> urls;
    for (int i = 0; i < 300; ++i) urls.push_back(site.url("/" + std::to_string(i)));
    auto responses = get_all(urls, local());
    for (int i = 0; i < 300; ++i)
        CHECK(responses[static_cast<std::size_t>(i)].body == "/" + std::to_string(i));
}

TEST_CASE("a request does not wait for the answer to another one", "[crawler][fetch]") {
    test::TestSite site;
    site.on("/slow", [](const SiteRequest&) {
        return SiteReply{200, {}, "x", 3000ms, false, false};
    });
    site.page("/fast", "x");
    auto options = local();
    options.limits.total = 1000ms;
    auto responses = get_all({site.url("/slow"), site.url("/fast")}, options);
    CHECK(responses[0].error == FetchError::timeout);
    CHECK(responses[1].status == 200);
}

TEST_CASE("a redirect is an answer, not followed", "[crawler][fetch]") {
    test::TestSite site;
    site.on("/a", [](const SiteRequest&) {
        return SiteReply{302, {"Location: /b"}, "", 0ms, false, false};
    });
    auto response = get_all({site.url("/a")}, local())[0];
    CHECK(response.status == 302);
    CHECK(response.header("location") == "/b");
    CHECK(site.count("/b") == 0);
}

TEST_CASE("what goes wrong is told apart", "[crawler][fetch]") {
    test::TestSite site;
    site.on("/slow", [](const SiteRequest&) {
        return SiteReply{200, {}, "x", 2000ms, false, false};
    });
    site.on("/cut", [](const SiteRequest&) {
        return SiteReply{200, {}, "half", 0ms, true, false};
    });
    site.on("/drop", [](const SiteRequest&) { return SiteReply{200, {}, "", 0ms, false, true}; });
    site.on("/large", [](const SiteRequest&) {
        return SiteReply{200, {}, std::string(200'000, 'x'), 0ms, false, false};
    });
    site.on("/bomb", [](const SiteRequest&) {
        return SiteReply{
            200,
            {"Content-Encoding: gzip"},
            test::gzip(std::string(20'000'000, 'x')),
            0ms,
            false,
            false};
    });
    site.on("/headers", [](const SiteRequest&) {
        return SiteReply{200, {"X: " + std::string(50'000, 'x')}, "x", 0ms, false, false};
    });
    site.on("/garbage", [](const SiteRequest&) {
        return SiteReply{200, {"Content-Encoding: gzip"}, "\x1f\x8b\x08 is no gzip", 0ms, false, false};
    });
    auto options = local();
    options.limits.total = 500ms;
    options.limits.headers = 20'000;
    CHECK(get_all({site.url("/slow")}, options)[0].error == FetchError::timeout);
    CHECK(get_all({site.url("/cut")}, options)[0].error == FetchError::cut_short);
    CHECK(get_all({site.url("/drop")}, options)[0].error == FetchError::connect);
    CHECK(get_all({site.url("/headers")}, options)[0].error == FetchError::too_large);
    CHECK(get_all({site.url("/garbage")}, options)[0].error == FetchError::cut_short);
    options.limits.body = 100'000;
    CHECK(get_all({site.url("/large")}, options)[0].error == FetchError::too_large);
    options.limits = {};
    CHECK(get_all({site.url("/bomb")}, options)[0].error == FetchError::too_large);
    CHECK(get_all({"http://127.0.0.1:1/"}, options)[0].error == FetchError::connect);
    CHECK(get_all({"http://no-such-host.invalid/"}, options)[0].error == FetchError::not_found);
}

TEST_CASE("large bodies wait for each other, and all come", "[crawler][fetch]") {
    test::TestSite site;
    site.otherwise([](const SiteRequest& request) {
        SiteReply reply;
        reply.body = std::string(4'000'000, request.path[1]);
        return reply;
    });
    std::vector<std::string> urls;
    for (int i = 0; i < 24; ++i)
        urls.push_back(site.url("/" + std::string(1, static_cast<char>('a' + i))));
    auto options = local();
    options.limits.all_bodies = 6'000'000;
    auto responses = get_all(urls, options);
    for (std::size_t i = 0; i < urls.size(); ++i) {
        CHECK(responses[i].error == FetchError::none);
        CHECK(responses[i].body == std::string(4'000'000, urls[i].back()));
    }
}

TEST_CASE("private addresses are refused however they are written", "[crawler][fetch]") {
    for (std::string host :
         {"127.0.0.1",
          "2130706433",
          "0x7f.1",
          "[::1]",
          "[::ffff:127.0.0.1]",
          "localhost",
          "169.254.169.254",
          "10.0.0.1"}) {
        INFO(host);
        CHECK(get_all({"http://" + host + ":9/"})[0].error == FetchError::refused_address);
    }
}

TEST_CASE("addresses that are for insiders are known", "[crawler][fetch]") {
    for (std::string text :
         {"10.1.2.3",
          "172.31.0.1",
          "192.168.0.1",
          "100.64.0.1",
          "0.0.0.0",
          "224.0.0.1",
          "255.255.255.255",
          "::",
          "::1",
          "fe80::1",
          "fd00::1",
          "ff02::1",
          "::ffff:10.0.0.1",
          "64:ff9b::a00:1",
          "2002:a00:1::",
          "2001:db8::1",
          "nonsense"}) {
        INFO(text);
        CHECK(crawler::is_private_address(text));
    }
    for (std::string text :
         {"8.8.8.8",
          "172.32.0.1",
          "100.128.0.1",
          "2606:4700::1111",
          "::ffff:8.8.8.8",
          "64:ff9b::808:808"}) {
        INFO(text);
        CHECK_FALSE(crawler::is_private_address(text));
    }
}

TEST_CASE("ranges of addresses are read strictly and hold both forms of IPv4", "[crawler][fetch]") {
    auto holds = [](std::string_view range, const std::string& address) {
        auto parsed = crawler::AddressRange::parse(range);
        REQUIRE(parsed);
        return parsed->holds(address);
    };
    CHECK(holds("10.1.0.0/16", "10.1.255.3"));
    CHECK(holds("10.1.0.0/16", "::ffff:10.1.2.3"));
    CHECK_FALSE(holds("10.1.0.0/16", "10.2.0.0"));
    CHECK(holds("127.0.0.1", "127.0.0.1"));
    CHECK_FALSE(holds("127.0.0.1", "127.0.0.2"));
    CHECK(holds("fd00::/8", "fdff::1"));
    CHECK_FALSE(holds("fd00::/8", "fe80::1"));
    CHECK(holds("0.0.0.0/0", "192.168.0.1"));
    CHECK_FALSE(holds("0.0.0.0/0", "fd00::1"));
    for (auto text :
         {"10.1.0.1/16",
          "10.1.0.0/33",
          "10.1.0.0/",
          "10.1/16",
          "example.org",
          "",
          "fd00::/129",
          "10.0.0.0/-1"}) {
        INFO(text);
        CHECK_FALSE(crawler::AddressRange::parse(text));
    }
}

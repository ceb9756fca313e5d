#include "crawler/resolve/resolver.hpp"

#include <thread>

#include <catch2/catch.hpp>

#include "tests/crawler/fetch/fetching.hpp"
#include "tests/crawler/site/name_server.hpp"
#include "tests/crawler/site/test_site.hpp"

using namespace std::chrono_literals;
using crawler::FetchError;
using crawler::NameCache;
using test::get_all;
using test::get_each;

namespace {

std::shared_ptr<crawler::Resolver> resolver_at(const test::NameServer& server) {
    crawler::ResolverOptions options;
    options.servers = {server.address()};
    options.cache.shortest = 0s;
    options.patience = 500ms;
    options.tries = 2;
    return std::make_shared<crawler::Resolver>(options);
}

// The site's address under another name.
std::string named(const test::TestSite& site, const std::string& name, const std::string& path) {
    auto url = site.url(path);
    return url.replace(url.find("127.0.0.1"), 9, name);
}

void greet(test::TestSite& site) {
    site.otherwise([](const test::SiteRequest& request) {
        test::SiteReply reply;
        reply.body = request.headers.at("host");
        return reply;
    });
}

}  // namespace

TEST_CASE("a name that many ask for at once is looked up once", "[crawler][resolver]") {
    test::NameServer server;
    server.set("one.test", {"127.0.0.1"}, 300);
    server.delay(50);
    test::TestSite site;
    greet(site);
    auto options = test::local();
    options.resolver = resolver_at(server);
    std::vector<std::string> urls;
    for (int i = 0; i < 200; ++i) urls.push_back(named(site, "one.test", "/" + std::to_string(i)));
    for (const auto& response : get_all(urls, options)) {
        CHECK(response.status == 200);
        CHECK(response.body.starts_with("one.test:"));
    }
    CHECK(server.count("one.test") == 2);  // for IPv4 and for IPv6
    CHECK(options.resolver->counts().asked == 200);
    CHECK(options.resolver->counts().looked_up == 1);

    // Other fetchers of the process, on other threads, know it too.
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { get_all({urls[0], urls[1]}, options); });
    for (auto& thread : threads) thread.join();
    CHECK(server.count("one.test") == 2);
}

TEST_CASE("answers are kept by their time to live, missing names shortly", "[crawler][resolver]") {
    test::NameServer server;
    server.set("short.test", {"127.0.0.1"}, 0);
    server.set("long.test", {"127.0.0.1"}, 300);
    test::TestSite site;
    greet(site);
    auto options = test::local();
    options.resolver = resolver_at(server);
    std::vector<std::string> urls;
    for (int i = 0; i < 3; ++i)
        for (std::string name : {"short.test", "long.test", "missing.test"})
            urls.push_back(named(site, name, "/"));
    auto responses = get_each(urls, options);
    CHECK(server.count("short.test") == 6);
    CHECK(server.count("long.test") == 2);
    auto missing = server.count("missing.test");
    CHECK(missing > 0);
    CHECK(missing <= 2);
    CHECK(responses[2].error == FetchError::not_found);
    CHECK(responses[8].error == FetchError::not_found);
    CHECK(responses[7].status == 200);
}

TEST_CASE(
    "the address that is connected to is checked, whatever the name said before",
    "[crawler][resolver]"
) {
    test::NameServer server;
    server.set("inside.test", {"127.0.0.1"}, 300);
    server.set("turning.test", {"8.8.8.8"}, 0);
    test::TestSite site;
    greet(site);
    crawler::FetchOptions options;
    options.resolver = resolver_at(server);
    options.limits.total = 300ms;
    auto url = named(site, "turning.test", "/");
    CHECK(
        get_each({named(site, "inside.test", "/")}, options)[0].error == FetchError::refused_address
    );
    CHECK(get_each({url}, options)[0].error != FetchError::refused_address);
    server.set("turning.test", {"127.0.0.1"}, 0);
    CHECK(get_each({url}, options)[0].error == FetchError::refused_address);
    CHECK(site.requests().empty());
}

TEST_CASE("a name server that is silent costs a bounded time", "[crawler][resolver]") {
    crawler::ResolverOptions silent;
    silent.servers = {"127.0.0.1:9"};
    silent.patience = 100ms;
    silent.tries = 1;
    auto options = test::local();
    options.resolver = std::make_shared<crawler::Resolver>(silent);
    auto response = get_each({"http://any.test/"}, options)[0];
    CHECK(response.error == FetchError::not_found);
}

TEST_CASE("a stop ends what waits for a name", "[crawler][resolver]") {
    test::NameServer server;
    server.set("slow.test", {"127.0.0.1"}, 300);
    server.delay(400);
    auto options = test::local();
    options.resolver = resolver_at(server);
    boost::asio::io_context io{1};
    crawler::Fetcher fetcher(io.get_executor(), options);
    crawler::Response response;
    boost::asio::co_spawn(
        io, test::get_into(fetcher, "http://slow.test/", response), test::rethrow
    );
    boost::asio::post(io, [&] { fetcher.stop(); });
    io.run();
    CHECK(response.error == FetchError::stopped);
}

TEST_CASE("the memory of names is bounded in time and in size", "[crawler][resolver]") {
    NameCache::Bounds bounds;
    bounds.names = 100;
    NameCache cache(bounds);
    auto now = NameCache::Clock::now();
    auto answer = std::make_shared<crawler::NameAnswer>();
    cache.put("a", answer, NameCache::Kind::found, 60s, now);
    cache.put("long", answer, NameCache::Kind::found, 48h, now);
    cache.put("none", answer, NameCache::Kind::missing, 48h, now);
    cache.put("error", answer, NameCache::Kind::failed, 48h, now);
    CHECK(cache.find("a", now + 59s));
    CHECK_FALSE(cache.find("a", now + 60s));
    CHECK(cache.find("long", now + 3599s));
    CHECK_FALSE(cache.find("long", now + 3600s));
    CHECK(cache.find("none", now + 29s));
    CHECK_FALSE(cache.find("none", now + 30s));
    CHECK_FALSE(cache.find("error", now + 5s));
    for (int i = 0; i < 1000; ++i) {
        cache.put(std::to_string(i), answer, NameCache::Kind::found, 60s, now);
        CHECK(cache.find(std::to_string(i), now));
    }
    CHECK(cache.size() <= 100);
}

#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "crawler/fetch/proxy_pool.hpp"

using namespace crawler;
using namespace std::chrono_literals;

namespace {

const std::vector<Proxy> three{
    {.scheme = "http", .host = "a", .port = 1, .login = {}},
    {.scheme = "http", .host = "b", .port = 2, .login = {}},
    {.scheme = "http", .host = "c", .port = 3, .login = {}},
};
const ProxyPool::Time start{};

}  // namespace

TEST_CASE("a host keeps to its proxy, and hosts spread over all", "[proxies]") {
    ProxyPool pool(three);
    std::set<std::size_t> used;
    for (int i = 0; i < 50; ++i) {
        auto host = "host" + std::to_string(i) + ".example";
        auto index = pool.choose(host, start);
        CHECK(pool.choose(host, start + 1h) == index);
        used.insert(index);
    }
    CHECK(used == std::set<std::size_t>{0, 1, 2});
}

TEST_CASE(
    "only the hosts of a proxy at rest go elsewhere, and they return after a minute",
    "[proxies]"
) {
    ProxyPool pool(three);
    for (int i = 0; i < 50; ++i) {
        auto host = "host" + std::to_string(i) + ".example";
        ProxyPool rested(three);
        auto index = pool.choose(host, start);
        rested.put_to_rest(1, start);
        auto meanwhile = rested.choose(host, start + 59s);
        CHECK(meanwhile != 1);
        if (index != 1) CHECK(meanwhile == index);
        CHECK(rested.choose(host, start + 60s) == index);
    }
}

TEST_CASE("with all proxies at rest a host keeps to its first choice", "[proxies]") {
    ProxyPool pool(three);
    auto index = pool.choose("example.org", start);
    for (std::size_t i = 0; i < three.size(); ++i) pool.put_to_rest(i, start);
    CHECK(pool.choose("example.org", start + 1s) == index);
}

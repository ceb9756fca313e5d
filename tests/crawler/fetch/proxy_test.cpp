#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "crawler/resolve/resolver.hpp"
#include "tests/crawler/fetch/fetching.hpp"
#include "tests/crawler/site/name_server.hpp"
#include "tests/crawler/site/test_proxy.hpp"
#include "tests/crawler/site/test_site.hpp"

using namespace std::chrono_literals;
using crawler::FetchError;
using crawler::Proxy;
using test::get_each;
using test::TestProxy;

namespace {

// Names that lead to public addresses, so that the guard lets them pass; the test's proxies lead
// to loopback whatever they are asked for.
struct Names {
    test::NameServer server;
    std::shared_ptr<crawler::Resolver> resolver;
    Names() {
        server.set("public.test", {"8.8.8.8"}, 300);
        server.set("inside.test", {"10.0.0.7"}, 300);
        crawler::ResolverOptions options;
        options.servers = {server.address()};
        resolver = std::make_shared<crawler::Resolver>(options);
    }
};

std::string port_of(const test::TestSite& site) {
    auto url = site.url("");
    return url.substr(url.rfind(':'));
}

crawler::FetchOptions through(const std::vector<Proxy>& proxies, const Names& names) {
    crawler::FetchOptions options;
    options.proxies = proxies;
    options.resolver = names.resolver;
    return options;
}

}  // namespace

TEST_CASE("a proxy is asked, and not for private addresses", "[crawler][proxy]") {
    Names names;
    test::TestSite site;
    site.page("/x", "through");
    auto port = port_of(site);
    auto kind = GENERATE(TestProxy::Kind::http, TestProxy::Kind::socks5);
    TestProxy proxy(kind);
    auto options = through({crawler::parse_proxy(proxy.url())}, names);
    auto responses = get_each(
        {"http://public.test" + port + "/x",
         "http://inside.test" + port + "/x",
         site.url("/x"),
         "http://169.254.169.254/",
         "http://localhost" + port + "/x"},
        options
    );
    CHECK(responses[0].body == "through");
    CHECK(responses[0].address.empty());
    for (std::size_t i = 1; i < responses.size(); ++i)
        CHECK(responses[i].error == FetchError::refused_address);
    // A SOCKS proxy is told the address that was checked.
    auto wanted = kind == TestProxy::Kind::http ? "GET public.test" + port : "SOCKS 8.8.8.8" + port;
    CHECK(proxy.asked() == std::vector{wanted});
}

TEST_CASE("a proxy that looks up the names is not asked for inside ones", "[crawler][proxy]") {
    Names names;
    test::TestSite site;
    site.page("/x", "through");
    auto port = port_of(site);
    TestProxy proxy(TestProxy::Kind::socks5);
    auto far = crawler::parse_proxy(proxy.url());
    far.scheme = "socks5h";
    auto responses = get_each(
        {"http://unknown.test" + port + "/x",
         "http://localhost" + port + "/x",
         "http://db.internal" + port + "/x",
         "http://10.0.0.7" + port + "/x"},
        through({far}, names)
    );
    CHECK(responses[0].body == "through");
    for (std::size_t i = 1; i < responses.size(); ++i)
        CHECK(responses[i].error == FetchError::refused_address);
    CHECK(proxy.asked() == std::vector{"SOCKS unknown.test" + port});
    CHECK(names.server.count("unknown.test") == 0);
}

TEST_CASE("a proxy gets its login, and the site does not", "[crawler][proxy]") {
    Names names;
    test::TestSite site;
    site.otherwise([](const test::SiteRequest& request) {
        test::SiteReply reply;
        reply.body = request.headers.contains("proxy-authorization") ? "leaked" : "kept";
        return reply;
    });
    TestProxy proxy(TestProxy::Kind::http, "me:in");
    auto with = crawler::parse_proxy(proxy.url());
    auto url = "http://public.test" + port_of(site) + "/";
    auto refused = get_each({url}, through({with}, names))[0];
    CHECK(refused.error == FetchError::proxy);
    CHECK(refused.message.find("login") != std::string::npos);
    with.login = "me:wrong";
    auto wrong = get_each({url}, through({with}, names))[0];
    CHECK(wrong.error == FetchError::proxy);
    CHECK(wrong.message.find("me:") == std::string::npos);
    with.login = "me:in";
    CHECK(get_each({url}, through({with}, names))[0].status == 200);
}

TEST_CASE("a host keeps to its proxy, until that is out of order", "[crawler][proxy]") {
    std::vector<Proxy> proxies;
    for (int i = 0; i < 4; ++i) proxies.push_back({"http", "p" + std::to_string(i), 3128, {}});
    std::map<std::size_t, int> shares;
    for (int i = 0; i < 4000; ++i) {
        auto host = "host" + std::to_string(i) + ".test";
        auto first = crawler::choose_proxy(proxies, host);
        ++shares[first];
        std::vector<bool> broken(4);
        broken[2] = true;
        auto other = crawler::choose_proxy(proxies, host, broken);
        CHECK((first == 2 ? other != 2 : other == first));
        CHECK(crawler::choose_proxy(proxies, host, {true, true, true, true}) == first);
    }
    for (auto [proxy, hosts] : shares) CHECK(std::abs(hosts - 1000) < 150);

    Names names;
    test::TestSite site;
    site.page("/x", "through");
    TestProxy good(TestProxy::Kind::http);
    auto dead = crawler::parse_proxy("http://127.0.0.1:9");
    auto url = "http://public.test" + port_of(site) + "/x";
    std::vector<Proxy> both{dead, crawler::parse_proxy(good.url())};
    auto options = through(both, names);
    auto responses = get_each({url, url}, options);
    bool was_dead = crawler::choose_proxy(both, "public.test") == 0;
    CHECK((responses[0].error == FetchError::proxy) == was_dead);
    CHECK(responses[1].body == "through");
}

TEST_CASE("the environment's no_proxy does not lead around a proxy", "[crawler][proxy]") {
    Names names;
    ::setenv("no_proxy", "*", 1);
    ::setenv("http_proxy", "http://127.0.0.1:9", 1);
    test::TestSite site;
    site.page("/x", "through");
    TestProxy proxy(TestProxy::Kind::http);
    auto options = through({crawler::parse_proxy(proxy.url())}, names);
    CHECK(get_each({"http://public.test" + port_of(site) + "/x"}, options)[0].body == "through");
    CHECK(proxy.asked().size() == 1);
    CHECK(get_each({site.url("/x")}, test::local())[0].body == "through");
    ::unsetenv("no_proxy");
    ::unsetenv("http_proxy");
}

TEST_CASE("proxies are written as URLs without a login", "[crawler][proxy]") {
    auto read = [](const std::string& text) {
        auto proxy = crawler::parse_proxy(text);
        return proxy.url();
    };
    CHECK(read("http://Proxy.test:3129") == "http://proxy.test:3129");
    CHECK(read("http://proxy.test:80") == "http://proxy.test:80");
    CHECK(read("http://proxy.test") == "http://proxy.test:3128");
    CHECK(read("https://proxy.test/") == "https://proxy.test:443");
    CHECK(read("socks5h://[2001:db8::1]:1081") == "socks5h://[2001:db8::1]:1081");
    CHECK(read("socks5://[2001:db8::1]") == "socks5://[2001:db8::1]:1080");
    for (std::string text :
         {"proxy.test:1", "ftp://a", "http://", "http://a/path", "socks5://me:in@a"}) {
        INFO(text);
        try {
            read(text);
            FAIL("was read");
        } catch (const base::UsageError& error) {
            CHECK(std::string(error.what()).find("me:in") == std::string::npos);
        }
    }
}

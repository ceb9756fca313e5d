// What a crawl finds beside links, leaves out, and notices in later rounds; on a real server.
#include <atomic>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "crawler/policy/consent_store.hpp"
#include "tests/crawler/site/world.hpp"

using namespace std::chrono_literals;
using test::page_with_links;
using test::SiteReply;
using test::SiteRequest;
using test::World;

namespace {

SiteReply text_reply(std::string body, const std::string& type = "text/plain") {
    SiteReply reply;
    reply.headers = {"Content-Type: " + type};
    reply.body = std::move(body);
    return reply;
}

std::string sitemap_of(const std::vector<std::pair<std::string, std::string>>& urls) {
    std::string xml =
        "<?xml version=\"1.0\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">";
    for (const auto& [loc, lastmod] : urls) {
        xml += "<url><loc>" + loc + "</loc>";
        if (!lastmod.empty()) xml += "<lastmod>" + lastmod + "</lastmod>";
        xml += "</url>";
    }
    return xml + "</urlset>";
}

}  // namespace

TEST_CASE("sitemaps of robots.txt are read, with their indexes", "[crawler][discovery]") {
    test::TestSite site;
    site.on("/robots.txt", [&](const SiteRequest&) {
        return text_reply(
            "User-agent: *\nDisallow: /secret\nSitemap: " + site.url("/index.xml") +
            "\nSitemap: http://elsewhere.test/sitemap.xml\n"
        );
    });
    site.on("/index.xml", [&](const SiteRequest&) {
        return text_reply(
            "<sitemapindex><sitemap><loc>" + site.url("/a.xml") + "</loc></sitemap><sitemap><loc>" +
                site.url("/b.xml") + "</loc></sitemap></sitemapindex>",
            "application/xml"
        );
    });
    site.on("/a.xml", [&](const SiteRequest&) {
        return text_reply(
            "<!DOCTYPE urlset [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" +
                sitemap_of(
                    {{site.url("/one"), ""},
                     {"http://elsewhere.test/x", ""},
                     {site.url("/secret"), ""}}
                ),
            "application/xml"
        );
    });
    site.on("/b.xml", [&](const SiteRequest&) {
        return text_reply(sitemap_of({{site.url("/two"), "2020-01-01"}}), "application/xml");
    });
    for (const char* path : {"/", "/one", "/two", "/three"})
        site.page(path, page_with_links(path, {path == std::string("/") ? "/three" : "/"}));
    World world;
    SECTION("beside links") {
        world.crawl(world.options(site.url()));
        CHECK(world.reason(site.url("/three")) == "done:");
    }
    SECTION("without links") {
        auto options = world.options(site.url());
        options.discovery.sitemaps = crawler::SitemapUse::only;
        world.crawl(options);
        CHECK(world.reason(site.url("/three")) == "unknown");
    }
    SECTION("not at all") {
        auto options = world.options(site.url());
        options.discovery.sitemaps = crawler::SitemapUse::off;
        world.crawl(options);
        CHECK(site.count("/index.xml") == 0);
        CHECK(world.pages() == 2);
        return;
    }
    CHECK(world.reason(site.url("/one")) == "done:");
    CHECK(world.reason(site.url("/two")) == "done:");
    CHECK(world.reason(site.url("/secret")) == "skipped:robots");
    CHECK(world.reason("http://elsewhere.test/x") == "skipped:scope");
    CHECK(world.reason("http://elsewhere.test/sitemap.xml") == "unknown");
    CHECK(world.reason(site.url("/a.xml")) == "done:");
    CHECK(site.count("/sitemap.xml") == 0);
}

TEST_CASE("a sitemap's word saves asking, and orphans are noticed", "[crawler][discovery]") {
    test::TestSite site;
    std::atomic<int> round = 1;
    auto later = "2099-01-01T00:00:00Z";
    site.on("/sitemap.xml", [&](const SiteRequest&) {
        std::vector<std::pair<std::string, std::string>> urls{
            {site.url("/old"), "2020-01-01T00:00:00Z"}};
        if (round == 1) urls.emplace_back(site.url("/dropped"), "");
        if (round >= 2) urls.emplace_back(site.url("/undated"), later);
        return text_reply(sitemap_of(urls), "application/xml");
    });
    for (const char* path : {"/", "/old", "/dropped", "/undated"})
        site.page(path, page_with_links(path, {}));
    World world;
    world.crawl(world.options(site.url()));
    CHECK(world.reason(site.url("/dropped")) == "done:");
    CHECK(
        world.database.number("SELECT count(*) FROM frontier_url WHERE orphaned_at IS NOT NULL") ==
        0
    );
    round = 2;
    world.crawl(world.options(site.url()));
    CHECK(site.count("/old") == 1);  // by its lastmod it has not changed since
    CHECK(site.count("/dropped") == 2);
    CHECK(site.count("/undated") == 1);
    CHECK(
        world.database.number("SELECT count(*) FROM frontier_url WHERE orphaned_at IS NOT NULL AND "
                              "url LIKE '%/dropped'") == 1
    );
    CHECK(
        world.database.number("SELECT count(*) FROM frontier_url WHERE orphaned_at IS NOT NULL") ==
        1
    );
    CHECK(world.pages() == 4);
}

TEST_CASE("a feed that a page names is read", "[crawler][discovery]") {
    test::TestSite site;
    site.page(
        "/",
        "<link rel=alternate type=application/rss+xml href=/feed>" + page_with_links("Front", {})
    );
    site.on("/feed", [&](const SiteRequest&) {
        return text_reply(
            "<rss version=\"2.0\"><channel><title>t</title><item><title>Post</title><link>" +
                site.url("/post") + "</link></item></channel></rss>",
            "application/rss+xml"
        );
    });
    site.page("/post", page_with_links("Post", {}));
    World world;
    world.crawl(world.options(site.url()));
    CHECK(world.reason(site.url("/post")) == "done:");
    CHECK(world.reason(site.url("/feed")) == "done:");
    CHECK(world.pages() == 2);
}

TEST_CASE("a page that goes is marked, never deleted, and may come back", "[crawler][discovery]") {
    test::TestSite site;
    std::atomic<int> status = 200;
    site.page("/", page_with_links("Front", {"/here"}));
    site.on("/here", [&](const SiteRequest&) {
        SiteReply reply;
        reply.status = status;
        if (status == 200) reply.body = page_with_links("Here", {});
        return reply;
    });
    World world;
    auto gone = "SELECT count(*) FROM record WHERE gone_at IS NOT NULL";
    world.crawl(world.options(site.url()));
    status = 503;
    world.crawl(world.options(site.url()));
    CHECK(world.database.number(gone) == 0);
    status = 410;
    world.crawl(world.options(site.url()));
    CHECK(world.database.number(gone) == 1);
    CHECK(world.pages() == 2);
    status = 200;
    world.crawl(world.options(site.url()));
    CHECK(world.database.number(gone) == 0);
    CHECK(
        world.database.number("SELECT count(*) FROM frontier_url WHERE gone_at IS NOT NULL") == 0
    );
}

TEST_CASE("a calendar without end is shut, and the rest of the site is not", "[crawler][trap]") {
    test::TestSite site;
    site.otherwise([](const SiteRequest& request) {
        SiteReply reply;
        if (request.path == "/") {
            reply.body = page_with_links("Front", {"/calendar/2000/1", "/0"});
        } else if (request.path.starts_with("/calendar/")) {
            auto year = std::stoi(request.path.substr(10));
            auto month = std::stoi(request.path.substr(request.path.rfind('/') + 1));
            auto link = [&](int y, int m) {
                return "/calendar/" + std::to_string(y) + "/" + std::to_string(m);
            };
            reply.body = "<title>Calendar</title><p>There is nothing on in " +
                         std::to_string(month) + "/" + std::to_string(year) +
                         ", look at another month.</p>";
            for (const auto& to :
                 {link(year + 1, month), link(year, month % 12 + 1), link(year + 7, month)})
                reply.body += "<a href='" + to + "'>other</a>";
        } else if (auto number = std::atoi(request.path.c_str() + 1); number < 80) {
            reply.body = page_with_links(
                "Page " + std::to_string(number), {"/" + std::to_string(number + 1)}
            );
        } else {
            reply.status = 404;
        }
        return reply;
    });
    World world;
    world.crawl(world.options(site.url()));
    CHECK(world.pages() >= 81 + 64);
    CHECK(world.pages() < 81 + 200);
    CHECK(world.reason(site.url("/79")) == "done:");
    CHECK(world.database.number("SELECT count(*) FROM frontier_url WHERE reason = 'trap'") > 0);
    CHECK(
        world.database.number("SELECT count(*) FROM frontier_url WHERE reason = 'trap' AND detail "
                              "LIKE '%/calendar/#/#'") > 0
    );
    CHECK(
        world.database.number("SELECT count(*) FROM frontier_pattern WHERE shut_at IS NOT NULL") ==
        1
    );
}

TEST_CASE("budgets by host, directory and depth are kept exactly", "[crawler][budget]") {
    test::TestSite site;
    std::vector<std::string> links;
    for (int i = 0; i < 30; ++i) {
        links.push_back("/a/" + std::to_string(i));
        links.push_back("/b/" + std::to_string(i));
    }
    site.page("/", page_with_links("Front", links));
    for (const auto& link : links) site.page(link, page_with_links(link, {}));
    World world;
    auto options = world.options(site.url());
    SECTION("prefix") {
        options.budgets.prefixes = {{"/a/", 7}};
        world.crawl(options);
        CHECK(world.pages() == 1 + 7 + 30);
        CHECK(
            world.database.number("SELECT count(*) FROM frontier_url WHERE reason = 'budget'") == 23
        );
    }
    SECTION("every directory") {
        options.budgets.per_path = 5;
        world.crawl(options);
        CHECK(world.pages() == 1 + 5 + 5);
    }
    SECTION("host") {
        options.budgets.per_host = 12;
        world.crawl(options);
        CHECK(world.pages() == 12);
    }
    SECTION("depth") {
        options.budgets.per_depth = 9;
        world.crawl(options);
        CHECK(world.pages() == 1 + 9);
    }
}

TEST_CASE("ai.txt and tdmrep.json are asked for, and decide", "[crawler][consent]") {
    test::TestSite site;
    site.page("/", page_with_links("Front", {"/art/1", "/text/1", "/free/1"}));
    for (const char* path : {"/art/1", "/text/1", "/free/1"})
        site.page(path, page_with_links(path, {}));
    site.on("/ai.txt", [](const SiteRequest&) {
        return text_reply("User-Agent: *\nDisallow: /art/\n");
    });
    site.on("/.well-known/tdmrep.json", [](const SiteRequest&) {
        return text_reply(R"([{"location": "/text/", "tdm-reservation": 1}])", "application/json");
    });
    World world;
    auto options = world.options(site.url());
    SECTION("honoured") {
        world.crawl(options);
        CHECK(world.reason(site.url("/art/1")) == "skipped:consent");
        CHECK(world.reason(site.url("/text/1")) == "skipped:consent");
        CHECK(world.reason(site.url("/free/1")) == "done:");
        CHECK(site.count("/ai.txt") == 1);
    }
    SECTION("recorded") {
        options.honour_consent = false;
        world.crawl(options);
        CHECK(world.pages() == 4);
        CHECK(
            world.database.number("SELECT count(*) FROM record_version WHERE consent->>'decision' "
                                  "= 'deny' AND consent->>'rule' IS NOT NULL "
                                  "AND (consent->>'at')::timestamptz > '2020-01-01'") == 2
        );
    }
}

TEST_CASE("stored pages are judged again by what their site says later", "[crawler][consent]") {
    test::TestSite site;
    site.page("/", page_with_links("Front", {"/art/1"}));
    site.page("/art/1", page_with_links("Art", {}));
    World world;
    world.crawl(world.options(site.url()));
    auto check = [&] { return crawler::check_consent(*world.database, world.source, "tilth/0.1"); };
    auto before = check();
    CHECK(before.pages == 2);
    CHECK(before.denied == 0);
    auto say = [&](const std::string& body) {
        world.database->call([&](base::Tx& tx) {
            tx.exec(
                "UPDATE site_file SET status = 200, body = $1 WHERE path = '/ai.txt'",
                base::bytes_of(body)
            );
        });
    };
    say("User-Agent: *\nDisallow: /art/\n");
    CHECK(check().denied == 1);
    CHECK(
        world.database.number("SELECT count(*) FROM consent_denial WHERE rule LIKE 'ai.txt%'") == 1
    );
    say("");
    CHECK(check().denied == 0);
    CHECK(world.database.number("SELECT count(*) FROM consent_denial") == 0);
    say("User-Agent: *\nDisallow: /art/\n");
    std::stop_source stopped;
    stopped.request_stop();
    CHECK_THROWS_AS(
        crawler::check_consent(*world.database, world.source, "tilth/0.1", stopped.get_token()),
        base::Interrupted
    );
}

TEST_CASE("adaptive rounds ask only for what is due", "[crawler][revisit]") {
    test::TestSite site;
    site.page("/", page_with_links("Front", {"/a"}));
    site.page("/a", page_with_links("A", {}));
    World world;
    auto options = world.options(site.url());
    options.revisit = *crawler::parse_revisit("1h..2h");
    world.crawl(options);
    auto again = world.options(site.url());
    again.revisit = options.revisit;
    world.crawl(again);
    CHECK(site.count("/a") == 1);
    world.database->call([](base::Tx& tx) {
        tx.exec(
            "UPDATE frontier_url SET due_at = due_at - interval '3 hours', fetched_at = fetched_at "
            "- interval '3 hours' "
            "WHERE url LIKE '%/a'"
        );
    });
    world.crawl(world.options(site.url()));
    CHECK(site.count("/a") == 2);
    CHECK(world.database.number("SELECT visits FROM frontier_url WHERE url LIKE '%/a'") == 1);
    CHECK(world.database.number("SELECT changes FROM frontier_url WHERE url LIKE '%/a'") == 0);
    CHECK(
        world.database.number("SELECT watched::bigint / 3600 FROM frontier_url WHERE url LIKE '%/a'"
        ) == 3
    );
}

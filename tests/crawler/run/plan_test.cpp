// What `crawl --dry-run` tells beforehand, held against what a crawl by the same settings then
// does.
#include <algorithm>
#include <functional>
#include <set>

#include <catch2/catch.hpp>

#include "crawler/frontier/watch_store.hpp"
#include "crawler/policy/trap.hpp"
#include "formats/url/url.hpp"
#include "tests/crawler/site/world.hpp"

using namespace std::chrono_literals;
using test::page_with_links;
using test::SiteReply;
using test::SiteRequest;
using test::World;

namespace {

SiteReply text_reply(std::string body, int status = 200) {
    SiteReply reply;
    reply.status = status;
    reply.headers = {"Content-Type: text/plain"};
    reply.body = std::move(body);
    return reply;
}

// A front page that leads to pages that lead nowhere, and a sitemap.
void plant(test::TestSite& site) {
    std::vector<std::string> links{
        "/b/1",
        "/a/2",
        "/a/1",
        "/secret/1",
        "/page/2",
        "/out/x/x/x/x/x/x/x",
        "http://elsewhere.test/",
        "/b/2"};
    site.page("/", page_with_links("Front", links) + "<a rel=nofollow href=/ad>ad</a>");
    for (const char* path : {"/b/1", "/a/2", "/a/1", "/page/2", "/b/2", "/map/1", "/map/2"})
        site.page(path, page_with_links(path, {}));
    site.on("/robots.txt", [](const SiteRequest&) {
        return text_reply("User-agent: *\nDisallow: /secret/\n");
    });
    site.on("/sitemap.xml", [&](const SiteRequest&) {
        return text_reply(
            "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><url><loc>" +
            site.url("/map/1") + "</loc><priority>0.3</priority></url><url><loc>" +
            site.url("/map/2") + "</loc></url><url><loc>" + site.url("/a/2") +
            "</loc></url></urlset>"
        );
    });
}

crawler::CrawlOptions
one_by_one(World& world, const test::TestSite& site, std::chrono::milliseconds delay = 150ms) {
    auto options = world.options(site.url());
    options.politeness.delay = delay;
    options.politeness.at_once = 1;
    return options;
}

// Lets the database note when it was told of a fetch or an address.
void note_times(World& world) {
    world.database->call([](base::Tx& tx) {
        for (const char* table : {"fetch_log", "frontier_url"})
            tx.exec(
                std::string("ALTER TABLE ") + table +
                " ADD stored_at timestamptz NOT NULL DEFAULT clock_timestamp()"
            );
    });
}

// Whether an address was chosen before all that the answers until then had brought was stored: the
// crawl chose by less than it could know, which is the machine's fault.
bool is_late(World& world, std::int64_t run) {
    return world.database->call([&](base::Tx& tx) {
        return *tx.value<bool>(
            "WITH visit AS (SELECT at, stored_at, lead(at) OVER (ORDER BY at) AS next FROM "
            "fetch_log WHERE run_id = $1) SELECT coalesce(bool_or(stored_at > next - interval "
            "'50 ms'), false) OR EXISTS (SELECT FROM frontier_url WHERE kind = 'sitemap' AND "
            "stored_at > (SELECT min(at) FROM visit) - interval '50 ms') FROM visit",
            run
        );
    });
}

// Addresses that were really asked for, but for what a site says about itself.
std::vector<std::string> asked(const test::TestSite& site) {
    std::vector<std::string> urls;
    for (const auto& request : site.requests())
        if (request.path != "/robots.txt" && request.path != "/ai.txt" &&
            request.path != "/.well-known/tdmrep.json")
            urls.push_back(site.url(request.path));
    return urls;
}

using Reasons = std::map<std::string, std::string>;

Reasons left_out(World& world) {
    Reasons reasons;
    world.database->call([&](base::Tx& tx) {
        for (const auto& row :
             tx.exec("SELECT url, reason, detail FROM frontier_url WHERE state = 'skipped'"))
            reasons[row["url"].as<std::string>()] =
                row["reason"].as<std::string>() + " " + row["detail"].as<std::string>("");
    });
    return reasons;
}

// All that a crawl writes, as one number that any change would change.
std::string everything(World& world) {
    return world.database->call([](base::Tx& tx) {
        return *tx.value<std::string>(
            "SELECT concat_ws(' ', (SELECT md5(string_agg(u::text, '' ORDER BY id)) FROM "
            "frontier_url u), (SELECT md5(string_agg(h::text, '' ORDER BY host)) FROM "
            "frontier_host h), (SELECT count(*) FROM site_file), (SELECT count(*) FROM fetch_log), "
            "(SELECT count(*) FROM record), (SELECT count(*) FROM frontier_pattern), (SELECT "
            "sum(kept) FROM frontier_count), (SELECT count(*) FROM crawl_worker))"
        );
    });
}

struct Plan {
    std::vector<std::string> asked;
    Reasons left_out;
    Reasons not_kept;  // of what is asked
};

Plan plan(World& world, const crawler::CrawlOptions& options) {
    auto before = everything(world);
    Plan plan;
    for (const auto& decision : crawler::plan_crawl(*world.database, options)) {
        auto reason = std::string(crawler::name_of(decision.reason));
        if (decision.fetch) {
            plan.asked.push_back(decision.url);
            if (decision.reason) plan.not_kept[decision.url] = reason;
        } else {
            CHECK(decision.reason);
            plan.left_out[decision.url] = reason + " " + decision.detail;
        }
    }
    CHECK(everything(world) == before);
    return plan;
}

// Makes a source ready for the crawl that is planned, whose requests are `delay` apart.
using Prepare = std::function<crawler::CrawlOptions(World&, std::chrono::milliseconds delay)>;

// Plans, crawls, and holds one against the other. Has the requests further apart on a machine that
// does not store in time what an answer brought.
Plan hold(test::TestSite& site, const Prepare& prepare) {
    for (auto delay = 150ms;; delay *= 2) {
        World world;
        note_times(world);
        auto options = prepare(world, delay);
        auto planned = plan(world, options);
        site.forget();
        world.crawl(options);
        if (is_late(world, options.run_id) && delay < 5s) continue;
        CHECK(planned.asked == asked(site));
        auto really = left_out(world);
        for (const auto& [url, reason] : planned.not_kept) {
            auto stored = world.reason(url);
            CHECK((stored == "skipped:" + reason || stored == "failed:" + reason));
            really.erase(url);
        }
        CHECK(planned.left_out == really);
        return planned;
    }
}

// Of a source that has nothing.
Plan hold(test::TestSite& site, const std::function<void(crawler::CrawlOptions&)>& set) {
    return hold(site, [&](World& world, std::chrono::milliseconds delay) {
        auto options = one_by_one(world, site, delay);
        set(options);
        return options;
    });
}

}  // namespace

TEST_CASE("a dry run tells what the crawl then asks for, in its order", "[crawler][plan]") {
    test::TestSite site;
    plant(site);
    using Options = crawler::CrawlOptions;

    SECTION("with nothing set") {
        auto planned = hold(site, [](Options&) {});
        CHECK(planned.asked.size() == 9);
        CHECK(planned.asked[0] == site.url("/sitemap.xml"));
        CHECK(planned.left_out[site.url("/secret/1")] == "robots Disallow: /secret/");
        CHECK(planned.left_out[site.url("/ad")] == "nofollow ");
        CHECK(planned.left_out["http://elsewhere.test/"] == "scope ");
        CHECK(planned.left_out.contains(site.url("/out/x/x/x/x/x/x/x")));
    }
    SECTION("up to a number of pages") {
        auto planned = hold(site, [](Options& options) { options.max_pages = 4; });
        CHECK(planned.asked.size() == 5);  // the sitemap is no page
        CHECK(std::count_if(planned.left_out.begin(), planned.left_out.end(), [](const auto& one) {
                  return one.second == "budget ";
              }) > 2);
    }
    SECTION("within the budget of a host") {
        auto planned = hold(site, [](Options& options) { options.budgets.per_host = 3; });
        CHECK(planned.asked.size() == 4);
    }
    SECTION("within the budgets of directories") {
        auto planned = hold(site, [](Options& options) {
            options.budgets.prefixes = {{"/a/", 1}};
            options.budgets.per_path = 2;
        });
        CHECK(planned.left_out[site.url("/a/1")].starts_with("budget prefix "));
    }
    SECTION("without links") {
        auto planned = hold(site, [](Options& options) { options.scope.depth = 0; });
        CHECK(planned.asked.size() == 2);
    }
    SECTION("within patterns") {
        auto planned = hold(site, [](Options& options) {
            options.scope.include = {"/a/", "/map/"};
            options.scope.exclude = {"/map/2$"};
            options.scope.prefer = {"/a/2"};
        });
        CHECK(planned.asked[2] == site.url("/a/2"));
        CHECK(planned.left_out[site.url("/map/2")] == "exclude ");
    }
    SECTION("without sitemaps") {
        auto planned = hold(site, [](Options& options) {
            options.discovery.sitemaps = crawler::SitemapUse::off;
        });
        CHECK(planned.asked.size() == 6);
    }
    SECTION("by sitemaps alone") {
        auto planned = hold(site, [](Options& options) {
            options.discovery.sitemaps = crawler::SitemapUse::only;
        });
        CHECK(planned.asked.size() == 5);
    }
    SECTION("against robots.txt") {
        auto planned = hold(site, [](Options& options) { options.obey_robots = false; });
        CHECK_FALSE(planned.left_out.contains(site.url("/secret/1")));
    }
}

TEST_CASE("a dry run tells what becomes of the first page", "[crawler][plan]") {
    test::TestSite site;
    plant(site);
    std::string reason;
    SECTION("that leads elsewhere") {
        site.on("/", [](const SiteRequest&) {
            return SiteReply{301, {"Location: /a/1"}, "", 0ms, false, false};
        });
        reason = "redirect";
    }
    SECTION("that may not be used") {
        site.on("/", [](const SiteRequest&) {
            SiteReply reply;
            reply.headers.push_back("X-Robots-Tag: noai");
            reply.body = page_with_links("No", {"/a/1"});
            return reply;
        });
        reason = "consent";
    }
    SECTION("that is not there") {
        site.on("/", [](const SiteRequest&) { return text_reply("", 404); });
        reason = "http";
    }
    auto planned = hold(site, [](crawler::CrawlOptions&) {});
    CHECK(planned.not_kept[site.url()] == reason);
}

TEST_CASE("a dry run leaves a site alone whose robots.txt can not be had", "[crawler][plan]") {
    test::TestSite site;
    plant(site);
    site.on("/robots.txt", [](const SiteRequest&) { return text_reply("", 503); });
    auto planned = hold(site, [](crawler::CrawlOptions&) {});
    CHECK(planned.asked.empty());
    CHECK(planned.left_out[site.url()].starts_with("robots-unreachable"));
}

TEST_CASE("a dry run knows what a source has", "[crawler][plan]") {
    test::TestSite site;
    plant(site);
    using std::chrono::milliseconds;
    SECTION("and asks for all of it again") {
        auto planned = hold(site, [&](World& world, milliseconds delay) {
            world.crawl(one_by_one(world, site, delay));
            return one_by_one(world, site, delay);
        });
        CHECK(planned.asked.size() == 9);
        CHECK(planned.asked[0] == site.url("/sitemap.xml"));
    }
    SECTION("and what of it is not due") {
        auto planned = hold(site, [&](World& world, milliseconds delay) {
            auto options = one_by_one(world, site, delay);
            options.revisit = *crawler::parse_revisit("1h..2h");
            world.crawl(options);
            auto again = one_by_one(world, site, delay);
            again.revisit = options.revisit;
            return again;
        });
        CHECK(planned.asked == std::vector{site.url("/sitemap.xml")});
    }
    SECTION("and what wider rules let in") {
        auto planned = hold(site, [&](World& world, milliseconds delay) {
            auto options = one_by_one(world, site, delay);
            options.scope.exclude = {"/a/"};
            world.crawl(options);
            auto again = one_by_one(world, site, delay);
            again.revisit = *crawler::parse_revisit("1h..2h");
            return again;
        });
        CHECK(planned.asked.size() == 1 + 2);
    }
    SECTION("and the traps and budgets of a round that goes on") {
        auto planned = hold(site, [&](World& world, milliseconds delay) {
            auto options = one_by_one(world, site, delay);
            options.budgets.per_path = 2;
            world.database->call([&](base::Tx& tx) {
                auto now = std::chrono::system_clock::now();
                std::vector<crawler::Discovery> known;
                for (const char* path : {"/cal/2001/1", "/a/7"})
                    known.push_back(
                        {.url = site.url(path),
                         .host = formats::parse_url(site.url())->host_and_port(),
                         .depth = 1}
                    );
                crawler::add_urls(tx, world.source, options.run_id, known, now);
                auto pattern = crawler::pattern_of(*formats::parse_url(known[0].url));
                tx.exec(
                    "INSERT INTO frontier_pattern VALUES ($1, $2, 9, 0, 99, 99, '{}', '{}', now())",
                    world.source,
                    pattern
                );
                auto budget = "path " + known[0].host + "/a/";
                crawler::add_budgets(tx, world.source, {{budget, 1}});
            });
            return options;
        });
        CHECK(planned.left_out[site.url("/cal/2001/1")].starts_with("trap "));
        CHECK(planned.left_out[site.url("/a/1")].starts_with("budget path "));
    }
}

TEST_CASE("a dry run of a source that is not there tells the same", "[crawler][plan]") {
    test::TestSite site;
    plant(site);
    World world;
    auto options = one_by_one(world, site);
    auto known = plan(world, options);
    options.source_id = 0;
    options.run_id = 0;
    auto unknown = plan(world, options);
    CHECK(unknown.asked == known.asked);
    CHECK(unknown.left_out == known.left_out);
}

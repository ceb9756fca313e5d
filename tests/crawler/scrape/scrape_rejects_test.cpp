// Crawls that take pages apart: what rules refuse, and pages that are odd.
#include "tests/crawler/scrape/shop.hpp"
#include "tests/support/program.hpp"

using namespace shop;

TEST_CASE("a reject becomes a record when rules that fit read it again", "[crawler][scrape]") {
    test::TestSite site;
    plant_shop(site);
    site.page("/about", "<html><title>About</title><p>All about us</p></html>");
    World world;
    auto strict = std::string(shop_rules) +
                  "[[page]]\npages = '/about'\n[page.fields.who]\ncss = '.who'\nrequired = true\n";
    auto report = world.crawl(with_rules(world, site.url("/list"), strict));
    CHECK(report.counts.rejected == 2);
    CHECK(world.reason(site.url("/about")) == "skipped:rejected");

    auto lenient = std::string(shop_rules);
    lenient.replace(lenient.find("required = true"), 15, "default = 'nameless'");
    auto rules = rules_of(lenient);
    crawler::Scope scope({.reach = crawler::ScopeRules::Reach::any}, {});
    crawler::PageRules page_rules;
    page_rules.source_name = "site";
    page_rules.scope = &scope;
    page_rules.blobs = &world.blobs;
    page_rules.rules = rules.get();
    auto rejects = world.database->call([](base::Tx& tx) {
        std::vector<schema::Reject> all;
        for (const auto& row :
             tx.exec("SELECT raw, file, coalesce(member, ''), code FROM reject ORDER BY file")) {
            schema::Reject one;
            one.raw = base::bytes(row[0]);
            one.file = row[1].as<std::string>();
            one.member = row[2].as<std::string>();
            one.code = row[3].as<std::string>();
            all.push_back(std::move(one));
        }
        return all;
    });
    REQUIRE(rejects.size() == 2);
    auto about =
        crawler::digest_reject(page_rules, rejects[0], {}, std::chrono::system_clock::now());
    REQUIRE(about.records.size() == 1);
    CHECK(about.records[0].draft.key == site.url("/about"));
    CHECK(about.records[0].draft.text->title == "About");
    auto nameless =
        crawler::digest_reject(page_rules, rejects[1], {}, std::chrono::system_clock::now());
    REQUIRE(nameless.records.size() == 1);
    CHECK(nameless.records[0].draft.key == "d");
    CHECK(nameless.records[0].draft.origin.member == "#1");

    page_rules.rules = nullptr;
    auto without =
        crawler::digest_reject(page_rules, rejects[1], {}, std::chrono::system_clock::now());
    CHECK(without.records.empty());
    REQUIRE(without.rejects.size() == 1);
    CHECK(without.rejects[0].raw == rejects[1].raw);
}

TEST_CASE(
    "only what the rules say is followed, and other pages are not kept",
    "[crawler][scrape]"
) {
    test::TestSite site;
    plant_shop(site);
    site.page("/list?page=3", "<ul></ul><p class=next><a href=/list?page=4>next</a></p>");
    World world;
    auto rules =
        "others = false\n[[page]]\npages = '/list'\nfollow = ['.next a']\nfollow_only = "
        "true\n[page.items]\n"
        "css = '.p'\n[page.items.fields.name]\ncss = 'h2'\n";
    auto options = with_rules(world, site.url("/list"), rules);
    options.scope.depth = 1;  // pages of a series are as deep as its first
    auto report = world.crawl(options);
    CHECK(report.counts.added == 3);
    CHECK(world.reason(site.url("/about")) == "skipped:follow_only");
    CHECK(site.count("/about") == 0);
    CHECK(world.reason(site.url("/list?page=3")) == "skipped:no_items");
    CHECK(world.reason(site.url("/list?page=4")) == "failed:http");
    CHECK(text(world, "SELECT string_agg(key, ' ' ORDER BY key) FROM record")
              .ends_with("/list?page=2#1"));
}

TEST_CASE("what JSON of a page can not be stored does not stop the crawl", "[crawler][scrape]") {
    test::TestSite site;
    site.page(
        "/",
        R"(<script type="application/ld+json">{"a\u0000":"x\u0000y","big":1e400,"list":["\u0000"]}</script>)"
        "<p>Prose with commas, some, to keep.</p><a href='/f%00.pdf'>f</a>"
    );
    serve(site, "/f%00.pdf", reply("application/pdf", "%PDF"));
    World world;
    auto report = world.crawl(with_rules(
        world,
        site.url("/"),
        "[fields.data]\ncss = 'script'\ntype = 'json'\n[fields.key]\ncss = 'script'\npointer = "
        "'/list/0'\n"
        "[files]\ntypes = ['application/pdf']\n"
    ));
    CHECK(report.counts.added == 2);
    CHECK(
        text(world, "SELECT payload #>> '{data,a}' FROM record_version WHERE payload ? 'data'") ==
        "xy"
    );
}

TEST_CASE("a page's reject is one, whatever its server's clock says", "[crawler][scrape]") {
    test::TestSite site;
    site.on("/", [](const SiteRequest& request) {
        SiteReply made;
        made.headers.push_back("Date: " + std::to_string(request.before));
        made.body = "<p>Prose, with commas.</p>";
        return made;
    });
    World world;
    auto strict = "[fields.who]\ncss = '.who'\nrequired = true\n";
    CHECK(world.crawl(with_rules(world, site.url("/"), strict)).counts.rejected == 1);
    CHECK(world.crawl(with_rules(world, site.url("/"), strict)).counts.rejected == 1);
    CHECK(world.database.number("SELECT count(*) FROM reject") == 1);
}

TEST_CASE(
    "an address that leaves no room for keys makes rejects of its items",
    "[crawler][scrape]"
) {
    test::TestSite site;
    auto path = "/list?" + std::string(1999 - site.url("/list?").size(), 'x');
    site.page(path, "<p class=p>one</p>");
    World world;
    auto report =
        world.crawl(with_rules(world, site.url(path), "[items]\ncss = '.p'\n[items.fields.a]\n"));
    CHECK(report.counts.rejected == 1);
    CHECK(text(world, "SELECT code FROM reject") == "key.too_long");
}

TEST_CASE(
    "a budget of pages counts no images, and leaves none of what its pages show",
    "[crawler][scrape]"
) {
    test::TestSite site;
    site.otherwise([](const SiteRequest& request) {
        if (request.path.ends_with(".pgm"))
            return reply("image/x-portable-graymap", picture(50, 50, 'x'));
        auto n = request.path.substr(1).empty() ? std::string("0") : request.path.substr(1);
        if (n.find_first_not_of("0123456789") != n.npos) {
            SiteReply missing;
            missing.status = 404;
            return missing;
        }
        auto next = std::to_string(std::stoi(n) + 1);
        SiteReply made;
        made.body = page_with_links("Page " + n, {"/" + next}) + "<img src=/a" + n +
                    ".pgm><img src=/b" + n + ".pgm>";
        return made;
    });
    World world;
    auto options = with_rules(world, site.url("/0"), "images = true\n");
    options.examine_image = examine;
    options.max_pages = 5;
    options.politeness.at_once = 1;
    world.crawl(options);
    CHECK(world.database.number("SELECT count(*) FROM content_text") == 5);
    CHECK(world.database.number("SELECT count(*) FROM content_image") == 10);
    CHECK(world.database.number("SELECT count(*) FROM frontier_url WHERE state = 'queued'") == 0);
    CHECK(world.reason(site.url("/5")) == "skipped:budget");
}

TEST_CASE(
    "a scrape killed again and again ends with the items of an undisturbed one",
    "[crawler][scrape][kill]"
) {
    test::TestSite site;
    constexpr int pages = 60;
    site.otherwise([](const SiteRequest& request) {
        SiteReply made;
        made.delay = 2ms;
        auto number =
            request.path.starts_with("/list?page=") ? std::stoi(request.path.substr(11)) : -1;
        if (number < 0 || number >= pages) {
            made.status = 404;
            return made;
        }
        auto page = std::to_string(number);
        made.body = "<title>" + page + "</title><ul>";
        for (int i = 0; i < 4; ++i)
            made.body += item(
                "k" + page + "-" + std::to_string(i), i == 3 && number % 5 == 0 ? "" : "Name", page
            );
        for (int i = 1; i <= 2; ++i)
            made.body += "<a href='/list?page=" + std::to_string(number * 2 + i) + "'>x</a>";
        return made;
    });
    World world;
    auto url = world.database.url();
    int killed = 0;
    for (int round = 0; round < 8; ++round) {
        auto mine = with_rules(world, site.url("/list?page=0"), shop_rules);
        mine.politeness.at_once = 4;
        auto child = test::fork_with_threads();
        if (child == 0) {
            base::Database database(url, 3);
            crawler::crawl(database, world.blobs, mine);
            _exit(0);
        }
        std::this_thread::sleep_for(50ms + round * 15ms);
        kill(child, SIGKILL);
        int status = 0;
        waitpid(child, &status, 0);
        killed += WIFSIGNALED(status) ? 1 : 0;
        CHECK(sums_agree(world));
        // What is noted of pages is what is stored.
        CHECK(world.database.number("SELECT count(*) FROM page_record") == world.pages());
        CHECK(
            world.database.number("SELECT coalesce(sum(added), 0)::bigint FROM source_run_count") ==
            world.pages()
        );
    }
    CHECK(killed > 0);
    world.crawl(with_rules(world, site.url("/list?page=0"), shop_rules));
    CHECK(world.pages() == pages * 4 - pages / 5);
    CHECK(world.database.number("SELECT count(*) FROM record_version") == pages * 4 - pages / 5);
    // A round that ended before it was killed was followed by a later one, which met the rejects
    // again.
    CHECK(world.database.number("SELECT sum(rejected)::bigint FROM source_run_count") >= pages / 5);
    CHECK(world.database.number("SELECT count(*) FROM reject") == pages / 5);
}

TEST_CASE("pages that rules take apart are recorded", "[crawler][scrape]") {
    test::TestSite site;
    plant_shop(site);
    World world;
    auto options = with_rules(world, site.url("/list"), shop_rules);
    std::atomic<int> pages = 0, found = 0, of_site = 0;  // on the crawl's threads
    options.record_scrape = [&](const std::string& url,
                                const crawler::Response& response,
                                const crawler::Scrape& scrape) {
        ++pages;
        found += static_cast<int>(scrape.items.size());
        of_site += response.status == 200 && url.starts_with(site.url("/"));
    };
    world.crawl(options);
    CHECK(pages == 4);
    CHECK(found == 5);
    CHECK(of_site == 4);
}

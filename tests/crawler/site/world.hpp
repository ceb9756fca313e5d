#pragma once

#include <filesystem>
#include <string>

#include <unistd.h>

#include "base/database/database.hpp"
#include "crawler/run/crawl.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/crawler/site/test_site.hpp"
#include "tests/support/test_database.hpp"

namespace test {

using namespace std::chrono_literals;

// A source in a database of its own, and crawls of it.
struct World {
    TestDatabase database{6};
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("tilth-crawl-test-" + std::to_string(getpid()));
    schema::Blobs blobs{folder};
    std::int64_t source = 0;

    World() {
        source = database->call([](base::Tx& tx) {
            schema::Source made;
            made.name = "site";
            made.kind = "crawl";
            made.spec = "{}";
            return schema::add_source(tx, made, std::chrono::system_clock::now())->id;
        });
    }
    ~World() { std::filesystem::remove_all(folder); }

    crawler::CrawlOptions options(const std::string& seed) {
        crawler::CrawlOptions options;
        options.seeds = {seed};
        options.source_id = source;
        options.source_name = "site";
        options.run_id = database->call([&](base::Tx& tx) {
            return schema::begin_run(tx, source, "{}", std::chrono::system_clock::now());
        });
        options.fetch.allow_private = true;
        options.politeness.delay = 0ms;
        options.politeness.at_once = 16;
        options.retry.first = 1ms;
        options.retry.longest = 20ms;
        options.batch = 20;
        options.batch_wait = 30ms;
        return options;
    }

    crawler::CrawlReport crawl(const crawler::CrawlOptions& options) {
        return crawler::crawl(*database, blobs, options);
    }

    long long pages() { return database.number("SELECT count(*) FROM record"); }
    std::string reason(const std::string& url) {
        return database->call([&](base::Tx& tx) {
            auto rows = tx.exec(
                "SELECT state || ':' || coalesce(reason, '') FROM frontier_url WHERE url = $1", url
            );
            return rows.empty() ? std::string("unknown") : rows[0][0].as<std::string>();
        });
    }
};

// A tree of pages: /0 links to /1 .. /fan, and so on, `count` in all.
inline void plant_tree(TestSite& site, int count, int fan, std::chrono::milliseconds delay = 0ms) {
    site.otherwise([=](const SiteRequest& request) {
        SiteReply reply;
        reply.delay = delay;
        int number =
            request.path.size() > 1 && std::isdigit(static_cast<unsigned char>(request.path[1]))
                ? std::stoi(request.path.substr(1))
                : -1;
        if (number < 0 || number >= count) {
            reply.status = 404;
            return reply;
        }
        std::vector<std::string> links;
        for (int i = 1; i <= fan; ++i)
            if (number * fan + i < count) links.push_back("/" + std::to_string(number * fan + i));
        links.push_back("/0");
        reply.body = page_with_links("Page " + std::to_string(number), links);
        return reply;
    });
}

}  // namespace test

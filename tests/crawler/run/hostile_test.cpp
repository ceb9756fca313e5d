#include <fstream>
#include <map>

#include <catch2/catch.hpp>

#include "tests/crawler/site/hostile_site.hpp"
#include "tests/crawler/site/world.hpp"

using namespace std::chrono_literals;
using test::World;

namespace {

// What ThreadSanitizer takes of an answer's time and memory for itself, and more.
#ifdef __SANITIZE_THREAD__
constexpr int burden = 5;
#else
constexpr int burden = 1;
#endif

// Peak memory of this process in MB since forget_peak().
double peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
    return 0;
}
void forget_peak() {
    std::ofstream("/proc/self/clear_refs") << "5";
}

}  // namespace

TEST_CASE(
    "a crawl of a hostile site ends by itself with every address accounted for",
    "[crawler][hostile]"
) {
    test::HostileSite site;
    World world;
    auto options = world.options(site.url());
    options.fetch.limits.total = 4s * burden;
    options.retry.longest_asked = 1500ms;
    options.workers = 2;
    std::stop_source too_long;  // a crawl without end fails, and ends
    options.stop = too_long.get_token();
    options.progress = [&](const crawler::CrawlProgress& progress) {
        if (progress.seconds > 200) too_long.request_stop();
    };
    forget_peak();
    auto before = peak_memory();
    auto report = world.crawl(options);
    auto grown = peak_memory() - before;

    CHECK_FALSE(report.interrupted);
    INFO("grew by " << grown << " MB in " << report.seconds << " s");
    CHECK(grown < 400 * burden);
    auto number = [&](const std::string& sql) { return world.database.number(sql); };
    // Each address is in a final state, with a reason unless it was kept, and the sums agree.
    CHECK(
        number("SELECT count(*) FROM frontier_url WHERE state NOT IN ('done', 'skipped', 'failed')"
        ) == 0
    );
    CHECK(
        number(
            "SELECT count(*) FROM frontier_url WHERE state <> 'done' AND coalesce(reason, '') = ''"
        ) == 0
    );
    CHECK(
        number("SELECT count(*) FROM frontier_url WHERE state = 'done' AND kind = 'page'") ==
        world.pages()
    );
    CHECK(number("SELECT sum(read) FROM source_run_count") == world.pages());
    std::uint64_t told = 0;
    for (const auto& line : report.urls) told += line.urls;
    CHECK(told == static_cast<std::uint64_t>(number("SELECT count(*) FROM frontier_url")));
    // Whatever was asked for has its line and its log.
    for (const auto& target : site.asked()) {
        if (target == "/robots.txt" || target == "/ai.txt" || target == "/.well-known/tdmrep.json")
            continue;
        INFO(target);
        CHECK(world.reason(site.url(target)) != "unknown");
        auto logged = world.database->call([&](base::Tx& tx) {
            return tx.exec("SELECT count(*) FROM fetch_log WHERE url = $1", site.url(target))[0][0]
                .as<int>();
        });
        CHECK(logged > 0);
        CHECK(logged <= site.count(target));
    }

    const std::map<std::string, std::string> endings{
        {"/", "done:"},
        {"/loop/self", "failed:redirect"},
        {"/loop/a", "skipped:redirect"},
        {"/chain/0", "skipped:redirect"},
        {"/chain/10", "failed:redirect"},
        {"/drip/body", "failed:network"},
        {"/drip/head", "failed:network"},
        {"/drip/start", "failed:network"},
        {"/gzip/garbage", "failed:network"},
        {"/gzip/cut", "failed:network"},
        {"/gzip/plain", "done:"},
        {"/gzip/checksum", "failed:network"},
        {"/gzip/twice", "skipped:too_large"},
        {"/gzip/unknown", "failed:network"},
        {"/br/garbage", "failed:network"},
        {"/bomb/gzip", "skipped:too_large"},
        {"/bomb/br", "skipped:too_large"},
        {"/bomb/page", "skipped:too_large"},
        {"/bomb/sitemap.xml.gz", "skipped:listing"},
        {"/endless/body", "skipped:too_large"},
        {"/endless/chunks", "skipped:too_large"},
        {"/length/long", "failed:network"},
        {"/length/negative", "failed:network"},
        {"/length/huge", "failed:network"},
        {"/length/words", "failed:network"},
        {"/length/two", "failed:network"},
        {"/chunks/garbage", "failed:network"},
        {"/chunks/cut", "failed:network"},
        {"/headers/large", "skipped:too_large"},
        {"/headers/many", "skipped:too_large"},
        {"/headers/interim", "skipped:too_large"},
        {"/deep/div", "done:"},
        {"/deep/inline", "done:"},
        {"/deep/table", "done:"},
        {"/deep/open", "done:"},
        {"/page/nul", "done:"},
        {"/page/bytes", "done:"},
        {"/page/utf16", "done:"},
        {"/page/attributes", "done:"},
        {"/page/links", "done:"},
        {"/laughs/page", "done:"},
        {"/reset/accept", "failed:network"},
        {"/reset/status", "failed:network"},
        {"/reset/head", "failed:network"},
        {"/reset/body", "failed:network"},
        {"/reset/once", "done:"},
        {"/close/accept", "failed:network"},
        {"/storm/always", "failed:http"},
        {"/storm/asked", "failed:http"},
        {"/storm/twice", "done:"},
        {"/limit/always", "failed:http"},
        {"/limit/once", "done:"},
        {"/limit/nonsense", "failed:http"},
        {"/status/999", "failed:http"},
        {"/status/304", "failed:http"},
        {"/location/bad", "failed:redirect"},
        {"/location/file", "skipped:redirect"},
        {"/location/metadata", "skipped:redirect"},
        {"/location/none", "failed:http"},
        {"/cookies", "done:"},
        {"/type/none", "skipped:content_type"},
    };
    for (const auto& [path, ending] : endings) {
        INFO(path);
        CHECK(world.reason(site.url(path)) == ending);
    }
    CHECK(world.reason("http://169.254.169.254/latest/meta-data/") == "skipped:scope");
    CHECK(site.count("/storm/always") == 4);
    // What a server sends behind an answer is no answer to the next request.
    CHECK(number("SELECT count(*) FROM content_text WHERE body = 'wrong'") == 0);
    // The calendar has no end: it was shut by what it yields.
    CHECK(
        number("SELECT count(*) FROM frontier_url WHERE reason = 'trap' AND url LIKE '%/calendar/%'"
        ) > 0
    );
    CHECK(
        number("SELECT count(*) FROM frontier_url WHERE state = 'done' AND url LIKE '%/calendar/%'"
        ) < 1000
    );
    CHECK(number("SELECT count(*) FROM frontier_url WHERE url LIKE '%/maps/%'") < 100);
}

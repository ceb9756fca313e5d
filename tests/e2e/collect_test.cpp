// What error analysis asks for is gathered: from a run that knows a kind too little, by advice and
// a crawl of where such pages lie, to more records of it.
#include <chrono>
#include <csignal>
#include <thread>

#include <catch2/catch.hpp>

#include "base/numbers/random.hpp"
#include "tests/crawler/site/test_site.hpp"
#include "tests/e2e/tilth.hpp"

using e2e::Tilth;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

// Words by chance, so that no page is like another.
std::string words(std::uint64_t seed) {
    const base::CounterRandom random(seed, 1);
    std::string out;
    for (std::uint64_t i = 0; i < 40; ++i) out += " word" + std::to_string(random.below(i, 900));
    return out;
}

// Sixty pages of one kind and thirty of another, each in its directory; the front page names the
// first kind first.
void plant(test::TestSite& site) {
    std::vector<std::string> links;
    const auto add = [&](const std::string& kind, int number) {
        const auto path = "/" + kind + "/" + std::to_string(number);
        links.push_back(path);
        site.page(
            path,
            "<title>" + kind + " " + std::to_string(number) + "</title><i>" + kind + "</i><p>" +
                words(links.size())
        );
    };
    for (int i = 0; i < 5; ++i) add("birds", i);
    for (int i = 0; i < 60; ++i) add("ships", i);
    for (int i = 5; i < 30; ++i) add("birds", i);
    site.page("/", test::page_with_links("Front", links));
}

std::int64_t below(const test::TestSite& site, const std::string& directory) {
    std::int64_t count = 0;
    for (const auto& request : site.requests()) count += request.path.starts_with(directory);
    return count;
}

}  // namespace

TEST_CASE("a crawl gathers what a run knows too little of", "[e2e][collect]") {
    test::TestSite site;
    plant(site);
    Tilth tilth;
    const auto rules =
        tilth.home.write("rules.toml", "main = \"p\"\n[fields.kind]\ncss = \"i\"\nindex = 0\n");
    tilth.answer(
        {"crawl",
         site.url("/"),
         "--source",
         "site",
         "--allow-private",
         "--delay",
         "0",
         "--max-pages",
         "46",
         "--extract",
         rules.string()}
    );
    CHECK(below(site, "/birds/") == 5);
    const auto project = tilth.home.write(
        "p.toml", "name = \"kinds\"\nkind = \"classification\"\nsource = \"site\"\noverlap = 1\n"
    );
    tilth.answer({"label", "project", "create", project.string()});
    tilth.answer(
        {"label", "project", "import", "--project", "kinds", "--field", "kind", "--add-classes"}
    );
    tilth.answer({"snapshot", "create", "kinds-1", "--project", "kinds"});
    const auto trained = tilth.answer({"train", "kinds-1", "--model", "majority"});
    const auto run = std::to_string(trained.at("run").as_int64());

    const auto told = tilth.answer({"errors", run, "--collect", "20"});
    REQUIRE_FALSE(told.at("collect").as_array().empty());
    const auto& first = told.at("collect").at(0).as_object();
    CHECK(first.at("source") == "site");
    CHECK_THAT(std::string(first.at("prefer").as_string()), Catch::Contains("/birds/"));
    CHECK(first.at("like") == 5);
    CHECK(first.at("waiting") == 25);
    CHECK_FALSE(told.contains("sent"));
    CHECK(tilth({"errors", run, "--collect", "20", "--quick"}).code == 2);

    CHECK(tilth.answer({"errors", run, "--collect", "20", "--send"}).at("sent").at("pages") == 20);
    CHECK(tilth.answer({"errors", run, "--collect", "20", "--send"}).at("sent").at("pages") == 0);
    site.forget();
    test::Program worker(tilth.command({"worker"}));
    for (int i = 0; i < 6000 && below(site, "/birds/") < 20; ++i) std::this_thread::sleep_for(10ms);
    CHECK(below(site, "/birds/") == 20);
    CHECK(below(site, "/ships/") == 0);
    worker.signal(SIGTERM);
    CHECK(worker.end().code == 0);
    // The source's own settings stay.
    const auto source = tilth.answer({"source", "show", "site"});
    CHECK_THAT(json::serialize(source), !Catch::Contains("prefer"));
}

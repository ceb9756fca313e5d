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

// The front page leads to 60 ships, 5 birds and a list of 30 ships and 25 birds more.
void plant(test::TestSite& site) {
    std::uint64_t pages = 0;
    const auto add = [&](const std::string& kind, int from, int to, std::vector<std::string>& links
                     ) {
        for (int i = from; i < to; ++i) {
            const auto number = std::to_string(i);
            links.push_back("/" + kind + "/" + number);
            ++pages;
            site.page(
                links.back(),
                "<title>Page " + std::to_string(pages) + "</title><i>" + kind + "</i><p>" +
                    words(pages)
            );
        }
    };
    std::vector<std::string> front{"/list"}, list;
    add("ships", 0, 60, front);
    add("birds", 0, 5, front);
    add("ships", 60, 90, list);
    add("birds", 5, 30, list);
    site.page("/", test::page_with_links("Front", front));
    site.page("/list", test::page_with_links("List", list));
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
         "67",
         "--extract",
         rules.string()}
    );
    CHECK(below(site, "/birds/") == 5);
    CHECK(below(site, "/ships/") == 60);
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

    const auto told = tilth.answer({"errors", run, "--collect", "30"});
    REQUIRE_FALSE(told.at("collect").as_array().empty());
    const auto& first = told.at("collect").at(0).as_object();
    CHECK(first.at("source") == "site");
    CHECK_THAT(std::string(first.at("prefer").as_string()), Catch::Contains("/birds/"));
    CHECK(first.at("like") == 5);
    CHECK(first.at("waiting") == 25);
    CHECK(first.at("share").as_double() == Approx(7.5 / 25));
    const auto& part = told.at("collect").at(1).as_object();
    CHECK(part.at("finding") == "5 of its 30 known pages were seen");
    CHECK(part.at("waiting") == 25);
    CHECK(part.at("share").as_double() > 0.5);
    CHECK(told.at("collect").as_array().size() == 2);  // more was seen of the ships
    CHECK(told.at("sent").is_null());
    CHECK(tilth({"errors", run, "--collect", "30", "--quick"}).code == 2);

    CHECK(tilth.answer({"errors", run, "--collect", "30", "--send"}).at("sent").at("pages") == 30);
    CHECK(tilth.answer({"errors", run, "--collect", "30", "--send"}).at("sent").at("pages") == 0);
    site.forget();
    test::Program worker(tilth.command({"worker"}));
    const auto asked = [&] { return below(site, "/birds/") + below(site, "/ships/"); };
    for (int i = 0; i < 6000 && asked() < 30; ++i) std::this_thread::sleep_for(10ms);
    CHECK(asked() == 30);
    // A quarter by the advice and half by what was seen least, out of 25 birds by their addresses;
    // the rest as it comes, ships first.
    CHECK(below(site, "/birds/") >= 15);
    CHECK(below(site, "/ships/") >= 5);
    worker.signal(SIGTERM);
    CHECK(worker.end().code == 0);
    // The source's own settings stay.
    const auto source = tilth.answer({"source", "show", "site"});
    CHECK_THAT(json::serialize(source), !Catch::Contains("prefer"));
}

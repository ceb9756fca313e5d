// Kill -9 anything at any time; then the sums still agree.
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/crawler/site/test_site.hpp"
#include "tests/e2e/tilth.hpp"

using e2e::Tilth;
using namespace std::chrono_literals;

namespace {

constexpr int rows = 40000;

// Kills of the crawl: 10, or what TILTH_KILL_ROUNDS says; the site grows with them.
int kill_rounds() {
    const char* text = std::getenv("TILTH_KILL_ROUNDS");
    return text ? std::max(1, std::atoi(text)) : 10;
}
const int pages_of_site = 40 * std::max(10, kill_rounds());

std::string table() {
    std::string text = "id,size,words\n";
    for (int i = 0; i < rows; ++i)
        text += std::to_string(i) + "," + std::to_string(i * 7 % 1000) +
                ",some words about item number " + std::to_string(i) + "\n";
    return text;
}

// Key, version and payload of every record.
std::vector<std::string> records(const Tilth& tilth, const std::string& source) {
    return tilth.lines({"records", "list", "--source", source, "--limit", "1000000"});
}

void check_sums(const Tilth& tilth, const std::string& source) {
    auto shown = tilth.answer({"source", "show", source});
    std::int64_t added = 0;
    for (const auto& run : shown.at("runs").as_array()) {
        auto number = [&](const char* name) { return run.at(name).as_int64(); };
        CHECK(
            number("read") ==
            number("added") + number("changed") + number("unchanged") + number("rejected")
        );
        added += number("added");
    }
    if (shown.at("runs").as_array().size() < 10) CHECK(added == shown.at("records").as_int64());
}

// Starts the command again and again, each time killing what `victim` names after a while, until a
// run ends by itself.
template <typename Kill>
int run_under_fire(
    const Tilth& tilth,
    const std::vector<std::string>& words,
    int rounds,
    Kill kill
) {
    std::mt19937 random(7);
    int killed = 0;
    for (int round = 0;; ++round) {
        test::Program program(tilth.command(words));
        if (round < rounds) {
            auto wait = std::chrono::milliseconds(150 + random() % 900);
            for (auto waited = 0ms; waited < wait && program.runs(); waited += 10ms)
                std::this_thread::sleep_for(10ms);
            if (program.runs()) {
                kill(program);
                ++killed;
            }
        }
        auto ended = program.end();
        if (ended.code == 0) return killed;
        if (round >= rounds) {
            INFO(ended.err);
            REQUIRE(ended.code == 0);
        }
    }
}

void kill_program(test::Program& program) {
    program.signal(SIGKILL);
}

int server_pid(const Tilth& tilth) {
    std::ifstream in(tilth.home.path / "postgres/data/postmaster.pid");
    int pid = 0;
    in >> pid;
    return pid;
}

// A site of pages that link onwards, so that the crawl takes many rounds.
void build(test::TestSite& site) {
    for (int i = 0; i < pages_of_site; ++i) {
        std::vector<std::string> links;
        for (int next : {2 * i + 1, 2 * i + 2})
            if (next < pages_of_site) links.push_back("/p" + std::to_string(next));
        auto path = i == 0 ? std::string("/") : "/p" + std::to_string(i);
        auto body = test::page_with_links("Page " + std::to_string(i), links);
        site.on(path, [body](const test::SiteRequest&) {
            test::SiteReply reply;
            reply.body = body;
            reply.delay = 40ms;
            return reply;
        });
    }
}

std::vector<std::string> crawl_words(const test::TestSite& site) {
    return {
        "crawl",
        site.url(),
        "--source",
        "site",
        "--allow-private",
        "--delay",
        "0",
        "--concurrency",
        "8"};
}

}  // namespace

TEST_CASE("an ingest killed again and again ends with the same records", "[e2e][kill]") {
    Tilth calm, fire;
    auto file = calm.home.write("t.csv", table());
    std::vector<std::string> words{"ingest", file.string(), "--source", "t", "--key", "id"};
    calm.answer(words);
    auto killed = run_under_fire(fire, words, 12, kill_program);
    CHECK(killed > 0);
    auto expected = records(calm, "t");
    CHECK(expected.size() == rows);
    CHECK((records(fire, "t") == expected));
    check_sums(fire, "t");
}

TEST_CASE(
    "an ingest whose database server is killed goes on, or ends with one line and resumes",
    "[e2e][kill]"
) {
    Tilth calm, fire;
    auto file = calm.home.write("t.csv", table());
    std::vector<std::string> words{"ingest", file.string(), "--source", "t", "--key", "id"};
    calm.answer(words);
    run_under_fire(fire, words, 6, [&](test::Program&) {
        if (int pid = server_pid(fire); pid > 0) kill(pid, SIGKILL);
    });
    CHECK((records(fire, "t") == records(calm, "t")));
    check_sums(fire, "t");
}

TEST_CASE("a crawl killed again and again stores each page once", "[e2e][kill]") {
    test::TestSite site;
    build(site);
    Tilth calm, fire;
    calm.answer(crawl_words(site));
    auto killed = run_under_fire(fire, crawl_words(site), kill_rounds(), kill_program);
    CHECK(killed >= kill_rounds() / 2);
    WARN(killed << " of " << kill_rounds() << " rounds ended by kill -9");
    auto expected = records(calm, "site");
    CHECK(expected.size() == static_cast<std::size_t>(pages_of_site));
    CHECK((records(fire, "site") == expected));
    check_sums(fire, "site");
}

TEST_CASE("a crawl whose database server is killed stores each page once", "[e2e][kill]") {
    test::TestSite site;
    build(site);
    Tilth calm, fire;
    calm.answer(crawl_words(site));
    run_under_fire(fire, crawl_words(site), 5, [&](test::Program&) {
        if (int pid = server_pid(fire); pid > 0) kill(pid, SIGKILL);
    });
    CHECK((records(fire, "site") == records(calm, "site")));
    check_sums(fire, "site");
}

TEST_CASE(
    "an interrupted command says so, exits with 130 and goes on the next time",
    "[e2e][kill]"
) {
    test::TestSite site;
    build(site);
    Tilth tilth;
    test::Program program(tilth.command(crawl_words(site)));
    for (int i = 0; i < 1000 && site.count("/p3") == 0; ++i) std::this_thread::sleep_for(10ms);
    program.signal(SIGINT);
    auto ended = program.end();
    CHECK(ended.code == 130);
    CHECK_THAT(ended.err, Catch::Contains("run the same command again to go on"));
    auto rest = tilth.answer(crawl_words(site));
    CHECK(rest.at("resumed").as_bool());
    CHECK(records(tilth, "site").size() == static_cast<std::size_t>(pages_of_site));
    check_sums(tilth, "site");
}

TEST_CASE("Ctrl-C ends a command that looks at nothing within a second or so", "[e2e][kill]") {
    Tilth tilth;
    std::string answers = "question,worker,answer\n";
    for (std::int64_t i = 0; i < 3'000'000; ++i)
        answers += "q" + std::to_string(i % 300'000) + ",w" + std::to_string(i % 97) + "," +
                   std::to_string(i * 7919 % 13) + "\n";
    auto input = tilth.home.write("answers.csv", answers).string();
    test::Program program(tilth.command({"truth", "--method", "glad", "--input", input}));
    auto start = std::chrono::steady_clock::now();
    while (program.runs() && std::chrono::steady_clock::now() - start < 1s)
        std::this_thread::yield();
    REQUIRE(program.runs());
    program.signal(SIGINT);
    auto asked = std::chrono::steady_clock::now();
    auto ended = program.end();
    CHECK(ended.code == 130);
    CHECK(std::chrono::steady_clock::now() - asked < 5s);  // a busy machine; 0.8 s by the clock
    CHECK(ended.err.find("interrupted") != std::string::npos);
}

// A stop ends every command within a second, whatever it waits for, and what was done is kept.
//
// The site of these tests answers some pages never, which is what a command is then waiting for
// when it is stopped; that it has come so far, the site sees.
#include <csignal>
#include <cstdint>
#include <fstream>
#include <functional>
#include <thread>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/crawler/site/test_site.hpp"
#include "tests/e2e/tilth.hpp"

using e2e::comes;
using e2e::patience;
using e2e::Tilth;
using namespace std::chrono_literals;

namespace {

// Signals the program, and says how long it still ran: at most `patience`.
std::chrono::steady_clock::duration stop(test::Program& program, int signal) {
    auto asked = std::chrono::steady_clock::now();
    program.signal(signal);
    comes([&] { return !program.runs(); });
    return std::chrono::steady_clock::now() - asked;
}

// 0.8 s by its clock; the rest is for a machine that does something else meanwhile.
constexpr auto within = 3s;

class World {
public:
    World() {
        site_.page("/", test::page_with_links("Front", {"/one"}));
        site_.page("/one", test::page_with_links("One", {"/silent"}));
        never("/silent");
        never("/silent.csv");
        site_.on("/tickets", [](const test::SiteRequest&) {
            test::SiteReply reply;
            reply.headers = {"Content-Type: application/json"};
            reply.body = R"({"items": [{"id": 1}, {"id": 2}], "next": "/tickets/silent"})";
            return reply;
        });
        never("/tickets/silent");
        add("crawl", "kind = \"crawl\"\nurls = [\"" + site_.url() + "\"]\n");
        add("files", "kind = \"files\"\ninputs = [\"" + site_.url("/silent.csv") + "\"]\n");
        add("feed", "kind = \"feed\"\nurls = [\"" + site_.url("/silent") + "\"]\n");
        add("api",
            "kind = \"api\"\nbase_url = \"" + site_.url("") +
                "\"\n[[stream]]\nname = \"t\"\npath = \"/tickets\"\nrecords = \"/items\"\n"
                "key = \"/id\"\npaginator = { kind = \"next_url\", pointer = \"/next\" }\n");
    }

    const Tilth& tilth() const { return tilth_; }
    bool is_asked(const std::string& path, int times = 1) const {
        return comes([&] { return site_.count(path) >= times; });
    }
    // "" without a run.
    std::string state_of_run(const std::string& source) const {
        const auto runs = tilth_.answer({"source", "show", source}).at("runs").as_array();
        return runs.empty() ? "" : std::string(runs.front().at("state").as_string());
    }
    void queue(const std::string& source) const {
        REQUIRE(tilth_({"source", "run", source}).code == 0);
    }
    boost::json::object job() const {
        const auto jobs = tilth_.lines({"jobs", "list"});
        REQUIRE(jobs.size() == 1);
        return boost::json::parse(jobs.front()).as_object();
    }

private:
    void never(const std::string& path) {
        site_.on(path, [](const test::SiteRequest&) {
            test::SiteReply reply;
            reply.delay = 10min;
            return reply;
        });
    }
    void add(const std::string& name, const std::string& told) {
        auto file = tilth_.home.write(
            name + ".toml", "name = \"" + name + "\"\nallow_private = true\n" + told
        );
        auto ended = tilth_({"source", "add", file.string()});
        INFO(ended.err);
        REQUIRE(ended.code == 0);
    }

    test::TestSite site_;
    Tilth tilth_;
};

}  // namespace

TEST_CASE(
    "a stop ends whatever gathers within a second, and its run is interrupted",
    "[e2e][stop]"
) {
    struct Case {
        std::string source;
        std::string waits_for;
        std::string state;  // of the run, should it have begun
    };
    World world;
    for (const auto& [source, waits_for, state] : std::vector<Case>{
             {"crawl", "/silent", "interrupted"},
             {"api", "/tickets/silent", "interrupted"},
             {"files", "/silent.csv", ""}}) {
        for (int signal : {SIGINT, SIGTERM}) {
            INFO(source << " " << signal);
            int before = signal == SIGINT ? 0 : 1;
            test::Program program(world.tilth().command({"source", "run", source, "--wait"}));
            REQUIRE(world.is_asked(waits_for, before + 1));
            CHECK(stop(program, signal) < within);
            auto ended = program.end();
            INFO(ended.err);
            CHECK(ended.code == 130);
            CHECK_THAT(ended.err, Catch::Contains("run the same command again to go on"));
            CHECK(world.state_of_run(source) == state);
        }
    }
    CHECK(world.tilth().lines({"records", "list", "--source", "crawl"}).size() == 2);
}

TEST_CASE("a stop ends an ingest of a pipe that brings nothing more", "[e2e][stop]") {
    Tilth tilth;
    auto pipe = (tilth.home.path / "pipe").string();
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    // Opened for both, so that neither side waits for the other to open it.
    int both = open(pipe.c_str(), O_RDWR | O_CLOEXEC);
    auto words = tilth.command({"ingest", "-", "--source", "s", "--format", "csv"});
    std::vector<std::string> shell{"sh", "-c", R"(pipe=$1; shift; exec "$@" <"$pipe")", "sh", pipe};
    shell.insert(shell.end(), words.begin(), words.end());
    test::Program program(shell);
    std::ofstream(pipe) << [] {
        std::string table = "id,n\n";
        for (int i = 0; i < 30'000; ++i) table += std::to_string(i) + ",1\n";
        return table;
    }();
    auto is_at_work = [&] {
        auto shown = tilth({"source", "show", "s"});
        return shown.out.find("\"running\"") != std::string::npos;
    };
    REQUIRE(comes(is_at_work));
    CHECK(stop(program, SIGINT) < within);
    auto ended = program.end();
    INFO(ended.err);
    CHECK(ended.code == 130);
    CHECK(tilth.answer({"source", "show", "s"}).at("runs").at(0).at("state") == "interrupted");
    close(both);
}

TEST_CASE(
    "a stop ends a worker within a second, and its job goes on with the next one",
    "[e2e][stop]"
) {
    World world;
    // A crawl ends by itself; a download is cut off.
    auto [source, waits_for] =
        GENERATE(table<std::string, std::string>({{"crawl", "/silent"}, {"files", "/silent.csv"}}));
    auto words =
        GENERATE(std::vector<std::string>{"worker"}, std::vector<std::string>{"up", "--port", "0"});
    INFO(source << " " << words[0]);
    world.queue(source);
    test::Program first(world.tilth().command(words));
    REQUIRE(world.is_asked(waits_for));
    CHECK(stop(first, SIGTERM) < within);
    auto ended = first.end();
    INFO(ended.err);
    CHECK(ended.code == 0);
    CHECK(world.job().at("attempts") == 0);

    test::Program second(world.tilth().command(words));
    CHECK(world.is_asked(waits_for, 2));  // long before a lease of a minute is over
    CHECK(world.job().at("attempts") == 1);
    stop(second, SIGKILL);
}

TEST_CASE("a stop ends a service with a connection that is silent", "[e2e][stop]") {
    Tilth tilth;
    test::Program service(tilth.command({"serve", "--port", "0"}));
    REQUIRE(comes([&] { return service.out_so_far().find("\"url\"") != std::string::npos; }));
    CHECK(stop(service, SIGINT) < within);
    CHECK(service.end().code == 0);
}

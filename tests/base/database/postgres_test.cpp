#include "base/database/postgres.hpp"

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

// A folder that user postgres may pass, gone at the end.
struct Home {
    fs::path path;
    Home() {
        static int count = 0;
        path = fs::temp_directory_path() / fmt::format("tilth-pg-{}-{}", getpid(), ++count);
        fs::create_directories(path);
    }
    ~Home() { fs::remove_all(path); }
};

bool alive(int pid) {
    if (kill(pid, 0) != 0) return false;
    std::ifstream in(fmt::format("/proc/{}/stat", pid));
    std::string id, name, state;
    in >> id >> name >> state;
    return state != "Z";
}

bool gone_within(int pid, std::chrono::milliseconds patience) {
    for (auto waited = 0ms; waited < patience; waited += 10ms) {
        if (!alive(pid)) return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

int parent_of(int pid) {
    std::ifstream in(fmt::format("/proc/{}/stat", pid));
    std::string id, name, state;
    int parent = 0;
    in >> id >> name >> state >> parent;
    return parent;
}

int count_rows(const std::string& url) {
    base::Database db(url, 1);
    return db.call([](base::Tx& tx) { return *tx.value<int>("SELECT count(*)::int FROM t"); });
}

void add_row(const std::string& url) {
    base::Database db(url, 1);
    db.call([](base::Tx& tx) {
        tx.exec("CREATE TABLE IF NOT EXISTS t (x int)");
        tx.exec("INSERT INTO t VALUES (1)");
    });
}

}  // namespace

TEST_CASE(
    "a private cluster is made, keeps its rows over a restart, and stops with its last user",
    "[base][postgres]"
) {
    Home home;
    int server = 0;
    {
        base::EmbeddedPostgres first(home.path, false);
        add_row(first.url());
        server = first.server_pid();
        REQUIRE(server > 0);
        {
            base::EmbeddedPostgres second(home.path, false);
            CHECK(second.server_pid() == server);
            CHECK(count_rows(second.url()) == 1);
        }
        CHECK(alive(server));
        CHECK(count_rows(first.url()) == 1);
    }
    CHECK(gone_within(server, 0ms + 10ms));
    base::EmbeddedPostgres again(home.path, false);
    CHECK(count_rows(again.url()) == 1);
}

TEST_CASE("a server killed with -9 comes back while somebody uses it", "[base][postgres]") {
    Home home;
    base::EmbeddedPostgres cluster(home.path, false);
    auto url = cluster.url();
    base::Database db(url, 1);
    db.call([](base::Tx& tx) {
        tx.exec("CREATE TABLE t (x int)");
        tx.exec("INSERT INTO t VALUES (1)");
    });
    for (int round = 0; round < 3; ++round) {
        // A connection may outlive its server for a moment: wait for the next one.
        int server = 0;
        for (int i = 0; i < 1000 && (server = cluster.server_pid()) == 0; ++i)
            std::this_thread::sleep_for(10ms);
        REQUIRE(server > 0);
        kill(server, SIGKILL);
        REQUIRE(gone_within(server, 5s));
        db.call([](base::Tx& tx) { tx.exec("INSERT INTO t VALUES (1)"); });
    }
    CHECK(count_rows(url) == 4);
}

TEST_CASE("a server whose keeper is killed with -9 is kept by another one", "[base][postgres]") {
    Home home;
    base::EmbeddedPostgres cluster(home.path, false), other_user(home.path, false);
    auto url = cluster.url();
    add_row(url);
    base::Database db(url, 1);
    auto insert = [&] { db.call([](base::Tx& tx) { tx.exec("INSERT INTO t VALUES (1)"); }); };
    insert();
    for (int round = 0; round < 2; ++round) {
        int server = cluster.server_pid();
        REQUIRE(server > 0);
        kill(parent_of(server), SIGKILL);
        REQUIRE(gone_within(server, 20s));
        insert();
    }
    int server = cluster.server_pid();
    REQUIRE(server > 0);
    kill(server, SIGKILL);  // the new keeper does what the old one did
    REQUIRE(gone_within(server, 5s));
    insert();
    auto count = [](base::Tx& tx) { return *tx.value<int>("SELECT count(*)::int FROM t"); };
    CHECK(db.call(count) == 5);
}

TEST_CASE(
    "a server that clears up after a killed backend stops with its last user",
    "[base][postgres]"
) {
    Home home;
    { base::EmbeddedPostgres made(home.path, false); }
    for (auto after : {0ms, 40ms, 80ms, 120ms}) {
        std::optional<base::EmbeddedPostgres> cluster(std::in_place, home.path, false);
        base::Database db(cluster->url(), 1);
        int server = cluster->server_pid();
        auto backend =
            db.call([](base::Tx& tx) { return *tx.value<int>("SELECT pg_backend_pid()"); });
        kill(backend, SIGKILL);
        std::this_thread::sleep_for(after);
        cluster.reset();  // waits for the end
        CHECK(gone_within(server, 10ms));
    }
}

TEST_CASE("a user killed with -9 does not keep the server running", "[base][postgres]") {
    Home home;
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    pid_t user = fork();
    if (user == 0) {
        base::EmbeddedPostgres cluster(home.path, false);
        add_row(cluster.url());
        int server = cluster.server_pid();
        if (write(pipe_ends[1], &server, sizeof server) < 0) _exit(1);
        pause();
        _exit(0);
    }
    int server = 0;
    REQUIRE(read(pipe_ends[0], &server, sizeof server) == sizeof server);
    kill(user, SIGKILL);
    waitpid(user, nullptr, 0);
    CHECK(gone_within(server, 10s));

    base::EmbeddedPostgres next(home.path, false);
    CHECK(count_rows(next.url()) == 1);
}

TEST_CASE(
    "a user killed while the cluster is being made is no obstacle to the next",
    "[base][postgres]"
) {
    for (auto after : {50ms, 250ms, 450ms}) {
        Home home;
        pid_t user = fork();
        if (user == 0) {
            base::EmbeddedPostgres cluster(home.path, false);
            pause();
            _exit(0);
        }
        std::this_thread::sleep_for(after);
        kill(user, SIGKILL);
        waitpid(user, nullptr, 0);
        base::EmbeddedPostgres next(home.path, false);
        add_row(next.url());
        CHECK(count_rows(next.url()) == 1);
    }
}

TEST_CASE("a postmaster.pid that names another live process is no obstacle", "[base][postgres]") {
    Home home;
    {
        base::EmbeddedPostgres cluster(home.path, false);
        add_row(cluster.url());
    }
    std::ofstream(home.path / "postgres/data/postmaster.pid")
        << getpid() << "\n"
        << (home.path / "postgres/data").string() << "\n";
    base::EmbeddedPostgres cluster(home.path, false);
    CHECK(count_rows(cluster.url()) == 1);
}

TEST_CASE("a home whose socket path is too long is one clear line", "[base][postgres]") {
    Home home;
    CHECK_THROWS_WITH(
        base::EmbeddedPostgres(home.path / std::string(100, 'x'), false),
        Catch::Contains("the system allows 107") && Catch::Contains("shorter --home")
    );
}

TEST_CASE("a home that cannot be made is one clear line", "[base][postgres]") {
    CHECK_THROWS_WITH(
        base::EmbeddedPostgres("/proc/tilth", false),
        Catch::Contains("/proc/tilth: ") && Catch::Contains("another --home")
    );
}

TEST_CASE("links in the server's folder lead nowhere", "[base][postgres]") {
    Home home;
    auto victim = home.path / "victim";
    fs::create_directories(home.path / "postgres");
    fs::create_symlink(victim, home.path / "postgres" / "users.lock");
    CHECK_THROWS_AS(base::EmbeddedPostgres(home.path, false), base::Error);
    CHECK_FALSE(fs::exists(victim));
}

// Machines that share a database and a bucket, and no folder.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "base/bytes/png.hpp"
#include "base/numbers/random.hpp"
#include "tests/e2e/tilth.hpp"
#include "tests/support/s3/s3_server.hpp"
#include "tests/support/test_database.hpp"

using e2e::comes;
using test::S3Fault;
using test::S3Server;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr int pictures = 24;

// The program on a home of its own, with the database and the bucket of others.
class Machine {
public:
    Machine(const std::string& database, const S3Server& server, std::string prefix = "tilth")
        : database_(database),
          environment_{
              fmt::format("TILTH_BLOBS_URL=s3://{}/{}", S3Server::bucket, prefix),
              "TILTH_BLOBS_ENDPOINT=" + server.url(),
              fmt::format("TILTH_BLOBS_REGION={}", S3Server::region),
              fmt::format("AWS_ACCESS_KEY_ID={}", S3Server::key),
              fmt::format("AWS_SECRET_ACCESS_KEY={}", S3Server::secret)} {}

    std::unique_ptr<test::Program> start(const std::vector<std::string>& words) const {
        return std::make_unique<test::Program>(command(words), "", environment_);
    }
    test::Ended operator()(const std::vector<std::string>& words) const {
        return test::run(command(words), "", environment_);
    }
    json::object answer(const std::vector<std::string>& words) const {
        auto ended = (*this)(words);
        if (ended.code != 0)
            throw std::runtime_error("exit " + std::to_string(ended.code) + ": " + ended.err);
        return json::parse(ended.out).as_object();
    }

    test::Folder home;

private:
    std::vector<std::string> command(const std::vector<std::string>& words) const {
        std::vector<std::string> all{
            TILTH_PROGRAM, "--home", home.path.string(), "--db", database_, "--json", "--quiet"};
        all.insert(all.end(), words.begin(), words.end());
        return all;
    }

    std::string database_;
    std::vector<std::string> environment_;
};

// A folder of noisy pictures, dark and bright ones; each is larger than what a database holds.
fs::path write_pictures(const fs::path& home) {
    base::Random random(7);
    for (int i = 0; i < pictures; ++i) {
        auto bright = i % 2 == 1;
        std::string pixels(160UL * 160 * 3, '\0');
        for (auto& one : pixels) one = static_cast<char>(random.below(128) + (bright ? 128U : 0U));
        auto folder = home / "pictures" / (bright ? "bright" : "dark");
        fs::create_directories(folder);
        std::ofstream(folder / fmt::format("{}.png", i), std::ios::binary)
            << base::png({160, 160, 3, pixels});
    }
    return home / "pictures";
}

std::vector<std::string> ingest_of(const fs::path& folder) {
    return {"ingest", folder.string(), "--source", "pictures", "--format", "images"};
}

long long stored(test::TestDatabase& database) {
    return database.number("SELECT count(*) FROM blob WHERE location IS NOT NULL");
}

}  // namespace

TEST_CASE("what one machine stored another labels, learns from and exports", "[e2e][bucket]") {
    S3Server server;
    test::TestDatabase database;
    Machine one(database.url(), server), other(database.url(), server);
    auto folder = write_pictures(one.home.path);
    CHECK(one.answer(ingest_of(folder)).at("new") == pictures);
    CHECK(stored(database) == pictures);
    CHECK(server.objects().size() == pictures);
    CHECK_FALSE(fs::exists(one.home.path / "blobs"));
    fs::remove_all(folder);

    auto project = other.home.write(
        "p.toml",
        "name = \"light\"\nkind = \"classification\"\nsource = \"pictures\"\n"
        "[[class]]\nname = \"bright\"\n[[class]]\nname = \"dark\"\n"
    );
    other.answer({"label", "project", "create", project.string()});
    auto labels = other.answer(
        {"label", "project", "import", "--project", "light", "--field", "folder", "--share", "1"}
    );
    CHECK(labels.at("added") == pictures);
    other.answer({"snapshot", "create", "s", "--project", "light"});
    auto trained = other.answer({"train", "s", "--model", "softmax", "--name", "m"});
    CHECK(trained.at("metrics").at("test").at("accuracy").at("value").to_number<double>() > 0.9);
    auto asked = one.answer({"model", "show", "m"});
    CHECK(asked.at("kind") == "softmax");
    auto exported = one.answer(
        {"records", "export", "--source", "pictures", "--out", (one.home.path / "out").string()}
    );
    CHECK(exported.at("records") == pictures);
    for (const auto* machine : {&one, &other})
        CHECK_FALSE(fs::exists(machine->home.path / "blobs"));

    auto disk = other.answer({"disk"});
    const auto& parts = disk.at("parts").as_array();
    auto blobs = std::find_if(parts.begin(), parts.end(), [](const json::value& part) {
        return part.at("part") == "blobs";
    });
    REQUIRE(blobs != parts.end());
    CHECK(blobs->at("files") == pictures);
    CHECK(blobs->at("path") == "s3://big-things/tilth/");

    // A backup of it is one like any other, and goes back into another place.
    auto backup = (other.home.path / "backup").string();
    CHECK(other.answer({"db", "backup", backup}).at("blobs") == pictures);
    e2e::Tilth home;
    CHECK(home.answer({"db", "restore", backup}).at("blobs") == pictures);
    CHECK(home.answer({"source", "show", "pictures"}).at("records") == pictures);
    auto purged = one.answer({"source", "delete", "pictures", "--yes"});
    CHECK(purged.at("blobs") == pictures + 1);  // and the model
    CHECK(server.objects().empty());
}

TEST_CASE("a machine that is killed leaves no row without its object", "[e2e][bucket]") {
    S3Server server;
    test::TestDatabase database;
    Machine machine(database.url(), server);
    auto folder = write_pictures(machine.home.path);
    for (int round = 1; round <= 3; ++round) {
        auto running = machine.start(ingest_of(folder));
        auto wanted = static_cast<std::size_t>(round * pictures / 4);
        CHECK(comes([&] { return server.objects().size() >= wanted || !running->runs(); }));
        running->signal(SIGKILL);
        running->end();
        CHECK(stored(database) <= static_cast<long long>(server.objects().size()));
    }
    machine.answer(ingest_of(folder));
    CHECK(stored(database) == pictures);
    CHECK(server.objects().size() == pictures);
}

TEST_CASE(
    "a bucket that is not well is one line, and a stop does not wait for it",
    "[e2e][bucket]"
) {
    S3Server server;
    test::TestDatabase database;
    Machine machine(database.url(), server);
    auto folder = write_pictures(machine.home.path);
    server.hurt(S3Fault::slow_down, 100'000);
    SECTION("told") {
        auto ended = machine(ingest_of(folder));
        CHECK(ended.code == 1);
        CHECK_THAT(ended.err, Catch::Contains("SlowDown") && Catch::Contains(server.url()));
        CHECK(std::count(ended.err.begin(), ended.err.end(), '\n') == 1);
    }
    SECTION("stopped") {
        auto running = machine.start(ingest_of(folder));
        CHECK(comes([&] { return server.count("PUT ") > 0; }));
        running->signal(SIGINT);
        CHECK(running->end().code == 130);
    }
    CHECK(stored(database) == 0);
}

TEST_CASE(
    "a secret of the bucket that is not there is told before anything is done",
    "[e2e][bucket]"
) {
    test::TestDatabase database;
    test::Folder home;
    auto ended = test::run(
        {TILTH_PROGRAM, "--home", home.path.string(), "--db", database.url(), "source", "list"},
        "",
        {"TILTH_BLOBS_URL=s3://some-bucket", "TILTH_BLOBS_ACCESS_KEY_ID=env:TILTH_NO_SUCH_KEY"}
    );
    CHECK(ended.code == 1);
    CHECK_THAT(ended.err, Catch::Contains("'env:TILTH_NO_SUCH_KEY'"));
}

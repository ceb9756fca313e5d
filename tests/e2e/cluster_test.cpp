// The same work on one PostgreSQL and on a cluster ends the same.
//
// TILTH_CITUS_URL names a database on the coordinator of a Citus cluster, with the extension and
// its nodes (docs/inside/scale.md). Its tables are placed here, where they are not; what is stored
// goes by names of this run, so that it may hold others.
#include <cstdlib>
#include <map>
#include <sstream>

#include <catch2/catch.hpp>

#include <unistd.h>

#include "tests/e2e/tilth.hpp"

using e2e::Tilth;

namespace {

std::string cluster_table() {
    std::string text = "id,kind,weight,words\n";
    for (int i = 0; i < 600; ++i) {
        const bool animal = i % 2 == 0;
        const bool wrong = i * 7919 % 101 < 5;
        text += "r" + std::to_string(i) + "," + (animal != wrong ? "animal" : "machine") + "," +
                std::to_string(animal ? 20 + i % 30 : 300 + i % 500) + "," +
                (animal ? "dog barks loudly" : "engine burns fuel") + " on occasion number " +
                std::to_string(i * 37 % 601) + "\n";
    }
    return text;
}

// What each step of the whole job said, but for times and numbers that a database deals out.
using Said = std::map<std::string, std::string>;

class Job {
public:
    Job(Tilth& tilth, std::string name) : tilth_(tilth), name_(std::move(name)) {}

    Said run() {
        read(cluster_table(), "first");
        read(cluster_table() + "r600,animal,25,a cat sleeps\n", "second");
        label();
        learn();
        return std::move(said_);
    }

private:
    void read(const std::string& text, const std::string& step) {
        const auto file = tilth_.home.write("t.csv", text);
        const auto rules = tilth_.home.write(
            "rules.toml",
            "key = \"id\"\nbody = \"words\"\n[[column]]\nname = \"weight\"\nfield = \"weight\"\n"
            "op = \"number\"\n"
        );
        const auto counts =
            tilth_.answer({"ingest", file.string(), "--source", name_, "--map", rules.string()});
        for (const auto* count : {"read", "new", "changed", "rejected"})
            if (const auto* found = counts.if_contains(count))
                said_[step + " " + count] = boost::json::serialize(*found);
    }

    void label() {
        const auto project = tilth_.home.write(
            "p.toml",
            "name = \"" + name_ + "\"\nkind = \"classification\"\nsource = \"" + name_ +
                "\"\noverlap = 3\n[[class]]\nname = \"animal\"\n[[class]]\nname = \"machine\"\n"
        );
        tilth_.answer({"label", "project", "create", project.string()});
        keep(
            "imported",
            {"label", "project", "import", "--project", name_, "--field", "kind", "--share", "0.8"},
            "added"
        );
        keep("queued", {"label", "queue", name_, "--add", "20"}, "added");
        keep(
            "simulated",
            {"label",
             "simulate",
             name_,
             "--field",
             "kind",
             "--annotator",
             "a:0.1",
             "--annotator",
             "b:0.2",
             "--annotator",
             "c:0.1"},
            "answers"
        );
        keep("truth", {"label", "truth", name_, "--method", "ds"}, "new");
    }

    void learn() {
        keep("snapshot", {"snapshot", "create", name_, "--project", name_}, "hash");
        keep("verified", {"snapshot", "verify", name_}, "verified");
        const auto trained = tilth_.answer({"train", name_, "--model", "logistic"});
        said_["figures"] = boost::json::serialize(trained.at("metrics"));
        keep(
            "next",
            {"errors", std::to_string(trained.at("run").as_int64()), "--quick", "--next", "10"},
            "next"
        );
        const auto folder = tilth_.home.path / "out";
        tilth_.answer({"snapshot", "export", name_, "--out", folder.string()});
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
            if (entry.path().extension() == ".jsonl") keep_members(test::content_of(entry.path()));
    }

    // But for where and when they were read.
    void keep_members(const std::string& lines) {
        std::istringstream in(lines);
        for (std::string line; std::getline(in, line);) {
            auto member = boost::json::parse(line).as_object();
            REQUIRE(member.erase("file") + member.erase("stored_at") == 2);
            said_["member " + std::string(member.at("key").as_string())] =
                boost::json::serialize(member);
        }
    }

    void
    keep(const std::string& step, const std::vector<std::string>& words, std::string_view what) {
        said_[step] = boost::json::serialize(tilth_.answer(words).at(what));
    }

    Tilth& tilth_;
    std::string name_;
    Said said_;
};

}  // namespace

TEST_CASE("one PostgreSQL and a cluster say the same of the same work", "[e2e][cluster]") {
    const char* url = std::getenv("TILTH_CITUS_URL");
    if (!url) {
        WARN("TILTH_CITUS_URL names no cluster: this was not tried");
        return;
    }
    Tilth one, many;
    many.database = url;
    many.answer({"db", "migrate"});
    REQUIRE(many({"db", "distribute"}).code == 0);
    const auto name = "cluster-" + std::to_string(::getpid());
    const auto here = Job(one, name).run();
    const auto there = Job(many, name).run();
    CHECK(here.size() > 400);
    for (const auto& [step, said] : here) {
        INFO(step);
        REQUIRE(there.contains(step));
        CHECK(there.at(step) == said);
    }
    CHECK(there.size() == here.size());
}

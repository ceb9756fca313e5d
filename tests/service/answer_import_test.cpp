// Answers of people from a file at hand: who may make users, what is told, what is written of what
// was not taken.
#include <chrono>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "labeling/store.hpp"
#include "schema/records/record_store.hpp"
#include "service/context.hpp"
#include "service/labels/files.hpp"
#include "service/refusal.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"

namespace {

// Five records and a project about them.
struct CrowdWorld {
    test::TestDatabase db{4};
    test::Folder home;
    base::StopOnSignal stop;
    service::Context context{stop};

    CrowdWorld() {
        context.config.database.url = db.url();
        context.config.home = home.path;
        db->call([](base::Tx& tx) {
            tx.exec(
                "INSERT INTO source (id, name, kind, created_at) VALUES (1, 's', 'files', now())"
            );
            for (int i = 0; i < 5; ++i) {
                auto key = "m" + std::to_string(i);
                auto rk = schema::record_key("s", key);
                tx.exec(
                    "INSERT INTO record (rk, source_id, key, version, content_sha256, first_run, "
                    "last_run, first_seen, last_seen) VALUES ($1, 1, $2, 1, 'x', 1, 1, now(), "
                    "now())",
                    rk,
                    key
                );
                tx.exec(
                    "INSERT INTO record_version (rk, source_id, key, version, run_id, "
                    "content_sha256, payload, stored_at) VALUES ($1, 1, $2, 1, 1, 'x', '{\"n\": "
                    "1}', now())",
                    rk,
                    key
                );
            }
            labeling::Project project;
            project.name = "p";
            project.source = "s";
            project.overlap = 2;
            for (auto name : {"ham", "spam"})
                project.question.classes.push_back({.id = name[0] == 's', .name = name});
            labeling::create_project(tx, project, std::chrono::system_clock::now());
        });
    }

    service::ImportedLabels
    import(service::ImportLabels request, const std::string& path, std::ostream* rejects) {
        request.project = "p";
        request.text = "-";
        request.answers = true;
        service::ImportLabels::settings.finish(request, base::Document::json("{}"));
        service::ImportedLabels done;
        service::run_locally(context.environment(), [&](service::Work& work) {
            done = service::import_label_files(work, request, path, rejects);
        });
        return done;
    }
};

}  // namespace

TEST_CASE("what is not taken of a file of answers can be mended and taken", "[service][answers]") {
    CrowdWorld world;
    auto file = world.home.write(
        "crowd.csv",
        "item,worker,answer,seconds\nm0,w1,spam,2\nm0,w2,ham,3\nm1,w1,spm,2.5\nm9,w1,ham,1\n"
    );
    service::ImportLabels request{.annotators = labeling::UnknownAnnotators::create};
    std::ostringstream rejects;
    auto done = world.import(request, file.string(), &rejects);
    CHECK(done.added == 2);
    CHECK(done.no_record == 1);
    REQUIRE(done.answers);
    CHECK(done.answers->rejects == 1);
    CHECK(done.answers->columns.annotator == "worker");
    CHECK(done.answers->new_annotators.size() == 2);
    REQUIRE(done.answers->rejected_rows.size() == 2);
    CHECK(done.answers->rejected_rows[0].place == file.string() + ": line 4");
    CHECK(done.answers->rejected_rows[0].annotator == "w1");
    CHECK_THAT(rejects.str(), Catch::Contains("'spm' is no class"));
    CHECK_THAT(rejects.str(), Catch::Contains("\"milliseconds\":2500"));

    auto text = rejects.str();
    text.replace(text.find("\"spm\""), 5, "\"spam\"");
    text.replace(text.find("m9"), 2, "m2");
    auto mended = world.home.write("mended.jsonl", text);
    auto rest = world.import(request, mended.string(), nullptr);
    CHECK(rest.added == 2);
    CHECK(rest.answers->rejects == 0);
    CHECK(world.db.number("SELECT count(*) FROM annotation WHERE milliseconds = 2500") == 1);
}

TEST_CASE("what can not be read of an answer is not read without it either", "[service][answers]") {
    CrowdWorld world;
    service::ImportLabels request{.annotators = labeling::UnknownAnnotators::create};
    for (const std::string text :
         {"item,worker,answer,time,seconds,attempt,withdrawn_at\nm0,w1,spam,soon,,,\n"
          "m1,w1,spam,,long,,\nm2,w1,spam,,,first,\nm0,w2,spam,2022-01-01,,,later\n"
          "m1,w2,spam,2022-01-01,,,\n",
          R"({"item":"m0","worker":"w1","answer":"spam","time":"soon"}
{"item":"m1","worker":"w1","answer":"spam","seconds":"long"}
{"item":"m2","worker":"w1","answer":"spam","attempt":"first"}
{"item":"m0","worker":"w2","answer":"spam","withdrawn_at":"later"}
)"}) {
        auto name = text.front() == '{' ? "a.jsonl" : "a.csv";
        std::ostringstream rejects;
        bool table = text.front() != '{';
        auto file = world.home.write(name, text + (table ? "" : "\n")).string();
        if (!table) {
            CHECK_THROWS_WITH(world.import(request, file, &rejects), Catch::Contains("none of 4"));
        } else {
            CHECK(world.import(request, file, &rejects).answers->rejects == 4);
        }
        auto again = world.home.write("again.jsonl", rejects.str()).string();
        CHECK_THROWS_WITH(world.import(request, again, nullptr), Catch::Contains("none of 4"));
    }
    CHECK(world.db.number("SELECT count(*) FROM annotation") == 1);
}

TEST_CASE("only who runs the service lets a file make users", "[service][answers]") {
    CrowdWorld world;
    service::ImportLabels request{
        .project = "p",
        .text = "item,worker,answer\nm0,w1,spam\n",
        .answers = true,
        .annotators = labeling::UnknownAnnotators::create};
    auto as = [&](service::Role role) {
        return world.db->call([&](base::Tx& tx) {
            service::Work work{
                tx,
                world.context.environment(),
                {.id = 7, .name = "ann", .role = role},
                std::chrono::system_clock::now()};
            return service::import_labels(work, request);
        });
    };
    CHECK_THROWS_WITH(
        as(service::Role::label), Catch::Contains("only administrators and operators")
    );
    CHECK(world.db.number("SELECT count(*) FROM app_user") == 0);
    CHECK(as(service::Role::operate).added == 1);
    CHECK(as(service::Role::operate).unchanged == 1);
}

TEST_CASE("what is asked of a file of answers must fit together", "[service][answers]") {
    auto refused = [](service::ImportLabels request) {
        request.project = "p";
        try {
            service::ImportLabels::settings.finish(request, base::Document::json("{}"));
        } catch (const base::UsageError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    CHECK(refused({.text = "x", .answers = true}).empty());
    CHECK_THAT(refused({.field = "f", .answers = true}), Catch::Contains("answers"));
    CHECK_THAT(refused({.text = "x", .share = 0.5, .answers = true}), Catch::Contains("share"));
    CHECK_THAT(refused({.text = "x", .person = "ann"}), Catch::Contains("answers"));
    CHECK_THAT(refused({.text = "x", .item_column = "i"}), Catch::Contains("answers"));
}

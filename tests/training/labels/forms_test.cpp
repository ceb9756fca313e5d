// Questions of a form, each learnt as its own kind from the answers to it.
#include <array>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "schema/records/record_store.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"
#include "training/evaluation/run_comparison.hpp"
#include "training/experiment.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace {

const schema::Time forms_now{std::chrono::seconds(1767225600)};

// Mails that are spam, or of the sea or the field, with stars; every eighth has no spam answer.
struct FormWorld {
    test::TestDatabase db;
    test::Folder folder;
    schema::Blobs blobs{(folder.path / "blobs").string()};

    FormWorld() {
        db->call([&](base::Tx& tx) {
            auto source = schema::add_source(tx, {0, "s", "files", "{}", "", ""}, forms_now)->id;
            schema::BatchTarget target{
                source, "s", schema::begin_run(tx, source, "{}", forms_now), 0, {}, forms_now};
            tx.exec(
                "INSERT INTO label_project (id, name, source_id, kind, spec, created_at) VALUES "
                "(1, 'p', $1, 'form', $2::jsonb, now()), (2, 'plain', $1, 'classification', '{}', "
                "now())",
                source,
                R"({"question":[{"name":"why","kind":"text"},{"name":"spam"},)"
                R"({"name":"tags","kind":"multilabel"},{"name":"stars","kind":"regression"}]})"
            );
            int id = 0;
            for (const auto& [question, name] : std::vector<std::pair<std::string, std::string>>{
                     {"tags", "sea"}, {"spam", "no"}, {"tags", "field"}, {"spam", "yes"}})
                tx.exec(
                    "INSERT INTO label_class (project_id, class_id, question, name) VALUES (1, $1, "
                    "$2, $3)",
                    id++,
                    question,
                    name
                );
            fill(tx, target);
        });
    }
    void fill(base::Tx& tx, const schema::BatchTarget& target) {
        std::vector<schema::Sealed> sealed;
        std::vector<std::string> labels;
        for (int i = 0; i < 300; ++i) {
            const bool spam = i % 2 == 0, sea = i % 3 == 0;
            schema::Draft draft;
            draft.key = fmt::format("k{}", 1000 + i);
            draft.payload = fmt::format("{{\"n\":{}}}", i);
            draft.text = schema::Text{
                "",
                fmt::format(
                    "{} {} word{} word{} word{} word{} note{}",
                    spam ? "buy cheap" : "dear friend",
                    sea ? "ship wave" : "corn barn",
                    i * 7 % 50,
                    i * 11 % 50,
                    i * 13 % 50,
                    i * 17 % 50,
                    i
                ),
                "en"};
            sealed.push_back(schema::seal("s", std::move(draft), blobs));
            labels.push_back(fmt::format(
                R"({{"why":"so"{},"tags":[{}],"stars":{}}})",
                i % 8 == 7 ? "" : fmt::format(R"(,"spam":"{}")", spam ? "yes" : "no"),
                sea ? R"("sea")" : R"("field")",
                spam ? 1 + i % 3 * 0.1 : 5
            ));
        }
        schema::write_batch(tx, target, sealed, {});
        for (std::size_t i = 0; i < labels.size(); ++i)
            tx.exec(
                "INSERT INTO ground_truth (rk, source_id, key, project_id, value, probability, "
                "method, set_at) SELECT rk, source_id, key, 1, $2::jsonb, 1, 'import', now() FROM "
                "record WHERE key = $1",
                fmt::format("k{}", 1000 + i),
                labels[i]
            );
    }
    training::SnapshotInfo snapshot(
        const std::string& question,
        const std::string& where = "",
        const std::string& project = "p"
    ) {
        training::SnapshotSpec spec;
        spec.name = question + (where.empty() ? "-1" : "-some");
        spec.project = project;
        spec.question = question;
        spec.where = where;
        spec.split = "0.6,0.2,0.2";
        return training::create_snapshot(*db, spec, forms_now).snapshot;
    }
    training::TrainOutcome train(const std::string& snapshot, const std::string& model) {
        training::TrainSettings settings;
        settings.snapshot = snapshot;
        settings.model = model;
        settings.threads = 1;
        settings.features.text.bits = 12;
        settings.allow_leak = "made up";
        return training::train(*db, blobs, {}, settings, "test", {}, {});
    }
};

double tested(const training::TrainOutcome& outcome, std::string_view name) {
    for (const auto& metric : outcome.metrics)
        if (metric.split == 2 && metric.name == name) return metric.estimate.value;
    FAIL("no metric " << name);
    return 0;
}

}  // namespace

TEST_CASE("each question of a form is learnt as its own kind", "[training][db][forms]") {
    FormWorld world;
    const auto spam = world.snapshot("spam");
    CHECK(spam.kind == "classification");
    CHECK(spam.members == 263);
    CHECK(training::verify_snapshot(*world.db, spam));
    world.db->call([&](base::Tx& tx) {
        CHECK(training::class_names(tx, spam) == std::vector<std::string>{"no", "yes"});
        CHECK(training::find_snapshot(tx, "spam-1")->kind == "classification");
    });
    const auto first = world.train("spam-1", "logistic");
    CHECK(first.model_name == "p-spam-logistic");
    CHECK(tested(first, "accuracy") > 0.95);

    CHECK(world.snapshot("tags").kind == "multilabel");
    const auto tags = world.train("tags-1", "logistic");
    CHECK(tags.model_name == "p-tags-logistic");  // no version of the model of another question
    CHECK(tags.model_version == 1);
    CHECK(tested(tags, "micro_f1") > 0.9);
    CHECK(world.snapshot("stars").members == 300);
    CHECK(tested(world.train("stars-1", "ridge"), "rmse") < 1.2);

    world.db->call([&](base::Tx& tx) {
        CHECK_THROWS_WITH(
            training::compare_runs(tx, std::array{first.run.id, tags.run.id}),
            Catch::Contains("learnt other questions of a form, 'spam' and 'tags'")
        );
    });
    // A condition asks for the question's class.
    CHECK(world.snapshot("spam", "class = 'yes'").members == 150);
}

TEST_CASE("a form without a question to learn is told", "[training][db][forms]") {
    FormWorld world;
    CHECK_THROWS_WITH(
        world.snapshot(""),
        Catch::Contains("is a form, which is learnt question by question") &&
            Catch::Contains("--question, one of: why, spam, tags, stars")
    );
    CHECK_THROWS_WITH(world.snapshot("ham"), Catch::Contains("has no question 'ham'"));
    CHECK_THROWS_WITH(
        world.snapshot("why"),
        Catch::Contains("no record of project 'p' that matches has an answer")
    );
    CHECK_THROWS_WITH(
        world.snapshot("spam", "", "plain"), Catch::Contains("asks one question, which has no name")
    );
    // What a class is no more called is no answer of it.
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE label_class SET name = 'never' WHERE name = 'no'");
    });
    const auto left = world.snapshot("spam");
    CHECK(left.members == 150);
    CHECK_THAT(
        left.counts,
        Catch::Contains("113 records answer 'spam' by a class that it has no more, and are left out"
        )
    );
}

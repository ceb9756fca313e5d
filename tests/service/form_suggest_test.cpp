// Models that learnt questions of a form suggest answers to these questions, in one suggestion.
#include <fmt/format.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "labeling/store.hpp"
#include "schema/records/record_store.hpp"
#include "schema/sources/source_store.hpp"
#include "service/context.hpp"
#include "service/labels/machine/machine.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"
#include "training/experiment.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace {

namespace json = boost::json;

// Mails of which the first 300 have answers, the others none: spam or not, why, from 1 to 5 stars.
struct FormSuggestWorld {
    const schema::Time now{std::chrono::seconds(1767225600)};
    test::TestDatabase db{4};
    test::Folder home;
    base::StopOnSignal stop;
    service::Context context{stop};
    labeling::StoredProject project;

    FormSuggestWorld() {
        context.config.database.url = db.url();
        context.config.home = home.path;
        db->call([&](base::Tx& tx) {
            const auto source = schema::add_source(tx, {0, "s", "files", "{}", "", ""}, now)->id;
            labeling::Project made;
            made.name = "p";
            made.source = "s";
            made.question.kind = "form";
            labeling::FormPart spam, why, stars;
            spam.name = "spam";
            why.name = "why";
            stars.name = "stars";
            spam.question.classes = {{.id = 0, .name = "yes"}, {.id = 1, .name = "no"}};
            why.question.kind = "text";
            stars.question.kind = "regression";
            stars.question.low = 1;
            stars.question.high = 5;
            stars.question.step = 1;
            stars.when = labeling::Condition{"spam", {"no"}};
            made.question.parts = {spam, why, stars};
            project = labeling::create_project(tx, made, now);
            fill(tx, source);
        });
    }
    void fill(base::Tx& tx, std::int64_t source) {
        schema::BatchTarget target{
            source, "s", schema::begin_run(tx, source, "{}", now), 0, {}, now};
        const schema::Blobs blobs{""};
        std::vector<schema::Sealed> sealed;
        for (int i = 0; i < 400; ++i) {
            schema::Draft draft;
            draft.key = fmt::format("k{}", 1000 + i);
            draft.payload = "{}";
            draft.text = schema::Text{
                "",
                fmt::format(
                    "{} word{} word{} word{} note{}",
                    i % 2 == 0   ? "buy cheap"
                    : i % 3 == 0 ? "dear friend"
                                 : "sir",
                    i * 7 % 50,
                    i * 11 % 50,
                    i * 13 % 50,
                    i
                ),
                "en"};
            sealed.push_back(schema::seal("s", std::move(draft), blobs));
        }
        schema::write_batch(tx, target, sealed, {});
        tx.exec(
            "INSERT INTO ground_truth (rk, source_id, key, project_id, value, probability, method, "
            "set_at) SELECT rk, source_id, key, $1, CASE n % 2 WHEN 0 THEN "
            "'{\"spam\":\"yes\",\"why\":\"w\"}'::jsonb ELSE jsonb_build_object('spam', 'no', "
            "'why', "
            "'w', 'stars', CASE n % 3 WHEN 0 THEN 5 ELSE 2 END) END, 1, 'import', now() FROM "
            "(SELECT "
            "*, substr(key, 2)::int - 1000 AS n FROM record) r WHERE n < 300",
            project.id
        );
    }
    std::int64_t train(const std::string& question, const std::string& model) {
        training::SnapshotSpec spec;
        spec.name = question;
        spec.project = "p";
        spec.question = question;
        training::create_snapshot(*db, spec, now);
        training::TrainSettings settings;
        settings.snapshot = question;
        settings.model = model;
        settings.threads = 1;
        settings.features.text.bits = 12;
        settings.allow_leak = "made up";
        return training::train(*db, context.blobs(), {}, settings, "test", {}, {}).run.id;
    }
    labeling::SuggestionsTaken suggest(std::int64_t run, std::vector<std::int64_t> also = {}) {
        labeling::SuggestionsTaken taken;
        service::run_locally(context.environment(), [&](service::Work& work) {
            service::SuggestByModel request;
            request.project = "p";
            request.run = run;
            request.also = std::move(also);
            request.records.where = "key >= 'k1300'";
            taken = service::suggest_by_model(work, request);
        });
        return taken;
    }
    // What the last machine says of a record.
    json::value said(const std::string& key) {
        return json::parse(db->call([&](base::Tx& tx) {
            return *tx.value<std::string>(
                "SELECT value::text FROM label_suggestion WHERE key = $1 ORDER BY machine_id DESC "
                "LIMIT 1",
                key
            );
        }));
    }
};

}  // namespace

TEST_CASE("models of a form's questions suggest answers to these together", "[service][suggest]") {
    FormSuggestWorld world;
    const auto spam = world.train("spam", "logistic"), stars = world.train("stars", "ridge");
    auto taken = world.suggest(spam);
    CHECK(taken.version == fmt::format("run-{}", spam));
    CHECK(taken.added == 100);
    CHECK(taken.rejects == 0);
    // That question alone, though people must answer another.
    CHECK(world.said("k1300") == json::value{{"spam", "yes"}});
    CHECK(world.said("k1301") == json::value{{"spam", "no"}});

    taken = world.suggest(spam, {stars});
    CHECK(taken.version == fmt::format("run-{}+{}", spam, stars));
    CHECK(taken.added == 100);
    CHECK(taken.rejects == 0);
    CHECK(world.said("k1303").at("spam") == "no");
    CHECK(world.said("k1303").at("stars").to_number<double>() == 5);
    CHECK(world.said("k1301").at("stars").to_number<double>() == 2);
    CHECK(world.said("k1300") == json::value{{"spam", "yes"}});  // stars are for what is no spam
    CHECK(
        world.db.number("SELECT count(*) FROM label_suggestion WHERE score BETWEEN 0.5 AND 1") ==
        200
    );

    CHECK_THROWS_WITH(
        world.suggest(spam, {spam}), Catch::Contains("answers the same question as another")
    );
    // Of another project's question.
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE snapshot SET spec = spec - 'question' WHERE name = 'stars'");
    });
    CHECK_THROWS_WITH(
        world.suggest(stars),
        Catch::Contains("learnt no question of a form, as 'p' is") &&
            Catch::Contains("--question, one of: spam, why, stars")
    );
}

TEST_CASE("an answer to a form is held against what was suggested of it", "[service][suggest]") {
    FormSuggestWorld world;
    const auto& form = world.project.project.question;
    const std::string suggested = R"({"spam":"yes"})";
    const auto alike = [&](const std::string& said) {
        return labeling::task_type("form").likeness(
            form, labeling::as_far_as(form, said, suggested), suggested
        );
    };
    CHECK(alike(R"({"spam":"yes","why":"for sale"})") == 1);
    CHECK(alike(R"({"spam":"no","why":"for sale","stars":3})") == 0);
}

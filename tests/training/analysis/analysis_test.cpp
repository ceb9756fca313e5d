// Error analysis of stored runs: labels planted wrong in all parts, a slice that is bad for a
// reason, and forecasts that the next training is held against.
#include "training/analysis/analysis.hpp"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "schema/records/record_store.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"
#include "tests/training/made_data.hpp"
#include "training/experiment.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace {

const schema::Time analysis_now{std::chrono::seconds(1767225600)};

// Short texts of two topics, every third in German; of those four in ten have the other label.
struct AnalysisWorld {
    test::TestDatabase db;
    test::Folder folder;
    schema::Blobs blobs{(folder.path / "blobs").string()};
    std::set<std::string> wrong;

    explicit AnalysisWorld(std::size_t rows) {
        auto made = made::topics(rows, 3);
        std::int64_t source = 0, project = 0;
        schema::BatchTarget target;
        db->call([&](base::Tx& tx) {
            source = schema::add_source(tx, {0, "s", "files", "{}", "", ""}, analysis_now)->id;
            target = {
                source,
                "s",
                schema::begin_run(tx, source, "{}", analysis_now),
                0,
                {},
                analysis_now};
            project = *tx.value<std::int64_t>(
                "INSERT INTO label_project (name, source_id, kind, spec, created_at) VALUES ('p', "
                "$1, 'classification', '{}', now()) RETURNING id",
                source
            );
            tx.exec(
                "INSERT INTO label_class (project_id, class_id, name) VALUES ($1, 0, 'field'), "
                "($1, 1, 'sea')",
                project
            );
        });
        const base::CounterRandom random(8, 1);
        std::vector<schema::Sealed> sealed;
        for (std::size_t i = 0; i < rows; ++i) {
            schema::Draft draft;
            draft.key = "k" + std::to_string(1000 + i);
            const bool german = i % 3 == 0;
            auto label = made.classes[i];
            if (german && random.unit(i) < 0.4) {
                label = 1 - label;
                wrong.insert(draft.key);
            }
            draft.payload =
                "{\"id\":" + std::to_string(i) + ",\"label\":" + std::to_string(label) + "}";
            draft.text = schema::Text{"", std::string(made.text[i].body), german ? "de" : "en"};
            sealed.push_back(schema::seal("s", std::move(draft), blobs));
        }
        db->call([&](base::Tx& tx) {
            schema::write_batch(tx, target, sealed, {});
            tx.exec(
                "INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, probability, "
                "method, set_at) SELECT rk, source_id, key, $1, (payload->>'label')::int, 1, "
                "'import', now() FROM record JOIN record_version USING (rk, source_id, key, "
                "version)",
                project
            );
        });
    }

    training::TrainOutcome train(
        const std::string& name,
        const std::string& where,
        const std::string& model = "logistic",
        const training::DecisionSpec& decision = {}
    ) {
        training::SnapshotSpec spec;
        spec.name = name;
        spec.project = "p";
        spec.where = where;
        spec.split = "0.6,0.2,0.2";
        training::create_snapshot(*db, spec, analysis_now);
        training::TrainSettings settings;
        settings.snapshot = name;
        settings.model = model;
        settings.decision = decision;
        settings.threads = 2;
        return training::train(*db, blobs, {}, settings, "test", {}, {});
    }

    training::Analysis analyse(std::int64_t run) {
        training::AnalysisRequest request;
        request.run_id = run;
        request.curves = true;
        return training::analyse(*db, blobs, {}, request);
    }
};

}  // namespace

TEST_CASE("an analysis ends in causes, actions and forecasts that are scored", "[training][db]") {
    AnalysisWorld world(900);
    const auto first = world.train("s1", "key < 'k1600'");
    const auto found = world.analyse(first.run.id);
    CHECK(found.judged == Approx(240).margin(40));
    CHECK(found.label_errors_judged == 600);

    // Labels of all parts are judged, those of training rows by models that have not seen them.
    REQUIRE(found.label_errors.size() > 60);
    std::set<int> parts;
    std::size_t right = 0;
    for (std::size_t i = 0; i < 50; ++i) {
        const auto& suspect = found.label_errors[i];
        parts.insert(suspect.part);
        right += world.wrong.contains(suspect.item.id.key) ? 1 : 0;
        CHECK(suspect.given != suspect.suggested);
    }
    CHECK(parts.size() >= 2);
    CHECK(right >= 40);

    REQUIRE(!found.slices.empty());
    CHECK(found.slices[0].description == "language = de");
    CHECK(found.slices[0].where == "\"language\" = 'de'");
    REQUIRE(!found.advice.empty());
    CHECK(found.advice[0].action == training::Action::relabel);
    CHECK_THAT(found.advice[0].cause, Catch::StartsWith("label noise"));

    REQUIRE(found.forecasts.size() >= 2);
    CHECK(found.forecasts[0].slice.empty());
    CHECK(found.forecasts[1].slice == "language = de");
    world.db->call([&](base::Tx& tx) {
        training::keep_forecasts(tx, first.run.id, found.forecasts, analysis_now);
        training::keep_forecasts(
            tx, first.run.id, found.forecasts, analysis_now
        );  // in their place
        CHECK(training::forecasts_of(tx, first.run.id).size() == found.forecasts.size());
    });

    const auto second = world.train("s2", "");
    const auto later = world.analyse(second.run.id);
    REQUIRE(later.scored.size() >= 2);
    CHECK(later.scored[0].run_id == first.run.id);
    CHECK(
        later.scored[0].came ==
        Approx(static_cast<double>(later.wrong) / static_cast<double>(later.judged))
    );
    CHECK(later.scored[1].slice == "language = de");
    CHECK(later.scored[1].came > later.scored[0].came);
    world.db->call([&](base::Tx& tx) {
        const auto measured = training::measured_run(
            training::require_run(tx, second.run.id), training::metrics_of(tx, second.run.id)
        );
        REQUIRE(measured);
        const auto scored = training::scored_forecasts(tx, *measured);
        REQUIRE(scored.size() == 1);
        CHECK(scored[0].came == Approx(later.scored[0].came));
        CHECK(training::forecasts_before(tx, first.run.id, 1'000'000).empty());
    });
}

TEST_CASE("a quick analysis fits no model", "[training][db]") {
    AnalysisWorld world(300);
    const auto run = world.train("s1", "").run.id;
    training::AnalysisRequest request;
    request.run_id = run;
    request.folds = 0;
    request.top = 5;
    request.next.count = 3;
    const auto found = training::analyse(*world.db, world.blobs, {}, request);
    CHECK(found.label_errors.size() == 5);
    CHECK(found.next.empty());  // every record has a label
    REQUIRE(found.notes.size() == 1);
    CHECK_THAT(found.notes[0], Catch::Contains("no record is left to label next"));
    CHECK(found.label_errors_found > 5);
    CHECK(found.label_errors_judged == found.judged);
    CHECK(found.forecasts.empty());
    CHECK(found.advice.empty());
    CHECK_FALSE(found.rmse);
    request.run_id = 4711;
    CHECK_THROWS(training::analyse(*world.db, world.blobs, {}, request));
}

TEST_CASE("what is forecast is the error of the decisions that are made", "[training][db]") {
    AnalysisWorld world(300);
    training::DecisionSpec decision;
    decision.decide = training::DecideBy::cost;
    decision.costs["field>sea"] = 1000;  // so that "sea" is never said
    const auto run = world.train("s1", "", "logistic", decision).run.id;
    CHECK(
        world.db.number("SELECT count(*) FROM metric WHERE name = 'mean_cost' AND value > 0") == 2
    );
    const auto found = world.analyse(run);
    const auto error = static_cast<double>(found.wrong) / static_cast<double>(found.judged);
    CHECK(error > 0.3);
    REQUIRE(!found.forecasts.empty());
    CHECK(found.forecasts[0].error == Approx(error).margin(0.03));
}

TEST_CASE("a baseline says nothing of single labels", "[training][db]") {
    AnalysisWorld world(300);
    const auto found = world.analyse(world.train("s1", "", "majority").run.id);
    CHECK(found.wrong > 0);
    CHECK(found.label_errors_judged == 0);
    CHECK(found.label_errors.empty());
    CHECK(found.ambiguous.empty());
    CHECK(std::any_of(found.notes.begin(), found.notes.end(), [](const std::string& note) {
        return note.find("majority is a baseline") != std::string::npos;
    }));
    CHECK_FALSE(found.advice.empty());
    for (const auto& each : found.advice) {
        CHECK(each.action != training::Action::relabel);
        CHECK(each.action != training::Action::guideline);
    }
}

// What goes into production has to be better than what is there, by what both said of the same
// records; and runs are compared as they were judged.
#include "service/models/models.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/not_found.hpp"
#include "ingest/mapping/rules.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "schema/sources/source_store.hpp"
#include "service/config.hpp"
#include "service/learn/runs.hpp"
#include "service/refusal.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"
#include "training/experiment.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace {

using training::Stage;

const auto promotion_now = std::chrono::system_clock::time_point{std::chrono::seconds(1767225600)};

// Records whose class is whether two numbers together pass 100: no number says it alone.
struct PromotionWorld {
    test::TestDatabase database;
    test::Folder folder;
    schema::Blobs blobs{(folder.path / "blobs").string()};
    service::Config config;
    std::int64_t source = 0;

    PromotionWorld() {
        database->call([&](base::Tx& tx) {
            source =
                schema::add_source(tx, {0, "t", "files", "{}", "", "active"}, promotion_now)->id;
            tx.exec(
                "INSERT INTO label_project (id, name, source_id, kind, spec, created_at) VALUES "
                "(1, 'p', $1, 'classification', '{}', now())",
                source
            );
            tx.exec(
                "INSERT INTO label_class (project_id, class_id, name) VALUES (1, 0, 'no'), (1, "
                "1, 'yes')"
            );
        });
        std::string rows = "id,size,weight\n";
        for (int i = 0; i < 900; ++i)
            rows += fmt::format("r{},{},{}\n", i, i * 37 % 101, i * 53 % 97);
        ingest::RunRequest request;
        request.source = "t";
        request.inputs = {folder.write("rows.csv", rows).string()};
        request.key = "id";
        CHECK(ingest::run(*database, blobs, request).counts.rejected == 0);
        database->call([&](base::Tx& tx) {
            tx.exec(
                "INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, probability, "
                "method, set_at) SELECT rk, source_id, key, 1, ((payload->>'size')::int + "
                "(payload->>'weight')::int > 100)::int, 1, 'import', now() FROM record JOIN "
                "record_version USING (rk, source_id, key, version)"
            );
        });
        snapshot("s", "");
    }
    void snapshot(const std::string& name, const std::string& where) {
        training::SnapshotSpec spec;
        spec.name = name;
        spec.project = "p";
        spec.where = where;
        training::create_snapshot(*database, spec, promotion_now);
    }
    std::int64_t train(
        const std::string& kind,
        const std::string& snapshot_name = "s",
        const std::function<void(training::TrainSettings&)>& change = {}
    ) {
        training::TrainSettings settings;
        settings.snapshot = snapshot_name;
        settings.model = kind;
        settings.name = "m";
        settings.again = true;
        settings.threads = 1;
        if (change) change(settings);
        return training::train(*database, blobs, {}, settings, "test", {}, {}).run.id;
    }
    template <typename Verb>
    auto ask(const Verb& verb) {
        const service::Environment here{*database, blobs, config, {}};
        decltype(verb(std::declval<service::Work&>())) answer;
        service::run_locally(here, [&](service::Work& work) { answer = verb(work); });
        return answer;
    }
    service::Promoted promote(
        int version,
        const std::string& force = "",
        std::optional<training::Compared> by = std::nullopt
    ) {
        return ask([&](service::Work& work) {
            return service::promote_model(
                work,
                {.model = "m",
                 .version = version,
                 .stage = Stage::production,
                 .by = by,
                 .force = force}
            );
        });
    }
    training::RunComparison
    compare(std::int64_t a, std::int64_t b, std::vector<std::int64_t> more) {
        return ask([&](service::Work& work) {
            return service::compare_runs(work, {.a = a, .b = b, .more = more});
        });
    }
};

}  // namespace

TEST_CASE("only what is better goes into production, or by force", "[service][promotion]") {
    PromotionWorld world;
    world.train("majority");
    world.train("softmax");
    world.train("majority");
    world.train("softmax");

    auto first = world.promote(1);
    REQUIRE(first.evidence);
    CHECK(
        first.evidence->note == "there was none in production to compare it with; it is a baseline"
    );
    auto better = world.promote(2);
    REQUIRE(better.evidence->low);
    CHECK(*better.evidence->low > 0);
    CHECK(better.evidence->against == 1);
    CHECK(better.evidence->rows >= 30);
    CHECK_FALSE(better.forced);

    CHECK_THROWS_WITH(
        world.promote(3),
        Catch::Contains("model 'm' version 3: not shown to be better: accuracy less that of "
                        "version 2 in production: -0.") &&
            Catch::Contains("it is a baseline; train a better one, or give force with the reason")
    );
    // The same again is not better, and whether it is is asked by other figures too.
    for (auto by : {training::Compared::macro_f1, training::Compared::log_loss}) {
        try {
            world.promote(4, "", by);
            FAIL("it is no better");
        } catch (const service::Refusal& refusal) {
            CHECK(refusal.kind == service::Refusal::Kind::conflict);
            CHECK_THAT(refusal.what(), Catch::Contains(std::string(base::name_of(by))));
        }
    }
    CHECK_THROWS_AS(world.promote(4, "", training::Compared::squared_error), base::UsageError);

    auto forced = world.promote(3, "the lawyers want it");
    CHECK(forced.forced == "the lawyers want it");
    const auto shown =
        world.ask([](service::Work& work) { return service::show_model(work, {.model = "m"}); });
    CHECK(shown.version == 3);
    REQUIRE(shown.promotions.size() == 3);
    CHECK(shown.promotions[0].forced == "the lawyers want it");
    CHECK(shown.promotions[0].against == 2);
    CHECK(boost::json::parse(shown.promotions[0].evidence.text).at("high").to_number<double>() < 0);
    CHECK_FALSE(shown.promotions[1].forced);
    CHECK(world.promote(3).evidence->note == "it was in production already");
    CHECK(
        world.ask([](service::Work& work) { return service::show_model(work, {.model = "m"}); }
        ).promotions.size() == 3
    );
}

TEST_CASE("what cannot be compared is told, and not promoted", "[service][promotion]") {
    PromotionWorld world;
    const auto model = world.train("softmax");
    world.promote(1);
    world.snapshot("few", "size < 5");
    world.train("majority", "few");
    CHECK_THROWS_WITH(world.promote(2), Catch::Contains("not shown to be better"));
    const auto values = world.train("ridge", "s", [](auto& settings) { settings.target = "size"; });
    CHECK_THROWS_WITH(
        world.promote(3),
        Catch::Contains("it cannot be compared with version 1 in production") &&
            Catch::Contains("the one predicts classes, the other values")
    );
    CHECK_THROWS_WITH(
        world.compare(model, values, {}),
        Catch::Contains("the one predicts classes, the other values")
    );
    CHECK_THROWS_AS(world.compare(model, 999, {}), base::NotFound);
}

TEST_CASE("many runs are compared on what all of them judged", "[service][promotion]") {
    PromotionWorld world;
    const auto majority = world.train("majority");
    const auto softmax = world.train("softmax");
    const auto forest = world.train("forest");
    const auto found = world.compare(majority, softmax, {forest});
    CHECK(found.rows >= 30);
    CHECK(found.differences.size() == 9);
    for (const auto& pair : found.differences) {
        CHECK(pair.adjusted_p >= pair.p_value);
        CHECK(pair.stands == (pair.adjusted_p < 0.05));
        if (pair.a == majority) CHECK(pair.better == pair.b);
    }
    const auto two = world.compare(majority, softmax, {});
    CHECK(two.accuracy_difference == found.accuracy_difference);
    CHECK(two.p_value == found.p_value);
    CHECK_THROWS_WITH(
        service::ComparedRuns::settings.read(base::Document::json(R"({"a":1,"b":2,"more":[2]})")),
        Catch::Contains("run 2 is named twice")
    );
    CHECK_THROWS_AS(
        service::ComparedRuns::settings.read(base::Document::json(
            R"({"a":1,"b":2,"more":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]})"
        )),
        base::UsageError
    );
}

TEST_CASE("a run says what it answers and what is undefined", "[service][promotion]") {
    PromotionWorld world;
    const auto id = world.train("softmax", "s", [](auto& settings) {
        settings.decision.calibrate = training::Calibration::sigmoid;
        settings.decision.abstain_below = 0.97;
    });
    const auto run =
        world.ask([&](service::Work& work) { return service::show_run(work, {.run = id}); });
    const auto metric = [&](const std::string& name) {
        for (const auto& one : run.metrics)
            if (one.split == 2 && one.name == name) return one;
        FAIL(name);
        return service::RunMetric{};
    };
    CHECK(metric("coverage").value.value() < 1);
    CHECK(metric("answered_accuracy").value.value() >= metric("accuracy").value.value());
    CHECK(metric("roc_auc").low.has_value());
    const auto analysis = boost::json::parse(run.analysis.text);
    const auto& decision = analysis.at("summary").at("decision");
    CHECK(decision.at("calibration") == "sigmoid");
    CHECK(decision.at("fitted_on") == "validation");
    CHECK(analysis.at("test").at("curves").as_array().size() == 1);

    const auto constant = world.train("majority");
    const auto flat =
        world.ask([&](service::Work& work) { return service::show_run(work, {.run = constant}); });
    bool undefined = false;
    for (const auto& one : flat.metrics)
        if (one.split == 2 && one.name == "mcc") undefined = !one.value && !one.low;
    CHECK(undefined);
}

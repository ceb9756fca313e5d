// What a training reads of a snapshot beside the records: how sure labels are, and what a
// cross-validation must not divide.
#include "tests/training/snapshot_world.hpp"

#include <cmath>
#include <set>

#include "base/settings/settings.hpp"
#include "training/folds/fold_store.hpp"
#include "training/labels/soft_labels.hpp"

using namespace snapshot_world;

namespace {

training::TrainOutcome trained(World& world, training::TrainSettings settings) {
    settings.snapshot = "a";
    settings.seed = 1;
    settings.allow_leak = "made data";
    return training::train(*world.db, world.blobs, {}, settings, "test", {}, {});
}

double metric(const training::TrainOutcome& outcome, const std::string& name) {
    for (const auto& one : outcome.metrics)
        if (one.name == name && one.split == 2) return one.estimate.value;
    FAIL("no metric " << name);
    return 0;
}

}  // namespace

TEST_CASE("soft labels are as sure as truth inference was", "[training][soft]") {
    World world;
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE ground_truth SET probability = 0.6, method = 'ds' WHERE class_id = 0");
    });
    world.create(named("a"));
    training::TrainSettings settings;
    settings.model = "majority";
    // The truth is always sure of by 1 here and by 0.6 there; both are measured on hard truth.
    const auto hard = metric(trained(world, settings), "log_loss");
    settings.labels = training::Labels::soft;
    const auto soft = metric(trained(world, settings), "log_loss");
    CHECK(hard != soft);
    const auto rows = world.db.number("SELECT count(*) FROM snapshot_item WHERE split = 0");
    const auto even =
        world.db.number("SELECT count(*) FROM snapshot_item WHERE split = 0 AND class_id = 0");
    const auto even_tested =
        world.db.number("SELECT count(*) FROM snapshot_item WHERE split = 2 AND class_id = 0");
    const auto tested = world.db.number("SELECT count(*) FROM snapshot_item WHERE split = 2");
    const double p = 0.6 * static_cast<double>(even) / static_cast<double>(rows);
    const double share = static_cast<double>(even_tested) / static_cast<double>(tested);
    CHECK(soft == Approx(-share * std::log(p) - (1 - share) * std::log(1 - p)).margin(0.02));

    CHECK_THROWS_WITH(
        training::TrainSettings::settings.read(
            base::Document::json(R"({"snapshot": "a", "model": "svm", "labels": "soft"})")
        ),
        Catch::Contains("it learns from labels that are certain")
    );
}

TEST_CASE("what is left of an unsure label goes evenly to the other classes", "[training][soft]") {
    training::Examples examples;
    examples.rows = 2;
    examples.class_names = {"a", "b", "c"};
    examples.classes = {1, 2};
    std::vector<training::Item> items(2);
    items[0].probability = 0.5;
    training::soften(examples, items);
    CHECK(examples.soft.size() == 2);  // a number a row, however many classes there are
    CHECK(shares_of_classes(examples) == std::vector<float>{0.25F, 0.5F, 0.25F, 0, 0, 1});
    const auto second = training::take(examples, {1});
    CHECK(second.soft == std::vector<float>{1});
    training::check(examples);
    examples.classes.clear();
    CHECK_THROWS_WITH(training::soften(examples, items), Catch::Contains("are no classes"));
}

TEST_CASE("a cross-validation keeps what the snapshot kept together", "[training][folds]") {
    World world;
    auto spec = named("a");
    spec.split = "0.8,0,0.2";
    SECTION("clusters") {}
    SECTION("folds of the snapshot") {
        spec.folds = 3;
    }
    SECTION("time") {
        std::vector<schema::Draft> drafts;
        for (int topic = 0; topic < 60; ++topic)
            for (int variant = 0; variant < 4; ++variant) {
                auto draft = World::draft(topic, variant);
                draft.payload.pop_back();
                draft.payload += ",\"at\":\"" + std::to_string(1900 + topic) + "-01-01T00:00:00\"}";
                draft.group = "";
                drafts.push_back(draft);
            }
        world.write(std::move(drafts));
        spec.time = "at";
    }
    const auto snapshot = world.create(spec).snapshot;
    training::ExampleStore store(*world.db, world.blobs);
    const auto items = store.split_items(snapshot.id, 0);
    auto examples = store.load(items, {"even", "odd"});
    training::give_folds(*world.db, snapshot, items, examples);
    REQUIRE(examples.groups.size() == items.size());
    std::set<std::int64_t> clusters(examples.groups.begin(), examples.groups.end());
    CHECK(clusters.size() < items.size() / 3);
    CHECK(examples.folds_in_time == !spec.time.empty());
    CHECK(examples.folds.empty() == (spec.folds == 0 && spec.time.empty()));
    std::map<std::int64_t, std::set<int>> folds;
    for (std::size_t i = 0; i < examples.folds.size(); ++i) {
        folds[examples.groups[i]].insert(examples.folds[i]);
        if (!spec.time.empty()) {
            const auto topic = std::stoi(items[i].id.key.substr(1));
            CHECK(std::abs(examples.folds[i] - topic / 8) <= 1);
        }
    }
    for (const auto& [cluster, in] : folds) CHECK(in.size() == 1);
    training::TrainSettings settings;
    settings.model = "multinomial_nb";
    settings.tune = "random:2";
    CHECK(trained(world, settings).model_version == 1);
}

TEST_CASE("sets of classes are learnt, judged and stored", "[training][sets]") {
    World world;
    world.db->call([&](base::Tx& tx) {
        tx.exec("UPDATE label_project SET kind = 'multilabel'");
        tx.exec(
            "UPDATE ground_truth SET class_id = NULL, value = CASE "
            "WHEN split_part(substr(key, 2), '-', 1)::int % 3 = 0 THEN '[\"even\", "
            "\"odd\"]'::jsonb "
            "WHEN split_part(substr(key, 2), '-', 1)::int % 3 = 1 THEN '[\"odd\"]' ELSE '[]' END"
        );
    });
    const auto snapshot = world.create(named("a")).snapshot;
    CHECK(snapshot.members == 240);
    CHECK(training::verify_snapshot(*world.db, snapshot));
    CHECK_THAT(
        snapshot.counts,
        Catch::Contains("\"even\": [64, 8, 8]") && Catch::Contains("\"odd\": [128, 16, 16]")
    );
    for (const auto* part : {"0", "1", "2"})
        for (const auto* name : {"even", "odd"}) {
            const auto with = world.db.number(
                "SELECT count(*) FROM snapshot_item WHERE split = " + std::string(part) +
                " AND label ? '" + name + "'"
            );
            CHECK(with > 0);
        }
    training::TrainSettings settings;
    settings.model = "logistic";
    const auto outcome = trained(world, settings);
    CHECK(metric(outcome, "subset_accuracy") >= 0);
    CHECK(metric(outcome, "majority_hamming_loss") > 0);
    const auto said = world.db->call([&](base::Tx& tx) {
        return training::predictions_of(tx, outcome.run.id, 2);
    });
    REQUIRE_FALSE(said.empty());
    for (const auto& one : said) {
        REQUIRE(one.label);
        CHECK(one.truth_label);
        CHECK_FALSE(one.class_id);
    }
    settings.labels = training::Labels::soft;
    CHECK_THROWS_WITH(trained(world, settings), Catch::Contains("are no classes"));
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE snapshot_item SET label = '[\"odd\"]' WHERE key = 'k0-0'");
    });
    CHECK_FALSE(training::verify_snapshot(*world.db, snapshot));
}

TEST_CASE("spans are learnt, judged and stored", "[training][sets]") {
    World world;
    world.db->call([&](base::Tx& tx) {
        tx.exec("UPDATE label_project SET kind = 'spans'");
        tx.exec(
            "UPDATE ground_truth SET class_id = NULL, "
            "value = '[{\"start\": 0, \"end\": 1, \"label\": \"even\"}]'"
        );
    });
    const auto snapshot = world.create(named("a")).snapshot;
    CHECK(snapshot.members == 240);
    CHECK(training::verify_snapshot(*world.db, snapshot));
    training::TrainSettings settings;
    CHECK_THROWS_WITH(trained(world, settings), Catch::Contains("not spans; use crf"));
    settings.model = "crf";
    settings.params = {{"epochs", 3}};
    const auto outcome = trained(world, settings);
    CHECK(metric(outcome, "span_f1") > 0.95);
    CHECK(metric(outcome, "span_f1_partial") > 0.95);
    const auto said = world.db->call([&](base::Tx& tx) {
        return training::predictions_of(tx, outcome.run.id, 2);
    });
    REQUIRE_FALSE(said.empty());
    CHECK(
        schema::parse_spans(*said[0].label) ==
        std::vector<schema::TextSpan>{{.start = 0, .end = 1, .label = "even"}}
    );
    settings.curve = true;
    CHECK_THROWS_WITH(trained(world, settings), Catch::Contains("of spans there is none"));
}

TEST_CASE("what belongs to something that is not asked for is refused", "[training][settings]") {
    const auto refuse = [](const std::string& more, const std::string& why) {
        INFO(more);
        CHECK_THROWS_WITH(
            training::TrainSettings::settings.read(
                base::Document::json(R"({"snapshot": "a", )" + more + "}")
            ),
            Catch::Contains(why)
        );
    };
    refuse(R"("quantile": 0.9)", "it is of loss quantile alone");
    refuse(R"("objective": "error")", "there is no search that lowers it");
    refuse(R"("unlabelled_most": 5)", "it is of unlabelled self_training, em or label_spreading");
    refuse(R"("unlabelled": "em", "confidence": 0.9)", "it is of unlabelled self_training alone");
    refuse(R"("unlabelled": "em", "spread": 0.5)", "it is of unlabelled label_spreading alone");
    refuse(R"("unlabelled": "label_spreading", "unlabelled_rounds": 2)", "self_training or em");
    CHECK_NOTHROW(training::TrainSettings::settings.read(base::Document::json(
        R"({"snapshot": "a", "unlabelled": "label_spreading", "spread": 0.5, "neighbours": 3})"
    )));
}

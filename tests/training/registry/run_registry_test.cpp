// Runs by their keys, names and steps in the database.
#include <catch2/catch.hpp>

#include "base/bytes/hex.hpp"
#include "tests/training/snapshot_world.hpp"
#include "training/registry/run_label_store.hpp"
#include "training/registry/run_steps.hpp"

using namespace snapshot_world;

namespace {

training::TrainOutcome train_again(World& world, const training::TrainSettings& settings) {
    return training::train(*world.db, world.blobs, {}, settings, "test", {}, {});
}

training::TrainSettings settings_for(const std::string& snapshot) {
    training::TrainSettings settings;
    settings.snapshot = snapshot;
    settings.model = "complement_nb";
    settings.threads = 1;
    return settings;
}

std::int64_t count_reads(World& world) {
    return world.db->call([](base::Tx& tx) {
        return *tx.value<std::int64_t>("SELECT count(*) FROM snapshot_read");
    });
}

}  // namespace

TEST_CASE(
    "a training that has too little memory says so and is kept as failed",
    "[training][registry]"
) {
    World world;
    world.create(named("s-1"));
    auto settings = settings_for("s-1");
    settings.model = "softmax";
    const auto full = [](const training::Progress&) { throw std::bad_alloc(); };
    CHECK_THROWS_WITH(
        training::train(*world.db, world.blobs, {}, settings, "test", full, {}),
        Catch::Contains("training on 's-1': there is not enough memory for 240 records of 2 "
                        "classes") &&
            Catch::Contains("--where")
    );
    CHECK(
        world.db.number("SELECT count(*) FROM model_run WHERE state = 'failed' AND error LIKE "
                        "'%not enough memory%'") == 1
    );
}

TEST_CASE("the same training is told of and not done twice", "[training][registry]") {
    World world;
    world.create(named("s-1"));
    auto settings = settings_for("s-1");
    settings.tag = {{"team", "a"}};
    settings.note = "first";
    const auto first = train_again(world, settings);
    CHECK_FALSE(first.existing);
    const auto reads = count_reads(world);

    settings.threads = 2;
    const auto second = train_again(world, settings);
    CHECK(second.existing);
    CHECK(second.run.id == first.run.id);
    CHECK(second.model_name == first.model_name);
    CHECK(second.model_version == first.model_version);
    CHECK(second.metrics.size() == first.metrics.size());
    CHECK(second.training_rows == first.training_rows);
    CHECK(count_reads(world) == reads);  // the test part was not read again

    settings.name = "other";
    const auto named_so = train_again(world, settings);
    CHECK(named_so.existing);
    CHECK(named_so.model_name == "other");
    CHECK(named_so.model_version == 1);
    CHECK(train_again(world, settings).model_version == 1);

    settings.again = true;
    const auto forced = train_again(world, settings);
    CHECK_FALSE(forced.existing);
    CHECK(forced.run.id > first.run.id);
    world.db->call([&](base::Tx& tx) {
        CHECK(
            training::artefact_of_run(tx, world.blobs, forced.run.id) ==
            training::artefact_of_run(tx, world.blobs, first.run.id)
        );
        const auto labels = training::labels_of(tx, first.run.id);
        CHECK(labels.run_key == training::labels_of(tx, forced.run.id).run_key);
        CHECK(labels.run_key.size() == 64);
        CHECK(labels.note == "first");
        CHECK(labels.tags == training::RunTags{{"team", "a"}});
    });

    settings.again = false;
    settings.seed = 2;
    CHECK_FALSE(train_again(world, settings).existing);
}

TEST_CASE(
    "a run that failed or whose model is gone is no reason not to train",
    "[training][registry]"
) {
    World world;
    world.create(named("s-1"));
    const auto settings = settings_for("s-1");
    const auto first = train_again(world, settings);
    world.db->call([&](base::Tx& tx) {
        tx.exec("UPDATE model_run SET state = 'interrupted' WHERE id = $1", first.run.id);
    });
    const auto second = train_again(world, settings);
    CHECK_FALSE(second.existing);
    world.db->call([&](base::Tx& tx) {
        tx.exec("DELETE FROM model WHERE run_id = $1", second.run.id);
    });
    CHECK_FALSE(train_again(world, settings).existing);
}

TEST_CASE("runs are found by their tags and names", "[training][registry]") {
    World world;
    world.create(named("s-1"));
    auto settings = settings_for("s-1");
    const auto one = train_again(world, settings).run.id;
    settings.seed = 7;
    settings.tag = {{"team", "a"}, {"stage", "trial"}};
    const auto two = train_again(world, settings).run.id;
    world.db->call([&](base::Tx& tx) {
        const auto found = [&](const std::string& tags, const std::string& name) {
            std::vector<std::int64_t> ids;
            for (const auto& run : training::list_runs(tx, 0, {}, 10, {tags, name}))
                ids.push_back(run.id);
            return ids;
        };
        CHECK(found("", "") == std::vector{two, one});
        CHECK(found(R"({"team":"a"})", "") == std::vector{two});
        CHECK(found(R"({"team":"a","stage":"other"})", "").empty());

        CHECK(training::edit_labels(tx, one, 1, {.name = "base", .tags = {{"team", "b"}}}));
        CHECK_FALSE(training::edit_labels(tx, one, 1, {.name = "late"}));
        CHECK(training::edit_labels(tx, one, 2, {.note = "n", .untag = {"team"}}));
        CHECK(found("", "base") == std::vector{one});
        const auto labels = training::labels_of(tx, one);
        CHECK(labels.name == "base");
        CHECK(labels.note == "n");
        CHECK(labels.tags.empty());
        CHECK(labels.edition == 3);
    });
}

TEST_CASE("the steps of a run are kept for those who watch", "[training][registry]") {
    World world;
    world.create(named("s-1"));
    auto settings = settings_for("s-1");
    settings.model = "softmax";
    settings.params["epochs"] = 6;
    const auto outcome = train_again(world, settings);
    world.db->call([&](base::Tx& tx) {
        const auto steps = training::steps_of(tx, outcome.run.id, 0, 100);
        REQUIRE(steps.size() >= 3);
        for (std::size_t i = 0; i < steps.size(); ++i)
            CHECK(steps[i].step == static_cast<int>(i) + 1);
        CHECK(steps.back().stage == "fit");
        CHECK(steps.back().done > 0);
        CHECK(training::steps_of(tx, outcome.run.id, steps.back().step - 1, 100).size() == 1);
        CHECK(training::steps_of(tx, outcome.run.id, 0, 2).size() == 2);
        CHECK(training::live_steps(tx).empty());
        tx.exec("UPDATE model_run SET state = 'running' WHERE id = $1", outcome.run.id);
        const auto live = training::live_steps(tx);
        REQUIRE(live.size() == 1);
        CHECK(live[0].done == steps.back().done);
    });
}

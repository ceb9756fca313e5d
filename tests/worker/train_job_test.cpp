#include <unistd.h>
#include <filesystem>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "base/run/stop.hpp"
#include "base/settings/settings.hpp"
#include "schema/blobs/blobs_away.hpp"
#include "schema/jobs/job_store.hpp"
#include "schema/records/record_store.hpp"
#include "schema/sources/source_store.hpp"
#include "service/context.hpp"
#include "service/learn/train.hpp"
#include "service/models/models.hpp"
#include "tests/support/test_database.hpp"
#include "training/snapshots/snapshot_store.hpp"
#include "worker/jobs.hpp"

namespace fs = std::filesystem;

namespace {

const schema::Time now{std::chrono::seconds(1767225600)};

// A snapshot "s" of 60 short texts of two kinds, and what commands have at hand.
struct World {
    test::TestDatabase db;
    base::StopOnSignal stop;
    service::Context context{stop};

    // One text stands beside this picture, if it is given: grey, 400 pixels wide.
    explicit World(const fs::path& home = {}, const std::string& pixels = {}) {
        context.config.database.url = db.url();
        if (!home.empty()) context.config.home = home;
        const auto& blobs = context.blobs();
        auto source = db->call([&](base::Tx& tx) {
            return schema::add_source(tx, {0, "t", "files", "{}", "", ""}, now)->id;
        });
        std::vector<schema::Sealed> sealed;
        for (int i = 0; i < 60; ++i) {
            schema::Draft draft;
            draft.key = "k" + std::to_string(i);
            draft.payload = "{\"n\":" + std::to_string(i) + "}";
            draft.text = schema::Text{"", (i % 2 ? "odd " : "even ") + std::to_string(i), ""};
            if (i == 7 && !pixels.empty()) {
                const auto height = static_cast<int>(pixels.size() / 400);
                draft.image = formats::Image{400, height, 1, "raw"};
                draft.blob = pixels;
            }
            sealed.push_back(schema::seal("t", std::move(draft), blobs));
        }
        db->call([&](base::Tx& tx) {
            schema::BatchTarget target{
                source, "t", schema::begin_run(tx, source, "{}", now), 0, {}, now};
            schema::write_batch(tx, target, sealed, {});
            tx.exec(
                "INSERT INTO label_project (name, source_id, kind, spec, created_at) VALUES ('p', "
                "$1, 'classification', '{}', now())",
                source
            );
            tx.exec(
                "INSERT INTO label_class (project_id, class_id, name) SELECT id, c, 'c' || c FROM "
                "label_project, generate_series(0, 1) c"
            );
            tx.exec(
                "INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, probability, "
                "method, set_at) SELECT r.rk, r.source_id, r.key, p.id, substr(r.key, 2)::int % 2, "
                "1, 'import', now() FROM record r, label_project p"
            );
        });
        training::create_snapshot(*db, {.name = "s", .project = "p"}, now);
    }

    std::int64_t queue(const training::TrainSettings& settings) {
        std::int64_t job = 0;
        service::run_locally(context.environment(), [&](service::Work& work) {
            job = service::queue_training(work, settings).job;
        });
        return job;
    }

    schema::Job claim() {
        return db
            ->call([](base::Tx& tx) {
                auto at = std::chrono::system_clock::now() + std::chrono::minutes(1);
                return schema::claim_job(tx, {schema::JobKind::train}, "w", at, at);
            })
            .value();
    }
};

}  // namespace

TEST_CASE("a queued training is told all that 'train' is told", "[worker][train]") {
    World world;
    training::TrainSettings settings;
    settings.snapshot = "s";
    settings.model = "ridge";
    settings.params = {{"l2", 0.5}};
    settings.features.use_numeric = false;
    settings.name = "mine";
    settings.seed = 9;
    settings.threads = 1;
    settings.tune = "random:2";
    settings.objective = training::Objective::error;
    settings.prepare.version = 0;
    settings.curve = true;
    world.queue(settings);
    auto job = world.claim();
    auto told = training::TrainSettings::settings.read(base::Document::json(job.spec));
    CHECK(
        training::TrainSettings::settings.text(told) ==
        training::TrainSettings::settings.text(settings)
    );
    CHECK(told.prepare.version == 0);

    auto result = worker::do_job(world.context, job, {});
    CHECK(result.at("model") == "mine");
    CHECK(world.db.number("SELECT count(*) FROM model_run WHERE kind = 'ridge' AND seed = 9") == 1);
    CHECK(world.db.number("SELECT (analysis #>> '{params,l2}' = '0.5')::int FROM model_run") == 1);
    CHECK(world.db.number("SELECT jsonb_array_length(analysis -> 'curve') FROM model_run") > 0);

    service::run_locally(world.context.environment(), [&](service::Work& work) {
        auto model = service::show_model(work, {.model = "mine"});
        CHECK(model.classes == std::vector<std::string>{"c0", "c1"});
        CHECK(model.kind == "ridge");
        service::promote_model(
            work,
            {.model = "mine",
             .version = 1,
             .stage = training::Stage::production,
             .by = {},
             .force = {}}
        );
        auto listed = service::list_models(work, {});
        REQUIRE(listed.items.size() == 1);
        CHECK(listed.items[0].stage == training::Stage::production);
        CHECK_FALSE(listed.next);
    });
}

TEST_CASE("a training that nobody could do is not queued", "[worker][train]") {
    World world;
    training::TrainSettings settings;
    settings.snapshot = "none";
    CHECK_THROWS_AS(world.queue(settings), base::Error);
    auto read = [](const char* text) {
        return training::TrainSettings::settings.read(base::Document::json(text));
    };
    CHECK_THROWS_WITH(
        read(R"({"snapshot": "s", "model": "oracle"})"), Catch::Contains("'oracle' is unknown")
    );
    CHECK_THROWS_AS(read(R"({"snapshot": "s", "params": {"depth": 3}})"), base::UsageError);
    CHECK_THROWS_AS(read(R"({"snapshot": "s", "tune": "guess:3"})"), base::UsageError);
    CHECK_THROWS_AS(read(R"({"model": "ridge"})"), base::UsageError);
    CHECK(read(R"({"snapshot": "s", "prepare": false})").prepare.version == 0);
    CHECK(read(R"({"snapshot": "s", "prepare": 3})").prepare.version == 3);
    CHECK_FALSE(read(R"({"snapshot": "s", "prepare": true})").prepare.version);
    CHECK_THROWS_AS(read(R"({"snapshot": "s", "prepare": "old"})"), base::UsageError);
}

TEST_CASE("a training whose pictures are away is tried again", "[worker][train]") {
    auto home = fs::temp_directory_path() / ("tilth-away." + std::to_string(::getpid()));
    std::string pixels;  // too many, and too different, to lie in the database
    for (std::uint64_t i = 0; i < 100'000; ++i) pixels += static_cast<char>(base::mix(i));
    World world(home, pixels);
    training::TrainSettings settings;
    settings.snapshot = "s";
    settings.model = "ridge";
    world.queue(settings);
    auto job = world.claim();
    REQUIRE(fs::exists(home));
    fs::rename(home, home.string() + ".gone");
    CHECK_THROWS_AS(worker::do_job(world.context, job, {}), schema::BlobsAway);
    fs::rename(home.string() + ".gone", home);
    CHECK_NOTHROW(worker::do_job(world.context, job, {}));
    fs::remove_all(home);
}

// Models that are served, tested and told of, as verbs.
#include "service/models/serving.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/database/batch.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/not_found.hpp"
#include "schema/webhooks/webhook_store.hpp"
#include "service/config.hpp"
#include "service/models/behaviour.hpp"
#include "service/models/card.hpp"
#include "service/models/drift.hpp"
#include "service/models/models.hpp"
#include "service/models/watch.hpp"
#include "tests/training/snapshot_world.hpp"
#include "training/registry/model_about_store.hpp"

namespace {

namespace json = boost::json;
using snapshot_world::named;

// A model of texts: topics are even or odd.
struct Served {
    snapshot_world::World world;
    service::Config config;
    training::TrainOutcome outcome;

    explicit Served(std::uint64_t seed = 1) {
        world.create(named("s-1"));
        train(seed);
    }
    void train(std::uint64_t seed) {
        training::TrainSettings settings;
        settings.snapshot = "s-1";
        settings.name = "m";
        settings.seed = seed;
        settings.threads = 1;
        outcome = training::train(*world.db, world.blobs, {}, settings, "test", {}, {});
    }
    template <typename Do>
    auto work(Do does) {
        const service::Environment here{*world.db, world.blobs, config, {}};
        decltype(does(std::declval<service::Work&>())) answer{};
        service::run_locally(here, [&](service::Work& at) { answer = does(at); });
        return answer;
    }
    service::ModelTested test(const std::string& document) {
        auto request = service::TestModel::settings.read(base::Document::json(document));
        return work([&](service::Work& at) { return service::test_model(at, request); });
    }
};

}  // namespace

TEST_CASE("golden predictions come out again, or the model does not answer", "[service][models]") {
    Served served;
    const auto shown =
        served.work([](service::Work& at) { return service::show_model(at, {"m"}); });
    CHECK(shown.golden.records == 8);
    CHECK(shown.golden.holds);

    // What was measured was another model: its stored predictions differ from what this one says.
    served.world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE prediction SET probability = probability - 0.01");
    });
    CHECK_FALSE(served.work([](service::Work& at) { return service::show_model(at, {"m"}); }
    ).golden.holds);
    CHECK_THROWS_WITH(
        served.work([](service::Work& at) { return service::serving_model(at, "m"); }),
        Catch::StartsWith("model 'm' version 1: its golden predictions do not come out again: "
                          "record 'k") &&
            Catch::EndsWith("; restore its artefact, or train it again")
    );
    served.world.db->call([](base::Tx& tx) { tx.exec("DELETE FROM prediction"); });
    CHECK(
        served.work([](service::Work& at) { return service::show_model(at, {"m"}); }
        ).golden.records == 0
    );
    CHECK(served.work([](service::Work& at) { return service::serving_model(at, "m"); }));
}

TEST_CASE("a model that is asked for again is the one in memory", "[service][models]") {
    Served served(3);
    const auto ask = [&] {
        return served.work([](service::Work& at) { return service::serving_model(at, "m"); });
    };
    const auto first = ask();
    CHECK(ask() == first);
    served.train(4);  // version 2, the newest
    const auto second = ask();
    CHECK(second != first);
    CHECK(second->info.version == 2);
    served.world.db->call([](base::Tx& tx) {
        training::promote(tx, "m", 1, training::Stage::production);
    });
    CHECK(ask() == first);
}

TEST_CASE("tests of behaviour are run, kept, and stand before production", "[service][models]") {
    Served served;
    const std::string passing =
        R"({"model":"m","test":[{"name":"floor","kind":"floor","at_least":0.01},)"
        R"({"name":"case","kind":"invariance","change":"upper"},)"
        R"({"name":"slice","kind":"floor","where":"half = 'test'","at_least":0},)"
        R"({"name":"speed","kind":"latency","predictions":20,"milliseconds":10000}]})";
    const auto tested = served.test(passing);
    CHECK(tested.passed);
    REQUIRE(tested.tests.size() == 4);
    CHECK(tested.tests[2].rows < tested.tests[0].rows);
    CHECK_FALSE(tested.kept);
    const auto reads = served.world.db->call([&](base::Tx& tx) {
        return training::count_reads(tx, served.outcome.run.snapshot_id);
    });
    CHECK(std::any_of(reads.begin(), reads.end(), [](const training::TestReads& one) {
        return one.reader == training::TestReader::model_test && one.reads == 1;
    }));
    const auto promote = [&] {
        return served.work([](service::Work& at) {
            return service::promote_model(at, {"m", 1, training::Stage::production, {}, {}});
        });
    };
    CHECK(promote().version == 1);  // nothing is kept, nothing is asked

    const auto failing = served.test(
        R"({"model":"m","keep":true,"test":[{"name":"all right","kind":"floor","at_least":1.01}]})"
    );
    CHECK_FALSE(failing.passed);
    CHECK(failing.kept);
    CHECK_THROWS_WITH(
        promote(),
        Catch::StartsWith("model 'm' version 1: 1 of 1 tests of its behaviour fail (all right: "
                          "accuracy ") &&
            Catch::EndsWith("; see 'tilth model test m --version 1'")
    );
    const auto stored =
        served.world.db->call([&](base::Tx& tx) { return training::last_test_result(tx, "m", 1); });
    REQUIRE(stored);
    CHECK_FALSE(stored->passed);
    CHECK_THROWS_AS(
        served.test(R"({"model":"m","test":[{"name":"a","inputs":[{"txet":"x"}],"expect":"odd"}]})"
        ),
        base::UsageError
    );
    served.test(R"({"model":"m","forget":true})");
    CHECK(promote().version == 1);
    CHECK_THROWS_AS(served.test(R"({"model":"m"})"), base::UsageError);
    CHECK_THROWS_AS(served.test(R"({"model":"none"})"), base::NotFound);
}

TEST_CASE("a model card says what a version is and is for", "[service][models]") {
    Served served;
    served.work([](service::Work& at) {
        service::EditModel edit;
        edit.model = "m";
        edit.intended_use = "To sort topics.";
        return service::edit_model(at, edit);
    });
    served.test(R"({"model":"m","test":[{"name":"floor","kind":"floor","at_least":0.01}]})");
    const auto card = served.work([](service::Work& at) {
        return service::card_of_model(at, {"m", 0});
    });
    CHECK(card.data.name == "s-1");
    CHECK(card.classes.size() == 2);
    CHECK(card.run_key.size() == 64);
    CHECK(card.golden.holds);
    CHECK(card.tests_passed == true);
    CHECK_FALSE(card.metrics.empty());
    const auto text = service::card_markdown(card);
    for (const char* part :
         {"# Model m, version 1",
          "## Intended use\n\nTo sort topics.",
          "| test | accuracy |",
          "| even |",
          "Golden predictions: 8 come out",
          "Tests of its behaviour passed",
          "\n### s-1",
          "have no licence that is known"}) {
        INFO(part);
        CHECK_THAT(text, Catch::Contains(part));
    }
}

TEST_CASE("what a model is asked is compared with what it was judged by", "[service][models]") {
    Served served(11);
    served.world.db->call([](base::Tx& tx) {
        schema::Webhook hook;
        hook.name = "h";
        hook.url = "https://hooks.test/";
        hook.secret = "env:HOOK";
        hook.events.text = R"(["model.drift"])";
        schema::add_webhook(tx, hook, std::chrono::system_clock::now());
    });
    const auto alarms = [&] {
        return served.world.db->call([](base::Tx& tx) {
            return *tx.value<std::int64_t>("SELECT count(*) FROM webhook_message");
        });
    };
    const auto ask = [&](const json::array& inputs) {
        served.work([&](service::Work& at) {
            service::Predict request;
            request.model = "m";
            request.inputs = inputs;
            return service::predict(at, request);
        });
    };
    const auto drift = [&] {
        return served.work([](service::Work& at) {
            service::FindModelDrift request;
            request.model = "m";
            return service::find_model_drift(at, request);
        });
    };
    CHECK_THROWS_WITH(
        drift(),
        "model 'm' version 1: predicted nothing in the last 24 hours; predict by it, or look "
        "further back by --hours"
    );

    // As the records are.
    json::array same, other;
    for (int i = 0; i < 240; ++i) {
        same.push_back(json::object{
            {"body", snapshot_world::long_text(i % 60, i % 4)}, {"title", ""}});
        other.push_back(json::object{{"body", "t1w1"}, {"title", ""}});
    }
    ask({other[0]});  // one is too few to say anything
    for (const auto& one : drift().columns) CHECK(one.verdict == "too few");
    ask(same);
    const auto quiet = drift();
    CHECK(quiet.predictions == 241);
    CHECK(quiet.windows.size() == 1);
    CHECK(std::none_of(quiet.columns.begin(), quiet.columns.end(), [](const auto& one) {
        return one.column == "(text bytes)" && one.verdict == "drifted";
    }));
    const auto before = alarms();

    ask(other);
    ask(other);
    const auto loud = drift();
    CHECK(loud.predictions == 721);
    const auto found = std::find_if(loud.columns.begin(), loud.columns.end(), [](const auto& one) {
        return one.column == "(text bytes)";
    });
    REQUIRE(found != loud.columns.end());
    CHECK(found->verdict == "drifted");
    CHECK(found->psi > 0.2);
    CHECK(found->ks > 0.5);
    CHECK(loud.windows.back().alarmed);
    CHECK(alarms() <= before + 1);
    CHECK(alarms() >= 1);
    const auto told = alarms();
    ask(other);
    CHECK(alarms() == told);  // once an hour
}

TEST_CASE(
    "a prediction asks once which model is meant, and waits for no disk",
    "[service][models]"
) {
    Served served(12);
    const auto windows = [&] {
        return served.world.db.number("SELECT count(*) FROM model_window");
    };
    const auto store = [&](bool all) {
        served.work([&](service::Work& at) {
            service::store_watched(at.tx, at.here, at.now, all);
            return 0;
        });
    };
    // Round trips, and whether anything was written.
    const auto ask = [&](std::size_t times) {
        return served.work([&](service::Work& at) {
            service::Predict request;
            request.model = "m";
            for (std::size_t i = 0; i < times; ++i)
                request.inputs.push_back(json::object{{"body", "t1w1 t1w2"}});
            const auto before = base::Batch::round_trips(at.tx);
            service::predict(at, request);
            const auto trips = base::Batch::round_trips(at.tx) - before;
            const auto wrote =
                at.tx.value<bool>("SELECT pg_current_xact_id_if_assigned() IS NOT NULL");
            return std::pair(trips, wrote.value());
        });
    };
    ask(1);  // reads the model
    CHECK(ask(1) == std::pair(std::int64_t{1}, false));
    CHECK(ask(150) == std::pair(std::int64_t{1}, false));
    CHECK(windows() == 0);
    store(false);
    CHECK(windows() == 0);  // too few, and too new
    ask(100);
    store(false);
    CHECK(windows() == 1);
    CHECK(served.world.db.number("SELECT sum(predictions) FROM model_window") == 252);

    ask(5);
    Served other(13);  // a database of its own
    other.world.db->call([&](base::Tx& tx) {
        service::store_watched(
            tx, {*other.world.db, other.world.blobs, other.config, {}}, snapshot_world::now, true
        );
    });
    CHECK(other.world.db.number("SELECT count(*) FROM model_window") == 0);
    CHECK_THROWS(served.work([](service::Work& at) {
        at.tx.exec("ALTER TABLE model_window RENAME TO gone");
        service::store_watched(at.tx, at.here, at.now, true);
        return 0;
    }));
    store(true);  // it was kept
    CHECK(served.world.db.number("SELECT sum(predictions) FROM model_window") == 257);

    ask(1);
    served.world.db->call([](base::Tx& tx) { tx.exec("DELETE FROM model"); });
    CHECK_NOTHROW(store(true));
    CHECK(windows() == 0);
}

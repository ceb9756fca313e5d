// A model asked over HTTP: what it says, and that what it was asked is watched without being waited
// for.
#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/training/snapshot_world.hpp"

namespace {

namespace json = boost::json;
using snapshot_world::named;

struct AskedWorld {
    snapshot_world::World world;
    test::Running server{*world.db, options()};
    test::Client client{server.port()};

    AskedWorld() {
        world.create(named("s-1"));
        training::TrainSettings settings;
        settings.snapshot = "s-1";
        settings.name = "m";
        settings.threads = 1;
        training::train(*world.db, world.blobs, {}, settings, "test", {}, {});
        client.bearer = api::bearer_token(*world.db, "ann", "analyst");
    }
    // Blobs where the world has them.
    static api::Options options() {
        api::Options options;
        options.setting.blobs = schema::open_folder("/nonexistent");
        return options;
    }
    json::value ask(int inputs) {
        json::array all;
        for (int i = 0; i < inputs; ++i)
            all.push_back(json::object{{"body", snapshot_world::long_text(i % 60, i % 4)}});
        const auto reply =
            client.send("POST", "/api/v1/models/m/predict", json::object{{"inputs", all}});
        INFO(reply.body);
        REQUIRE(reply.status == 200);
        return reply.json().at("predictions");
    }
    long long watched() {
        return world.db.number("SELECT coalesce(sum(predictions), 0) FROM model_window");
    }
};

}  // namespace

TEST_CASE("what a served model is asked is stored beside the requests", "[api][models]") {
    AskedWorld at;
    CHECK(at.ask(1).at(0).at("probability").as_double() > 0.5);
    CHECK(at.ask(300).as_array().size() == 300);
    // By a look of the server, every few seconds.
    for (int i = 0; i < 200 && at.watched() == 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK(at.watched() == 301);
    at.ask(7);
    CHECK(at.watched() == 301);
    at.server.stop();
    CHECK(at.watched() == 308);
}

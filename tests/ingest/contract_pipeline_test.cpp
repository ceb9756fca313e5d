#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "ingest/mapping/contract_store.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/ingest/files.hpp"
#include "tests/support/test_database.hpp"

namespace {

using ingest::OnDrift;

struct World {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs{folder.path("blobs")};
    std::int64_t source = 0;

    World() {
        source = database->call([&](base::Tx& tx) {
            return schema::add_source(
                       tx, {0, "t", "files", "{}", "", "active"}, std::chrono::system_clock::now()
            )
                ->id;
        });
    }

    ingest::RunResult run(const std::string& lines, OnDrift on_drift) {
        ingest::RunRequest request;
        request.source = "t";
        request.inputs = {folder.write("a.jsonl", lines)};
        request.key = "id";
        request.on_drift = on_drift;
        request.batch_records = 2;
        return ingest::run(*database, blobs, request);
    }
};

const std::string first = "{\"id\":1,\"n\":1}\n{\"id\":2}\n{\"id\":3,\"n\":null,\"s\":\"x\"}\n";
// A new field, another kind, both, and one that fits.
const std::string second =
    "{\"id\":4,\"new\":1}\n{\"id\":5,\"n\":\"many\"}\n{\"id\":6,\"n\":[1],\"new\":2}\n{\"id\":7,"
    "\"n\":7}\n";

}  // namespace

TEST_CASE(
    "records that drift are stored and kept out until they are accepted",
    "[ingest][contract]"
) {
    World world;
    auto learned = world.run(first, OnDrift::quarantine);
    CHECK(learned.quarantined == 0);
    auto drifted = world.run(first + second, OnDrift::quarantine);
    CHECK(drifted.counts.added == 4);
    CHECK(drifted.quarantined == 3);
    CHECK(world.database.number("SELECT count(*) FROM quarantine") == 4);
    world.database->call([&](base::Tx& tx) {
        auto waiting = ingest::waiting_fields(tx, world.source);
        REQUIRE(waiting.size() == 2);
        CHECK(waiting[0].name == "n");
        CHECK(waiting[1].name == "new");
        CHECK(waiting[1].records == 2);
        CHECK(ingest::accept_field(tx, world.source, "new", 0) == 2);
    });
    auto again = world.run(second, OnDrift::quarantine);
    CHECK(again.quarantined == 2);
    CHECK(world.database.number("SELECT count(*) FROM quarantine") == 2);
}

TEST_CASE("each other contract does as it says", "[ingest][contract]") {
    World world;
    world.run(first, OnDrift::quarantine);
    SECTION("evolve") {
        CHECK(world.run(second, OnDrift::evolve).counts.added == 4);
        CHECK(world.run(second, OnDrift::freeze).counts.unchanged == 4);
        CHECK(world.database.number("SELECT count(*) FROM quarantine") == 0);
    }
    SECTION("freeze") {
        CHECK_THROWS_WITH(
            world.run(second, OnDrift::freeze),
            Catch::Contains("'new' is new") && Catch::Contains("accept")
        );
        CHECK(world.database.number("SELECT count(*) FROM record") == 3);
    }
    SECTION("discard_row") {
        auto result = world.run(second, OnDrift::discard_row);
        CHECK(result.counts.rejected == 3);
        CHECK(result.counts.added == 1);
        CHECK(
            world.database.number("SELECT count(*) FROM reject WHERE code = 'contract.drift'") == 3
        );
    }
    SECTION("discard_value") {
        auto result = world.run(second, OnDrift::discard_value);
        CHECK(result.counts.added == 4);
        CHECK(
            world.database.number("SELECT count(*) FROM record_version WHERE payload ? 'new'") == 0
        );
        CHECK(
            world.database.number(
                "SELECT count(*) FROM record_version WHERE key = '5' AND payload = '{\"id\":5}'"
            ) == 1
        );
        CHECK(
            world.database.number("SELECT count(*) FROM record_version WHERE key = '7' AND payload "
                                  "= '{\"id\":7,\"n\":7}'") == 1
        );
    }
}

TEST_CASE("a run that ended early teaches on", "[ingest][contract]") {
    World world;
    ingest::RunRequest request;
    request.source = "t";
    request.inputs = {world.folder.write("a.jsonl", first + second)};
    request.key = "id";
    request.limit = 2;
    ingest::run(*world.database, world.blobs, request);
    CHECK(world.run(first + second, OnDrift::quarantine).quarantined == 0);
    CHECK(
        world.run(first + second + "{\"id\":8,\"late\":true}\n", OnDrift::quarantine).quarantined ==
        1
    );
}

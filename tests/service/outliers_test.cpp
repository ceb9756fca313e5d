// Numbers far from the others, from the database to the answer.
#include <algorithm>

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/sources/source_store.hpp"
#include "service/context.hpp"
#include "service/quality/findings.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"

TEST_CASE("values far from the others are told with their records", "[service][quality]") {
    test::TestDatabase db{4};
    test::Folder home;
    std::string csv = "id,a,word,b\n";
    for (int i = 0; i < 60; ++i)
        csv += "r" + std::to_string(i) + "," + (i == 17 ? "900.50" : std::to_string(i % 7)) + ",w" +
               std::to_string(i) + "," + (i == 17 || i == 30 ? "-5000" : std::to_string(i % 11)) +
               "\n";
    db->call([](base::Tx& tx) {
        schema::add_source(
            tx, {0, "t", "files", "{}", "", "active"}, std::chrono::system_clock::now()
        );
    });
    schema::Blobs blobs{home.path / "blobs"};
    ingest::RunRequest given;
    given.source = "t";
    given.inputs = {home.write("t.csv", csv).string()};
    given.rules = ingest::Rules{};
    given.rules->key = {"id"};
    ingest::run(*db, blobs, given);

    base::StopOnSignal stop;
    service::Context context{stop};
    context.config.database.url = db.url();
    context.config.home = home.path;
    service::run_locally(context.environment(), [](service::Work& work) {
        service::FindOutliers request;
        request.source = "t";
        auto found = service::find_outliers(work, request);
        std::vector<std::string> told;
        for (const auto& one : found.items)
            told.push_back(one.key + " " + one.column + " " + one.value);
        std::sort(told.begin(), told.end());
        CHECK(told == std::vector<std::string>{"r17 a 900.50", "r17 b -5000", "r30 b -5000"});
        REQUIRE_FALSE(found.rare.empty());
        CHECK(found.rare[0].key == "r17");
        request.columns = {"a"};
        found = service::find_outliers(work, request);
        REQUIRE(found.items.size() == 1);
        CHECK(found.items[0].key == "r17");
        CHECK(found.rare.empty());
    });
}

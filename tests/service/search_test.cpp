// A search of what was just gathered: all is indexed first, and one search answers.
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "schema/records/record_store.hpp"
#include "schema/sources/source_store.hpp"
#include "service/context.hpp"
#include "service/records/records.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"

namespace {

constexpr int texts = 2300;  // more than two searches over HTTP would index

struct Gathered {
    test::TestDatabase db;
    test::Folder folder;
    service::Config config;
    schema::Blobs blobs{folder.path / "blobs"};
    std::stop_source stop;

    Gathered() {
        config.home = folder.path;
        const schema::Time now{std::chrono::seconds(1767225600)};
        std::vector<schema::Sealed> sealed;
        for (int i = 0; i < texts; ++i) {
            schema::Draft draft;
            draft.key = std::to_string(i);
            draft.payload = "{\"n\":" + draft.key + "}";
            draft.text = schema::Text{"", i % 23 == 0 ? "a heron" : "no bird", "en"};
            sealed.push_back(schema::seal("s", draft, blobs));
        }
        db->call([&](base::Tx& tx) {
            schema::BatchTarget target;
            target.source_id = schema::add_source(tx, {0, "s", "files", "{}", "", ""}, now)->id;
            target.source_name = "s";
            target.run_id = schema::begin_run(tx, target.source_id, "{}", now);
            target.now = now;
            schema::write_batch(tx, target, sealed, {});
        });
    }
    service::Environment here() { return {*db, blobs, config, stop.get_token()}; }
    service::RecordHits search() {
        service::RecordHits hits;
        service::run_locally(here(), [&](service::Work& work) {
            service::SearchRecords request;
            request.source = "s";
            request.q = "heron";
            request.limit = 200;
            hits = service::search_records(work, request);
        });
        return hits;
    }
};

}  // namespace

TEST_CASE("one search answers after all that waits was indexed", "[service][search]") {
    Gathered gathered;
    CHECK(service::index_records(gathered.here(), "s") == texts);
    auto hits = gathered.search();
    CHECK(hits.complete);
    CHECK(hits.items.size() == 100);
    CHECK(service::index_records(gathered.here(), "s") == 0);
}

TEST_CASE("a search without that says that it is not complete", "[service][search]") {
    Gathered gathered;
    CHECK_FALSE(gathered.search().complete);
    CHECK(gathered.db.number("SELECT count(*) FROM record_search") == 1000);
    CHECK(service::index_records(gathered.here(), "s") == texts - 1000);
    CHECK(gathered.search().complete);
}

TEST_CASE("indexing that is stopped leaves the rest to the next time", "[service][search]") {
    Gathered gathered;
    gathered.stop.request_stop();
    CHECK(service::index_records(gathered.here(), "s") == 0);
    CHECK_FALSE(gathered.search().complete);
    CHECK_THROWS_AS(service::index_records(gathered.here(), "none"), base::Error);
}

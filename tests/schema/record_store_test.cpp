#include "schema/records/record_store.hpp"
#include "base/bytes/hash.hpp"

#include <cmath>
#include <filesystem>
#include <random>
#include <thread>

#include <unistd.h>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/json/described.hpp"
#include "schema/records/record_view_store.hpp"
#include "schema/records/sent_array.hpp"
#include "tests/support/test_database.hpp"

using schema::BatchTarget;
using schema::Counts;
using schema::Draft;
using test::TestDatabase;

namespace {

const schema::Time start{std::chrono::seconds(1767225600)};

struct Fixture {
    TestDatabase db{4};
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("tilth-blobs-" + std::to_string(getpid()));
    schema::Blobs blobs{folder};
    BatchTarget target;

    Fixture() {
        db->call([&](base::Tx& tx) {
            auto source = schema::add_source(tx, {0, "s", "files", "{}", "", ""}, start);
            target.source_id = source->id;
            target.source_name = "s";
            target.run_id = schema::begin_run(tx, source->id, "{}", start);
            target.columns = {
                {"size", schema::Column::Type::number, "kB"},
                {"colour", schema::Column::Type::category, ""}};
            target.column_set = schema::ensure_columns(tx, source->id, target.columns, start);
            target.now = start;
        });
    }
    ~Fixture() { std::filesystem::remove_all(folder); }

    Counts write(std::vector<Draft> drafts, std::vector<schema::Reject> rejects = {}) {
        std::vector<schema::Sealed> sealed;
        for (auto& draft : drafts) sealed.push_back(schema::seal("s", std::move(draft), blobs));
        return db->call([&](base::Tx& tx) {
            return schema::write_batch(tx, target, sealed, rejects);
        });
    }

    void check_sums() {
        CHECK(
            db.number("SELECT count(*) FROM record") ==
            db.number("SELECT sum(added) FROM source_run_count")
        );
        CHECK(
            db.number("SELECT count(*) FROM record_version") ==
            db.number("SELECT sum(added + changed) FROM source_run_count")
        );
        CHECK(
            db.number("SELECT count(*) FROM record r LEFT JOIN record_version v USING (rk, "
                      "source_id, key, version) WHERE v.rk IS NULL") == 0
        );
        CHECK(
            db.number("SELECT count(*) FROM record_version v LEFT JOIN blob b ON b.sha256 = "
                      "v.blob_sha256 WHERE v.blob_sha256 IS NOT NULL AND b.bk IS NULL") == 0
        );
    }
};

Draft draft(const std::string& key, const std::string& payload) {
    Draft made;
    made.key = key;
    made.payload = "{\"v\":\"" + payload + "\"}";
    made.text = schema::Text{"title", "body " + payload, "en"};
    made.numbers = {1.0, 0};
    made.categories = {{1, payload}};
    return made;
}

}  // namespace

// A change of a row that lies whole on each node of a cluster waits for all of them.
TEST_CASE("a batch changes its run's counts and nothing of the run itself", "[schema][records]") {
    Fixture f;
    auto version = [&] { return f.db.number("SELECT xmin::text::bigint FROM source_run"); };
    const auto begun = version();
    CHECK(f.write({draft("a", "one")}).added == 1);
    CHECK(f.db.number("SELECT read FROM source_run_count") == 1);
    CHECK(version() == begun);
}

TEST_CASE("new, changed, unchanged and rejected inputs add up to those read", "[schema][records]") {
    Fixture f;
    CHECK(f.write({draft("a", "1"), draft("b", "1")}) == Counts{2, 2, 0, 0, 0});
    CHECK(
        f.write(
            {draft("a", "1"), draft("b", "2"), draft("c", "1")},
            {{"raw", "f.csv", "", 3, 17, "x", "csv.bad", "bad"}}
        ) == Counts{4, 1, 1, 1, 1}
    );
    auto counts = f.db->call([&](base::Tx& tx) { return schema::run_counts(tx, f.target.run_id); });
    CHECK(counts == Counts{6, 3, 1, 1, 1});
    CHECK(f.db.number("SELECT version FROM record WHERE key = 'b'") == 2);
    CHECK(f.db.number("SELECT count(*) FROM content_numeric WHERE key = 'b'") == 2);
    f.check_sums();
}

TEST_CASE("a key that comes twice in a batch counts as in two batches", "[schema][records]") {
    Fixture f;
    CHECK(
        f.write(
            {draft("a", "1"), draft("a", "1"), draft("a", "2"), draft("a", "2"), draft("b", "1")}
        ) == Counts{5, 2, 1, 2, 0}
    );
    CHECK(f.db.number("SELECT version FROM record WHERE key = 'a'") == 2);
    CHECK(f.write({draft("a", "3"), draft("a", "1")}) == Counts{2, 0, 2, 0, 0});
    CHECK(f.db.number("SELECT version FROM record WHERE key = 'a'") == 4);
    f.check_sums();
}

TEST_CASE("the same reject again stays one row", "[schema][records]") {
    Fixture f;
    schema::Reject reject{std::string("a\0b", 3), "f.csv", "", 3, 17, "", "csv.nul", "has a NUL"};
    f.write({}, {reject});
    f.write({}, {reject});
    CHECK(f.db.number("SELECT count(*) FROM reject") == 1);
    CHECK(f.db.number("SELECT octet_length(raw) FROM reject") == 3);
    CHECK(f.db.number("SELECT sum(rejected) FROM source_run_count") == 2);
}

TEST_CASE("categories keep their codes and new ones get the next", "[schema][records]") {
    Fixture f;
    f.write({draft("a", "red"), draft("b", "blue")});
    f.write({draft("c", "green"), draft("d", "red")});
    auto values = f.db->call([&](base::Tx& tx) {
        return schema::category_values(tx, f.target.source_id, "colour");
    });
    CHECK(values == std::vector<std::string>{"blue", "red", "green"});
    CHECK(f.db.number("SELECT values[2]::int FROM content_numeric WHERE key = 'd'") == 1);
    CHECK(f.db.number("SELECT values[2]::int FROM content_numeric WHERE key = 'c'") == 2);
}

TEST_CASE("small and large blobs come back as they were and are stored once", "[schema][records]") {
    Fixture f;
    std::string large(300000, '\0');
    std::mt19937 random(1);
    for (char& c : large) c = static_cast<char>(random());
    auto with_blob = [&](const std::string& key, const std::string& bytes) {
        auto made = draft(key, "1");
        made.blob = bytes;
        made.media_type = "application/octet-stream";
        return made;
    };
    f.write(
        {with_blob("a", large),
         with_blob("b", large),
         with_blob("c", std::string(5000, 'x')),
         with_blob("d", "tiny")}
    );
    f.write({with_blob("e", large)});
    CHECK(f.db.number("SELECT count(*) FROM blob") == 3);
    CHECK(f.db.number("SELECT count(*) FROM blob WHERE location IS NOT NULL") == 1);
    for (const auto& bytes : {large, std::string(5000, 'x'), std::string("tiny")}) {
        auto loaded =
            f.db->call([&](base::Tx& tx) { return f.blobs.load(tx, base::sha256(bytes)); });
        CHECK((loaded && *loaded == bytes));
        auto part = [&](std::uint64_t from, std::uint64_t size) {
            return f.db->call([&](base::Tx& tx) {
                return f.blobs.load_part(tx, base::sha256(bytes), from, size);
            });
        };
        auto size = f.db->call([&](base::Tx& tx) { return f.blobs.size(tx, base::sha256(bytes)); });
        CHECK(size == bytes.size());
        CHECK(part(0, 2) == bytes.substr(0, 2));
        CHECK(part(*size - 3, 100) == bytes.substr(bytes.size() - 3));
        CHECK(part(*size + 1, 100).empty());
    }
    CHECK_FALSE(f.db->call([&](base::Tx& tx) { return f.blobs.load(tx, base::sha256("other")); }));
    f.check_sums();
}

TEST_CASE("writers of one source at once lose and double nothing", "[schema][records]") {
    Fixture f;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int round = 0; round < 5; ++round) {
                std::vector<Draft> drafts;
                for (int i = 0; i < 50; ++i)
                    drafts.push_back(draft("k" + std::to_string(i), std::to_string((t + round) % 3))
                    );
                f.write(std::move(drafts));
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(f.db.number("SELECT sum(read) FROM source_run_count") == 1000);
    CHECK(f.db.number("SELECT count(*) FROM record") == 50);
    f.check_sums();
}

TEST_CASE("a run left behind by a killed program is closed by the next", "[schema][records]") {
    Fixture f;
    auto next = f.db->call([&](base::Tx& tx) {
        return schema::begin_run(tx, f.target.source_id, "{}", start);
    });
    CHECK(next != f.target.run_id);
    CHECK(f.db.number("SELECT count(*) FROM source_run WHERE state = 'interrupted'") == 1);
}

TEST_CASE("a record is shown with its provenance, numbers and text", "[schema][records]") {
    Fixture f;
    auto made = draft("a", "red");
    made.origin.file = "in.csv";
    made.origin.byte_offset = 42;
    f.write({made});
    auto shown = f.db->call([&](base::Tx& tx) {
        return schema::show_record(tx, schema::require_source(tx, "s"), "a");
    });
    REQUIRE(shown);
    CHECK_THAT(
        base::json_text(*shown),
        Catch::Contains(R"("byte_offset":42)") &&
            Catch::Contains(R"("name":"colour","unit":"","value":"red")") &&
            Catch::Contains(R"("body":"body red")")
    );
    CHECK_FALSE(f.db->call([&](base::Tx& tx) {
        return schema::show_record(tx, schema::require_source(tx, "s"), "b");
    }));
}

TEST_CASE("a record without a key is refused with one line", "[schema][records]") {
    CHECK_THROWS_AS(schema::seal("s", draft("", "1"), schema::Blobs("/tmp")), base::Error);
    CHECK_THROWS_WITH(
        schema::seal("s", draft(std::string(3000, 'k'), "1"), schema::Blobs("/tmp")),
        Catch::Contains("3000 bytes")
    );
}

TEST_CASE("numbers of an array that was sent are those that were stored", "[schema][records]") {
    TestDatabase db;
    const auto sent = [&](const std::string& array) {
        return db->call([&](base::Tx& tx) {
            auto rows = tx.exec("SELECT array_send($1::float8[]) AS sent", array);
            return base::bytes(rows[0][0]);
        });
    };
    std::vector<double> values{7};
    schema::doubles_of_sent(sent("{1,NULL,-2.5e-300,Infinity}"), values);
    REQUIRE(values.size() == 4);
    CHECK(values[0] == 1);
    CHECK(std::isnan(values[1]));
    CHECK(values[2] == -2.5e-300);
    CHECK(std::isinf(values[3]));
    schema::doubles_of_sent(sent("{}"), values);
    CHECK(values.empty());
    CHECK_THROWS_AS(schema::doubles_of_sent(sent("{1,2}").substr(0, 25), values), std::logic_error);
    CHECK_THROWS_AS(schema::doubles_of_sent(sent("{{1},{2}}"), values), std::logic_error);
}

#include "schema/records/record_fields.hpp"

#include <filesystem>

#include <unistd.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/json/described.hpp"
#include "schema/records/page_quality_store.hpp"
#include "schema/records/purge_store.hpp"
#include "schema/records/record_store.hpp"
#include "schema/records/record_view_store.hpp"
#include "schema/select/filter.hpp"
#include "tests/support/test_database.hpp"

using namespace schema;
using namespace formats;

namespace {

const Time start{std::chrono::seconds(1767225600)};
const std::string good =
    "The river that runs through the old town has flooded three times in this century, and each "
    "flood left its mark on the "
    "houses along the quay.\nPeople who lived there remember how the water came up to the first "
    "floor, with boats tied to "
    "window frames.\nTo be safe, the council built a wall of stone, which has kept most of the "
    "streets dry since then.";

struct Fixture {
    test::TestDatabase db{4};
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("tilth-fields-" + std::to_string(getpid()));
    Blobs blobs{folder};
    BatchTarget target;

    Fixture() {
        db->call([&](base::Tx& tx) {
            target.source_id = add_source(tx, {0, "s", "files", "{}", "", ""}, start)->id;
            target.source_name = "s";
            target.run_id = begin_run(tx, target.source_id, "{}", start);
            target.now = start;
        });
    }
    ~Fixture() { std::filesystem::remove_all(folder); }

    Counts
    write(const std::string& key, const std::string& body, std::optional<Quality> quality = {}) {
        Draft draft;
        draft.key = key;
        draft.payload = R"({"quality":{"own":"yes"},"body":")" +
                        std::to_string(std::hash<std::string>{}(body)) + "\"}";
        draft.text = Text{"", body, "en"};
        draft.quality = std::move(quality);
        draft.origin.url = "http://h/" + key;
        std::vector<Sealed> sealed{seal("s", draft, blobs)};
        return db->call([&](base::Tx& tx) { return write_batch(tx, target, sealed, {}); });
    }
    std::vector<std::string> keys(const std::string& where) {
        auto filter = Filter::parse(where);
        std::vector<std::string> found;
        each_record(*db, target.source_id, filter.fields(), [&](RecordFound& record) {
            if (filter.matches(record.fields)) found.push_back(record.id.key);
            return true;
        });
        std::sort(found.begin(), found.end());
        return found;
    }
};

using Keys = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "conditions ask for measures and presets of a record's present text",
    "[schema][quality]"
) {
    Fixture f;
    f.write("a", good, Quality{measure_text(good, "en"), "en"});
    f.write("b", "short", Quality{measure_text("short", "en"), "de"});
    f.write("c", "mail me at x@y.org");
    CHECK(f.keys("quality.gopher = true") == Keys{"a"});
    CHECK(f.keys("quality.words < 5") == Keys{"b"});
    CHECK(f.keys("quality.language = 'de'") == Keys{"b"});
    CHECK(f.keys("quality.words is null") == Keys{"c"});
    CHECK(f.keys("quality.own = 'yes'") == Keys{"a", "b", "c"});  // the payload's own
    std::stop_source stopped;
    stopped.request_stop();
    CHECK_THROWS_AS(
        measure_missing(*f.db, f.target.source_id, stopped.get_token()), base::Interrupted
    );
    CHECK(measure_missing(*f.db, f.target.source_id) == 1);
    CHECK(measure_missing(*f.db, f.target.source_id) == 0);
    CHECK(f.keys("quality.pii_email > 0") == Keys{"c"});
    std::size_t measured = 0;
    each_measured(*f.db, f.target.source_id, [&](const auto&, const auto& measures) {
        ++measured;
        CHECK(measures.size() == measure_count);
    });
    CHECK(measured == 3);
}

TEST_CASE(
    "measuring makes no content another, and a measure that is new leaves old rows alone",
    "[schema][quality]"
) {
    Fixture f;
    f.write("a", good, Quality{{7}, "en"});  // by a program that knew one measure
    CHECK(f.write("a", good, Quality{measure_text(good, "en"), "en"}) == Counts{1, 0, 0, 1, 0});
    CHECK(f.db.number("SELECT array_length(measures, 1) FROM content_quality") == 1);
    CHECK(f.keys("quality.words = 7") == Keys{"a"});
    CHECK(
        f.write("a", good + " More.", Quality{measure_text(good + " More.", "en"), "en"}) ==
        Counts{1, 0, 1, 0, 0}
    );
    CHECK(f.keys("quality.words > 50") == Keys{"a"});
    CHECK(f.db.number("SELECT count(*) FROM content_quality") == 2);
}

TEST_CASE(
    "a record is shown with its measures, what its presets miss, and its lineage",
    "[schema][quality]"
) {
    Fixture f;
    f.write("a", "short", Quality{measure_text("short", "en"), "en"});
    f.write("a", "another", Quality{measure_text("another", "en"), "en"});
    auto shown = boost::json::parse(base::json_text(*f.db->call([&](base::Tx& tx) {
        return show_record(tx, require_source(tx, "s"), "a");
    })));
    CHECK(shown.at("quality").at("words").to_number<int>() == 1);
    CHECK(shown.at("quality").at("gopher").at("passes") == false);
    CHECK(shown.at("quality").at("gopher").at("broken").as_array().size() >= 1);
    auto& lineage = shown.at("lineage");
    CHECK(lineage.at("source") == "s");
    REQUIRE(lineage.at("versions").as_array().size() == 2);
    CHECK(lineage.at("versions").at(0).at("url") == "http://h/a");
    CHECK(
        lineage.at("versions").at(1).at("run").at("run").to_number<std::int64_t>() ==
        f.target.run_id
    );
    CHECK(lineage.at("versions").at(1).at("run").at("state") == "running");
}

TEST_CASE(
    "a purge takes measures, sketches and words too, and clusters get another first",
    "[schema][quality][purge]"
) {
    Fixture f;
    f.write("a", good, Quality{{1}, "en"});
    f.write("b", good, Quality{{1}, "en"});
    f.write("c", good, Quality{{1}, "en"});
    auto first = std::to_string(record_key("s", "a"));
    f.db->call([&](base::Tx& tx) {
        tx.exec(
            "INSERT INTO duplicate SELECT rk, source_id, key, 'text', " + first +
            ", 1, now() FROM record"
        );
        tx.exec(
            "INSERT INTO text_sketch SELECT rk, source_id, key, version, '', '{}', '', rk = " +
            first + ", rk = " + first + " FROM record"
        );
        tx.exec(
            "INSERT INTO record_search SELECT rk, source_id, key, version, 'simple', '' FROM record"
        );
    });
    CHECK(f.keys("near_duplicate = false") == Keys{"a"});
    PurgeWhat what;
    what.url = "http://h/a";
    purge(*f.db, f.blobs, what, "test", start);
    CHECK(f.db.number("SELECT count(*) FROM content_quality") == 2);
    CHECK(f.db.number("SELECT count(*) FROM text_sketch") == 2);
    CHECK(f.db.number("SELECT count(*) FROM record_search") == 2);
    CHECK(f.keys("near_duplicate = false").size() == 1);
    CHECK(f.keys("near_duplicate = true").size() == 1);
    CHECK(
        f.db.number("SELECT count(*) FROM text_sketch s JOIN duplicate d USING (rk, source_id, "
                    "key) WHERE s.leads AND d.cluster = d.rk") == 1
    );
}

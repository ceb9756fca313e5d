#include "ingest/quality/profile_store.hpp"

#include <chrono>

#include <catch2/catch.hpp>

#include "base/database.hpp"
#include "ingest/pipeline.hpp"
#include "schema/blobs.hpp"
#include "schema/source_store.hpp"
#include "tests/ingest/files.hpp"
#include "tests/support/test_database.hpp"

namespace quality = ingest::quality;

namespace {

struct Fixture {
    test::TestDatabase database;
    test::Folder folder;
    schema::Blobs blobs{folder.path("blobs")};
    std::int64_t source_id = 0;

    Fixture() {
        source_id = database->call([&](base::Tx& tx) {
            return schema::add_source(
                       tx, {0, "t", "files", "{}", "", "active"}, std::chrono::system_clock::now()
            )
                ->id;
        });
    }
    // Rows `from` to `to`, the value of each made by `value`.
    std::int64_t ingest(int from, int to, const std::string& value) {
        std::string csv = "id,a\n";
        for (int i = from; i < to; ++i)
            csv += std::to_string(i) + "," + value + std::to_string(i % 7) + "\n";
        ingest::RunRequest request;
        request.source = "t";
        request.inputs = {folder.write("t" + std::to_string(++files_) + ".csv", csv)};
        request.key = "id";
        return ingest::run(*database, blobs, request).run_id;
    }
    quality::SourceProfile profile() { return quality::profile_source(*database, source_id); }
    // What reading all at once gives.
    quality::Profile whole() {
        database->call([&](base::Tx& tx) { tx.exec("DELETE FROM profile_part"); });
        auto made = profile();
        CHECK(made.read_again == made.profile.records);
        return made.profile;
    }

private:
    int files_ = 0;
};

// But for the rounding of sums.
void check_same(const quality::Profile& a, const quality::Profile& b) {
    CHECK(a.records == b.records);
    REQUIRE(a.columns.size() == b.columns.size());
    for (const auto& [name, one] : a.columns) {
        const auto& other = b.columns.at(name);
        CHECK(one.present == other.present);
        CHECK(one.distinct.estimate() == other.distinct.estimate());
        CHECK(one.patterns.top(10) == other.patterns.top(10));
        CHECK(one.quantiles.count() == other.quantiles.count());
        if (one.quantiles.count() > 0) {
            CHECK(one.quantiles.at(0.3) == other.quantiles.at(0.3));
            CHECK(one.moments.mean() == Approx(other.moments.mean()));
            CHECK(one.moments.variance() == Approx(other.moments.variance()));
        } else {
            CHECK(one.frequent.top(100) == other.frequent.top(100));
        }
    }
}

}  // namespace

TEST_CASE(
    "a profile is merged from its parts, and only what is new is read",
    "[quality][profile]"
) {
    Fixture f;
    f.ingest(0, 1000, "x");
    CHECK(f.profile().read_again == 1000);
    CHECK(f.profile().read_again == 0);
    auto second = f.ingest(1000, 1200, "y");
    auto made = f.profile();
    CHECK(made.profile.records == 1200);
    CHECK(made.read_again == 200);
    auto part = quality::profile_run(*f.database, f.source_id, second);
    REQUIRE(part);
    CHECK(part->records == 200);
    CHECK(part->columns.at("a").frequent.top(1)[0].first.front() == 'y');
    CHECK_FALSE(quality::profile_run(*f.database, f.source_id, 999));
    auto merged = f.profile().profile;
    check_same(merged, f.whole());
}

TEST_CASE("contents that were replaced leave the profile", "[quality][profile]") {
    Fixture f;
    f.ingest(0, 1000, "x");
    f.ingest(1000, 3000, "y");
    f.profile();
    f.ingest(0, 10, "z");  // of the first run's
    auto made = f.profile();
    CHECK(made.profile.records == 3000);
    CHECK(made.read_again == 1000);  // ten new ones, and what is left of the first run
    for (const auto& [value, count] : made.profile.columns.at("a").frequent.top(100))
        if (value.front() == 'x') CHECK(count < 143);
    check_same(made.profile, f.whole());
}

TEST_CASE("a profile that does not add up is made anew", "[quality][profile]") {
    Fixture f;
    f.ingest(0, 100, "x");
    f.profile();
    f.database->call([&](base::Tx& tx) { tx.exec("DELETE FROM record WHERE key = '5'"); });
    auto made = f.profile();
    CHECK(made.profile.records == 99);
    CHECK(made.read_again == 99);
}

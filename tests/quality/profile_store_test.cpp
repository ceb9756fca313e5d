#include "quality/profile/profile_store.hpp"

#include <algorithm>
#include <chrono>

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "quality/bias/bias_store.hpp"
#include "quality/report/report.hpp"
#include "quality/store.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/ingest/files.hpp"
#include "tests/support/test_database.hpp"

namespace quality = quality;

namespace {

struct Fixture {
    test::TestDatabase database;
    test::DataFolder folder;
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

TEST_CASE("the sides of a snapshot are profiled with their labels", "[quality][profile]") {
    Fixture f;
    f.ingest(0, 100, "x");
    CHECK_FALSE(quality::profile_snapshot(*f.database, "s", quality::Side::all));
    f.database->call([&](base::Tx& tx) {
        tx.exec(
            "INSERT INTO label_project (id, name, source_id, kind, spec, created_at) "
            "SELECT 7, 'p', id, 'classification', '{}', now() FROM source"
        );
        tx.exec(
            "INSERT INTO label_class (project_id, class_id, name) VALUES (7, 0, 'yes'), (7, 1, "
            "'no')"
        );
        tx.exec(
            "INSERT INTO snapshot (id, name, project_id, source_id, spec, state, created_at) "
            "SELECT 3, 's', 7, id, '{}', 'open', now() FROM source"
        );
        tx.exec(
            "INSERT INTO snapshot_item (rk, source_id, key, snapshot_id, version, split, class_id, "
            "cluster) "
            "SELECT rk, source_id, key, 3, 1, (key::int >= 80)::int * 2, key::int % 2, rk FROM "
            "record"
        );
    });
    // What the snapshot holds stays, whatever comes later.
    f.ingest(0, 50, "z");
    auto all = quality::profile_snapshot(*f.database, "s", quality::Side::all);
    REQUIRE(all);
    CHECK(all->records == 100);
    CHECK(all->columns.at("(label)").frequent.top(2)[0].second == 50);
    for (const auto& [value, count] : all->columns.at("a").frequent.top(20))
        CHECK(value.front() == 'x');
    CHECK(quality::profile_snapshot(*f.database, "s", quality::Side::training)->records == 80);
    CHECK(quality::profile_snapshot(*f.database, "s", quality::Side::test)->records == 20);
    CHECK(quality::profile_snapshot(*f.database, "s", quality::Side::validation)->records == 0);
}

TEST_CASE(
    "the profile of a form's question counts the classes of that question",
    "[quality][profile]"
) {
    Fixture f;
    f.ingest(0, 10, "x");
    f.database->call([&](base::Tx& tx) {
        tx.exec(
            "INSERT INTO label_project (id, name, source_id, kind, spec, created_at) "
            "SELECT 7, 'p', id, 'form', '{}', now() FROM source"
        );
        // The question's own numbers, 0 and 1, are those of classes of another one too.
        tx.exec(
            "INSERT INTO label_class (project_id, class_id, question, name) VALUES (7, 0, 'where', "
            "'sea'), (7, 1, 'where', 'land'), (7, 2, 'spam', 'no'), (7, 4, 'spam', 'yes')"
        );
        tx.exec(
            "INSERT INTO snapshot (id, name, project_id, source_id, spec, state, created_at) "
            "SELECT 3, 's', 7, id, '{\"question\":\"spam\"}', 'open', now() FROM source"
        );
        tx.exec(
            "INSERT INTO snapshot_item (rk, source_id, key, snapshot_id, version, split, class_id, "
            "cluster) "
            "SELECT rk, source_id, key, 3, 1, 0, (key::int < 7)::int, rk FROM record"
        );
    });
    const auto all = quality::profile_snapshot(*f.database, "s", quality::Side::all);
    REQUIRE(all);
    using Counts = std::vector<std::pair<std::string, std::uint64_t>>;
    CHECK(all->columns.at("(label)").frequent.top(9) == Counts{{"yes", 7}, {"no", 3}});
}

TEST_CASE("labels, annotators and origins of a project are counted", "[quality][bias]") {
    Fixture f;
    f.ingest(0, 40, "x");
    auto table = quality::load_table(*f.database, f.source_id);
    CHECK_FALSE(quality::labels_of_project(*f.database, "p", f.source_id, table));
    f.database->call([&](base::Tx& tx) {
        tx.exec(
            "INSERT INTO label_project (id, name, source_id, kind, spec, created_at) "
            "SELECT 7, 'p', id, 'classification', '{}', now() FROM source"
        );
        tx.exec(
            "INSERT INTO label_class (project_id, class_id, name) VALUES (7, 0, 'yes'), (7, 1, "
            "'no')"
        );
        tx.exec(
            "INSERT INTO app_user (id, name, role, created_at) VALUES (1, 'ann', 'labeler', "
            "now()), "
            "(2, 'bob', 'labeler', now())"
        );
        tx.exec(
            "INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, probability, "
            "method, set_at) "
            "SELECT rk, source_id, key, 7, (key::int >= 10)::int, 1, 'import', now() FROM record "
            "WHERE key::int < 30"
        );
        tx.exec(
            "INSERT INTO annotation (rk, source_id, key, project_id, user_id, attempt, version, "
            "task_id, class_id, submitted_at) "
            "SELECT rk, source_id, key, 7, 1 + (key::int < 5)::int, 1, 1, 1, (key::int >= "
            "10)::int, now() FROM record WHERE key::int < 30"
        );
    });
    auto labels = quality::labels_of_project(*f.database, "p", f.source_id, table);
    REQUIRE(labels);
    CHECK(std::count(labels->begin(), labels->end(), "yes") == 10);
    CHECK(std::count(labels->begin(), labels->end(), "") == 10);
    auto people = quality::annotators_of_project(*f.database, "p");
    REQUIRE(people.groups.size() == 2);
    CHECK(people.groups[0].values.front() == "ann");
    CHECK(people.groups[0].records == 25);
    CHECK(people.groups[1].labels.at("yes").value == 1);
    auto origins = quality::origins_of_project(*f.database, "p");
    REQUIRE(origins.groups.size() == 1);
    CHECK(origins.groups[0].records == 30);
}

TEST_CASE("a report reads a source whole and says how it drifted", "[quality][report]") {
    Fixture f;
    f.ingest(0, 300, "x");
    auto source = f.database->call([&](base::Tx& tx) { return schema::require_source(tx, "t"); });
    auto first = quality::report_quality(*f.database, source, true);
    CHECK(first.profile.records == 300);
    CHECK(first.sampled == 300);
    CHECK_FALSE(first.drift);
    f.ingest(300, 900, "other");
    auto second = quality::report_quality(*f.database, source, true);
    REQUIRE(second.drift);
    for (const auto& one : *second.drift)
        if (one.column == "a") CHECK(one.verdict == "drifted");
    CHECK(quality::render_html(second).find("id=\"drift\"") != std::string::npos);
}

#include <algorithm>
#include <chrono>
#include <cmath>

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "quality/duplicates/duplicates.hpp"
#include "quality/outliers/outliers.hpp"
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

    explicit Fixture(const std::string& csv, ingest::Rules rules = {}) {
        source_id = database->call([&](base::Tx& tx) {
            return schema::add_source(
                       tx, {0, "t", "files", "{}", "", "active"}, std::chrono::system_clock::now()
            )
                ->id;
        });
        ingest::RunRequest request;
        request.source = "t";
        request.inputs = {folder.write("t.csv", csv)};
        rules.key = {"id"};
        request.rules = rules;
        ingest::run(*database, blobs, request);
    }
    quality::DuplicateReport find(const std::string& kind) {
        auto found = quality::find_duplicates(*database, source_id, {kind, {}, 0});
        database->call([&](base::Tx& tx) { quality::keep_duplicates(tx, source_id, found); });
        return found;
    }
};

}  // namespace

TEST_CASE("the table of a source has a text per record and field", "[quality][store]") {
    Fixture f("id,a,b\n1,x,\n2,\"y \"\"q\"\"\",7\n");
    auto table = quality::load_table(*f.database, f.source_id);
    REQUIRE(table.size() == 2);
    auto row = table.rows[0].key == "1" ? 0U : 1U;
    auto column = [&](const std::string& name) {
        return table.cells[static_cast<std::size_t>(
            std::find(table.names.begin(), table.names.end(), name) - table.names.begin()
        )];
    };
    CHECK(column("a")[row] == "x");
    CHECK(column("b")[row].empty());
    CHECK(column("a")[1 - row] == "y \"q\"");
    CHECK(column("b")[1 - row] == "7");
    CHECK(table.rows[row].line == 2);
}

TEST_CASE("numbers read without the texts are those of the table", "[quality][store]") {
    std::string csv = "id,a,word,b,few\n";
    for (int i = 0; i < 40; ++i)
        csv += std::to_string(i) + "," + std::to_string(i * 0.5) + ",w" + std::to_string(i) + "," +
               (i % 3 == 0    ? ""
                : i % 20 == 7 ? "none"
                              : std::to_string(-i)) +
               "," + (i < 19 ? "1" : "") + "\n";
    Fixture f(csv);
    const auto table = quality::load_table(*f.database, f.source_id);
    const std::vector<std::string> wanted =
        GENERATE(std::vector<std::string>{}, std::vector<std::string>{"b", "word"});
    const auto numbers = quality::load_numbers(*f.database, f.source_id, wanted);
    std::vector<std::string> names;
    for (std::size_t c = 0; c < table.names.size(); ++c) {
        const auto& name = table.names[c];
        const auto expected = quality::numbers_of(table.cells[c]);
        if (!expected || (!wanted.empty() && name != "b")) continue;
        names.push_back(name);
        REQUIRE(numbers.names.size() >= names.size());
        const auto& column = numbers.columns[names.size() - 1];
        REQUIRE(column.size() == expected->size());
        for (std::size_t row = 0; row < column.size(); ++row)
            CHECK(
                (column[row] == (*expected)[row] ||
                 (std::isnan(column[row]) && std::isnan((*expected)[row])))
            );
    }
    CHECK(names.size() == (wanted.empty() ? 3 : 1));  // id, a and b
    CHECK(numbers.names == names);
    for (std::size_t row = 0; row < table.size(); ++row)
        CHECK(numbers.rks[row] == table.rows[row].rk);
}

TEST_CASE("duplicate texts are found, stored, and found again to be the same", "[quality][store]") {
    ingest::Rules rules;
    rules.body = {"text"};
    std::string csv = "id,text\n";
    std::string sentence =
        "the quick brown fox jumps over the lazy dog while seven quiet owls watch the river flow "
        "by";
    csv += "a," + sentence +
           "\nb,\"The QUICK brown fox, jumps over the lazy dog while seven quiet owls watch the "
           "river flow by!\"\n";
    csv += "c," + sentence +
           " again\nd,something else that has not one run of words in common with it\n";
    Fixture f(csv, rules);
    auto normalised = f.find("normalised");
    REQUIRE(normalised.clusters.size() == 1);
    CHECK(normalised.clusters[0].size() == 2);
    auto near = f.find("text");
    REQUIRE(near.clusters.size() == 1);
    CHECK(near.clusters[0].size() == 3);
    CHECK(f.find("exact").clusters.empty());
    f.find("text");
    CHECK(f.database.number("SELECT count(*) FROM duplicate WHERE kind = 'text'") == 3);
    CHECK(
        f.database.number("SELECT count(DISTINCT cluster) FROM duplicate WHERE kind = 'text'") == 1
    );
    CHECK_THROWS_AS(f.find("magic"), base::UsageError);
    CHECK_THROWS_AS(
        quality::find_duplicates(*f.database, f.source_id, {"row", {"nowhere"}, 0}),
        base::UsageError
    );
}

TEST_CASE("a decided issue stays until the value changes", "[quality][store]") {
    Fixture f("id,a\n1,x\n2,y\n");
    auto rows = quality::load_table(*f.database, f.source_id).rows;
    auto now = std::chrono::system_clock::now();
    auto put = [&](const std::string& value, double probability) {
        f.database->call([&](base::Tx& tx) {
            quality::replace_issues(
                tx,
                f.source_id,
                {"typo"},
                {{rows[0], "a", "typo", value, "z", "near 'z'", probability}},
                now
            );
        });
    };
    auto count = [&](const std::string& state) {
        return f.database.number("SELECT count(*) FROM cell_issue WHERE state = '" + state + "'");
    };
    auto decide = [&](double at_least) {
        return f.database->call([&](base::Tx& tx) {
            return quality::decide_issues(
                tx, f.source_id, "a", "", at_least, "refused", "ann", now
            );
        });
    };
    put("x", 0.6);
    put("x", 0.7);
    CHECK(count("open") == 1);
    CHECK(decide(0.9) == 0);
    CHECK(decide(0.5) == 1);
    put("x", 0.8);
    CHECK(count("refused") == 1);
    CHECK(count("open") == 0);
    put("xx", 0.8);
    CHECK(count("open") == 1);
}

TEST_CASE("one proposal is accepted alone, and opened again", "[quality][store]") {
    Fixture f("id,a\n1,x\n2,y\n3,w\n");
    auto rows = quality::load_table(*f.database, f.source_id).rows;
    REQUIRE(rows.size() == 3);
    auto now = std::chrono::system_clock::now();
    std::vector<quality::CellIssue> issues;
    for (std::size_t i = 0; i < 3; ++i)
        issues.push_back({rows[i], "a", "typo", "x", i == 2 ? "" : "z", "near 'z'", 0.9});
    f.database->call([&](base::Tx& tx) {
        quality::replace_issues(tx, f.source_id, {"typo"}, issues, now);
    });
    auto decide = [&](const std::string& key, const std::string& state) {
        return f.database->call([&](base::Tx& tx) {
            return quality::decide_issues(tx, f.source_id, "a", key, 0, state, "ann", now);
        });
    };
    CHECK(decide(rows[0].key, "accepted") == 1);
    CHECK(decide(rows[0].key, "refused") == 0);
    CHECK(decide("nobody", "accepted") == 0);
    CHECK(decide(rows[2].key, "accepted") == 0);  // nothing is proposed
    auto decided =
        f.database->call([&](base::Tx& tx) { return quality::decided_issues(tx, f.source_id); });
    REQUIRE(decided.size() == 1);
    CHECK(decided[0].key == rows[0].key);
    CHECK(decided[0].column_name == "a");
    CHECK(decided[0].state == "accepted");
    CHECK(decided[0].decided_by == "ann");
    CHECK(decide(rows[0].key, "open") == 1);
    CHECK(decide("", "accepted") == 2);
    CHECK(decide("", "refused") == 1);
}

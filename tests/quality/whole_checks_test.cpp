// Checks of the whole: counts, columns, statistics and shares.
#include "tests/quality/checked.hpp"

using namespace checked;

TEST_CASE("checks of the whole look at counts, columns and statistics", "[quality][check]") {
    auto results = run(
        R"(
[[check]]
kind = "records"
minimum = 3
[[check]]
kind = "columns"
values = ["a", "b"]
severity = "block"
[[check]]
kind = "statistic"
column = "a"
statistic = "mean"
minimum = 1.9
maximum = 2.1
[[check]]
kind = "statistic"
column = "c"
statistic = "missing"
maximum = 0.5
[[check]]
kind = "statistic"
column = "a"
statistic = "q0.5"
maximum = 1
)",
        {{{"a", "1"}, {"c", "x"}}, {{"a", "2"}}, {{"a", "3"}}}
    );
    CHECK(results.at("records").passed);
    CHECK_FALSE(results.at("columns").passed);
    CHECK(results.at("columns").observed == "more: c; missing: b");
    CHECK(results.at("statistic a mean").passed);
    CHECK_FALSE(results.at("statistic c missing").passed);
    CHECK_FALSE(results.at("statistic a q0.5").passed);
}

TEST_CASE("checks of the whole look at values and their shares", "[quality][check]") {
    std::vector<std::vector<std::pair<std::string, std::string>>> records;
    for (int i = 0; i < 100; ++i)
        records.push_back(
            {{"c", i % 4 ? "red" : "blue"},
             {"d", i % 4 ? "warm" : "cold"},
             {"n", std::to_string(i)},
             {"far", i == 50 ? "1000" : std::to_string(i % 10)}}
        );
    auto results = run(
        R"(
[[check]]
kind = "distinct_in_set"
column = "c"
values = ["red", "blue", "green"]
[[check]]
kind = "distinct_equals"
column = "c"
values = ["red", "blue", "green"]
[[check]]
kind = "distinct_contains"
column = "c"
values = ["red"]
[[check]]
kind = "most_common_in_set"
column = "c"
values = ["blue"]
[[check]]
kind = "divergence"
column = "c"
values = ["red", "blue"]
shares = [0.75, 0.25]
maximum = 0.001
[[check]]
kind = "chi_square"
column = "c"
values = ["red", "blue"]
shares = [0.5, 0.5]
[[check]]
kind = "divergence"
column = "n"
bounds = [24.5, 74.5]
shares = [0.25, 0.5, 0.25]
maximum = 0.01
[[check]]
kind = "association"
columns = ["c", "d"]
maximum = 0.5
[[check]]
kind = "statistic"
column = "n"
statistic = "distinct_share"
minimum = 0.9
[[check]]
kind = "z_score"
column = "far"
maximum = 3
[[check]]
kind = "has_columns"
values = ["c", "zz"]
[[check]]
kind = "column_count"
minimum = 4
maximum = 4
[[check]]
kind = "same_records"
source = "other"
)",
        records
    );
    auto passed = [&](const std::string& name) { return results.at(name).passed; };
    CHECK(passed("distinct_in_set c"));
    CHECK_FALSE(passed("distinct_equals c"));
    CHECK(results.at("distinct_equals c").observed == "missing: green");
    CHECK(passed("distinct_contains c"));
    CHECK_FALSE(passed("most_common_in_set c"));
    CHECK(passed("divergence c"));
    CHECK_FALSE(passed("chi_square c"));
    CHECK(results.at("chi_square c").observed == "chi-square 25, p < 0.0001");
    CHECK(passed("divergence n"));
    CHECK_FALSE(passed("association c d"));
    CHECK(results.at("association c d").observed == "Cramér's V 1");
    CHECK(passed("statistic n distinct_share"));
    CHECK(results.at("z_score far").failed == 1);
    CHECK(results.at("z_score far").rows[0].key == "k50");
    CHECK(results.at("has_columns").observed == "missing: zz");
    CHECK(passed("column_count"));
    CHECK(results.at("same_records").observed == "100 records, 3 in other");
}

TEST_CASE("rules that do not fit together are refused", "[quality][check]") {
    auto says = [](const std::string& rest, const std::string& text) {
        CAPTURE(rest);
        CHECK(message_of("[[check]]\n" + rest).find(text) != std::string::npos);
    };
    says(
        "kind = \"chi_square\"\ncolumn = \"a\"\nvalues = [\"x\"]\nshares = [0.5, 0.5]\n",
        "a share for each"
    );
    says(
        "kind = \"chi_square\"\ncolumn = \"a\"\nvalues = [\"x\"]\nshares = [0.5]\n", "add up to 1"
    );
    says("kind = \"json_schema\"\ncolumn = \"a\"\nschema = \"{\"\n", "no JSON");
    says("kind = \"json_schema\"\ncolumn = \"a\"\nschema = '{\"$ref\": \"x\"}'\n", "$ref");
    says("kind = \"records\"\nminimum = 1\nwhere = \"a = 1\"\n", "leave out 'where'");
    CHECK_FALSE(message_of("[[check]]\nkind = \"where\"\nwhere = \"a = = 1\"\n").empty());
    says(
        "kind = \"tuple_in_set\"\ncolumns = [\"a\", \"b\"]\ntuples = [[\"x\"]]\n", "as many values"
    );
}

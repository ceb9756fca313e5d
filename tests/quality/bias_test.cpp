#include "quality/bias/bias.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "base/error.hpp"

using namespace quality;

namespace {

void add(Table& table, int count, const std::vector<std::string>& fields) {
    for (int i = 0; i < count; ++i) {
        for (std::size_t c = 0; c < fields.size(); ++c) table.cells[c].push_back(fields[c]);
        table.rows.push_back({0, std::to_string(table.rows.size()), 1, -1});
    }
}

// The income of the adult data set's training part by sex, as counted in Kohavi (1996): 6,662 of
// 21,790 men and 1,179 of 10,771 women earn over 50K.
Table adult() {
    Table table{{"sex", "income", "country"}, {{}, {}, {}}, {}};
    add(table, 6662, {"Male", ">50K", "x"});
    add(table, 21790 - 6662, {"Male", "<=50K", "x"});
    add(table, 1179, {"Female", ">50K", "x"});
    add(table, 10771 - 1179, {"Female", "<=50K", "?"});
    return table;
}

}  // namespace

TEST_CASE("intervals of shares are Wilson's", "[quality][bias]") {
    auto share = share_of(10, 100);  // 0.0552 to 0.1744
    CHECK(share.low == Approx(0.0552).margin(0.0001));
    CHECK(share.high == Approx(0.1744).margin(0.0001));
    CHECK(share_of(0, 20).low == 0);
    CHECK(share_of(0, 20).high == Approx(0.1611).margin(0.0001));
}

TEST_CASE("groups have the published rates and impact", "[quality][bias]") {
    auto table = adult();
    BiasOptions options;
    options.by = {"sex"};
    options.labels = table.cells[1];
    auto report = report_bias(table, options);
    CHECK(report.favourable == ">50K");
    REQUIRE(report.breakdowns.size() == 1);
    const auto& groups = report.breakdowns[0].groups;
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].values == std::vector<std::string>{"Male"});
    CHECK(groups[0].share.value == Approx(0.6692).margin(0.0001));
    CHECK(groups[0].labels.at(">50K").value == Approx(0.3057).margin(0.0001));
    CHECK(groups[1].labels.at(">50K").value == Approx(0.1095).margin(0.0001));
    CHECK(*groups[1].impact == Approx(0.3580).margin(0.0001));
    CHECK(*groups[0].impact == 1);
    REQUIRE(report.missing.size() == 1);
    CHECK(report.missing[0].column == "country");
    CHECK(report.missing[0].value == "Female");
}

TEST_CASE("groups are held against a reference", "[quality][bias]") {
    auto table = adult();
    BiasOptions options;
    options.by = {"sex"};
    options.reference = parse_reference(
        "field,value,share\nsex,Male,0.49\nsex,Female,0.51\nsex,Other,0.0\n", "r.csv"
    );
    auto report = report_bias(table, options);
    const auto& groups = report.breakdowns[0].groups;
    REQUIRE(groups.size() == 3);
    CHECK(groups[0].reference == 0.49);
    CHECK(groups[0].off_reference);
    CHECK(groups[2].values.front() == "Other");
    CHECK_FALSE(groups[2].off_reference);
    CHECK(groups[0].labels.empty());
}

TEST_CASE("intersections come after the fields, and numbers by quarters", "[quality][bias]") {
    Table table{{"sex", "age"}, {{}, {}}, {}};
    for (int i = 0; i < 400; ++i) add(table, 1, {i % 2 ? "f" : "m", std::to_string(i / 4)});
    BiasOptions options;
    options.by = {"sex", "age"};
    auto report = report_bias(table, options);
    REQUIRE(report.breakdowns.size() == 3);
    CHECK(report.breakdowns[1].groups.size() == 4);
    CHECK(report.breakdowns[2].groups.size() == 8);
    CHECK(report.breakdowns[2].fields == options.by);
    std::uint64_t sum = 0;
    for (const auto& group : report.breakdowns[2].groups) sum += group.records;
    CHECK(sum == 400);
}

TEST_CASE("quarters of large numbers are told without an exponent", "[quality][bias]") {
    Table table{{"income"}, {{}}, {}};
    for (int i = 0; i < 100; ++i) add(table, 1, {std::to_string(i * 25'000)});
    BiasOptions options;
    options.by = {"income"};
    auto report = report_bias(table, options);
    std::set<std::string> quarters;
    for (const auto& group : report.breakdowns.at(0).groups) quarters.insert(group.values.front());
    CHECK(
        quarters ==
        std::set<std::string>{
            "0 to 600,000",
            "over 600,000 to 1,225,000",
            "over 1,225,000 to 1,850,000",
            "over 1,850,000 to 2,475,000",
        }
    );
}

TEST_CASE("what cannot be reported is said in one line", "[quality][bias]") {
    BiasOptions options;
    options.by = {"age"};
    CHECK_THROWS_AS(report_bias(adult(), options), base::UsageError);
    CHECK_THROWS_WITH(
        parse_reference("field,value,share\nsex,Male,49\n", "r.csv"), Catch::Contains("line 2")
    );
    CHECK_THROWS_WITH(parse_reference("", "r.csv"), Catch::Contains("no share"));
    options.by = {"sex"};
    options.reference = {{"race", {{"x", 1}}}};
    CHECK_THROWS_WITH(report_bias(adult(), options), Catch::Contains("race"));
}

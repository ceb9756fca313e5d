#include "quality/report/report.hpp"

#include <cmath>
#include <random>

#include <fmt/format.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

using namespace quality;
using formats::Field;

namespace {

struct Rows {
    Table table;
    Profile profile;
};

// Two numbers that go together, a kind that decides its group, and a number of its own.
Rows make_rows(int count) {
    Rows made{
        {{"a", "b", "kind", "group", "free"}, std::vector<std::vector<std::string>>(5), {}}, {}};
    std::mt19937 random(4);
    std::normal_distribution<double> normal;
    for (int i = 0; i < count; ++i) {
        auto a = normal(random);
        auto kind = random() % 6;
        std::vector<std::string> values{
            fmt::format("{:.4f}", a),
            fmt::format("{:.4f}", -a * a * a),
            fmt::format("kind {}", kind),
            fmt::format("group {}", kind % 2),
            fmt::format("{:.4f}", normal(random))};
        std::vector<Field> fields;
        for (std::size_t c = 0; c < 5; ++c) {
            made.table.cells[c].push_back(values[c]);
            fields.push_back({made.table.names[c], values[c], Field::Kind::text});
        }
        made.profile.add(fields);
        made.table.rows.push_back({i, std::to_string(i), 1, -1});
    }
    return made;
}

bool has(const QualityReport& report, const std::string& kind, const std::string& column) {
    for (const auto& one : report.alerts)
        if (one.kind == kind && one.column == column) return true;
    return false;
}

void add(Profile& profile, const std::vector<std::pair<std::string, std::string>>& values) {
    std::vector<Field> fields;
    for (const auto& [name, value] : values) fields.push_back({name, value, Field::Kind::text});
    profile.add(fields);
}

}  // namespace

TEST_CASE(
    "associations are rank correlations of numbers and Cramer's V of others",
    "[quality][report]"
) {
    auto rows = make_rows(2000);
    auto found = find_associations(rows.table);
    REQUIRE(found.columns.size() == 5);
    CHECK(found.at(0, 1) == Approx(-1).margin(0.001));
    CHECK(found.at(1, 0) == found.at(0, 1));
    CHECK(found.at(2, 3) == Approx(1).margin(0.01));
    CHECK(std::abs(found.at(0, 4)) < 0.08);
    CHECK(found.at(2, 4) < 0.1);
    CHECK(find_associations({}).columns.empty());
}

TEST_CASE("a field that few records have is not said to be missing in all", "[quality][report]") {
    QualityReport report;
    for (int i = 0; i < 10'000; ++i)
        add(report.profile,
            {{"id", fmt::format("r-{}", i)},
             {"rare", i < 3 ? "x" : ""},
             {"often", i < 600 ? "x" : ""}});
    std::map<std::string, std::string> said;
    for (const auto& one : find_alerts(report))
        if (one.kind == "missing") said[one.column] = one.text;
    CHECK(said["rare"] == "all but 3 are missing");
    CHECK(said["often"] == "94.0 % are missing");
}

TEST_CASE("alerts say what wants a look", "[quality][report]") {
    QualityReport report;
    for (int i = 0; i < 200; ++i)
        add(report.profile,
            {{"same", "x"},
             {"id", fmt::format("r-{}", i)},
             {"mostly", i % 4 ? "" : "1"},
             {"hidden", i % 10 ? "1" : "n/a"},
             {"skewed", i == 7 ? "1000000" : std::to_string(i % 5)},
             {"zero", i % 3 ? "0" : std::to_string(i)},
             {"one", i % 50 ? "yes" : "no"},
             {"mixed", i % 8 ? "3" : "three"},
             {"bad", i == 9 ? "a\xef\xbf\xbd" : "ab"},
             {"fine", std::to_string(i % 17)}});
    report.checks.push_back({"ages", "block", "3 of 200 do not hold it", false, 200, 3});
    report.alerts = find_alerts(report);
    CHECK(has(report, "constant", "same"));
    CHECK(has(report, "unique", "id"));
    CHECK(has(report, "missing", "mostly"));
    CHECK(has(report, "hidden_missing", "hidden"));
    CHECK(has(report, "skewed", "skewed"));
    CHECK(has(report, "zeros", "zero"));
    CHECK(has(report, "imbalance", "one"));
    CHECK(has(report, "mixed", "mixed"));
    CHECK(has(report, "characters", "bad"));
    CHECK(has(report, "check", ""));
    for (const auto& one : report.alerts) CHECK(one.column != "fine");
    CHECK(report.alerts.front().serious);
    CHECK_FALSE(report.alerts.back().serious);
}

TEST_CASE(
    "the page holds everything, asks for nothing, and shows texts as texts",
    "[quality][report]"
) {
    auto rows = make_rows(300);
    QualityReport report;
    report.source = "a <b> & c";
    report.profile = rows.profile;
    add(report.profile, {{"<script>alert(1)</script>", "\"><img src=x>"}});
    report.profile.images.add(20, 30, 3, "png");
    report.sampled = 300;
    report.columns = rows.table.names;
    report.associations = find_associations(rows.table);
    report.errors.push_back({{1, "k1", 1, -1}, "kind", "typo", "kimd 1", "kind 1", "near", 0.9});
    report.outliers.push_back({{2, "k2", 1, -1}, "a", "outlier", "99", "", "far", 0.9});
    report.duplicates.push_back({"row", 4, 2, {{"x", "y"}}});
    report.checks.push_back({"ages", "warn", "fine", true, 5, 0});
    report.drift = find_drift(rows.profile, report.profile);
    report.alerts = find_alerts(report);
    auto page = render_html(report);
    for (auto part :
         {"alerts",
          "fields",
          "images",
          "missing",
          "associations",
          "errors",
          "outliers",
          "duplicates",
          "checks",
          "drift"})
        CHECK(page.find(fmt::format("<div class=\"part\" id=\"{}\"", part)) != std::string::npos);
    CHECK(page.find("<script") == std::string::npos);
    CHECK(page.find("<img") == std::string::npos);
    CHECK(page.find("http") == std::string::npos);
    CHECK(page.find("a &lt;b&gt; &amp; c") != std::string::npos);
    CHECK(page.find("<svg") != std::string::npos);
    CHECK(page.find("nan") == std::string::npos);
    auto told = to_json(report);
    CHECK(told.at("errors").at(0).at("proposal") == "kind 1");
    CHECK(told.at("duplicates").at(0).at("clusters") == 2);
    CHECK(
        told.at("associations").at("strength").at(0).at(1).to_number<double>() ==
        Approx(-1).margin(0.001)
    );
    CHECK(told.at("drift").is_array());
}

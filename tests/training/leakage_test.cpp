// The gate on made data: it speaks of what it should, and not of honest data.
#include "training/leakage/gate.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>

#include <catch2/catch.hpp>

#include "base/numbers/random.hpp"
#include "tests/training/change_texts.hpp"
#include "tests/training/made_data.hpp"
#include "training/leakage/column_leaks.hpp"
#include "training/leakage/text_leaks.hpp"

using namespace training;

namespace {

void add_column(
    Examples& rows,
    const std::string& name,
    const std::vector<double>& values,
    schema::Column::Type type = schema::Column::Type::number
) {
    const auto width = rows.columns.size();
    std::vector<double> numeric;
    for (std::size_t row = 0; row < rows.rows; ++row) {
        for (std::size_t c = 0; c < width; ++c) numeric.push_back(rows.numeric[row * width + c]);
        numeric.push_back(values[row]);
    }
    rows.numeric = std::move(numeric);
    rows.columns.push_back({name, type, ""});
}

template <typename Make>
std::vector<double> made_of(const Examples& rows, Make make) {
    std::vector<double> values;
    for (std::size_t row = 0; row < rows.rows; ++row) values.push_back(make(row));
    return values;
}

const LeakFinding* about(const std::vector<LeakFinding>& all, const std::string& column) {
    for (const auto& one : all)
        if (std::find(one.columns.begin(), one.columns.end(), column) != one.columns.end())
            return &one;
    return nullptr;
}

std::vector<LeakFinding> column_leaks_of(const Examples& rows) {
    return column_leaks(rows, {});
}

}  // namespace

TEST_CASE("columns that tell nothing are let pass", "[training][leak]") {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        CHECK(column_leaks_of(made::clouds(600, seed)).empty());
        CHECK(column_leaks_of(made::plane(600, seed)).empty());
        CHECK(text_leaks(made::topics(600, seed), 1).empty());
    }
}

TEST_CASE("a target in other units is found", "[training][leak]") {
    auto rows = made::plane(300, 1);
    const base::CounterRandom random(1, 9);
    std::string what;
    std::vector<double> copy;
    SECTION("times 0.9, rounded") {
        what = "is the target";
        copy = made_of(rows, [&](auto row) {
            return std::round(rows.targets[row] * 0.9 * 100) / 100;
        });
    }
    SECTION("in the other direction, with an offset") {
        what = "is the target";
        copy = made_of(rows, [&](auto row) { return 32 - 1.8 * rows.targets[row]; });
    }
    SECTION("bent") {
        what = "in the order of the target";
        copy = made_of(rows, [&](auto row) { return std::exp(rows.targets[row] / 3); });
    }
    SECTION("folded") {
        what = "alone says the target";
        for (auto& y : rows.targets) y = std::abs(y - 5);
        copy = made_of(rows, [&](auto row) {
            return (random.unit(row) < 0.5 ? 1 : -1) * rows.targets[row];
        });
    }
    SECTION("with a third of it missing") {
        what = "is the target";
        copy = made_of(rows, [&](auto row) { return row % 3 == 0 ? NAN : rows.targets[row] * 2; });
    }
    add_column(rows, "copy", copy);
    const auto found = column_leaks_of(rows);
    REQUIRE(about(found, "copy"));
    CHECK(about(found, "copy")->gravity == Gravity::stop);
    CHECK_THAT(about(found, "copy")->text, Catch::Contains(what));
    CHECK(about(found, "copy")->examples.size() == 3);
    CHECK(found.size() == 1);
}

TEST_CASE("a strong column that is no copy is let pass", "[training][leak]") {
    auto rows = made::plane(600, 2);
    const base::CounterRandom random(1, 9);
    add_column(rows, "strong", made_of(rows, [&](auto row) {
                   return rows.targets[row] + 0.8 * random.normal(row);
               }));
    CHECK(column_leaks_of(rows).empty());
}

TEST_CASE("columns that add up to the target are found", "[training][leak]") {
    auto rows = made::plane(400, 3);
    const base::CounterRandom random(2, 9);
    const auto part = made_of(rows, [&](auto row) { return 2 * random.normal(row); });
    add_column(rows, "registered", part);
    add_column(rows, "casual", made_of(rows, [&](auto row) {
                   return rows.targets[row] - part[row];
               }));
    const auto found = column_leaks_of(rows);
    REQUIRE(about(found, "casual"));
    CHECK(about(found, "casual")->kind == LeakKind::sum);
    CHECK(about(found, "registered") == about(found, "casual"));
    CHECK(about(found, "casual")->gravity == Gravity::stop);
}

TEST_CASE("a column that alone says the class is found", "[training][leak]") {
    auto rows = made::clouds(600, 4);
    const base::CounterRandom random(3, 9);
    const auto label = [&](auto row) { return static_cast<double>(rows.classes[row]); };
    std::vector<double> values;
    auto type = schema::Column::Type::number;
    SECTION("codes in another order") {
        values = made_of(rows, [&](auto row) { return 7 - 2 * label(row); });
    }
    SECTION("a category with several values a class") {
        type = schema::Column::Type::category;
        values = made_of(rows, [&](auto row) {
            return label(row) * 4 + static_cast<double>(random.below(row, 4));
        });
    }
    SECTION("there for one class only") {
        for (auto& c : rows.classes) c = c == 2 ? 1 : 0;
        rows.class_names = {"stays", "goes"};
        values = made_of(rows, [&](auto row) { return label(row) > 0 ? random.normal(row) : NAN; });
    }
    SECTION("a number that parts two classes") {
        for (auto& c : rows.classes) c = c == 2 ? 1 : 0;
        rows.class_names = {"stays", "goes"};
        values = made_of(rows, [&](auto row) { return label(row) * 5 + random.unit(row); });
    }
    add_column(rows, "told", values, type);
    const auto found = column_leaks_of(rows);
    REQUIRE(about(found, "told"));
    CHECK(about(found, "told")->kind == LeakKind::tell_tale);
    CHECK(about(found, "told")->gravity == Gravity::stop);
    CHECK(found.size() == 1);
}

TEST_CASE("codes of many values say nothing of rows that were not looked at", "[training][leak]") {
    auto rows = made::clouds(600, 5);
    const base::CounterRandom random(4, 9);
    add_column(
        rows,
        "code",
        made_of(rows, [&](auto row) { return static_cast<double>(random.below(row, 300)); }),
        schema::Column::Type::category
    );
    CHECK(column_leaks_of(rows).empty());
}

TEST_CASE(
    "numbers of the records are found, and stop where labels follow them",
    "[training][leak]"
) {
    auto rows = made::clouds(600, 6);
    const auto number = made_of(rows, [](auto row) { return 1000.0 + static_cast<double>(row); });
    add_column(rows, "id", number);
    auto found = column_leaks_of(rows);
    REQUIRE(about(found, "id"));
    CHECK(about(found, "id")->gravity == Gravity::warning);
    std::sort(rows.classes.begin(), rows.classes.end());
    for (std::size_t row = 0; row < rows.rows; row += 9)
        rows.classes[row] = static_cast<int>(row % 3);
    found = column_leaks_of(rows);
    REQUIRE(about(found, "id"));
    CHECK(about(found, "id")->gravity == Gravity::stop);
}

TEST_CASE("values of a walk in time are alike, drawn ones are not", "[training][leak]") {
    const base::CounterRandom random(5, 9);
    Examples walk, drawn;
    walk.rows = drawn.rows = 500;
    double at = 0;
    std::vector<double> places;
    for (std::size_t row = 0; row < walk.rows; ++row) {
        at = 0.95 * at + random.normal(row);
        walk.targets.push_back(at);
        drawn.targets.push_back(random.normal(row));
        places.push_back(static_cast<double>(row));
    }
    CHECK(likeness_in_order(walk, places) > 0.8);
    CHECK(std::abs(likeness_in_order(drawn, places)) < 0.15);
    CHECK(likeness_in_order(walk, std::vector<double>(walk.rows, 3.0)) == 0);
}

TEST_CASE("a column of groups that reach over is told", "[training][leak]") {
    auto rows = made::clouds(600, 7);
    const auto group = made_of(rows, [](auto row) { return static_cast<double>(row / 5); });
    for (std::size_t row = 0; row < rows.rows; ++row) {
        rows.classes[row] = static_cast<int>(row / 5 % 3);
        if (row % 7 == 0) rows.classes[row] = static_cast<int>(row % 3);
    }
    add_column(rows, "patient", group, schema::Column::Type::category);
    const auto found = column_leaks(rows, rows);
    REQUIRE(about(found, "patient"));
    CHECK(about(found, "patient")->kind == LeakKind::group);
    CHECK(column_leaks(rows, {}).empty());
}

TEST_CASE("a text that names its class stops, a word of its topic is told", "[training][leak]") {
    auto rows = made::topics(400, 8);
    made::change_texts(rows.text, [&](auto& text, auto row) {
        text.body += rows.classes[row] == 0 ? " deep-" + std::to_string(row) + "/plough," : "";
    });
    auto found = text_leaks(rows, 1);
    REQUIRE(found.size() == 1);
    CHECK(found[0].kind == LeakKind::word);
    CHECK(found[0].gravity == Gravity::warning);
    CHECK(found[0].examples == std::vector<std::string>{"plough"});
    made::change_texts(rows.text, [&](auto& text, auto row) {
        text.title += rows.classes[row] == 0 ? " __field__" : " __sea__";
    });
    rows.class_names = {"__field__", "__sea__"};
    made::change_texts(rows.text, [](auto& text, auto) {
        if (auto at = text.body.find(" deep-"); at != text.body.npos) text.body.erase(at);
    });
    found = text_leaks(rows, 1);
    REQUIRE(found.size() == 2);
    CHECK(found[0].gravity == Gravity::stop);
    rows.class_names = {"__field__", "ocean"};
    found = text_leaks(rows, 1);
    REQUIRE(found.size() == 2);
    CHECK(found[0].gravity == Gravity::warning);
}

TEST_CASE("lines at the head of the texts are measured", "[training][leak]") {
    auto rows = made::topics(800, 9);
    const base::CounterRandom random(6, 9);
    made::change_texts(rows.text, [&](auto& text, auto row) {
        // The topics alone are weak: a word in five is of its class.
        text.body =
            "From: somebody" +
            std::to_string(random.below(row, 9) * 2 + static_cast<std::size_t>(rows.classes[row])) +
            "\nOrganization: one\n\n" + text.body.substr(0, 40);
    });
    const auto found = text_leaks(rows, 1);
    REQUIRE(found.size() == 1);
    CHECK(found[0].kind == LeakKind::header);
    CHECK(found[0].gravity == Gravity::warning);
    CHECK(found[0].columns == std::vector<std::string>{"Organization", "From"});
    CHECK(found[0].value > 0.05);
    CHECK(without_head("From: a\n b\nTo: c\n\nText: it\n") == "\nText: it\n");
    CHECK(without_head("Note: one line\nis no head") == "Note: one line\nis no head");
}

TEST_CASE("a score that no data give", "[training][leak]") {
    CHECK(score_leaks(100, 0.9999).empty());
    REQUIRE(score_leaks(100, 1.0).size() == 1);
    CHECK(score_leaks(100, 1.0)[0].gravity == Gravity::stop);
    CHECK(score_leaks(500, 1.0, 0.6)[0].gravity == Gravity::warning);
    CHECK(score_leaks(500, 0.99, 0.6).empty());
    CHECK(score_leaks(500, 1.0, 0.99).empty());
    CHECK(score_leaks(50, 1.0, 0.6).empty());
}

TEST_CASE("what stops can be allowed for a reason", "[training][leak]") {
    Leakage leakage{score_leaks(100, 1.0), ""};
    CHECK_THROWS_WITH(
        refuse("s", leakage),
        Catch::StartsWith("snapshot 's': leak: R2 1.0") && Catch::Contains("--allow-leak REASON")
    );
    leakage.allowed = "a formula is to be learnt";
    CHECK_NOTHROW(refuse("s", leakage));
    CHECK(to_json(leakage).at("allowed").as_string() == "a formula is to be learnt");
    CHECK(to_json(leakage).at("findings").as_array().size() == 1);
}

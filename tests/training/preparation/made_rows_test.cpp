#include "training/preparation/preparation.hpp"

#include <cmath>
#include <limits>
#include <set>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/training/made_data.hpp"
#include "tests/training/preparation/made_rows.hpp"
#include "training/trainer.hpp"

using namespace training;

TEST_CASE(
    "augmentation follows from seed and key alone, and leaves the rows themselves alone",
    "[training][prepare]"
) {
    auto rows =
        texts({"one two three four five six seven eight nine ten", "a b c d e f g h i j k l m n"});
    rows.keys = {17, -4};
    rows.class_names = {"x", "y"};
    rows.classes = {0, 1};
    auto fitted =
        Preparation::parse(R"([{"op":"word_dropout","share":0.3,"copies":2},{"op":"word_swap"}])")
            .fit(rows);
    CHECK(fitted.apply(rows).rows == 2);
    auto more = fitted.augment(rows, 1);
    REQUIRE(more.rows == 8);
    CHECK(more.text[0].body == rows.text[0].body);
    CHECK(more.classes == std::vector<int>{0, 1, 0, 1, 0, 1, 0, 1});
    CHECK(more.text[2].body != rows.text[0].body);
    CHECK(more.text[2].body != more.text[4].body);
    auto turned = take(rows, {1, 0});
    auto other = fitted.augment(turned, 1);
    CHECK(other.text[3].body == more.text[2].body);
    CHECK(fitted.augment(rows, 2).text[2].body != more.text[2].body);
    check(more);
}

TEST_CASE(
    "rare classes get rows until there are enough with those made before",
    "[training][prepare]"
) {
    Examples rows = texts(std::vector<std::string>(20, "one two three four five"));
    rows.class_names = {"rare", "usual"};
    for (int i = 0; i < 20; ++i) {
        rows.classes.push_back(i < 4 ? 0 : 1);
        rows.keys.push_back(i);
    }
    const auto counts = [&](const char* recipe) {
        const auto made = Preparation::parse(recipe).fit(rows).augment(rows, 1);
        const auto rare = std::count(made.classes.begin(), made.classes.end(), 0);
        return std::pair(rare, static_cast<std::ptrdiff_t>(made.rows) - rare);
    };
    using Two = std::pair<std::ptrdiff_t, std::ptrdiff_t>;
    CHECK(counts(R"([{"op":"resample","share":0.5}])") == Two{8, 16});
    CHECK(counts(R"([{"op":"resample","share":0.5},{"op":"resample"}])") == Two{16, 16});
    CHECK(counts(R"([{"op":"resample"},{"op":"resample"}])") == Two{16, 16});
    CHECK(counts(R"([{"op":"word_swap","copies":2},{"op":"resample"}])") == Two{48, 48});
}

TEST_CASE("a row is made of rows of one fold", "[training][prepare]") {
    Examples rows = numbers({});
    rows.class_names = {"rare", "usual"};
    for (int i = 0; i < 60; ++i) {
        const bool rare = i < 12;
        rows.numeric.push_back((i % 3) * 1000 + i);
        rows.classes.push_back(rare ? 0 : 1);
        rows.keys.push_back(i);
        rows.folds.push_back(i % 3);
    }
    rows.rows = 60;
    const auto made =
        Preparation::parse(R"([{"op":"smote","neighbours":11}])").fit(rows).augment(rows, 1);
    CHECK(made.rows == 96);
    for (std::size_t row = 60; row < made.rows; ++row) {
        const double x = made.numeric[row] - 1000 * made.folds[row];
        CHECK(x >= 0);
        CHECK(x < 12);
    }
}

TEST_CASE("rare classes get more rows", "[training][prepare]") {
    Examples rows;
    rows.rows = 20;
    rows.class_names = {"rare", "usual"};
    rows.columns = {
        {"x", schema::Column::Type::number, ""}, {"flag", schema::Column::Type::flag, ""}};
    for (int i = 0; i < 20; ++i) {
        rows.classes.push_back(i < 4 ? 0 : 1);
        rows.keys.push_back(i);
        rows.numeric.insert(rows.numeric.end(), {i < 4 ? 100.0 + i : 1.0 * i, i % 2 * 1.0});
    }
    const auto counted = [](const Examples& of, int c) {
        return std::count(of.classes.begin(), of.classes.end(), c);
    };
    const auto again = Preparation::parse(R"([{"op":"resample","share":0.75}])").fit(rows);
    const auto more = again.augment(rows, 1);
    CHECK(counted(more, 0) == 12);
    CHECK(counted(more, 1) == 16);
    for (std::size_t row = 20; row < more.rows; ++row) CHECK(more.numeric[row * 2] >= 100);
    CHECK(again.augment(rows, 1).numeric == more.numeric);

    const auto made =
        Preparation::parse(R"([{"op":"smote","neighbours":2}])").fit(rows).augment(rows, 1);
    CHECK(counted(made, 0) == 16);
    std::set<double> between;
    for (std::size_t row = 20; row < made.rows; ++row) {
        const double x = made.numeric[row * 2], flag = made.numeric[row * 2 + 1];
        CHECK(x >= 100);
        CHECK(x <= 103);
        CHECK((flag == 0 || flag == 1));
        between.insert(x);
    }
    CHECK(between.size() > 8);
    check(made);
    // Rows are made of what all other operations leave, also of those behind.
    const auto fewer =
        Preparation::parse(R"([{"op":"smote"},{"op":"drop","columns":["x"]}])").fit(rows);
    const auto flags = fewer.augment(fewer.apply(rows), 1);
    CHECK(flags.numeric.size() == 32);
    for (double flag : flags.numeric) CHECK((flag == 0 || flag == 1));
    CHECK_THROWS_AS(
        Preparation::parse(R"([{"op":"smote"},{"op":"drop","columns":["x","flag"]}])").fit(rows),
        base::Error
    );
    auto values = rows;
    values.classes.clear();
    values.class_names.clear();
    values.targets.assign(20, 1);
    CHECK_THROWS_AS(again.augment(values, 1), base::Error);
    CHECK_THROWS_AS(Preparation::parse(R"([{"op":"resample","copies":2}])"), base::UsageError);
    auto alone = take(rows, {0, 4, 5, 6});  // one row has no neighbour
    CHECK(Preparation::parse(R"([{"op":"smote"}])").fit(alone).augment(alone, 1).rows == 6);
}

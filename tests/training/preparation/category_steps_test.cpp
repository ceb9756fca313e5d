// Categories as numbers, and columns of another type: by names, whatever the codes are, also where
// rows have none. A model that learns from such columns answers alike from each kind of rows.
#include <array>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "training/features/column_map.hpp"
#include "training/preparation/preparation.hpp"
#include "training/trainer.hpp"

using namespace training;
using Type = schema::Column::Type;

namespace {

constexpr auto none = std::numeric_limits<double>::quiet_NaN();

// Sizes S, M, L, none; x 1 to 4; n 12, 1, 0, none.
Examples shirts() {
    Examples rows;
    rows.rows = 4;
    rows.columns = {
        {"size", Type::category, ""}, {"x", Type::number, "cm"}, {"n", Type::category, ""}};
    rows.levels = {{"size", {"S", "M", "L"}}, {"n", {"12", "1", "0"}}};
    rows.numeric = {0, 1, 0, 1, 2, 1, 2, 3, 2, none, 4, none};
    return rows;
}

// Sizes L, XL, S, none; x 4, 9, 1, 2; n 1, 12, none, often.
Examples others() {
    Examples rows;
    rows.rows = 4;
    rows.columns = shirts().columns;
    rows.levels = {{"size", {"L", "XL", "S"}}, {"n", {"1", "12", "often"}}};
    rows.numeric = {0, 4, 0, 1, 9, 1, 2, 1, none, none, 2, 2};
    return rows;
}

Examples without_names(Examples rows) {
    rows.levels.clear();
    return rows;
}

FittedPreparation fitted(const std::string& operation) {
    const auto found = Preparation::parse("[" + operation + "]").fit(shirts());
    return FittedPreparation::load(found.json());  // as a model keeps it
}

std::vector<double> column(const Examples& rows, const std::string& name) {
    for (std::size_t c = 0; c < rows.columns.size(); ++c)
        if (rows.columns[c].name == name) {
            std::vector<double> out;
            for (std::size_t row = 0; row < rows.rows; ++row)
                out.push_back(rows.numeric[row * rows.columns.size() + c]);
            return out;
        }
    FAIL("there is no column " << name);
    return {};
}

// Equal, and missing where the other is.
bool alike(const std::vector<double>& a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double one, double other) {
        return one == other || (std::isnan(one) && std::isnan(other));
    });
}

}  // namespace

TEST_CASE("each value of a category becomes a column", "[training][prepare]") {
    const auto step = fitted(R"({"op":"one_hot","columns":["size"]})");
    const auto wide = step.apply(others());
    REQUIRE(wide.columns.size() == 5);
    CHECK(wide.columns[0].name == "x");
    CHECK(column(wide, "size=L") == std::vector<double>{1, 0, 0, 0});
    CHECK(column(wide, "size=M") == std::vector<double>{0, 0, 0, 0});
    CHECK(column(wide, "size=S") == std::vector<double>{0, 0, 1, 0});
    CHECK_FALSE(wide.levels.contains("size"));
    CHECK(alike(step.apply(without_names(shirts())).numeric, step.apply(shirts()).numeric));
    CHECK(
        fitted(R"({"op":"one_hot","columns":["size"],"at_least":2})")
            .apply(shirts())
            .columns.size() == 2
    );
    auto taken = shirts();
    taken.columns[1].name = "size=L";
    CHECK_THROWS_AS(
        Preparation::parse(R"([{"op":"one_hot","columns":["size"]}])").fit(taken), base::Error
    );
}

TEST_CASE("columns that are made of values have names of their own", "[training][prepare]") {
    Examples rows;
    rows.rows = 2;
    rows.columns = {{"a", Type::category, ""}, {"a=b", Type::category, ""}};
    rows.levels = {{"a", {"b=c", "x"}}, {"a=b", {"c", "y"}}};
    rows.numeric = {0, 0, 1, 1};
    CHECK_THROWS_WITH(
        Preparation::parse(R"([{"op":"one_hot","columns":["a","a=b"]}])").fit(rows),
        Catch::Contains("one_hot makes a column 'a=b=c', and there is one")
    );
    // Numbers that are nearly the same are two values.
    rows.columns = {{"a", Type::number, ""}, {"n", Type::number, ""}};
    rows.levels.clear();
    rows.numeric = {1.0000001, 0, 1.0000002, 0};
    const auto wide =
        Preparation::parse(R"([{"op":"one_hot","columns":["a"]}])").fit(rows).apply(rows);
    REQUIRE(wide.columns.size() == 3);
    CHECK(wide.columns[1].name == "a=1.0000001");
    CHECK(column(wide, "a=1.0000002") == std::vector<double>{0, 1});
}

TEST_CASE("categories become their places in an order", "[training][prepare]") {
    const auto step = fitted(R"({"op":"ordinal","columns":["size"],"order":["S","M","L"]})");
    const auto ranked = step.apply(others());
    CHECK(ranked.columns[0].type == Type::number);
    CHECK(alike(column(ranked, "size"), {2, none, 0, none}));
    CHECK(alike(column(step.apply(without_names(shirts())), "size"), {0, 1, 2, none}));
    CHECK_THROWS_WITH(
        fitted(R"({"op":"ordinal","columns":["size"],"order":["S","M"]})"),
        Catch::Contains("'L'") && Catch::Contains("'order' does not name")
    );
}

TEST_CASE("a column becomes one of another type", "[training][prepare]") {
    const auto numbers = fitted(R"({"op":"cast","columns":["n"],"to":"number"})");
    CHECK(numbers.apply(others()).columns[2].type == Type::number);
    CHECK(alike(column(numbers.apply(others()), "n"), {1, 12, none, none}));
    CHECK(alike(column(numbers.apply(without_names(shirts())), "n"), {12, 1, 0, none}));
    CHECK_THROWS_WITH(
        fitted(R"({"op":"cast","columns":["size"],"to":"number"})"),
        Catch::Contains("'L', which is no number")
    );
    CHECK_THROWS_WITH(
        fitted(R"({"op":"cast","columns":["n"],"to":"flag"})"),
        Catch::Contains("'12', which is no flag")
    );
    // The same codes for the same values, in whatever order rows come.
    const auto words = fitted(R"({"op":"cast","columns":["x"],"to":"category"})");
    const auto coded = words.apply(others());
    CHECK(coded.columns[1].type == Type::category);
    CHECK(coded.columns[1].unit.empty());
    CHECK(coded.levels.at("x") == std::vector<std::string>{"1", "2", "3", "4"});
    CHECK(column(coded, "x") == std::vector<double>{3, unknown_level, 0, 1});
}

TEST_CASE("a model sees prepared categories alike in every kind of rows", "[training][prepare]") {
    // What is learnt: 10 for L, 5 for M, 0 for S, and 3 more where x is 7.
    Examples train;
    train.rows = 120;
    train.columns = {{"size", Type::category, ""}, {"x", Type::number, ""}};
    train.levels = {{"size", {"S", "M", "L"}}};
    for (std::size_t row = 0; row < train.rows; ++row) {
        const auto size = row % 3, x = 1 + row % 7;
        train.numeric.insert(
            train.numeric.end(), {static_cast<double>(size), static_cast<double>(x)}
        );
        train.targets.push_back(5 * static_cast<double>(size) + (x == 7 ? 3 : 0));
    }
    TrainSpec spec;
    spec.model = "ridge";
    spec.preparation = Preparation::parse(
        R"([{"op":"one_hot","columns":["size"]},{"op":"cast","columns":["x"],"to":"category"}])"
    );
    const auto model = Predictor::load(fit(train, {}, spec).artefact);
    // Other codes, columns the other way round, one row after another, the last values first.
    const std::array sizes{"L", "S", "M"};
    for (int x : {7, 3, 1})
        for (std::size_t at = 0; at < sizes.size(); ++at) {
            INFO(sizes[at] << " " << x);
            Examples one;
            one.rows = 1;
            one.columns = {{"x", Type::number, ""}, {"size", Type::category, ""}};
            one.levels = {{"size", {"L", "S", "M"}}};
            one.numeric = {static_cast<double>(x), static_cast<double>(at)};
            const double wanted = std::array{10, 0, 5}.at(at) + (x == 7 ? 3 : 0);
            CHECK(model.predict(one).at(0) == Approx(wanted).margin(0.5));
        }
}

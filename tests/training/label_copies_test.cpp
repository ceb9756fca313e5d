#include "training/snapshots/label_copies.hpp"

#include <limits>

#include <catch2/catch.hpp>

#include "training/trainer.hpp"

using training::Examples;
using training::LabelCopies;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

// Twelve rows of three classes: the field of the labels under other numbers, a column that tells
// classes apart but has more values, one that does so only mostly, one with a gap, one constant.
Examples rows() {
    Examples made;
    made.rows = 12;
    made.class_names = {"a", "b", "c"};
    for (const char* name : {"field", "finer", "mostly", "gap", "constant"})
        made.columns.push_back({name, schema::Column::Type::category, ""});
    for (int row = 0; row < 12; ++row) {
        int label = row % 3;
        made.classes.push_back(label);
        double field = 7 - label;
        for (double value :
             {field,
              static_cast<double>(label * 10 + row / 6),
              row == 4 ? 0.0 : field,
              row == 5 ? missing : field,
              1.0})
            made.numeric.push_back(value);
    }
    return made;
}

std::vector<std::string> found_in(const Examples& examples) {
    LabelCopies copies;
    copies.see(examples);
    return copies.columns();
}

}  // namespace

TEST_CASE("a column that stands for the classes one to one repeats the label", "[training]") {
    CHECK(found_in(rows()) == std::vector<std::string>{"field"});
}

TEST_CASE("rows seen later can end a copy, and only what is left is looked at", "[training]") {
    LabelCopies copies;
    CHECK(copies.open());
    copies.see(rows());
    CHECK(copies.open());
    auto more = rows();
    more.numeric[0] = 99;
    copies.see(more);
    CHECK_FALSE(copies.columns() == std::vector<std::string>{"field"});
}

TEST_CASE("one class, or as few rows as classes, say nothing of a column", "[training]") {
    auto few = training::take(rows(), {0, 1, 2});
    CHECK(found_in(few).empty());
    auto one = training::take(rows(), {0, 3, 6, 9});
    CHECK(found_in(one).empty());
}

TEST_CASE("of values, only an equal column repeats the label", "[training]") {
    Examples made;
    made.rows = 4;
    made.columns = {
        {"same", schema::Column::Type::number, ""}, {"twice", schema::Column::Type::number, ""}};
    for (double value : {1.5, 2.5, 2.5, 4.0}) {
        made.targets.push_back(value);
        made.numeric.insert(made.numeric.end(), {value, 2 * value});
    }
    CHECK(found_in(made) == std::vector<std::string>{"same"});
}

TEST_CASE("columns are taken out with their values", "[training]") {
    auto some = rows();
    training::drop_columns(some, {"field", "gap", "unknown"});
    REQUIRE(some.columns.size() == 3);
    CHECK(some.columns[0].name == "finer");
    CHECK(some.numeric.size() == 36);
    CHECK(some.numeric[3] == 10);
    CHECK(some.dropped == std::vector<std::string>{"field", "gap"});
}

TEST_CASE("a model passes over columns that it was not trained with", "[training]") {
    auto all = rows();
    all.numeric[5 * 3 + 3] = 1;
    auto without = all;
    training::drop_columns(without, {"field", "gap"});
    auto fitted = training::fit(without, {}, {.model = "softmax", .threads = 1});
    auto predictor = training::Predictor::load(fitted.artefact);
    CHECK(predictor.predict(all) == predictor.predict(without));
}

#include "training/features/signature.hpp"

#include <cmath>
#include <fstream>
#include <limits>
#include <numeric>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/training/change_texts.hpp"
#include "tests/training/made_data.hpp"
#include "training/trainer.hpp"

using namespace training;

namespace {

using Type = schema::Column::Type;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

// Texts, numbers with holes and categories; the classes follow from all of them.
Examples mixed(std::size_t rows) {
    auto data = made::topics(rows, 21);
    data.columns = {{"size", Type::number, "g"}, {"colour", Type::category, ""}};
    data.levels["colour"] = {"red", "green", "blue"};
    for (std::size_t row = 0; row < rows; ++row) {
        data.numeric.push_back(row % 5 == 4 ? none : static_cast<double>(row % 7));
        data.numeric.push_back(
            static_cast<double>((row + static_cast<std::size_t>(data.classes[row])) % 3)
        );
    }
    return data;
}

// The same rows as another file of the source might bring them: columns and codes in an order that
// follows from the seed, with columns that no training row had.
Examples shuffled(const Examples& rows, std::uint64_t seed, bool more) {
    const base::CounterRandom random(seed, 5);
    auto out = rows;
    std::vector<std::size_t> order(rows.columns.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    random.shuffle(std::span(order));
    out.columns.clear();
    out.levels.clear();
    out.numeric.clear();
    for (auto i : order) out.columns.push_back(rows.columns[i]);
    if (more) out.columns.push_back({"weight", Type::number, ""});
    std::map<std::size_t, std::vector<std::size_t>> codes;
    for (const auto& [column, names] : rows.levels) {
        std::vector<std::size_t> places(names.size());
        std::iota(places.begin(), places.end(), std::size_t{0});
        base::CounterRandom(seed, 6).shuffle(std::span(places));
        auto& moved = out.levels[column];
        moved.resize(names.size());
        for (std::size_t code = 0; code < names.size(); ++code) moved[places[code]] = names[code];
        for (std::size_t i = 0; i < rows.columns.size(); ++i)
            if (rows.columns[i].name == column) codes[i] = places;
    }
    for (std::size_t row = 0; row < rows.rows; ++row) {
        for (auto i : order) {
            auto value = rows.numeric[row * rows.columns.size() + i];
            if (codes.contains(i) && std::isfinite(value))
                value = static_cast<double>(codes[i][static_cast<std::size_t>(value)]);
            out.numeric.push_back(value);
        }
        if (more) out.numeric.push_back(static_cast<double>(row) * 1e6);
    }
    return out;
}

TrainSpec quick(const std::string& model) {
    TrainSpec spec;
    spec.model = model;
    spec.threads = 1;
    spec.features.text.bits = 9;
    return spec;
}

}  // namespace

TEST_CASE(
    "a model predicts the same, to the bit, in whatever order its columns and codes come",
    "[training][signature]"
) {
    const auto data = mixed(120);
    for (const auto* recipe : {"[]", R"([{"op":"fill","columns":["size"],"with":"mean"}])"}) {
        auto spec = quick("softmax");
        spec.preparation = Preparation::parse(recipe);
        const auto model = Predictor::load(fit(data, {}, spec).artefact);
        const auto expected = model.predict(data, 1);
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            INFO(recipe << " " << seed);
            CHECK(model.predict(shuffled(data, seed, seed % 2 == 1), 1) == expected);
        }
        // Validation rows too, so that a search and early stopping see what is predicted later.
        CHECK(fit(data, shuffled(data, 3, true), spec).artefact == fit(data, data, spec).artefact);
    }
}

TEST_CASE("a column that is not there is missing, in each row", "[training][signature]") {
    const auto data = mixed(120);
    const auto model = Predictor::load(fit(data, {}, quick("softmax")).artefact);
    auto holes = data;
    for (std::size_t row = 0; row < data.rows; ++row) holes.numeric[row * 2] = none;
    auto without = data;
    without.columns = {data.columns[1]};
    without.numeric.clear();
    for (std::size_t row = 0; row < data.rows; ++row)
        without.numeric.push_back(data.numeric[row * 2 + 1]);
    Alignment notes;
    CHECK(model.predict(without, 1, &notes) == model.predict(holes, 1));
    CHECK(notes.missing == std::vector<std::string>{"size"});

    auto pounds = data;
    pounds.columns[0].unit = "[lb_av]";
    CHECK(model.predict(pounds, 1, &notes) == model.predict(holes, 1));
    CHECK(notes.other_unit == std::vector<std::string>{"size"});

    auto empty = data;
    made::change_texts(empty.text, [](auto& text, auto) { text = {}; });
    auto numbers = data;
    numbers.text.clear();
    CHECK(model.predict(numbers, 1) == model.predict(empty, 1));
    CHECK(model.predict(numbers, 1) != model.predict(data, 1));
}

TEST_CASE("a value of a category that training had not is no known one", "[training][signature]") {
    auto data = mixed(120);
    const auto model = Predictor::load(fit(data, {}, quick("softmax")).artefact);
    auto mauve = data;
    mauve.levels["colour"] = {"mauve", "ochre", "teal"};
    Alignment notes;
    const auto unknown = model.predict(mauve, 1, &notes);
    CHECK(notes.unknown_values == data.rows);
    mauve.levels["colour"] = {"a", "b", "c"};
    CHECK(model.predict(mauve, 1) == unknown);
    CHECK(model.predict(data, 1) != unknown);
}

TEST_CASE(
    "rows that are only predicted have the model's codes and no names",
    "[training][signature]"
) {
    const auto data = mixed(60);
    const auto model = Predictor::load(fit(data, {}, quick("softmax")).artefact);
    for (std::uint64_t seed : {1U, 2U, 3U}) {
        auto other = shuffled(data, seed, true);
        other.levels.at("colour").push_back("mauve");
        other.numeric.front() = other.columns.front().name == "colour" ? 3 : 1;
        Alignment of_named, of_coded;
        const auto named = model.inputs()->align(other, &of_named);
        const auto coded = model.inputs()->code(other, &of_coded);
        CHECK_FALSE(named.levels.empty());
        CHECK(coded.levels.empty());
        REQUIRE(coded.numeric.size() == named.numeric.size());
        for (std::size_t i = 0; i < named.numeric.size(); ++i)
            CHECK((coded.numeric[i] == named.numeric[i] || std::isnan(named.numeric[i])));
        CHECK(of_coded.extra == of_named.extra);
        CHECK(of_coded.unknown_values == of_named.unknown_values);
        CHECK(model.predict(coded, 1) == model.predict(named, 1));
    }
}

TEST_CASE("numbers and categories become each other by their texts", "[training][signature]") {
    Examples train;
    train.rows = 4;
    train.columns = {{"grade", Type::category, ""}, {"size", Type::number, ""}};
    train.levels["grade"] = {"3", "1.5"};
    train.numeric = {0, 10, 1, 20, 0, 30, 1, 40};
    const auto signature = InputSignature::of(train, true, true, true);
    Examples other;
    other.rows = 3;
    other.columns = {{"grade", Type::number, ""}, {"size", Type::category, ""}};
    other.levels["size"] = {"12", "large"};
    other.numeric = {1.5, 0, 3, 1, 7, none};
    const auto aligned = signature.align(other);
    CHECK(aligned.numeric[0] == 1);
    CHECK(aligned.numeric[1] == 12);
    CHECK(aligned.numeric[2] == 0);
    CHECK(std::isnan(aligned.numeric[3]));
    CHECK(aligned.numeric[4] == unknown_level);
    CHECK(std::isnan(aligned.numeric[5]));
}

TEST_CASE("examples without anything that a model knows are refused", "[training][signature]") {
    const auto data = mixed(60);
    const auto model = Predictor::load(fit(data, {}, quick("softmax")).artefact);
    Examples strange;
    strange.rows = 1;
    strange.columns = {{"sise", Type::number, ""}};
    strange.numeric = {3};
    CHECK_THROWS_WITH(
        model.predict(strange),
        "examples: nothing that the model knows; it was trained on texts, 'size', 'colour'"
    );
}

TEST_CASE("an artefact of an earlier version predicts what it did", "[training][signature]") {
    const auto folder = std::string(TILTH_SOURCE_DIR) + "/tests/training/artefacts/";
    auto pixels = made::clouds(12, 6);
    pixels.columns.clear();
    pixels.numeric.clear();
    pixels.pixel_count = 4;
    pixels.pixel_width = 2;
    pixels.pixel_channels = 1;
    for (int i = 0; i < 48; ++i) pixels.pixels.push_back(static_cast<std::uint8_t>(i * 37));
    const std::vector<std::pair<std::string, Examples>> cases{
        {"softmax_1", mixed(12)},
        {"softmax_2", mixed(12)},
        {"ridge_1", made::plane(12, 5)},
        {"mlp_1", made::clouds(12, 5)},
        {"majority_1", made::clouds(12, 5)},
        {"pixels_1", pixels}};
    for (const auto& [name, rows] : cases) {
        INFO(name);
        std::ifstream file(folder + name + ".tilth", std::ios::binary);
        const std::string artefact(std::istreambuf_iterator<char>(file), {});
        REQUIRE_FALSE(artefact.empty());
        const auto model = Predictor::load(artefact);
        CHECK_FALSE(model.inputs());
        std::ifstream expected(folder + name + ".txt");
        for (double value : model.predict(rows, 1)) {
            double known = 0;
            REQUIRE(expected >> known);
            CHECK(value == Approx(known).margin(1e-6));
        }
    }
}

// Each way in which columns, texts and pictures become features, by numbers that can be worked out.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "base/settings/settings.hpp"
#include "base/words.hpp"
#include "training/features/features.hpp"
#include "training/features/words.hpp"

using namespace training;

namespace {

using Type = schema::Column::Type;
constexpr double hole = std::numeric_limits<double>::quiet_NaN();

Examples column(Type type, std::vector<double> values) {
    Examples out;
    out.rows = values.size();
    out.columns = {{"x", type, ""}};
    out.numeric = std::move(values);
    return out;
}

ColumnsSpec all(const ColumnSpec& spec) {
    ColumnsSpec columns;
    columns.all = spec;
    return columns;
}

std::vector<float> fitted(const Examples& train, const ColumnSpec& spec, const Examples& other) {
    ColumnFeatures features;
    features.fit(train, all(spec));
    Writer out;
    features.save(out);
    const auto bytes = out.take();
    Reader in(bytes);
    const auto again = ColumnFeatures::load(in).apply(other);
    CHECK(again.values == features.apply(other).values);  // what is stored is what was learnt
    return again.values;
}

}  // namespace

TEST_CASE("numbers are scaled as it is said", "[training][features]") {
    const auto train = column(Type::number, {0, 1, 2, 3, 10});
    const auto at = [&](Scale scale, double x) {
        return fitted(train, {.scale = scale}, column(Type::number, {x})).at(0);
    };
    CHECK(at(Scale::minmax, 5) == Approx(0.5));
    CHECK(at(Scale::robust, 5) == Approx((5 - 2) / 2.0));  // quartiles 1 and 3
    CHECK(at(Scale::none, 5) == Approx(5));
    CHECK(at(Scale::quantile, 2) == Approx(0.5));
    CHECK(at(Scale::quantile, 2.5) == Approx(0.625));
    CHECK(at(Scale::quantile, -7) == 0);
    CHECK(at(Scale::quantile, 70) == 1);
    const double deviation =
        std::sqrt((3.2 * 3.2 + 2.2 * 2.2 + 1.2 * 1.2 + 0.2 * 0.2 + 6.8 * 6.8) / 5);
    CHECK(at(Scale::standard, 5) == Approx((5 - 3.2) / deviation));
}

TEST_CASE("a power makes a skewed column about normal", "[training][features]") {
    const base::CounterRandom random(4, 2);
    std::vector<double> values;
    for (std::uint64_t i = 0; i < 500; ++i) values.push_back(std::exp(random.normal(i)) - 1);
    const auto train = column(Type::number, values);
    const auto moved = fitted(train, {.scale = Scale::power}, train);
    double mean = 0, square = 0, cube = 0;
    for (float v : moved) {
        mean += v / 500.0;
        square += v * v / 500.0;
        cube += v * v * v / 500.0;
    }
    CHECK(mean == Approx(0).margin(1e-4));
    CHECK(square == Approx(1).margin(1e-3));
    CHECK(std::abs(cube) < 0.2);  // before: far over 2
}

TEST_CASE("what is missing becomes what it is said to", "[training][features]") {
    const auto train = column(Type::number, {0, 1, 2, 3, 10, hole});
    const auto at = [&](const ColumnSpec& spec) {
        return fitted(train, spec, column(Type::number, {hole}));
    };
    CHECK(at({.scale = Scale::none}) == std::vector<float>{3.2F, 1});
    CHECK(at({.missing_flag = false, .scale = Scale::none}) == std::vector<float>{3.2F});
    CHECK(at({.impute = Impute::median, .scale = Scale::none}).at(0) == 2);
    CHECK(at({.impute = Impute::constant, .fill = -1, .scale = Scale::none}).at(0) == -1);
    CHECK(at({.impute = Impute::median, .scale = Scale::minmax}).at(0) == Approx(0.2));
}

TEST_CASE("the nearest rows say what is missing", "[training][features]") {
    Examples train;
    train.columns = {{"a", Type::number, ""}, {"b", Type::number, ""}};
    for (int i = 0; i < 40; ++i) {
        train.numeric.push_back(i);
        train.numeric.push_back(i % 10 == 3 ? hole : 2 * i);
    }
    train.rows = 40;
    Examples other;
    other.rows = 1;
    other.columns = train.columns;
    other.numeric = {25, hole};
    ColumnsSpec spec = all({.missing_flag = false, .scale = Scale::none});
    spec.one["b"] = {.impute = Impute::knn};
    ColumnFeatures features;
    features.fit(train, spec);
    CHECK(features.names() == std::vector<std::string>{"a", "b"});
    const auto rows = features.apply(other);
    CHECK(rows.values[1] == Approx(50).margin(2.1));  // of rows 22, 24, 25, 26, 27 or 28
}

TEST_CASE("a column that training never had tells no neighbours", "[training][features]") {
    Examples train;
    train.columns = {{"a", Type::number, ""}, {"never", Type::number, ""}};
    for (int i = 0; i < 20; ++i) {
        train.numeric.push_back(i % 7 == 3 ? hole : i);
        train.numeric.push_back(hole);
    }
    train.rows = 20;
    for (const auto impute : {Impute::mean, Impute::median, Impute::constant, Impute::knn}) {
        ColumnFeatures features;
        features.fit(train, all({.impute = impute, .missing_flag = false}));
        CHECK(features.names() == std::vector<std::string>{"a"});
        Examples other;  // as the model's signature has it
        other.rows = 1;
        other.columns = {train.columns[0]};
        other.numeric = {hole};
        CHECK(std::isfinite(features.apply(other).values[0]));
    }
}

TEST_CASE("numbers far beyond those of training stay finite", "[training][features]") {
    const auto train = column(Type::number, {1, 2, 3, 4});
    for (const auto scale : {Scale::standard, Scale::minmax, Scale::robust, Scale::none}) {
        const auto rows = fitted(
            train, {.missing_flag = false, .scale = scale}, column(Type::number, {1e308, -1e300})
        );
        CHECK(rows[0] == Approx(1e15));
        CHECK(rows[1] == Approx(-1e15));
    }
}

TEST_CASE("categories are encoded as it is said", "[training][features]") {
    auto train = column(Type::category, {0, 0, 1, 1, 1, 2, 3, hole});
    train.levels["x"] = {"10", "9", "8.5", "100"};
    const auto other = column(Type::category, {0, 1, 3, -1, hole});
    const auto names = [&](const ColumnSpec& spec) {
        ColumnFeatures features;
        features.fit(train, all(spec));
        return features.names();
    };
    CHECK(names({}) == std::vector<std::string>{"x = 9", "x = 10", "x missing"});
    CHECK(
        names({.min_count = 1, .max_levels = 1, .rare = true}) ==
        std::vector<std::string>{"x = 9", "x rare", "x missing"}
    );
    CHECK(
        fitted(train, {.missing_flag = false, .rare = true}, other) ==
        std::vector<float>{0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0}
    );
    const auto ranks = fitted(train, {.missing_flag = false, .encode = Encode::ordinal}, other);
    CHECK(ranks[2] > ranks[0]);  // 100 is more than 10, which is more than 9
    CHECK(ranks[0] > ranks[1]);
    CHECK(ranks[3] == 0);
    CHECK(ranks[4] == 0);
    const auto buckets =
        fitted(train, {.missing_flag = false, .encode = Encode::hashing, .buckets = 1024}, other);
    REQUIRE(buckets.size() % 5 == 0);
    const auto width = static_cast<std::ptrdiff_t>(buckets.size() / 5);
    for (std::ptrdiff_t row = 0; row < 5; ++row)
        CHECK(
            std::count(buckets.begin() + row * width, buckets.begin() + (row + 1) * width, 1.0F) ==
            (row < 3 ? 1 : 0)
        );
}

TEST_CASE("a target encoding of a row does not know the row's own label", "[training][features]") {
    // Each value comes once or twice, so that a label that leaked would be the whole encoding.
    Examples train;
    train.rows = 400;
    train.columns = {{"x", Type::category, ""}};
    train.class_names = {"no", "yes"};
    const base::CounterRandom random(1, 1);
    for (std::size_t row = 0; row < train.rows; ++row) {
        train.numeric.push_back(static_cast<double>(row / 2));
        train.classes.push_back(static_cast<int>(random.below(row, 2)));
    }
    ColumnFeatures features;
    const auto own = features.fit(train, all({.encode = Encode::target, .smoothing = 0.1}));
    REQUIRE(own.columns == 1);
    const auto later = features.apply(train);
    const auto agreement = [&](const Design& rows) {
        double sum = 0;
        for (std::size_t row = 0; row < train.rows; ++row)
            sum += rows.values[row] * (train.classes[row] == 1 ? 1 : -1);
        return sum / 400;
    };
    CHECK(agreement(later) > 0.5);  // it knows the training labels
    CHECK(std::abs(agreement(own)) < 0.2);
}

TEST_CASE("times become parts, and columns are chosen by name", "[training][features]") {
    Examples train;
    train.rows = 3;
    train.columns = {{"at", Type::time, ""}, {"x", Type::number, ""}, {"y", Type::number, ""}};
    // 2024-02-29 13:00, 2026-07-05 00:30 (a Sunday), 1970-01-01
    train.numeric = {1709211600, 1, 1, 1783211400, 2, 2, 0, 3, 3};
    ColumnsSpec spec;
    spec.exclude = {"y"};
    spec.one["at"].dates = {DatePart::year, DatePart::weekday, DatePart::yearday, DatePart::hour};
    spec.all.scale = Scale::none;
    ColumnFeatures features;
    const auto rows = features.fit(train, spec);
    CHECK(
        features.names() ==
        std::vector<std::string>{"at year", "at weekday", "at yearday", "at hour", "x"}
    );
    CHECK(
        rows.values == std::vector<float>{2024, 4, 60, 13, 1, 2026, 7, 186, 0, 2, 1970, 4, 1, 0, 3}
    );
    spec.exclude = {"z"};
    CHECK_THROWS_WITH(
        features.fit(train, spec),
        Catch::StartsWith("features: column 'z': the training rows have none of that name")
    );
    train.dropped = {"z"};  // left out already, as a copy of the label is
    CHECK(features.fit(train, spec).columns == rows.columns + 1);  // y is one
    spec.include = {"x", "z"};
    CHECK_THROWS_WITH(
        features.fit(train, spec), Catch::StartsWith("features: column 'z': it repeats the label")
    );
    spec.exclude = {};
    spec.include = {"x"};
    spec.one.clear();
    CHECK(features.fit(train, spec).columns == 1);
}

TEST_CASE("n-grams of words and characters are those that are asked for", "[training][features]") {
    const auto texts = [](const Grams& grams) {
        const auto list = gram_texts("Hot Tea", grams);
        std::vector<std::uint64_t> hashes;
        WordRoom room;
        hash_grams("Hot Tea", 2, grams, room, hashes);
        CHECK(hashes.size() == list.size());
        CHECK(std::set(hashes.begin(), hashes.end()).size() == list.size());
        return list;
    };
    CHECK(texts({1, 2}) == std::vector<std::string>{"hot", "hot tea", "tea"});
    CHECK(texts({2, 3}) == std::vector<std::string>{"hot tea"});
    CHECK(texts({.words_to = 1, .lower = false}) == std::vector<std::string>{"Hot", "Tea"});
    CHECK(
        texts({.words_to = 0, .chars_from = 4, .chars_to = 5}) ==
        std::vector<std::string>{" hot", "hot ", " hot ", " tea", "tea ", " tea "}
    );
}

TEST_CASE("a vocabulary has a column for each n-gram, by its name", "[training][features]") {
    Team team(2);
    TextSpec spec;
    spec.method = TextMethod::vocabulary;
    spec.ngrams = 1;
    spec.min_documents = 2;
    spec.max_documents = 0.8;
    const TextColumn items{
        {"a", "the red tea"}, {"a", "the red hat"}, {"", "the tea"}, {"", "the cup"}, {"", "the"}};
    HashedTfidf text(spec);
    const auto rows = text.fit(items, team);
    std::set<std::string> names;
    for (std::size_t i = 0; i < text.columns(); ++i) names.insert(text.name(i));
    CHECK(names == std::set<std::string>{"title: a", "red", "tea"});
    CHECK(rows.count(0) == 3);
    CHECK(rows.count(4) == 0);
    spec.max_features = 1;
    spec.max_documents = 1;
    HashedTfidf one(spec);
    one.fit(items, team);
    REQUIRE(one.columns() == 1);
    CHECK(one.name(0) == "the");

    Writer out;
    text.save(out);
    const auto bytes = out.take();
    Reader in(bytes);
    const auto again = HashedTfidf::load(in);
    CHECK(again.apply(items, team).values == rows.values);
    CHECK(again.name(0) == text.name(0));
}

TEST_CASE("pictures are told by their gradients and patches", "[training][features]") {
    // Stripes across and down, at any place: no pixel tells them apart.
    Examples pictures;
    pictures.rows = 200;
    pictures.pixel_width = 16;
    pictures.pixel_channels = 1;
    pictures.pixel_count = 256;
    const base::CounterRandom random(5, 5);
    for (std::size_t row = 0; row < pictures.rows; ++row) {
        const auto shift = random.below(row, 8);
        for (std::size_t y = 0; y < 16; ++y)
            for (std::size_t x = 0; x < 16; ++x)
                pictures.pixels.push_back(((row % 2 == 0 ? x : y) + shift) % 8 < 4 ? 30 : 220);
    }
    for (auto kind : {PictureFeatures::hog, PictureFeatures::patches}) {
        PictureSpec spec;
        spec.features = kind;
        spec.patches = 8;
        Team one(1), two(2);
        PictureFeaturizer features;
        const auto rows = features.fit(pictures, spec, 3, one);
        CHECK(rows.values == features.apply(pictures, two).values);
        PictureFeaturizer again;
        CHECK(again.fit(pictures, spec, 3, two).values == rows.values);
        Writer out;
        features.save(out);
        const auto bytes = out.take();
        Reader in(bytes);
        CHECK(PictureFeaturizer::load(in).apply(pictures, one).values == rows.values);
        // Along the line from the mean of the one to that of the other the two stay apart.
        const auto width = features.width();
        std::vector<double> line(width);
        for (std::size_t row = 0; row < pictures.rows; ++row)
            for (std::size_t i = 0; i < width; ++i)
                line[i] += rows.values[row * width + i] * (row % 2 == 0 ? 1 : -1);
        double least = 1e300, most = -1e300;
        for (std::size_t row = 0; row < pictures.rows; ++row) {
            double place = 0;
            for (std::size_t i = 0; i < width; ++i) place += line[i] * rows.values[row * width + i];
            if (row % 2 == 0) least = std::min(least, place);
            if (row % 2 == 1) most = std::max(most, place);
        }
        INFO(base::name_of(kind));
        CHECK(least > most);
    }
}

TEST_CASE("features are set by a file as they are by the program", "[training][features]") {
    const auto spec = FeatureSpec::settings.read(base::Document::toml(
        "include = ['age', 'at']\n[texts]\nmethod = 'vocabulary'\nchars_from = 2\nchars_to = 4\n"
        "[columns]\nscale = 'robust'\n[column.age]\nimpute = 'knn'\n"
        "[column.at]\ndates = ['month', 'hour']\n[pictures]\nsize = 28\nfeatures = 'patches'\n",
        "spec.toml"
    ));
    CHECK(spec.columns.include == std::vector<std::string>{"age", "at"});
    CHECK(spec.text.method == TextMethod::vocabulary);
    CHECK(spec.text.chars_to == 4);
    CHECK(spec.columns.plan("age").impute == Impute::knn);
    CHECK(spec.columns.plan("age").scale == Scale::robust);
    CHECK(spec.columns.plan("at").impute == Impute::mean);
    CHECK(spec.columns.plan("at").dates.size() == 2);
    CHECK(spec.pictures.size == 28);
    CHECK(spec.pictures.features == PictureFeatures::patches);
    CHECK_THROWS_AS(
        FeatureSpec::settings.read(base::Document::toml("[columns]\nscale = 'rubost'\n", "s")),
        base::UsageError
    );
}

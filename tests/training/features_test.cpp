#include "training/features/features.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/features/hits.hpp"
#include "training/features/words.hpp"
#include "training/numeric/large.hpp"

using namespace training;

namespace {

std::size_t words_in(std::string_view text) {
    std::vector<std::uint64_t> out;
    hash_words(text, 1, out);
    return out.size();
}

std::uint64_t only_word(std::string_view text) {
    std::vector<std::uint64_t> out;
    hash_words(text, 1, out);
    REQUIRE(out.size() == 1);
    return out[0];
}

Examples numbers(std::vector<double> column) {
    Examples out;
    out.rows = column.size();
    out.columns = {{"x", schema::Column::Type::number, ""}};
    out.numeric = std::move(column);
    return out;
}

const double missing = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("words are found in any script, without regard to letter case", "[training][features]") {
    CHECK(words_in("Hello, wide world!") == 3);
    CHECK(words_in("") == 0);
    CHECK(words_in("snake_case x1") == 2);
    CHECK(only_word("\xc3\x84RGER") == only_word("\xc3\xa4rger"));  // German
    CHECK(
        only_word("\xd0\x9c\xd0\x98\xd0\xa0") == only_word("\xd0\xbc\xd0\xb8\xd1\x80")
    );  // Russian
    CHECK(
        words_in("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e") == 3
    );  // Japanese: a character is a word
    CHECK(
        words_in("ab\xff"
                 "cd") == 2
    );  // a broken byte separates
}

// Texts are read 64 bytes at a time, and runs of other characters than ASCII apart.
TEST_CASE("a word is the same wherever it stands in a text", "[training][features]") {
    for (const std::string word :
         {"a",
          "Seven77",
          "incomprehensibilities",
          "\xc3\x84rger",
          "na\xc3\xafve",
          "caf\xc3\xa9",
          "\xd0\x9c\xd0\x98\xd0\xa0"}) {
        const auto alone = only_word(word);
        for (std::size_t before = 0; before < 140; ++before)
            for (const char* after : {"", ".", " b", " \xc3\xa9"}) {
                std::vector<std::uint64_t> out;
                hash_words(std::string(before, ' ') + word + after, 1, out);
                INFO(word << " after " << before << " blanks, before '" << after << "'");
                REQUIRE(out.size() == (std::string(after).size() > 1 ? 2 : 1));
                CHECK(out[0] == alone);
            }
        std::vector<std::uint64_t> out;
        hash_words("\xc3\xa9 " + std::string(70, 'x') + " " + word, 1, out);
        REQUIRE(out.size() == 3);
        CHECK(out[2] == alone);
    }
}

TEST_CASE("letter case is kept where it is asked for", "[training][features]") {
    Grams grams;
    grams.lower = false;
    WordRoom room;
    std::vector<std::uint64_t> kept;
    hash_grams("Tea tea \xc3\x84 \xc3\xa4", 1, grams, room, kept);
    REQUIRE(kept.size() == 4);
    CHECK(kept[0] != kept[1]);
    CHECK(kept[2] != kept[3]);
    CHECK(gram_texts("Tea \xc3\x84", grams) == std::vector<std::string>{"Tea", "\xc3\x84"});
}

// The hits of a row are put in order by comparison, by digits of 8 and of 11 bits.
TEST_CASE("counts of short, long and very long rows are right", "[training][features]") {
    for (const std::size_t size : {3, 31, 32, 200, 1499, 1500, 5000}) {
        INFO(size << " n-grams");
        std::vector<Hit> hits, room;
        std::map<std::uint32_t, float> expected;
        const base::CounterRandom random(size, 1);
        for (std::size_t i = 0; i < size; ++i) {
            const auto column =
                static_cast<std::uint32_t>(random.below(2 * i, i % 3 == 0 ? 8 : 1 << 20));
            const bool negative = random.below(2 * i + 1, 4) == 0;
            hits.push_back(column << 1 | (negative ? 1 : 0));
            expected[column] += negative ? -1 : 1;
        }
        std::erase_if(expected, [](const auto& one) { return one.second == 0; });
        HitRows rows;
        add_row(hits, room, 21, false, rows);
        REQUIRE(rows.counts == std::vector{static_cast<std::uint32_t>(expected.size())});
        std::size_t at = 0;
        for (const auto& [column, sum] : expected) {
            CHECK(rows.where[at] == column);
            CHECK(rows.values[at++] == sum);
        }
    }
}

TEST_CASE(
    "tf-idf rows have length one and their weights follow the training frequencies",
    "[training][features]"
) {
    Team team(1);
    TextSpec spec;
    spec.ngrams = 1;
    HashedTfidf text(spec);
    const TextColumn items{{"", "rare common"}, {"", "common"}, {"", "common common common"}};
    const auto rows = text.fit(items, team);

    REQUIRE(rows.count(0) == 2);
    double square = 0;
    for (std::size_t i = 0; i < 2; ++i)
        square += std::pow(static_cast<double>(rows.row_values(0)[i]), 2);
    CHECK(square == Approx(1));
    const double low = std::min(std::abs(rows.row_values(0)[0]), std::abs(rows.row_values(0)[1]));
    const double high = std::max(std::abs(rows.row_values(0)[0]), std::abs(rows.row_values(0)[1]));
    CHECK(high / low == Approx(std::log(4.0 / 2) + 1));  // idf of df 1 over idf of df 3, which is 1
    CHECK(std::abs(rows.row_values(2)[0]) == Approx(1));

    const auto unknown = text.apply({{"", "never seen here"}}, team);
    CHECK(unknown.count(0) == 0);
}

// Texts are counted in blocks, a few at a time, and weighed at once where the weights are known.
TEST_CASE("many texts have the same rows at any number of threads", "[training][features]") {
    TextColumn items;
    const base::CounterRandom random(2, 1);
    for (std::size_t i = 0; i < 3000; ++i) {
        TextItem item;
        for (std::size_t w = 0; w < 5 + i % 7; ++w)
            item.body += "w" + std::to_string(random.below(16 * i + w, 900)) + " ";
        items.push_back(std::move(item));
    }
    for (const bool idf : {true, false}) {
        TextSpec spec;
        spec.idf = idf;
        spec.min_documents = 2;
        Team one(1), three(3);
        HashedTfidf text(spec), other(spec);
        const auto rows = text.fit(items, one);
        const auto again = text.apply(items, three);
        REQUIRE(well_formed(rows));
        CHECK(rows.starts == again.starts);
        CHECK(rows.where == again.where);
        CHECK(rows.values == again.values);
        CHECK(other.fit(items, three).values == rows.values);
        Writer out;
        text.save(out);
        const auto bytes = out.take();
        Reader in(bytes);
        CHECK(HashedTfidf::load(in).apply(items, one).values == rows.values);
    }
}

TEST_CASE("the same word weighs apart in title and body", "[training][features]") {
    Team team(1);
    HashedTfidf text(TextSpec{});
    const auto rows = text.fit({{"wheat", ""}, {"", "wheat"}}, team);
    REQUIRE(rows.count(0) == 1);
    REQUIRE(rows.count(1) == 1);
    CHECK(rows.row_where(0)[0] != rows.row_where(1)[0]);
}

TEST_CASE("a bigram depends on the order of its words", "[training][features]") {
    Team team(1);
    HashedTfidf text(TextSpec{});
    const auto rows = text.fit({{"", "dog bites man"}, {"", "man bites dog"}}, team);
    CHECK(rows.count(0) == 5);
    std::size_t shared = 0;
    for (std::size_t i = 0; i < 5; ++i) {
        for (std::size_t j = 0; j < 5; ++j)
            shared += rows.row_where(0)[i] == rows.row_where(1)[j] ? 1 : 0;
    }
    CHECK(shared == 3);
}

TEST_CASE("numbers are standardised with the training moments only", "[training][features]") {
    ColumnFeatures numeric;
    numeric.fit(numbers({1, 2, 3, 4, 5}), {});
    const auto rows = numeric.apply(numbers({3, 3 + std::sqrt(2.0), 1000}));
    REQUIRE(rows.columns == 1);
    CHECK(rows.values[0] == Approx(0).margin(1e-7));
    CHECK(rows.values[1] == Approx(1));
    CHECK(rows.values[2] == Approx(997 / std::sqrt(2.0)));
}

TEST_CASE("a missing number becomes the mean and is marked", "[training][features]") {
    ColumnFeatures numeric;
    numeric.fit(numbers({1, missing, 3, 2}), {});
    const auto rows = numeric.apply(numbers({missing, 3}));
    REQUIRE(numeric.names() == std::vector<std::string>{"x", "x missing"});
    CHECK(rows.values[0] == 0);
    CHECK(rows.values[1] == 1);
    CHECK(rows.values[2] > 1);
    CHECK(rows.values[3] == 0);
}

TEST_CASE(
    "a heavily skewed non-negative column is read as a logarithm, and one with negatives is not",
    "[training][features]"
) {
    std::vector<double> sizes;
    for (int i = 0; i < 200; ++i) sizes.push_back(std::exp(0.06 * i));
    ColumnFeatures numeric;
    numeric.fit(numbers(sizes), {});
    CHECK(numeric.logarithms() == std::vector<std::string>{"x"});
    sizes[0] = -1;
    numeric.fit(numbers(sizes), {});
    CHECK(numeric.logarithms().empty());
}

TEST_CASE(
    "categories become one column each, unknown ones none, and a constant column is dropped",
    "[training][features]"
) {
    Examples train;
    train.rows = 6;
    train.columns = {
        {"colour", schema::Column::Type::category, ""}, {"same", schema::Column::Type::number, ""}};
    train.numeric = {0, 9, 0, 9, 1, 9, 1, 9, 1, 9, 2, 9};
    ColumnFeatures numeric;
    numeric.fit(train, {});
    CHECK(
        numeric.names() == std::vector<std::string>{"colour = 1", "colour = 0"}
    );  // 2 was met once only
    const auto rows = numeric.apply(train);
    CHECK(rows.values == std::vector<float>{0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 0});

    auto other = train;
    other.columns[0].name = "hue";
    CHECK_THROWS_WITH(numeric.apply(other), Catch::Contains("give colour in this order"));
}

TEST_CASE("pixels are centred by the training mean of their position", "[training][features]") {
    Team team(1);
    Examples images;
    images.rows = 2;
    images.pixel_count = 2;
    images.pixels = {0, 255, 255, 255};
    PictureFeaturizer pixels;
    pixels.fit(images, {}, 1, team);
    const auto rows = pixels.apply(images, team);
    CHECK(rows.values[0] == Approx(-0.5));
    CHECK(rows.values[1] == Approx(0).margin(1e-6));
    CHECK(rows.values[2] == Approx(0.5));
    images.pixel_count = 4;
    images.rows = 1;
    CHECK_THROWS_WITH(pixels.apply(images, team), Catch::Contains("trained on 2"));
}

TEST_CASE(
    "pixels are the same at any number of threads, less a mean that is exact",
    "[training][features]"
) {
    Examples images;
    images.rows = 3000;
    images.pixel_count = 784;
    const base::CounterRandom random(1, 1);
    for (std::size_t i = 0; i < images.rows * images.pixel_count; ++i)
        images.pixels.push_back(static_cast<std::uint8_t>(random.below(i, 256)));
    std::uint64_t sum = 0;
    for (std::size_t row = 0; row < images.rows; ++row) sum += images.pixels[row * 784 + 7];
    Team one(1), three(3);
    PictureFeaturizer pixels;
    const auto rows = pixels.fit(images, {}, 1, three);
    CHECK(pixels.means()[7] == static_cast<float>(static_cast<double>(sum) / (3000 * 255.0)));
    CHECK(PictureFeaturizer().fit(images, {}, 1, one).values == rows.values);
    CHECK(pixels.apply(images, one).values == rows.values);
}

TEST_CASE("room for many values keeps those that are there", "[training][features]") {
    Team two(2);
    std::vector<float> values{1, 2};
    resize_large(values, 9'000'000, two);
    CHECK(values.size() == 9'000'000);
    CHECK(values[1] == 2);
    CHECK(std::count(values.begin(), values.end(), 0.0F) == 8'999'998);
    resize_large(values, 3, two);
    CHECK(values == std::vector<float>{1, 2, 0});
}

TEST_CASE("text and numbers join into sparse rows that survive saving", "[training][features]") {
    Team team(2);
    Examples examples = numbers({1, 2, 4});
    examples.text = {{"a", "red wheat"}, {"b", "blue sea"}, {"c", "green field"}};
    Design rows;
    const auto features = Featurizer::fit(examples, {}, team, rows);
    CHECK(rows.sparse);
    CHECK(rows.columns == (1U << 18) + 1);

    Writer out;
    features.save(out);
    const auto bytes = out.take();
    Reader in(bytes);
    const auto again = Featurizer::load(in).apply(examples, team);
    CHECK(again.values == rows.values);
    CHECK(again.where == rows.where);
    CHECK(again.starts == rows.starts);

    examples.text.clear();
    CHECK_THROWS_WITH(
        features.apply(examples, team), Catch::Contains("no text, which the model needs")
    );
}

#include "training/preparation/preparation.hpp"

#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/training/made_data.hpp"
#include "tests/training/preparation/made_rows.hpp"
#include "training/trainer.hpp"

using namespace training;

namespace {

constexpr auto none = std::numeric_limits<double>::quiet_NaN();

std::string changed(const std::string& operation, const std::string& body) {
    auto rows = texts({body});
    return std::string(Preparation::parse("[" + operation + "]").fit(rows).apply(rows).text[0].body
    );
}

// What an operation learnt on `train` makes of `others`.
std::vector<double>
applied(const std::string& operation, std::vector<double> train, std::vector<double> others) {
    return Preparation::parse("[" + operation + "]")
        .fit(numbers(std::move(train)))
        .apply(numbers(std::move(others)))
        .numeric;
}

}  // namespace

TEST_CASE(
    "texts are trimmed, cased, normalised, stripped, replaced and masked",
    "[training][prepare]"
) {
    CHECK(changed(R"({"op":"trim"})", "  a b \n") == "a b");
    CHECK(changed(R"({"op":"collapse_spaces"})", "a \n\n b  c ") == "a b c");
    CHECK(changed(R"({"op":"lower"})", "ÄPFEL And") == "äpfel and");
    CHECK(changed(R"({"op":"upper"})", "straße") == "STRASSE");
    CHECK(changed(R"({"op":"nfc"})", "e\xCC\x81") == "\xC3\xA9");
    CHECK(changed(R"({"op":"nfkc"})", "\xEF\xAC\x81n") == "fin");
    CHECK(
        changed(R"({"op":"strip_html"})", "<p>a &lt; b</p><script>x<y</script><b>c</b>") ==
        "a < b c"
    );
    CHECK(changed(R"({"op":"strip_html"})", "1 < 2 <") == "1 < 2 <");
    CHECK(changed(R"({"op":"mask_pii"})", "to a@b.org") == "to <email>");
    CHECK(
        changed(R"({"op":"replace","pattern":"(\\d+) kg","with":"$1 kilo"})", "5 kg, 7 kg") ==
        "5 kilo, 7 kilo"
    );
    auto rows = texts({"BODY"});
    auto only = Preparation::parse(R"([{"op":"lower","on":"title"}])").fit(rows).apply(rows);
    CHECK(only.text[0].title == "title");
    CHECK(only.text[0].body == "BODY");
}

TEST_CASE(
    "fitted operations know the training rows and nothing of the rows they are applied to",
    "[training][prepare]"
) {
    CHECK(applied(R"({"op":"fill","with":"mean"})", {1, 3, none}, {none, 100})[0] == 2);
    CHECK(applied(R"({"op":"fill","with":"median"})", {1, 2, 50}, {none, 100})[0] == 2);
    CHECK(applied(R"({"op":"fill","with":"mode"})", {5, 7, 7}, {none, 5, 5, 5})[0] == 7);
    CHECK(applied(R"({"op":"fill","with":-1})", {1}, {none, 4}) == std::vector<double>{-1, 4});
    CHECK(
        applied(R"({"op":"clip","quantiles":[0,1]})", {1, 2, 3}, {-50, 2.5, 50}) ==
        std::vector<double>{1, 2.5, 3}
    );
    CHECK(applied(R"({"op":"clip","low":0})", {1}, {-5, 9}) == std::vector<double>{0, 9});
    CHECK(applied(R"({"op":"scale"})", {1, 3}, {5}) == std::vector<double>{3});
    CHECK(
        applied(R"({"op":"scale","by":"minmax"})", {10, 20}, {15, 40}) ==
        std::vector<double>{0.5, 3}
    );
    CHECK(
        applied(R"({"op":"scale","by":"robust"})", {1, 2, 3, 4, 5}, {7}) == std::vector<double>{2}
    );
    CHECK(applied(R"({"op":"scale"})", {4, 4}, {5}) == std::vector<double>{1});  // it does not vary
    CHECK(
        applied(R"({"op":"bin","bins":2})", {1, 2, 3, 4}, {0, 2.4, 2.6, 99}) ==
        std::vector<double>{0, 0, 1, 1}
    );
    CHECK(
        applied(R"({"op":"bin","edges":[10,20]})", {1}, {5, 10, 25}) == std::vector<double>{0, 1, 2}
    );
    CHECK(applied(R"({"op":"missing","values":[-9]})", {1}, {5, 6})[0] == 5);
    CHECK(std::isnan(applied(R"({"op":"missing","values":[-9]})", {1}, {-9})[0]));
    CHECK(applied(R"({"op":"log"})", {1}, {0})[0] == 0);
    CHECK(
        applied(R"({"op":"convert","factor":1.8,"offset":32,"unit":"F"})", {1}, {100}) ==
        std::vector<double>{212}
    );
}

TEST_CASE("each operation is fitted to what those before it left", "[training][prepare]") {
    auto recipe = Preparation::parse(
        R"([{"op":"missing","values":[-999]},{"op":"fill","with":"mean"},{"op":"scale","by":"minmax"}])"
    );
    auto fitted = recipe.fit(numbers({-999, 10, 20}));
    std::vector<std::size_t> counts;
    auto rows = fitted.apply(numbers({-999, 10}), &counts);
    CHECK(rows.numeric == std::vector<double>{0.5, 0});
    CHECK(counts == std::vector<std::size_t>{1, 1, 2});
    auto again = FittedPreparation::load(fitted.json());
    CHECK(again.apply(numbers({-999, 10})).numeric == rows.numeric);
    CHECK(again.json() == fitted.json());
}

TEST_CASE("columns are dropped, kept, and made of times", "[training][prepare]") {
    Examples rows = numbers({1, 1767225600 + 3600.0 * 13});
    rows.rows = 1;
    rows.columns.push_back({"t", schema::Column::Type::time, ""});
    auto dated =
        Preparation::parse(R"([{"op":"date_parts","columns":["t"]},{"op":"drop","columns":["t"]}])")
            .fit(rows)
            .apply(rows);
    REQUIRE(dated.columns.size() == 5);
    CHECK(dated.columns[1].name == "t.year");
    CHECK(dated.numeric == std::vector<double>{1, 2026, 1, 4, 13});  // a Thursday
    auto kept = Preparation::parse(R"([{"op":"keep","columns":["t"]}])").fit(rows).apply(rows);
    REQUIRE(kept.columns.size() == 1);
    CHECK(kept.columns[0].name == "t");
}

TEST_CASE("wrong recipes are refused with the operation's number", "[training][prepare]") {
    for (auto wrong :
         {R"({})",
          R"([{"op":"nothing"}])",
          R"([{"op":"trim","x":1}])",
          R"([{"op":"trim","on":"tail"}])",
          R"([{"op":"fill"}])",
          R"([{"op":"fill","with":"luck"}])",
          R"([{"op":"clip"}])",
          R"([{"op":"clip","quantiles":[0.9,0.1]}])",
          R"([{"op":"bin"}])",
          R"([{"op":"replace","pattern":"("}])",
          R"([{"op":"word_dropout","share":1}])",
          R"([{"op":"flip","copies":0}])",
          R"([{"op":"drop"}])",
          R"([{"op":"one_hot"}])",
          R"([{"op":"one_hot","columns":["a"],"at_least":0}])",
          R"([{"op":"ordinal","columns":["a"]}])",
          R"([{"op":"ordinal","columns":["a"],"order":["x","x"]}])",
          R"([{"op":"one_hot","columns":["a","a"]}])",
          R"([{"op":"cast","columns":["a"],"to":"picture"}])",
          R"([{"op":"scale","columns":[]}])"}) {
        INFO(wrong);
        CHECK_THROWS_AS(Preparation::parse(wrong), base::UsageError);
    }
    CHECK_THROWS_WITH(
        Preparation::parse(R"([{"op":"trim"},{"op":"fill"}])"), Catch::Contains("operation 2")
    );
    CHECK_THROWS_AS(
        Preparation::parse(R"([{"op":"log","columns":["y"]}])").fit(numbers({1})), base::Error
    );
    CHECK(Preparation::parse(R"([{"op":"log","columns":["y"]}])").without_column("y").empty());
}

TEST_CASE("numbers are mapped to others", "[training][prepare]") {
    const auto rows = numbers({1, 2, 9, std::numeric_limits<double>::quiet_NaN()});
    const auto kept = Preparation::parse(R"([{"op":"map","from":[1,2],"to":[10,20]}])")
                          .fit(rows)
                          .apply(rows)
                          .numeric;
    CHECK(kept[0] == 10);
    CHECK(kept[1] == 20);
    CHECK(kept[2] == 9);
    CHECK(std::isnan(kept[3]));
    const auto other = Preparation::parse(R"([{"op":"map","from":[1],"to":[10],"otherwise":-1}])")
                           .fit(rows)
                           .apply(rows)
                           .numeric;
    CHECK(other[0] == 10);
    CHECK(other[1] == -1);
    CHECK(std::isnan(other[3]));
    CHECK_THROWS_AS(Preparation::parse(R"([{"op":"map","from":[1],"to":[]}])"), base::UsageError);
}

TEST_CASE("a step refuses records that have nothing of what it works on", "[training][prepare]") {
    auto pictures = numbers({1, 2});
    pictures.pixel_count = 4;
    pictures.pixel_width = 2;
    pictures.pixel_channels = 1;
    pictures.pixels.assign(8, 7);
    const auto fitted = [](const std::string& op, const Examples& rows) {
        return Preparation::parse("[{" + op + "}]").fit(rows);
    };
    for (const std::string op :
         {R"("op":"trim")", R"("op":"replace","pattern":"a")", R"("op":"word_dropout")"}) {
        CHECK_NOTHROW(fitted(op, texts({"a b"})));
        CHECK_THROWS_WITH(fitted(op, pictures), Catch::Contains("works on texts, and the records"));
    }
    for (const std::string op : {R"("op":"flip")", R"("op":"rotate")", R"("op":"pixel_noise")"}) {
        CHECK_NOTHROW(fitted(op, pictures));
        CHECK_THROWS_WITH(fitted(op, texts({"a"})), Catch::Contains("works on pictures"));
    }
    auto words = numbers({0, 1});
    words.columns[0].type = schema::Column::Type::category;
    CHECK_THROWS_WITH(
        fitted(R"("op":"scale","columns":["x"])", words),
        Catch::Contains("column 'x' has categories, and 'scale' works on numbers")
    );
    CHECK(Preparation::parse(R"([{"op":"trim"},{"op":"crop"}])").sees_pictures());
    CHECK_FALSE(Preparation::parse(R"([{"op":"trim"}])").sees_pictures());
}

TEST_CASE("what an operation learnt is the same after it was kept", "[training][prepare]") {
    // Too large for a deviation: it is none, here and there.
    const auto rows = numbers({1e300, -1e300, 5});
    const auto fitted = Preparation::parse(R"([{"op":"scale"}])").fit(rows);
    CHECK(fitted.json().find("e99999") == std::string::npos);
    CHECK(FittedPreparation::load(fitted.json()).apply(rows).numeric == fitted.apply(rows).numeric);
}

TEST_CASE(
    "a model prepares the rows it predicts as it prepared those it learnt from",
    "[training][prepare]"
) {
    auto train = made::clouds(400, 5), held_out = made::clouds(100, 6);
    TrainSpec plain;
    plain.model = "softmax";
    auto prepared = plain;
    prepared.preparation = Preparation::parse(
        R"([{"op":"fill","with":"mean"},{"op":"scale","by":"robust"},{"op":"drop","columns":["c3"]}])"
    );
    auto result = fit(train, held_out, prepared);
    auto model = Predictor::load(result.artefact);
    CHECK_FALSE(model.preparation().empty());
    CHECK(model.preparation().json() == result.prepared);
    // The same as learning from rows that were prepared by hand with what was fitted on training.
    auto by_hand = FittedPreparation::load(result.prepared);
    auto reference =
        Predictor::load(fit(by_hand.apply(train), by_hand.apply(held_out), plain).artefact);
    CHECK(model.predict(held_out) == reference.predict(by_hand.apply(held_out)));
    // Rows that are held out do not change what is fitted.
    auto shifted = held_out;
    for (auto& value : shifted.numeric) value += 1000;
    CHECK(fit(train, shifted, prepared).prepared == result.prepared);
    CHECK(Predictor::load(fit(train, held_out, plain).artefact).preparation().empty());
}

TEST_CASE("the page of operations says what they declare", "[training][preparation]") {
    INFO("make it anew with 'tilth reference preparation > docs/reference/preparation.md'");
    std::ifstream in(TILTH_SOURCE_DIR "/docs/reference/preparation.md");
    CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == preparation_reference());
}

TEST_CASE(
    "a recipe with an operation that there is not is told which there are",
    "[training][preparation]"
) {
    CHECK_THROWS_WITH(
        Preparation::parse(R"([{"op":"lowr"}])"),
        Catch::Contains("there is no 'lowr'") && Catch::Contains("lower")
    );
}

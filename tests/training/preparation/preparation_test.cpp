#include "training/preparation/preparation.hpp"

#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/training/made_data.hpp"
#include "training/trainer.hpp"

using namespace training;

namespace {

constexpr auto none = std::numeric_limits<double>::quiet_NaN();

Examples numbers(std::vector<double> values, const std::string& name = "x") {
    Examples rows;
    rows.rows = values.size();
    rows.columns.push_back({name, schema::Column::Type::number, ""});
    rows.numeric = std::move(values);
    return rows;
}

Examples texts(std::vector<std::string> bodies) {
    Examples rows;
    rows.rows = bodies.size();
    for (auto& body : bodies) rows.text.push_back({"Title", std::move(body)});
    return rows;
}

std::string changed(const std::string& operation, const std::string& body) {
    auto rows = texts({body});
    return Preparation::parse("[" + operation + "]").fit(rows).apply(rows).text[0].body;
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

TEST_CASE("images are flipped, moved and made noisy", "[training][prepare]") {
    Examples rows;
    rows.rows = 1;
    rows.pixel_count = 6;
    rows.pixel_width = 3;
    rows.pixel_channels = 1;
    rows.pixels = {1, 2, 3, 4, 5, 6};
    auto after = [&](const char* operation) {
        auto all = Preparation::parse(operation).fit(rows).augment(rows, 3);
        return std::vector<int>(all.pixels.begin() + 6, all.pixels.end());
    };
    CHECK(after(R"([{"op":"flip"}])") == std::vector<int>{3, 2, 1, 6, 5, 4});
    CHECK(after(R"([{"op":"pixel_noise","deviation":20}])") != std::vector<int>{1, 2, 3, 4, 5, 6});
    bool moved = false;
    for (int copies = 0; copies < 5; ++copies) {
        auto all = Preparation::parse(R"([{"op":"shift","pixels":1,"copies":5}])")
                       .fit(rows)
                       .augment(rows, 3);
        for (int i = 0; i < 6; ++i)
            moved = moved || all.pixels[static_cast<std::size_t>(copies * 6 + 6 + i)] != i + 1;
    }
    CHECK(moved);
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

TEST_CASE("images are brought to a size", "[training][prepare]") {
    // White on the left, of 12 x 6 once, and a record without a picture.
    Examples rows;
    rows.rows = 2;
    rows.pixel_count = 36;
    rows.pixel_width = 6;
    rows.pixel_channels = 1;
    for (std::size_t i = 0; i < 36; ++i) rows.pixels.push_back(i % 6 < 3 ? 255 : 100);
    rows.pixels.resize(72);
    rows.sizes = {{12, 6}, {0, 0}};
    const auto resized = [&](const std::string& how) {
        const auto recipe =
            Preparation::parse(R"([{"op":"resize","width":8,"height":8,"how":")" + how + "\"}]");
        CHECK(recipe.pictures() == formats::PictureShape{8, 8, 0});
        auto made = FittedPreparation::load(recipe.fit(rows).json()).apply(rows);
        check(made);
        CHECK(made.pixel_count == 64);
        CHECK(made.pixel_width == 8);
        CHECK(std::all_of(made.pixels.begin() + 64, made.pixels.end(), [](int v) { return v == 0; })
        );
        return made;
    };
    const auto at = [](const Examples& of, std::size_t x, std::size_t y) {
        return static_cast<int>(of.pixels[y * 8 + x]);
    };
    const auto whole = resized("fit");  // 8 x 4 in the middle
    CHECK(whole.sizes[0] == std::array{8, 8});
    // Beside an edge the levels go a little beyond what they are.
    for (std::size_t x = 0; x < 8; ++x) {
        CHECK(at(whole, x, 1) == 0);
        CHECK(at(whole, x, 6) == 0);
        CHECK(at(whole, x, 3) >= 80);
    }
    CHECK(at(whole, 0, 3) == 255);
    CHECK(at(whole, 7, 3) == 100);
    const auto full = resized("fill");  // the middle third of what is now 6 wide: from 1.5 to 4.5
    CHECK(at(full, 0, 0) == 255);
    CHECK(std::abs(at(full, 7, 7) - 100) < 15);
    const auto wide = resized("stretch");
    CHECK(wide.sizes[0] == std::array{12, 6});
    CHECK(at(wide, 0, 0) == 255);
    CHECK(at(wide, 7, 0) == 100);
    // As large as before and as it is now.
    rows.sizes[0] = {6, 6};
    const auto same =
        Preparation::parse(R"([{"op":"resize","width":6,"height":6}])").fit(rows).apply(rows);
    CHECK(same.pixels == rows.pixels);
    for (const char* wrong :
         {R"([{"op":"resize","width":8}])",
          R"([{"op":"resize","width":8,"height":2.5}])",
          R"([{"op":"resize","width":8,"height":8,"how":"luck"}])"})
        CHECK_THROWS_AS(Preparation::parse(wrong), base::UsageError);
}

TEST_CASE("a model sees pictures in the size of its preparation", "[training][prepare]") {
    Examples train;
    train.rows = 60;
    train.class_names = {"left", "right"};
    train.pixel_count = 32;
    train.pixel_width = 8;
    train.pixel_channels = 1;
    for (std::size_t row = 0; row < train.rows; ++row) {
        train.classes.push_back(static_cast<int>(row % 2));
        for (std::size_t i = 0; i < 32; ++i)
            train.pixels.push_back(i % 8 / 4 == row % 2 ? static_cast<std::uint8_t>(150 + row) : 9);
        train.sizes.push_back({8, 4});
    }
    TrainSpec spec;
    spec.model = "softmax";
    spec.preparation = Preparation::parse(R"([{"op":"resize","width":5,"height":5}])");
    const auto model = Predictor::load(fit(train, {}, spec).artefact);
    CHECK(model.inputs()->pictures() == formats::PictureShape{8, 4, 1});
    const auto said = model.predict(take(train, {0, 1}));
    CHECK(said.at(0) > 0.5);
    CHECK(said.at(3) > 0.5);
}

TEST_CASE("images are turned, cut and partly erased", "[training][prepare]") {
    Examples rows;
    rows.rows = 1;
    rows.pixel_count = 15 * 10 * 2;
    rows.pixel_width = 15;
    rows.pixel_channels = 2;
    for (std::size_t i = 0; i < rows.pixel_count; ++i)
        rows.pixels.push_back(static_cast<std::uint8_t>(i % 2 == 0 ? 200 : i / 30 * 20));
    const auto after = [&](const char* operation) {
        const auto all = Preparation::parse(operation).fit(rows).augment(rows, 3);
        check(all);
        return std::vector<std::uint8_t>(
            all.pixels.begin() + static_cast<std::ptrdiff_t>(rows.pixel_count), all.pixels.end()
        );
    };
    for (const char* operation :
         {R"([{"op":"rotate","degrees":30}])", R"([{"op":"crop","share":0.5}])"}) {
        const auto made = after(operation);
        CHECK(made != rows.pixels);
        // A channel of one level stays so; what is between levels is not beyond them.
        for (std::size_t i = 0; i < made.size(); ++i) {
            if (i % 2 == 0)
                CHECK(made[i] == 200);
            else
                CHECK(made[i] <= 180);
        }
    }
    const auto erased = after(R"([{"op":"erase","share":0.3}])");
    std::size_t changed = 0;
    for (std::size_t i = 0; i < erased.size(); ++i) changed += erased[i] != rows.pixels[i] ? 1 : 0;
    CHECK(changed > 0);
    CHECK(changed < erased.size() / 2);
    CHECK_THROWS_AS(Preparation::parse(R"([{"op":"rotate","degrees":-1}])"), base::UsageError);
    CHECK_THROWS_AS(Preparation::parse(R"([{"op":"crop","share":1}])"), base::UsageError);
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

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

// The convolutional network as a kind: what it learns, what it refuses, and odd pictures.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <ctime>
#include <fstream>
#include <limits>
#include <thread>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/training/made_data.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/features/features.hpp"
#include "training/models/models.hpp"
#include "training/trainer.hpp"
#include "training/tuning/selection.hpp"

using namespace training;

namespace {

TrainSpec small_cnn(Params params = {}) {
    TrainSpec spec;
    spec.model = "cnn";
    spec.threads = 1;
    spec.params = {{"channels", 8}, {"hidden", 16}, {"shift", 0}, {"epochs", 12}};
    for (const auto& [name, value] : params) spec.params[name] = value;
    return spec;
}

double share_told(const TrainResult& result, const Examples& rows) {
    const auto said = Predictor::load(result.artefact).predict(rows);
    return judge_classes(said, rows.classes, rows.class_names.size()).accuracy.value;
}

Design rows_of_pictures(const Examples& data) {
    Team team(1);
    Design rows;
    Featurizer::fit(data, {}, team, rows);
    return rows;
}

Examples as_values(Examples data) {
    data.class_names.clear();
    for (int label : data.classes) data.targets.push_back(100 + 20 * label);
    data.classes.clear();
    return data;
}

// In seconds of the processor, as others may use the machine too.
double seconds_since(std::clock_t start) {
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

}  // namespace

TEST_CASE("stripes are told from checks wherever they begin", "[training][cnn]") {
    const auto train = made::pictures(400, 1), test = made::pictures(200, 2);
    const auto learnt = fit(train, {}, small_cnn());
    CHECK(share_told(learnt, test) > 0.97);
    auto linear = small_cnn();
    linear.model = "softmax";
    linear.params = {};
    CHECK(share_told(fit(train, {}, linear), test) < 0.75);
    CHECK(learnt.epochs.size() == 12);
    CHECK(learnt.epochs.back().loss < learnt.epochs.front().loss / 3);
    // Colours, and shapes that are not square or even.
    CHECK(
        share_told(
            fit(made::pictures(400, 3, 15, 11, 3), {}, small_cnn()),
            made::pictures(200, 4, 15, 11, 3)
        ) > 0.95
    );
}

TEST_CASE("values are learnt from pictures, by each loss", "[training][cnn]") {
    const auto train = as_values(made::pictures(400, 5)), test = as_values(made::pictures(100, 6));
    for (const auto& loss : base::words<Loss>) {
        INFO(loss.name);
        auto spec = small_cnn({{"epochs", 20}, {"dropout", 0}});
        spec.loss = loss.value;
        const auto said = Predictor::load(fit(train, {}, spec).artefact).predict(test);
        CHECK(judge_values(said, test.targets).rmse.value < 6);
    }
}

TEST_CASE("validation ends it, and the best epoch is kept", "[training][cnn]") {
    const auto train = made::pictures(60, 7);
    auto held_out = made::pictures(100, 8);
    // Half of these labels are wrong: to be sure of any is punished more and more.
    for (std::size_t i = 0; i < held_out.rows; i += 2) held_out.classes[i] ^= 1;
    const auto result = fit(train, held_out, small_cnn({{"epochs", 40}, {"patience", 3}}));
    CHECK(result.epochs.size() < 40);
    double least = HUGE_VAL;
    for (const auto& epoch : result.epochs) {
        REQUIRE(epoch.validation);
        least = std::min(least, *epoch.validation);
    }
    const auto said = Predictor::load(result.artefact).predict(held_out);
    const auto report = judge_classes(said, held_out.classes, 2);
    CHECK(report.log_loss.value == Approx(least).epsilon(1e-4));
}

TEST_CASE("the same network at any number of threads, with all that is random", "[training][cnn]") {
    const auto train = made::pictures(90, 9, 17, 16), held_out = made::pictures(40, 10, 17, 16);
    auto spec = small_cnn({{"shift", 2}, {"mirror", 1}, {"dropout", 0.4}, {"epochs", 3}});
    const auto one = fit(train, held_out, spec);
    for (std::size_t threads : {2U, 3U, 5U}) {
        spec.threads = threads;
        CHECK(fit(train, held_out, spec).artefact == one.artefact);
    }
    spec.seed = 2;
    CHECK(fit(train, held_out, spec).artefact != one.artefact);
    // A picture by itself is answered as among others, to the bit.
    const auto model = Predictor::load(one.artefact);
    const auto all = model.predict(held_out);
    for (std::size_t row : {0U, 7U, 39U}) {
        const auto alone = model.predict(take(held_out, {row}));
        CHECK(alone == std::vector<double>{all[2 * row], all[2 * row + 1]});
    }
}

TEST_CASE("moved and mirrored pictures teach what was not seen", "[training][cnn]") {
    // A dot left of the middle or right of it; tested two pixels higher and lower than learnt.
    const auto dots = [](std::size_t rows, int up) {
        auto out = made::pictures(rows, 11, 16, 16);
        std::fill(out.pixels.begin(), out.pixels.end(), std::uint8_t{10});
        for (std::size_t row = 0; row < rows; ++row) {
            const auto x = out.classes[row] == 0 ? 5U : 10U;
            const auto y = static_cast<std::size_t>(8 + (row % 2 == 0 ? up : -up));
            out.pixels[row * 256 + y * 16 + x] = 250;
        }
        return out;
    };
    const auto moved = dots(100, 2);
    const auto still = fit(dots(200, 0), {}, small_cnn({{"dropout", 0}}));
    const auto shifted = fit(dots(200, 0), {}, small_cnn({{"dropout", 0}, {"shift", 2}}));
    CHECK(share_told(shifted, moved) > 0.95);
    CHECK(shifted.epochs.back().loss > still.epochs.back().loss);
    // Left and right are the same to who sees both mirrored.
    const auto mirrored = fit(dots(200, 0), {}, small_cnn({{"mirror", 1}}));
    CHECK(share_told(mirrored, dots(100, 0)) < 0.7);
}

TEST_CASE("weights, balance and unsure labels count in pictures too", "[training][cnn]") {
    auto train = made::pictures(300, 12);
    const auto test = made::pictures(200, 13);
    auto wrong = train;
    wrong.weights.assign(wrong.rows, 1);
    for (std::size_t i = 0; i < wrong.rows; i += 3) {
        wrong.classes[i] ^= 1;
        wrong.weights[i] = 0;
    }
    CHECK(share_told(fit(wrong, {}, small_cnn()), test) > 0.95);
    auto unsure = train;
    for (int label : unsure.classes)
        unsure.soft.insert(unsure.soft.end(), {label == 0 ? 0.8F : 0.2F, label == 0 ? 0.2F : 0.8F});
    const auto said = Predictor::load(fit(unsure, {}, small_cnn()).artefact).predict(test);
    CHECK(judge_classes(said, test.classes, 2).accuracy.value > 0.95);
    CHECK(*std::max_element(said.begin(), said.end()) < 0.97);
    // Of the second class there are few, and one in three of them is called the first.
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0, rare = 0; i < train.rows; ++i)
        if (train.classes[i] == 0 || ++rare % 8 == 0) chosen.push_back(i);
    auto few = take(train, chosen);
    for (std::size_t i = 0; i < few.rows; i += 3) few.classes[i] = 0;
    const auto recall = [&](double balance) {
        const auto result = fit(few, {}, small_cnn({{"balance", balance}}));
        return judge_classes(Predictor::load(result.artefact).predict(test), test.classes, 2)
            .classes[1]
            .recall;
    };
    CHECK(recall(1) > recall(0));
}

TEST_CASE("odd pictures are learnt from, or refused in one line", "[training][cnn]") {
    for (const auto& [width, height, channels] :
         {std::array<std::size_t, 3>{1, 1, 1}, {1, 1, 4}, {1, 9, 2}, {9, 1, 1}, {5, 7, 4}}) {
        INFO(width << " x " << height << " x " << channels);
        const auto data = made::pictures(40, 14, width, height, channels);
        const auto model = Predictor::load(fit(data, {}, small_cnn({{"shift", 2}})).artefact);
        for (double p : model.predict(data)) CHECK((p >= 0 && p <= 1));
    }
    const auto two = take(made::pictures(20, 15), {0, 1, 2, 3, 4});
    CHECK_NOTHROW(fit(two, {}, small_cnn()));
    const auto refused = [](const Examples& data, const std::string& why) {
        CHECK_THROWS_WITH(fit(data, {}, small_cnn()), Catch::Contains(why));
    };
    const std::string only =
        "cnn: it takes the pixels of pictures, and the rows are other or more "
        "than that; use another kind, or leave text and numeric out";
    refused(made::clouds(50, 1), only);
    refused(made::topics(50, 1), only);
    auto mixed = made::clouds(50, 1);
    auto pictures = made::pictures(50, 16);
    mixed.pixels = pictures.pixels;
    mixed.pixel_count = pictures.pixel_count;
    mixed.pixel_width = pictures.pixel_width;
    mixed.pixel_channels = pictures.pixel_channels;
    refused(mixed, only);
    auto alone = small_cnn();
    alone.features.use_numeric = false;
    CHECK_NOTHROW(fit(mixed, {}, alone));
    alone.features.pictures.features = PictureFeatures::hog;
    CHECK_THROWS_WITH(fit(made::pictures(50, 16, 16, 16), {}, alone), Catch::Contains(only));
    auto flat = pictures;
    flat.pixel_width = 0;
    refused(flat, only);
    auto same = pictures;
    std::fill(same.classes.begin(), same.classes.end(), 1);
    refused(same, "all rows have the class 'checks'");
    const auto model = Predictor::load(fit(pictures, {}, small_cnn()).artefact);
    CHECK_THROWS_WITH(
        model.predict(made::pictures(3, 1, 12, 11)), Catch::Contains("the model was trained on 144")
    );
    auto huge = made::pictures(8, 17, 512, 512, 3);
    CHECK_THROWS_WITH(
        fit(huge,
            {},
            [] {
                auto spec = small_cnn();
                spec.params = {};
                return spec;
            }()),
        Catch::Contains("cnn: pictures of 512 x 512 would take")
    );
}

TEST_CASE("a pixel that is no number is told, not hidden", "[training][cnn]") {
    const auto data = made::pictures(30, 18);
    auto rows = rows_of_pictures(data);
    auto broken = rows;
    broken.values[144 * 4 + 70] = std::numeric_limits<float>::quiet_NaN();
    Team team(1);
    auto model = make_model("cnn", {{"channels", 4}, {"epochs", 1}});
    const std::string why = "cnn: picture 5 has a pixel that is no number";
    const FitContext context{1, {}, {}, &team};
    CHECK_THROWS_WITH(
        model->fit({&broken, data.classes, {}}, {}, 2, context), Catch::Contains(why)
    );
    CHECK_THROWS_WITH(
        model->fit({&rows, data.classes, {}}, {&broken, data.classes, {}}, 2, context),
        Catch::Contains(why)
    );
    model->fit({&rows, data.classes, {}}, {}, 2, context);
    CHECK_THROWS_WITH(model->predict(broken, team), Catch::Contains(why));
    Design other = rows;
    other.picture = {9, 16, 1};
    CHECK_THROWS_WITH(model->predict(other, team), Catch::Contains("not pictures of the form"));
}

TEST_CASE("a stop is heeded within a second, in a step and in validation", "[training][cnn]") {
    const auto data = made::pictures(64, 19, 96, 96, 3);
    std::stop_source source;
    std::clock_t asked = 0;
    const auto spec = small_cnn({{"channels", 32}, {"epochs", 1000}, {"batch", 64}});
    std::jthread later([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(700));
        asked = std::clock();
        source.request_stop();
    });
    CHECK_THROWS_AS(fit(data, data, spec, {}, source.get_token()), base::Interrupted);
    later.join();
    CHECK(seconds_since(asked) < 1 * made::slower);
}

TEST_CASE("a hundred pictures are learnt by few epochs", "[training][cnn]") {
    const auto data = made::pictures(100, 20, 28, 28);
    TrainSpec spec;
    spec.model = "cnn";
    const auto result = fit(data, {}, spec);
    CHECK(result.epochs.size() <= 40);
    CHECK(share_told(result, made::pictures(100, 21, 28, 28)) > 0.95);
}

TEST_CASE("an artefact that is kept predicts what it did", "[training][cnn]") {
    const auto folder = std::string(TILTH_SOURCE_DIR) + "/tests/training/artefacts/";
    std::ifstream file(folder + "cnn_4.tilth", std::ios::binary);
    const std::string artefact(std::istreambuf_iterator<char>(file), {});
    REQUIRE_FALSE(artefact.empty());
    const auto model = Predictor::load(artefact);
    CHECK(model.model() == "cnn");
    std::ifstream expected(folder + "cnn_4.txt");
    for (double value : model.predict(made::pictures(12, 32, 10, 9, 2), 1)) {
        double known = 0;
        REQUIRE(expected >> known);
        CHECK(value == Approx(known).margin(1e-5));
    }
}

TEST_CASE("auto takes it for pictures alone, where the time is enough", "[training][cnn]") {
    const auto tries = [](const Examples& data, double seconds, FeatureSpec features = {}) {
        const auto kinds = sensible_kinds(data, features, Loss::squared, seconds);
        return std::count(kinds.begin(), kinds.end(), "cnn") == 1;
    };
    const auto data = made::pictures(200, 22);
    CHECK(tries(data, 60));
    CHECK_FALSE(tries(data, 0.01));
    auto large = data;  // the pixels are not looked at
    large.rows = 500;
    large.pixel_width = 100;
    large.pixel_channels = 3;
    large.pixel_count = std::size_t{100} * 100 * 3;
    CHECK_FALSE(tries(large, 60));
    CHECK(tries(large, 6000));
    CHECK_FALSE(tries(made::clouds(200, 22), 60));
    CHECK_FALSE(tries(made::topics(200, 22), 60));
    FeatureSpec hog;
    hog.pictures.features = PictureFeatures::hog;
    CHECK_FALSE(tries(data, 60, hog));
    auto mixed = data;
    mixed.columns = {{"size", schema::Column::Type::number, ""}};
    mixed.numeric.assign(200, 1);
    CHECK_FALSE(tries(mixed, 60));
    FeatureSpec without;
    without.use_numeric = false;
    CHECK(tries(mixed, 60, without));
    auto sets = data;
    for (int label : data.classes)
        sets.marks.insert(sets.marks.end(), {label == 0 ? std::uint8_t{1} : std::uint8_t{0}, 1});
    sets.classes.clear();
    const double one = cnn_kind().seconds({12, 12, 1}, 200, 2);
    CHECK(tries(data, 1.5 * one));
    CHECK_FALSE(tries(sets, 1.5 * one));
    CHECK(tries(sets, 2.5 * one));
    // About proportional to the rows, once there are many.
    const auto seconds = cnn_kind().seconds;
    CHECK(seconds({28, 28, 1}, 60'000, 10) > 100);
    CHECK(seconds({28, 28, 1}, 60'000, 10) < 1000);
    CHECK(seconds({28, 28, 1}, 100, 10) < 10);
}

// Points of things in pictures.
#include <cmath>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/answers/answer_model.hpp"
#include "training/evaluation/baselines.hpp"
#include "training/exchange/onnx.hpp"
#include "training/trainer.hpp"

using namespace training;

namespace {

namespace json = boost::json;

// A bright bar from one point to another somewhere in noise; pictures were stored at twice the
// size.
Examples bars(std::size_t count, std::uint64_t seed) {
    constexpr int side = 40;
    const base::CounterRandom random(seed, 1);
    AskedQuestion question;
    question.kind = "keypoints";
    question.classes = {"bar"};
    Examples out;
    out.rows = count;
    out.asked = question.json();
    out.pixel_width = side;
    out.pixel_channels = 1;
    out.pixel_count = side * side;
    out.pixels.resize(count * out.pixel_count);
    std::uint64_t at = 0;
    for (std::size_t picture = 0; picture < count; ++picture) {
        auto* pixels = out.pixels.data() + picture * out.pixel_count;
        for (int i = 0; i < side * side; ++i)
            pixels[i] = static_cast<std::uint8_t>(40 + random.below(at++, 40));
        const double x = 4 + 20 * random.unit(at++), y = 4 + 20 * random.unit(at++);
        const double length = 8 + 6 * random.unit(at++);
        for (double t = 0; t <= 1; t += 0.02)
            for (int w = -2; w <= 2; ++w) {
                const auto px = static_cast<int>(x + t * length) + w;
                const auto py = static_cast<int>(y + t * length);
                if (px >= 0 && px < side && py < side) pixels[py * side + px] = 230;
            }
        const auto point = [&](double of) {
            return json::array{2 * (x + of * length), 2 * (y + of * length), 2};
        };
        out.answers.push_back(json::serialize(json::array{json::object{
            {"points", json::array{point(0), point(1), json::array{0, 0, 0}}}, {"label", "bar"}}}));
        out.sizes.push_back({2 * side, 2 * side});
    }
    return out;
}

double point_figure(const AnswersJudged& judged, std::string_view name) {
    for (const auto& metric : judged.metrics)
        if (metric.name == name) {
            CHECK(metric.estimate.interval.low <= metric.estimate.value);
            CHECK(metric.estimate.interval.high >= metric.estimate.value);
            return metric.estimate.value;
        }
    FAIL("no metric " << name);
    return 0;
}

}  // namespace

TEST_CASE("points of things in pictures are learnt", "[training][answers][keypoints]") {
    TrainSpec spec;
    spec.model = "ridge";
    spec.threads = 1;
    const auto train = bars(300, 1), test = bars(80, 2);
    const auto fitted = fit(train, {}, spec);
    CHECK(fitted.kind == "ridge");
    const auto model = Predictor::load(fitted.artefact);
    CHECK_THROWS_WITH(
        onnx_of(model, OnnxInputs::columns),
        "onnx: a model of keypoints looks at a picture's gradients, which no operator makes; "
        "export native"
    );
    const auto judged = model.judge_answers(test, {1});
    CHECK(point_figure(judged, "oks") > 0.5);
    CHECK(point_figure(judged, "pck") > 0.6);
    const auto baselines = fit_baselines(train, spec, {});
    REQUIRE(!baselines.empty());
    const auto mean = baselines[0].model.judge_answers(test, {1});
    CHECK(point_figure(mean, "pck") + 0.3 < point_figure(judged, "pck"));
    const auto said = json::parse(judged.said[0].answer).at(0);
    REQUIRE(said.at("points").as_array().size() == 3);
    CHECK(said.at("points").at(0).at(2) == 2);
    CHECK(said.at("points").at(2).at(2) == 0);  // never there
    auto two = spec;
    two.threads = 2;
    CHECK(fit(train, {}, two).artefact == fitted.artefact);
}

TEST_CASE("keypoint similarity is as it is computed by hand", "[training][answers][keypoints]") {
    // Everything in one place, so that the mean is known: points at (20, 20) and (40, 60).
    auto data = bars(40, 3);
    for (auto& answer : data.answers)
        answer = R"([{"points":[[20,20,2],[40,60,1]],"label":"bar"}])";
    TrainSpec spec;
    spec.model = "majority";
    const auto model = Predictor::load(fit(data, {}, spec).artefact);
    auto test = bars(1, 4);
    test.answers[0] = R"([{"points":[[20,23,2],[40,80,2]],"label":"bar"}])";
    const auto judged = model.judge_answers(test, {1});
    // The box of the truth is 20 x 57; off by 3 and by 20, of which a fifth of 57 is less.
    const double area = 20 * 57, k = 0.144;
    const auto similar = [&](double far) { return std::exp(-far * far / (2 * area * k * k)); };
    CHECK(point_figure(judged, "oks") == Approx((similar(3) + similar(20)) / 2));
    CHECK(point_figure(judged, "pck") == Approx(0.5));
    CHECK(judged.errors[0] == Approx(1 - (similar(3) + similar(20)) / 2));
    CHECK(json::parse(judged.said[0].answer).at(0).at("points").at(1).at(2) == 1);
}

TEST_CASE("pictures of several things teach no points", "[training][answers][keypoints]") {
    auto data = bars(40, 5);
    for (auto& answer : data.answers)
        answer = R"([{"points":[[2,2,2]],"label":"bar"},{"points":[[9,9,2]],"label":"bar"}])";
    TrainSpec spec;
    spec.model = "ridge";
    CHECK_THROWS_WITH(fit(data, {}, spec), Catch::Contains("no class has one thing"));
    spec.model = "logistic";
    CHECK_THROWS_WITH(fit(data, {}, spec), Catch::Contains("not values"));
}

// Boxes in pictures: average precision by hand, and a detector of drawn shapes.
#include <cmath>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/answers/answer_model.hpp"
#include "training/answers/pictures/box_judging.hpp"
#include "training/answers/pictures/outlines.hpp"
#include "training/answers/pictures/windows.hpp"
#include "training/evaluation/baselines.hpp"
#include "training/exchange/onnx.hpp"
#include "training/trainer.hpp"

using namespace training;

namespace {

namespace json = boost::json;

// Discs and crosses of several sizes in noise, on pictures that were stored twice as wide as high.
Examples scenes(std::size_t count, std::uint64_t seed, const std::string& kind = "boxes") {
    constexpr int side = 48, stored_w = 192, stored_h = 96;
    const base::CounterRandom random(seed, 1);
    AskedQuestion question;
    question.kind = kind;
    question.classes = {"disc", "cross"};
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
            pixels[i] = static_cast<std::uint8_t>(60 + random.below(at++, 60));
        json::array marks;
        std::vector<std::array<int, 3>> placed;
        for (std::uint64_t n = random.below(at++, 4); n > 0; --n) {
            const auto size = static_cast<int>(9 + random.below(at++, 9));
            const auto x = static_cast<int>(random.below(at++, side - 18));
            const auto y = static_cast<int>(random.below(at++, side - 18));
            const bool disc = random.unit(at++) < 0.5;
            bool free = true;
            for (const auto& [ox, oy, os] : placed)
                free = free && (x > ox + os || ox > x + size || y > oy + os || oy > y + size);
            if (!free) continue;
            placed.push_back({x, y, size});
            for (int dy = 0; dy < size; ++dy)
                for (int dx = 0; dx < size; ++dx) {
                    const double u = (dx + 0.5) / size - 0.5, v = (dy + 0.5) / size - 0.5;
                    const bool on =
                        disc ? std::hypot(u, v) < 0.5 : std::abs(u) < 0.16 || std::abs(v) < 0.16;
                    if (on) pixels[(y + dy) * side + x + dx] = 220;
                }
            const double sx = double(stored_w) / side, sy = double(stored_h) / side;
            json::object mark{{"label", disc ? "disc" : "cross"}};
            if (kind == "polygons") {
                mark["points"] = json::array{
                    json::array{x * sx, y * sy},
                    json::array{(x + size) * sx, y * sy},
                    json::array{(x + size) * sx, (y + size) * sy}};
            } else {
                mark["x"] = x * sx;
                mark["y"] = y * sy;
                mark["width"] = size * sx;
                mark["height"] = size * sy;
            }
            marks.push_back(std::move(mark));
        }
        out.answers.push_back(json::serialize(marks));
        out.sizes.push_back({stored_w, stored_h});
    }
    return out;
}

TrainSpec detector(const std::string& model) {
    TrainSpec spec;
    spec.model = model;
    spec.threads = 2;
    return spec;
}

double box_figure(const AnswersJudged& judged, std::string_view name) {
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

TEST_CASE("average precision is as it is computed by hand", "[training][answers][boxes]") {
    const auto box = [](double x, double score = 1, std::size_t label = 0) {
        return MarkedBox{label, {x, 0, 0.1, 0.1}, score};
    };
    // Two boxes in the first picture, one in the second; found right, wrong, right twice, right.
    std::vector<JudgedBoxes> pictures{
        {{box(0), box(0.5)}, {box(0, 0.9), box(0.2, 0.8), box(0.001, 0.7), box(0.5, 0.4)}},
        {{box(0.3)}, {box(0.31, 0.6)}}};
    const BoxMatches at_half(pictures, 0, 0.5);
    CHECK(at_half.truths() == 3);
    const std::vector<std::uint32_t> once{1, 1}, second{0, 1}, twice{1, 2};
    // Precision 1, 1/2, 1/3 (a double), 2/4, 3/5 at recall 1/3, .., 2/3, 1: all points from behind.
    CHECK(*at_half.average_precision(once) == Approx((1 + 0.6 + 0.6) / 3));
    CHECK(*at_half.average_precision(second) == Approx(1));
    CHECK(*at_half.average_precision(twice) == Approx((1 + 2 * (4.0 / 6) + 4.0 / 6) / 4));
    // .31 overlaps .3 by 9/11.
    CHECK(*BoxMatches(pictures, 0, 0.85).average_precision(once) == Approx((1 + 2.0 / 5) / 3));
    CHECK_FALSE(BoxMatches(pictures, 1, 0.5).average_precision(once));
    const std::vector<double> thresholds{0.5, 0.5};
    const auto counts = counts_of(pictures[0], thresholds);
    CHECK(counts.common == 1);
    CHECK(counts.said == 3);
    CHECK(counts.truth == 2);
    // F1 by the lowest score taken: 2/4, 2/5, 2/6, 4/7, 6/8.
    CHECK(best_thresholds(pictures, 2) == std::vector<double>{0.4, 0.5});
    const auto metrics = box_metrics(pictures, 2, thresholds, {});
    CHECK(metrics[1].name == "map_50");
    CHECK(metrics[1].estimate.value == Approx((1 + 0.6 + 0.6) / 3));
    CHECK(metrics[0].estimate.value < metrics[1].estimate.value);
    CHECK(metrics[3].estimate.value == Approx(2 * 2.0 / (4 + 3)));
}

TEST_CASE("windows and boxes move to each other", "[training][answers][boxes]") {
    const ShareBox window{0.2, 0.2, 0.2, 0.1}, box{0.22, 0.19, 0.16, 0.12};
    const auto back = moved(window, offsets_to(window, box));
    CHECK(back.x == Approx(box.x));
    CHECK(back.bottom() == Approx(box.bottom()));
    CHECK(overlap_of(box, box) == Approx(1));
    CHECK(overlap_of(window, {0.7, 0.7, 0.1, 0.1}) == 0);
    std::vector<ShareBox> boxes(30, ShareBox{0, 0, 0.1, 0.1});
    boxes.resize(60, ShareBox{0, 0, 0.5, 0.3});
    const auto sizes = usual_sizes(boxes, 4);
    REQUIRE(sizes.size() == 2);
    CHECK(sizes[0].width == Approx(0.1));
    CHECK(sizes[1].height == Approx(0.3));
    for (const auto& one : windows_of(sizes)) {
        CHECK(one.right() <= 1 + 1e-9);
        CHECK(one.bottom() <= 1 + 1e-9);
    }
    const auto kept =
        without_doubles({{0, box, 0.5}, {0, {0.22, 0.19, 0.16, 0.11}, 0.9}, {1, box, 0.3}}, 0.5);
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].score == 0.9);
    CHECK(kept[1].label == 1);
}

TEST_CASE("shapes in pictures are found", "[training][answers][boxes]") {
    const auto train = scenes(90, 1), held_out = scenes(25, 2), test = scenes(50, 3);
    const auto fitted = fit(train, held_out, detector("logistic"));
    CHECK(fitted.kind == "logistic");
    const auto model = Predictor::load(fitted.artefact);
    CHECK_THROWS_WITH(
        onnx_of(model, OnnxInputs::features),
        "onnx: a model of boxes looks at a picture's gradients, which no operator makes; export "
        "native"
    );
    CHECK(model.question_kind() == "boxes");
    const auto judged = model.judge_answers(test, {2});
    CHECK(box_figure(judged, "map_50") > 0.7);
    CHECK(box_figure(judged, "map") > 0.35);
    CHECK(box_figure(judged, "box_f1") > 0.7);
    CHECK(box_figure(judged, "map_75") <= box_figure(judged, "map_50"));
    // Answers have the form that people's have, in the pixels of the picture that was stored.
    for (const auto& one : judged.said) {
        const auto marks = json::parse(one.answer);
        for (const auto& mark : marks.as_array()) {
            CHECK(mark.at("x").to_number<double>() + mark.at("width").to_number<double>() <= 192.2);
            CHECK(mark.at("y").to_number<double>() + mark.at("height").to_number<double>() <= 96.2);
        }
    }
    CHECK(json::parse(fitted.summary).at("features").at("mined").to_number<int>() > 0);
    for (const auto& baseline : fit_baselines(train, detector("logistic"), {})) {
        CHECK(baseline.kind == "majority");
        CHECK(box_figure(baseline.model.judge_answers(test, {1}), "map_50") < 0.1);
    }
    CHECK(fit_baselines(train, detector("logistic"), {}).size() == 1);
    auto one = detector("logistic");
    one.threads = 1;
    CHECK(fit(train, held_out, one).artefact == fitted.artefact);
    CHECK_THROWS_AS(
        Predictor::load(std::string_view(fitted.artefact).substr(0, fitted.artefact.size() - 9)),
        base::Error
    );
}

TEST_CASE("outlines are learnt as their boxes", "[training][answers][boxes]") {
    const auto fitted =
        fit(scenes(60, 4, "polygons"), scenes(20, 5, "polygons"), detector("logistic"));
    const auto judged =
        Predictor::load(fitted.artefact).judge_answers(scenes(30, 6, "polygons"), {2});
    CHECK(box_figure(judged, "map_50") > 0.6);
    // A box is hardly ever half an outline's.
    CHECK(box_figure(judged, "outline_f1") < box_figure(judged, "box_f1") / 2);
    for (const auto& one : judged.said) {
        const auto marks = json::parse(one.answer);
        for (const auto& mark : marks.as_array()) CHECK(mark.at("points").as_array().size() == 4);
    }
}

TEST_CASE("boxes overlap outlines by what is in both", "[training][answers][boxes]") {
    AskedQuestion question;
    question.kind = "polygons";
    question.classes = {"thing"};
    const auto outline = [&](const std::string& points) {
        const auto all =
            outlines_in(question, R"([{"label":"thing","points":)" + points + "}]", {100, 200});
        REQUIRE(all.size() == 1);
        return all.front();
    };
    const ShareBox whole{0, 0, 1, 1}, left{0, 0, 0.5, 1}, none{2, 2, 1, 1};
    const auto triangle = outline("[[0,0],[100,0],[0,200]]");
    CHECK(triangle.area() == Approx(0.5));
    CHECK(overlap_of(whole, triangle) == Approx(0.5));
    CHECK(overlap_of(left, triangle) == Approx(0.375 / (0.5 + 0.5 - 0.375)));
    CHECK(overlap_of(none, triangle) == 0);
    // A square without its right upper quarter, which is not convex, the other way round too.
    for (const auto* points :
         {"[[0,0],[0,200],[100,200],[100,100],[50,100],[50,0]]",
          "[[50,0],[50,100],[100,100],[100,200],[0,200],[0,0]]"}) {
        CHECK(outline(points).area() == Approx(0.75));
        CHECK(overlap_of(whole, outline(points)) == Approx(0.75));
        CHECK(overlap_of({0.5, 0, 0.5, 1}, outline(points)) == Approx(0.25 / (0.5 + 0.75 - 0.25)));
    }
    CHECK(outlines_in(question, R"([{"label":"thing","points":[[0,0],[9,9],[5,5]]}])", {10, 10})
              .empty());
    CHECK(outlines_in(question, R"([{"label":"other","points":[[0,0],[9,9],[0,9]]}])", {10, 10})
              .empty());
}

TEST_CASE("what a detector cannot learn is told", "[training][answers][boxes]") {
    auto none = scenes(10, 7);
    for (auto& answer : none.answers) answer = "[]";
    CHECK_THROWS_WITH(
        fit(none, {}, detector("logistic")), Catch::Contains("no picture has a marked box")
    );
    auto no_pictures = scenes(10, 7);
    no_pictures.pixels.clear();
    no_pictures.pixel_count = 0;
    CHECK_THROWS_WITH(
        fit(no_pictures, {}, detector("logistic")), Catch::Contains("the records have no pictures")
    );
    // A record without a picture gets no answer.
    auto some = scenes(3, 8);
    some.sizes[1] = {0, 0};
    const auto model = Predictor::load(fit(scenes(20, 9), {}, detector("majority")).artefact);
    some.answers.clear();
    const auto said = model.answer(some, 1);
    CHECK(said[1].answer.empty());
    CHECK(!said[0].answer.empty());
}

TEST_CASE("a stop ends the learning of a detector at once", "[training][answers][boxes]") {
    const auto data = scenes(300, 10);
    std::stop_source stop;
    std::chrono::steady_clock::time_point asked;
    const auto ask = [&](const Progress&) {
        asked = std::chrono::steady_clock::now();
        stop.request_stop();
    };
    CHECK_THROWS_AS(fit(data, {}, detector("logistic"), ask, stop.get_token()), base::Interrupted);
    CHECK(std::chrono::steady_clock::now() - asked < std::chrono::seconds(1));
}

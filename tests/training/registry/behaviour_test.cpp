// Tests of models, tested: each kind passes where it should and fails where it should.
#include "training/behaviour/behaviour.hpp"

#include <algorithm>

#include <boost/json/object.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "tests/training/made_data.hpp"
#include "training/behaviour/changes.hpp"

using namespace training;

namespace {

Predictor fitted(const Examples& data, const std::string& model) {
    TrainSpec spec;
    spec.model = model;
    spec.threads = 1;
    spec.features.text.bits = 10;
    return Predictor::load(fit(data, {}, spec).artefact);
}

TestRows rows_of(Examples rows) {
    TestRows out;
    for (std::size_t row = 0; row < rows.rows; ++row)
        out.shown.push_back("r" + std::to_string(row));
    out.rows = std::move(rows);
    return out;
}

TestRows texts(const std::vector<std::string>& bodies) {
    Examples rows;
    rows.rows = bodies.size();
    for (const auto& body : bodies) rows.text.push_back({"", body});
    return rows_of(std::move(rows));
}

BehaviourTest test_of(TestKind kind) {
    BehaviourTest test;
    test.name = "t";
    test.kind = kind;
    return test;
}

}  // namespace

TEST_CASE("changes of texts change what they say", "[training][behaviour]") {
    CHECK(without_punctuation("So, is it? Yes!") == "So is it Yes");
    CHECK(
        with_names_swapped("Anna met Mary, Annabel and Mary.", {"Anna", "Mary"}) ==
        "Mary met Anna, Annabel and Anna."
    );
    CHECK(with_names_swapped("nobody", {"Anna", "Mary"}) == "nobody");
    CHECK(with_typo("a an the", 1) == "a an the");  // no word is long enough
    CHECK(with_typo("word", 3) == "wrod");          // the one pair within it
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const std::string text = "Zürich has sunny weather today";
        const auto typed = with_typo(text, seed);
        CHECK(typed != text);
        CHECK(std::is_permutation(typed.begin(), typed.end(), text.begin(), text.end()));
        std::size_t moved = 0;
        for (std::size_t i = 0; i < text.size(); ++i) moved += text[i] != typed[i];
        CHECK(moved == 2);
        CHECK(with_typo(text, seed) == typed);
    }
}

TEST_CASE("minimum functionality is of inputs and what is expected", "[training][behaviour]") {
    const auto model = fitted(made::topics(400, 1), "softmax");
    auto test = test_of(TestKind::minimum);
    test.expect = "sea";
    const auto rows =
        texts({"sea1 sea2 sea3 sea4 sea5 sea6", "field1 field2 field3 field4 field5"});
    const auto strict = run_test(model, test, rows, {});
    CHECK_FALSE(strict.passed);
    CHECK(strict.rows == 2);
    CHECK(strict.failed == 1);
    REQUIRE(strict.examples.size() == 1);
    CHECK(strict.examples[0].row == "r1");
    CHECK_THAT(
        strict.examples[0].said, Catch::StartsWith("field ") && Catch::Contains("expected sea")
    );
    test.share = 0.5;
    CHECK(run_test(model, test, rows, {}).passed);
    test.at_least = 0.999999999;
    CHECK_FALSE(run_test(model, test, rows, {}).passed);
    test.expect = "lake";
    CHECK_THROWS_WITH(
        run_test(model, test, rows, {}),
        "test 't': 'lake' is no class of the model; see 'tilth model show'"
    );
}

TEST_CASE("what a change must not move is compared before and after it", "[training][behaviour]") {
    const auto data = made::topics(400, 1);
    const auto model = fitted(data, "softmax");
    auto test = test_of(TestKind::invariance);
    test.change = TestChange::upper;  // words are lower-cased: not even a probability moves
    test.tolerance = 0;
    const auto same = run_test(model, test, rows_of(take(data, {0, 1, 2, 3, 4})), {});
    CHECK(same.passed);
    CHECK(same.rows == 5);

    // Without its telling words a text becomes another's.
    test.change = TestChange::names;
    test.tolerance = {};
    test.names = {"sea", "field"};
    const auto swapped = run_test(model, test, texts({"sea sea sea sea", "nothing of it"}), {});
    CHECK(swapped.rows == 1);  // the other has no such word, and says nothing
    test.names = {"x", "y"};
    const auto nothing = run_test(model, test, texts({"nothing of it"}), {});
    CHECK_FALSE(nothing.passed);
    CHECK_THAT(nothing.words, Catch::Contains("nothing was tested"));
}

TEST_CASE("a direction is that of the value or of a class's probability", "[training][behaviour]") {
    const auto values = made::plane(300, 2);  // y = 3 c0 - 2 c1 + 5
    const auto model = fitted(values, "ridge");
    auto test = test_of(TestKind::direction);
    test.change = TestChange::field;
    test.field = "c0";
    test.by = 1;
    const auto rows = rows_of(take(values, {0, 1, 2, 3, 4, 5, 6, 7}));
    CHECK(run_test(model, test, rows, {}).passed);
    test.moves = TestMove::down;
    const auto wrong = run_test(model, test, rows, {});
    CHECK_FALSE(wrong.passed);
    CHECK(wrong.failed == 8);
    CHECK(wrong.examples.size() == 5);
    test.field = "c1";
    CHECK(run_test(model, test, rows, {}).passed);
    test.field = "c9";
    CHECK_THROWS_WITH(
        run_test(model, test, rows, {}),
        "test 't': the model has no column 'c9'; see 'tilth model show'"
    );

    const auto clouds = made::clouds(300, 3);  // left: c0 about -2, right: about 2
    const auto classes = fitted(clouds, "softmax");
    test.field = "c0";
    test.by = {};
    test.to = "6";
    test.of = "right";
    test.moves = TestMove::up;
    CHECK(run_test(classes, test, rows_of(take(clouds, {0, 1, 2, 3, 4})), {}).passed);
    test.to = "six";
    CHECK_THROWS_AS(run_test(classes, test, rows_of(take(clouds, {0})), {}), base::UsageError);
}

TEST_CASE("floors, calibration and latency are measured", "[training][behaviour]") {
    const auto clouds = made::clouds(400, 4);
    const auto model = fitted(clouds, "softmax");
    auto floor = test_of(TestKind::floor);
    floor.at_least = 0.7;
    const auto good = run_test(model, floor, rows_of(clouds), {});
    CHECK(good.passed);
    CHECK(good.rows == 400);
    floor.at_least = 0.9999;
    const auto bad = run_test(model, floor, rows_of(clouds), {});
    CHECK_FALSE(bad.passed);
    CHECK(*bad.figure == *good.figure);
    floor.figure = TestFigure::rmse;
    CHECK_THROWS_WITH(
        run_test(model, floor, rows_of(clouds), {}),
        "test 't': the model has no rmse; use accuracy, macro_f1 or log_loss"
    );
    floor.figure = TestFigure::log_loss;
    floor.at_least = {};
    floor.at_most = 1;
    CHECK(run_test(model, floor, rows_of(clouds), {}).passed);

    auto calibration = test_of(TestKind::calibration);
    calibration.at_most = 0.5;
    CHECK(run_test(model, calibration, rows_of(clouds), {}).passed);
    calibration.at_most = 0;
    CHECK_FALSE(run_test(model, calibration, rows_of(clouds), {}).passed);

    auto latency = test_of(TestKind::latency);
    latency.predictions = 50;
    latency.milliseconds = 10'000;
    CHECK(run_test(model, latency, rows_of(clouds), {}).passed);
    latency.milliseconds = 0;
    CHECK_FALSE(run_test(model, latency, rows_of(clouds), {}).passed);
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_AS(run_test(model, latency, rows_of(clouds), stop.get_token()), base::Interrupted);

    CHECK_THROWS_WITH(
        run_test(model, floor, {}, {}),
        "test 't': has no rows; widen 'where', or make a snapshot with a test part"
    );
}

TEST_CASE("what is undefined or not answered passes no test", "[training][behaviour]") {
    auto values = made::plane(60, 2);
    const auto model = fitted(values, "ridge");
    for (double& target : values.targets) target = 5;
    auto floor = test_of(TestKind::floor);
    floor.figure = TestFigure::r2;
    floor.at_least = -10;
    const auto constant = run_test(model, floor, rows_of(values), {});
    CHECK_FALSE(constant.passed);
    CHECK_THAT(constant.words, Catch::StartsWith("r2 is undefined over 60 rows"));

    const auto clouds = made::clouds(300, 3);
    TrainSpec unsure;
    unsure.model = "softmax";
    unsure.decision.abstain_below = 1;
    const auto silent = Predictor::load(fit(clouds, {}, unsure).artefact);
    auto minimum = test_of(TestKind::minimum);
    minimum.expect = "right";
    minimum.share = 0;
    const auto answered = run_test(silent, minimum, rows_of(take(clouds, {0, 1, 2, 3})), {});
    CHECK(answered.failed == 4);
    CHECK_THAT(answered.examples[0].said, Catch::StartsWith("no answer, but "));
}

TEST_CASE("of a model that finds structure only the latency is tested", "[training][behaviour]") {
    auto rows = made::clouds(100, 3);
    rows.classes.clear();
    rows.class_names.clear();
    const auto model = fitted(rows, "kmeans");
    auto latency = test_of(TestKind::latency);
    latency.predictions = 50;
    latency.milliseconds = 10'000;
    CHECK(run_test(model, latency, rows_of(rows), {}).passed);
    auto minimum = test_of(TestKind::minimum);
    minimum.at_most = 100;
    CHECK_THROWS_WITH(
        run_test(model, minimum, rows_of(rows), {}),
        "test 't': the model says neither one class nor a value; test its latency alone"
    );
}

TEST_CASE("a test that says too little is refused where it is read", "[training][behaviour]") {
    const auto read = [](const std::string& text) {
        return BehaviourTest::settings.read(base::Document::json(text));
    };
    CHECK(read(R"({"name":"a","kind":"latency","milliseconds":3})").milliseconds == 3);
    for (const char* text :
         {R"({"kind":"latency"})",
          R"({"name":"a","kind":"minimum"})",
          R"({"name":"a","kind":"minimum","inputs":[{"text":"x"}]})",
          R"({"name":"a","kind":"invariance"})",
          R"({"name":"a","kind":"invariance","change":"names","names":["one"]})",
          R"({"name":"a","kind":"direction","change":"field"})",
          R"({"name":"a","kind":"direction","change":"field","field":"x","to":"1","by":1})",
          R"({"name":"a","kind":"floor"})",
          R"({"name":"a","kind":"calibration","at_most":0.1,"inputs":[{"text":"x"}]})",
          R"({"name":"a","kind":"latency","change":"typos"})",
          R"({"name":"a","kind":"latency","shrae":1})"}) {
        INFO(text);
        CHECK_THROWS_AS(read(text), base::UsageError);
    }
}

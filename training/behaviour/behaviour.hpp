#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/json/array.hpp>

#include "base/settings/fwd.hpp"
#include "base/words.hpp"
#include "training/trainer.hpp"

// Tests of what a model does, as people write tests of code: minimum functionality, invariance and
// directional expectation (CheckList; Ribeiro, Wu, Guestrin and Singh 2020), and floors of figures,
// latency and calibration.
namespace training {

enum class TestKind { minimum, invariance, direction, floor, latency, calibration };

constexpr auto words_of(TestKind) {
    using enum TestKind;
    return std::to_array<base::Word<TestKind>>({
        {minimum, "minimum", "inputs have the class, or the range of values, that is expected"},
        {invariance, "invariance", "what is predicted stays where the input is changed"},
        {direction, "direction", "a change moves a probability, or the value, one way"},
        {floor, "floor", "a figure over test records is high, or low, enough"},
        {latency, "latency", "the 99th percentile of the time of one prediction"},
        {calibration, "calibration", "the expected calibration error over test records"},
    });
}

enum class TestChange { none, typos, upper, lower, punctuation, names, field };

constexpr auto words_of(TestChange) {
    using enum TestChange;
    return std::to_array<base::Word<TestChange>>({
        {none, "none", ""},
        {typos, "typos", "two neighbouring letters of a word change places"},
        {upper, "upper", "all letters are capitals"},
        {lower, "lower", "no letter is a capital"},
        {punctuation, "punctuation", "without . , ; : ! and ?"},
        {names, "names", "each word of the list `names` becomes the next one of it"},
        {field, "field", "column `field` becomes `to`, or `by` more"},
    });
}

enum class TestMove { up, down, not_up, not_down };

constexpr auto words_of(TestMove) {
    using enum TestMove;
    return std::to_array<base::Word<TestMove>>({
        {up, "up", "it rises"},
        {down, "down", "it falls"},
        {not_up, "not_up", "it falls or stays"},
        {not_down, "not_down", "it rises or stays"},
    });
}

enum class TestFigure { accuracy, macro_f1, log_loss, rmse, mae, r2 };

constexpr auto words_of(TestFigure) {
    using enum TestFigure;
    return std::to_array<base::Word<TestFigure>>({
        {accuracy, "accuracy"},
        {macro_f1, "macro_f1"},
        {log_loss, "log_loss"},
        {rmse, "rmse"},
        {mae, "mae"},
        {r2, "r2"},
    });
}

// One test. Rows are the `inputs` given, or test records of the model's snapshot.
struct BehaviourTest {
    std::string name;
    TestKind kind = TestKind::minimum;
    boost::json::array inputs = {};  // objects, as for `model predict`
    std::string where = {};          // test records that this holds for; empty: all
    std::size_t sample = 200;        // so many of them at most; floors and calibration: all
    std::string expect = {};         // minimum: a class
    std::string of = {};             // direction: the class whose probability is meant
    std::optional<double> at_least = {}, at_most = {};  // of a probability, a value, a figure
    TestChange change = TestChange::none;
    std::vector<std::string> names = {};
    std::string field = {}, to = {};
    std::optional<double> by = {};
    std::optional<double> tolerance = {};  // invariance: how far a probability or value may move
    TestMove moves = TestMove::up;
    double share = 1;  // of the rows that must do so
    TestFigure figure = TestFigure::accuracy;
    double milliseconds = 5;
    std::size_t predictions = 1000;

    static const base::Settings<BehaviourTest> settings;
};

// The rows of one test, as the model's signature has them, with labels where records have them.
struct TestRows {
    Examples rows;
    std::vector<std::string> shown;  // each for people: the input, or the record's key
};

struct FailedRow {
    std::string row;   // the input, or the record's key
    std::string said;  // "ham 0.91, expected spam"
};
BOOST_DESCRIBE_STRUCT(FailedRow, (), (row, said))

struct TestOutcome {
    std::string name;
    TestKind kind = TestKind::minimum;
    bool passed = false;
    std::size_t rows = 0, failed = 0;  // rows that were changed, where a change is tried
    std::optional<double> figure;      // what was measured, of floors, latency and calibration
    std::string words;                 // one line
    std::vector<FailedRow> examples;   // five at most
};
BOOST_DESCRIBE_STRUCT(TestOutcome, (), (name, kind, passed, rows, failed, figure, words, examples))

// Throws base::UsageError naming the test if it does not fit the model: a class, column or figure
// that it has not. base::Interrupted at a stop.
TestOutcome run_test(
    const Predictor& predictor,
    const BehaviourTest& test,
    const TestRows& rows,
    std::stop_token stop
);

}  // namespace training

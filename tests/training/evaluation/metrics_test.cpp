#include "training/evaluation/metrics.hpp"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/evaluation/comparison.hpp"

using namespace training;

TEST_CASE("Wilson's interval matches published values", "[training][metrics]") {
    const auto some = base::wilson(
        8, 10
    );  // Agresti and Coull 1998 style check, computed by hand from the formula
    CHECK(some.low == Approx(0.4901625).epsilon(1e-5));
    CHECK(some.high == Approx(0.9433178).epsilon(1e-5));
    CHECK(base::wilson(0, 10).low == Approx(0).margin(1e-12));
    CHECK(base::wilson(0, 10).high == Approx(0.2775328).epsilon(1e-5));
    CHECK(base::wilson(0, 0).high == 1);
}

TEST_CASE("class metrics match a table worked by hand", "[training][metrics]") {
    // truth 0 0 0 1 1 2, said 0 0 1 1 0 2
    const std::vector<int> truth{0, 0, 0, 1, 1, 2};
    const std::vector<double> p{
        0.8, 0.1, 0.1, 0.6, 0.3, 0.1, 0.2, 0.7, 0.1, 0.1, 0.8, 0.1, 0.5, 0.4, 0.1, 0.0, 0.0, 1.0};
    const auto r = judge_classes(p, truth, 3);
    CHECK(r.correct == 4);
    CHECK(r.accuracy.value == Approx(4.0 / 6));
    CHECK(
        r.confusion ==
        std::vector<ConfusionCell>{{0, 0, 2}, {0, 1, 1}, {1, 0, 1}, {1, 1, 1}, {2, 2, 1}}
    );
    CHECK(r.classes[0].precision.value() == Approx(2.0 / 3));
    CHECK(r.classes[0].recall.value() == Approx(2.0 / 3));
    CHECK(r.classes[1].f1 == Approx(0.5));
    CHECK(r.macro_f1.value == Approx((2.0 / 3 + 0.5 + 1) / 3));
    CHECK(
        r.log_loss.value ==
        Approx(-(std::log(0.8) + std::log(0.6) + std::log(0.2) + std::log(0.8) + std::log(0.4)) / 6)
    );
    // bins: .8 .8 right; .6 right; .7 wrong; .5 wrong; 1.0 right
    CHECK(r.calibration_error == Approx((2 * 0.2 + 0.4 + 0.7 + 0.5 + 0) / 6));
    CHECK(r.macro_f1.interval.low <= r.macro_f1.value);
    CHECK(r.macro_f1.interval.high >= r.macro_f1.value);
}

TEST_CASE("rows that come in blocks have the figures of rows at once", "[training][metrics]") {
    constexpr std::size_t rows = 300, classes = 7;
    const base::CounterRandom random(4, 1);
    std::vector<double> p(rows * classes);
    std::vector<int> truth(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        truth[row] = static_cast<int>(random.below(row, classes));
        double sum = 0;
        for (std::size_t c = 0; c < classes; ++c) {
            p[row * classes + c] = random.unit(1000 + row * classes + c) +
                                   (static_cast<int>(c) == truth[row] ? 0.4 : 0);
            sum += p[row * classes + c];
        }
        for (std::size_t c = 0; c < classes; ++c) p[row * classes + c] /= sum;
    }
    RowsSaid blocks(classes);
    for (std::size_t from = 0; from < rows; from += 64) {
        const auto many = std::min<std::size_t>(64, rows - from);
        const auto block = std::span(p).subspan(from * classes, many * classes);
        blocks.add(block, std::span(truth).subspan(from, many), decide(block, classes));
    }
    const auto all = judge_classes(p, truth, classes);
    for (const auto& [report, ranks] :
         {std::pair(judge_classes(blocks, p), true), std::pair(judge_classes(blocks, {}), false)}) {
        CHECK(report.correct == all.correct);
        CHECK(report.confusion == all.confusion);
        CHECK(report.calibration_error == all.calibration_error);
        CHECK(report.measures.size() + (ranks ? 0 : 2) == all.measures.size());
        for (const auto& one : report.measures) {
            INFO(one.name);
            const auto* other = find_measure(all.measures, one.name);
            REQUIRE(other);
            CHECK(one.value == other->value);
            CHECK(one.interval.has_value() == other->interval.has_value());
            if (one.interval) CHECK(one.interval->low == other->interval->low);
        }
    }
    CHECK_THROWS_AS(blocks.add(p, truth, std::vector<int>{1}), base::Error);
    CHECK_THROWS_AS(
        blocks.add(std::span(p).first(classes), std::vector<int>{7}, std::vector<int>{1}),
        base::Error
    );
}

TEST_CASE("value metrics match a table worked by hand", "[training][metrics]") {
    const auto r = judge_values(std::vector<double>{1, 2, 5}, std::vector<double>{1, 3, 3});
    CHECK(r.rmse.value == Approx(std::sqrt(5.0 / 3)));
    CHECK(r.mae.value == Approx(1));
    CHECK(r.r2.value == Approx(1 - 5 / (8.0 / 3)));
}

TEST_CASE(
    "bootstrap intervals repeat by seed and cover the truth about as often as they say",
    "[training][metrics]"
) {
    std::vector<double> a(400);
    std::vector<double> b(400);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<double>(i % 20);
    const std::vector<SaidOfRows> models{{{}, b}, {{}, a}};
    const auto x = compare(models, {}, 7, 1).at(0).difference;
    const auto y = compare(models, {}, 7, 2).at(0).difference;
    CHECK(x.interval.low == y.interval.low);
    CHECK(x.interval.high == y.interval.high);
    CHECK(x.value == Approx(9.5));
    const double reach = 1.96 * std::sqrt(33.25 / 400);  // of the mean of a uniform 0 .. 19
    CHECK(x.interval.low == Approx(9.5 - reach).margin(0.1));
    CHECK(x.interval.high == Approx(9.5 + reach).margin(0.1));
}

TEST_CASE("McNemar's test is exact", "[training][metrics]") {
    CHECK(binomial_test_half(1, 10) == Approx(2 * 11.0 / 1024));
    CHECK(binomial_test_half(5, 10) == 1);
    const std::vector<int> truth(12, 1);
    std::vector<int> first(12, 1);
    std::vector<int> second(12, 1);
    for (std::size_t i = 0; i < 9; ++i) first[i] = 0;
    second[10] = 0;
    const std::vector<double> losses(12, 0.5);
    const std::vector<SaidOfRows> models{{first, losses}, {second, losses}};
    const auto pairs = compare(models, truth);
    REQUIRE(pairs.size() == 3);
    CHECK(pairs[0].by == Compared::accuracy);
    CHECK(pairs[0].only_first == 1);
    CHECK(pairs[0].only_second == 9);
    CHECK(pairs[0].p_value == Approx(2 * 11.0 / 1024));
    CHECK(pairs[0].adjusted == pairs[0].p_value);
    CHECK(pairs[0].difference.value == Approx(8.0 / 12));
    CHECK(pairs[2].by == Compared::log_loss);
    CHECK(pairs[2].p_value == 1);
    const std::vector<int> short_list(3, 1);
    CHECK_THROWS_AS(compare(models, short_list), base::Error);
}

TEST_CASE("false discoveries are controlled as Benjamini and Hochberg say", "[training][metrics]") {
    const std::vector<double> p{0.01, 0.04, 0.03, 0.5};
    const auto q = adjust(p);
    CHECK(q[0] == Approx(0.04));
    CHECK(q[1] == Approx(0.16 / 3));
    CHECK(q[2] == Approx(0.16 / 3));
    CHECK(q[3] == Approx(0.5));
    CHECK(hypergeometric_tail(3, 3, 3, 6) == Approx(1.0 / 20));
    CHECK(hypergeometric_tail(0, 3, 3, 6) == Approx(1));
}

TEST_CASE("predictions that do not fit the truth are refused", "[training][metrics]") {
    CHECK_THROWS_AS(judge_classes(std::vector<double>{1}, std::vector<int>{0}, 2), base::Error);
    CHECK_THROWS_AS(judge_values(std::vector<double>{1, 2}, std::vector<double>{0}), base::Error);
    CHECK(judge_classes({}, {}, 2).rows == 0);
}

#include <cmath>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/evaluation/comparison.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/evaluation/ranking.hpp"

// Numbers without a derivation here are those of scikit-learn 1.2.1 on the same rows.
using namespace training;

namespace {

double figure(const std::vector<Measure>& measures, std::string_view name) {
    const auto* found = find_measure(measures, name);
    INFO(name);
    REQUIRE(found);
    REQUIRE(found->value);
    return *found->value;
}

bool marked_undefined(const std::vector<Measure>& measures, std::string_view name) {
    const auto* found = find_measure(measures, name);
    return found && !found->value && !found->interval;
}

const std::vector<int> ten_labels{0, 0, 0, 1, 1, 2, 2, 1, 0, 2};
const std::vector<double> ten_lines{.8, .1, .1, .6, .3, .1, .2, .7, .1, .1, .8, .1, .5,  .4,  .1,
                                    .0, .2, .8, .3, .3, .4, .2, .5, .3, .5, .3, .2, .45, .15, .4};
const std::vector<int> twelve_labels{0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1};
const std::vector<double> twelve_scores{.1, .4, .35, .8, .4, .4, .2, .9, .7, .7, .05, .6};

std::vector<double> lines_of(const std::vector<double>& scores) {
    std::vector<double> out;
    for (double score : scores) out.insert(out.end(), {1 - score, score});
    return out;
}

// Random classes and lines of probabilities.
struct RandomLines {
    std::vector<int> labels;
    std::vector<double> lines;
};
RandomLines random_lines(std::size_t rows, std::size_t classes) {
    const base::CounterRandom random(5, rows);
    RandomLines out;
    for (std::size_t row = 0; row < rows; ++row) {
        out.labels.push_back(static_cast<int>(random.below(row, classes)));
        double sum = 0;
        std::vector<double> line(classes);
        for (std::size_t c = 0; c < classes; ++c)
            sum += line[c] = random.unit((row + rows) * classes + c) +
                             (static_cast<int>(c) == out.labels.back() ? 0.4 : 0);
        for (double one : line) out.lines.push_back(one / sum);
    }
    return out;
}

}  // namespace

TEST_CASE("figures of three classes are those of scikit-learn", "[training][evaluation]") {
    const auto report = judge_classes(ten_lines, ten_labels, 3);
    const auto& m = report.measures;
    CHECK(figure(m, "accuracy") == Approx(0.7));
    CHECK(figure(m, "balanced_accuracy") == Approx(0.6944444444444443));
    CHECK(figure(m, "macro_precision") == Approx(0.7555555555555555));
    CHECK(figure(m, "macro_recall") == Approx(0.6944444444444443));
    CHECK(figure(m, "macro_f1") == Approx(0.7111111111111109));
    CHECK(figure(m, "weighted_precision") == Approx(0.74));
    CHECK(figure(m, "weighted_recall") == Approx(0.7));
    CHECK(figure(m, "weighted_f1") == Approx(0.7066666666666667));
    CHECK(figure(m, "micro_precision") == Approx(0.7));
    CHECK(figure(m, "micro_recall") == Approx(0.7));
    CHECK(figure(m, "micro_f1") == Approx(0.7));
    CHECK(figure(m, "mcc") == Approx(0.5471422245456321));
    CHECK(figure(m, "kappa") == Approx(0.5384615384615384));
    CHECK(figure(m, "log_loss") == Approx(0.6924860746885076));
    CHECK(figure(m, "brier") == Approx(0.4105));
    CHECK(figure(m, "roc_auc") == Approx(0.9126984126984127));
    CHECK(figure(m, "average_precision") == Approx(0.8726851851851851));
    CHECK(report.classes[1].average_precision.value() == Approx(0.8055555555555556));
    for (const auto& one : report.classes) {
        REQUIRE(one.f1_interval);
        CHECK(one.f1_interval->low <= one.f1);
        CHECK(one.f1_interval->high >= one.f1);
        CHECK(one.recall_interval().low < *one.recall);
    }
    CHECK(report.classes[0].recall_interval().low == Approx(base::wilson(3, 4).low));
    CHECK(!find_measure(m, "top_3_accuracy"));
}

TEST_CASE("figures of two classes count ties as they should", "[training][evaluation]") {
    const auto lines = lines_of(twelve_scores);
    const auto report = judge_classes(lines, twelve_labels, 2);
    CHECK(figure(report.measures, "roc_auc") == Approx(0.8194444444444444));
    CHECK(report.classes[1].average_precision.value() == Approx(0.8069444444444444));
    CHECK(report.classes[0].average_precision.value() == Approx(0.8380952380952381));
    CHECK(figure(report.measures, "brier") == Approx(0.16208333333333336));
    CHECK(figure(report.measures, "log_loss") == Approx(0.4806282420222579));

    // DeLong's variance on the logit scale.
    const auto area = *find_measure(report.measures, "roc_auc");
    REQUIRE(area.interval);
    CHECK(area.interval->low == Approx(0.49978056558321116));
    CHECK(area.interval->high == Approx(0.9537373734558651));
}

TEST_CASE(
    "intervals of what ranks are those of the derivatives by the weights of rows",
    "[training][evaluation]"
) {
    // By finite differences of scikit-learn's figures with sample weights.
    Team team(2);
    const auto two = judge_ranking(lines_of(twelve_scores), twelve_labels, 2, team);
    CHECK(two.macro_average_precision->value == Approx(0.8225198412698412));
    CHECK(two.macro_average_precision->interval.low == Approx(0.5595613056).epsilon(1e-6));
    CHECK(two.macro_average_precision->interval.high == Approx(0.9441515931).epsilon(1e-6));
    const auto three = judge_ranking(ten_lines, ten_labels, 3, team);
    CHECK(three.macro_auc->interval.low == Approx(0.6268875658).epsilon(1e-6));
    CHECK(three.macro_auc->interval.high == Approx(0.9848604035).epsilon(1e-6));
    CHECK(three.macro_average_precision->interval.low == Approx(0.5878832315).epsilon(1e-6));
    CHECK(three.macro_average_precision->interval.high == Approx(0.9705338001).epsilon(1e-6));
    // Where every row is in its place the interval is not one point.
    const auto perfect =
        judge_ranking(lines_of({.1, .2, .8, .9}), std::vector<int>{0, 0, 1, 1}, 2, team);
    CHECK(perfect.macro_auc->value == 1);
    CHECK(perfect.macro_auc->interval.low < 0.5);
}

TEST_CASE(
    "the true class among the first three or five counts as a hit",
    "[training][evaluation]"
) {
    const std::vector<double> lines{.30, .22, .15, .13, .12, .08, .05, .06, .1,  .2, .28, .31,
                                    .1,  .15, .2,  .25, .18, .12, .4,  .05, .07, .2, .18, .1};
    const auto m = judge_classes(lines, std::vector<int>{3, 0, 5, 4}, 6).measures;
    CHECK(figure(m, "top_3_accuracy") == Approx(0.25));
    CHECK(figure(m, "top_5_accuracy") == Approx(0.75));
}

TEST_CASE("figures of values are those of scikit-learn", "[training][evaluation]") {
    const std::vector<double> truth{3, 5, 2.5, 7, 4, 1.5};
    const std::vector<double> said{2.5, 5.5, 2, 8, 4, 3};
    Judging how;
    how.loss = Loss::quantile;
    how.quantile = 0.9;
    const auto m = judge_values(said, truth, how).measures;
    CHECK(figure(m, "rmse") == Approx(0.816496580927726));
    CHECK(figure(m, "mae") == Approx(0.6666666666666666));
    CHECK(figure(m, "median_ae") == Approx(0.5));
    CHECK(figure(m, "mape") == Approx(0.26825396825396824));
    CHECK(figure(m, "r2") == Approx(0.7931034482758621));
    CHECK(figure(m, "pinball") == Approx(0.2));
    CHECK(!find_measure(m, "poisson_deviance"));
    how.loss = Loss::poisson;
    const auto counts = judge_values(said, truth, how).measures;
    CHECK(figure(counts, "poisson_deviance") == Approx(0.21794404347806232));
    CHECK(!find_measure(counts, "pinball"));
}

TEST_CASE("what is undefined is marked and is not 0", "[training][evaluation]") {
    const auto one_class =
        judge_classes(std::vector<double>{1, 0, .7, .3, .4, .6}, std::vector<int>{0, 0, 0}, 2);
    CHECK(marked_undefined(one_class.measures, "roc_auc"));
    CHECK(marked_undefined(one_class.measures, "average_precision"));
    CHECK(marked_undefined(one_class.measures, "mcc"));
    CHECK(figure(one_class.measures, "balanced_accuracy") == Approx(2.0 / 3));
    CHECK(!one_class.classes[1].recall);
    const auto certain =
        judge_classes(std::vector<double>{1, 0, 1, 0}, std::vector<int>{0, 0}, 2).measures;
    CHECK(marked_undefined(certain, "kappa"));

    const auto flat = judge_values(std::vector<double>{1, 2}, std::vector<double>{0, 0});
    CHECK(marked_undefined(flat.measures, "r2"));
    CHECK(marked_undefined(flat.measures, "mape"));
    CHECK(flat.zero_truths == 2);
    Judging counts;
    counts.loss = Loss::poisson;
    CHECK(marked_undefined(
        judge_values(std::vector<double>{-1, 2}, std::vector<double>{1, 2}, counts).measures,
        "poisson_deviance"
    ));
    CHECK(judge_classes({}, {}, 3).measures.empty());
}

TEST_CASE("figures and intervals are the same at any number of threads", "[training][evaluation]") {
    const auto data = random_lines(700, 9);
    Judging one;
    one.threads = 1;
    Judging four;
    four.threads = 4;
    const auto a = judge_classes(data.lines, data.labels, 9, one).measures;
    const auto b = judge_classes(data.lines, data.labels, 9, four).measures;
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        INFO(a[i].name);
        CHECK(a[i].value == b[i].value);
        REQUIRE(a[i].interval.has_value() == b[i].interval.has_value());
        if (!a[i].interval) continue;
        CHECK(a[i].interval->low == b[i].interval->low);
        CHECK(a[i].interval->high == b[i].interval->high);
        CHECK(a[i].interval->low <= *a[i].value);
        CHECK(a[i].interval->high >= *a[i].value);
    }
}

TEST_CASE("a hundred thousand classes need no table of all against all", "[training][evaluation]") {
    const std::size_t classes = 100'000;
    const std::size_t rows = 40;
    std::vector<double> lines(rows * classes);
    std::vector<int> labels;
    for (std::size_t row = 0; row < rows; ++row) {
        labels.push_back(static_cast<int>(row * 2000));
        lines[row * classes + row * (row % 2 == 0 ? 2000 : 1000)] = 1;
    }
    const auto report = judge_classes(lines, labels, classes);
    CHECK(report.accuracy.value == Approx(0.5));
    CHECK(report.confusion.size() == rows);
    CHECK(figure(report.measures, "top_3_accuracy") >= 0.5);
}

TEST_CASE("a judgement stops when it is asked to", "[training][evaluation]") {
    const auto data = random_lines(2000, 4);
    std::stop_source stop;
    stop.request_stop();
    Judging how;
    how.stop = stop.get_token();
    CHECK_THROWS_AS(judge_classes(data.lines, data.labels, 4, how), base::Interrupted);
    CHECK_THROWS_AS(
        judge_values(data.lines, std::vector<double>(data.lines.size(), 1), how), base::Interrupted
    );
}

TEST_CASE("curves go from end to end and pass through the thresholds", "[training][evaluation]") {
    std::vector<char> is_of(twelve_labels.begin(), twelve_labels.end());
    const auto curves = threshold_curves(twelve_scores, is_of);
    CHECK(curves.roc.front() == std::pair(0.0, 0.0));
    CHECK(curves.roc.back() == std::pair(1.0, 1.0));
    double area = 0;  // by trapezes
    for (std::size_t i = 1; i < curves.roc.size(); ++i)
        area += (curves.roc[i].first - curves.roc[i - 1].first) *
                (curves.roc[i].second + curves.roc[i - 1].second) / 2;
    CHECK(area == Approx(0.8194444444444444));
    CHECK(curves.precision_recall.back().second == Approx(0.5));
    CHECK(threshold_curves(twelve_scores, std::vector<char>(12, 1)).roc.empty());

    const auto coverage =
        coverage_curve(std::vector<double>{.9, .8, .8, .5}, std::vector<char>{1, 0, 1, 1});
    REQUIRE(coverage.size() == 3);
    CHECK(coverage[0] == std::pair(0.25, 1.0));
    CHECK(coverage[1].second == Approx(2.0 / 3));
    CHECK(coverage[2] == std::pair(1.0, 0.75));
}

TEST_CASE("Holm's correction holds for all pairs of runs together", "[training][evaluation]") {
    const auto adjusted = adjust_family(std::vector<double>{0.01, 0.04, 0.03, 0.5});
    CHECK(adjusted[0] == Approx(0.04));
    CHECK(adjusted[1] == Approx(0.09));
    CHECK(adjusted[2] == Approx(0.09));
    CHECK(adjusted[3] == Approx(0.5));
    CHECK(adjust_family({}).empty());

    // Three models: two alike, one better.
    const auto data = random_lines(600, 3);
    const auto said = decide(data.lines, 3);
    SaidOfRows plain{said, std::vector<double>(600, 1)};
    SaidOfRows better{said, std::vector<double>(600, 1)};
    for (std::size_t row = 0; row < 600; row += 2) better.classes[row] = data.labels[row];
    const std::vector<SaidOfRows> models{plain, plain, better};
    const auto pairs = compare(models, data.labels, 1, 2);
    REQUIRE(pairs.size() == 9);
    CHECK(pairs[0].p_value == 1);
    CHECK(pairs[1].second == 2);
    CHECK(pairs[1].adjusted >= pairs[1].p_value);
    CHECK(pairs[1].adjusted < 0.001);
    CHECK(pairs[3].by == Compared::macro_f1);
    CHECK(pairs[4].difference.interval.low > 0);
    CHECK(
        compare(models, data.labels, 1, 1)[4].difference.interval.low ==
        pairs[4].difference.interval.low
    );
}

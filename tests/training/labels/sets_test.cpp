// Sets of classes: their figures, models of them, and how they are divided.
#include "training/evaluation/set_metrics.hpp"

#include <array>
#include <cmath>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/training/made_data.hpp"
#include "training/evaluation/baselines.hpp"
#include "training/folds/iterative_strata.hpp"
#include "training/labels/part_labels.hpp"
#include "training/models/label_sets.hpp"
#include "training/trainer.hpp"

using namespace training;

namespace {

// Three classes that do not depend on each other, each by the sign of a column; a fourth that all
// rows have and a fifth that none has.
Examples signs(std::size_t rows, std::uint64_t seed) {
    auto out = made::clouds(rows, seed);
    out.classes.clear();
    out.class_names = {"a", "b", "c", "always", "never"};
    const base::CounterRandom random(seed, 5);
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t c = 0; c < 4; ++c) out.numeric[row * 4 + c] = random.normal(row * 4 + c);
        for (std::size_t c = 0; c < 3; ++c)
            out.marks.push_back(out.numeric[row * 4 + c] + (c == 2 ? 0 : 0.5) > 0.7 ? 1 : 0);
        out.marks.push_back(1);
        out.marks.push_back(0);
    }
    return out;
}

TrainSpec sets_by(const std::string& model) {
    TrainSpec spec;
    spec.model = model;
    spec.threads = 1;
    return spec;
}

SetReport judged(const Predictor& model, const Examples& data) {
    const auto p = model.predict(data, 1);
    return judge_sets(p, decide_sets(p, model.thresholds()), data.marks, data.class_names.size());
}

}  // namespace

TEST_CASE("figures of sets are as they are computed by hand", "[training][sets]") {
    const std::vector<std::uint8_t> truth{1, 0, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1};
    const std::vector<double> said{
        .9, .2, .6, .4, .7, .1, .6, .3, .6, .2, .1, .8, .3, .4, .2, .6, .9, .4};
    const auto sets = decide_sets(said, std::vector<double>{.5, .5, .5});
    const auto report = judge_sets(said, sets, truth, 3);
    CHECK(report.rows == 6);
    CHECK(report.micro_f1.value == Approx(12.0 / 17));
    CHECK(report.macro_f1.value == Approx((4.0 / 6 + 0.8 + 4.0 / 6) / 3));
    CHECK(report.sample_f1.value == Approx(4.0 / 6));
    CHECK(report.subset_accuracy.value == Approx(0.5));
    CHECK(report.hamming_loss.value == Approx(5.0 / 18));
    REQUIRE(report.macro_auc);
    CHECK(*report.macro_auc == Approx(22.0 / 27));
    CHECK(*report.classes[0].auc == Approx(6.5 / 9));  // with a tie
    CHECK(report.classes[1].score.support == 3);
    CHECK(report.classes[1].score.predicted == 2);
    CHECK(*report.classes[1].score.recall == Approx(2.0 / 3));
    CHECK(report.micro_f1.interval.low <= report.micro_f1.value);
    CHECK(report.micro_f1.interval.high >= report.micro_f1.value);
    CHECK_THROWS_AS(judge_sets(said, sets, truth, 4), base::Error);
    CHECK_FALSE(auc_of({{0.5, true}, {0.1, true}}));
}

TEST_CASE("a threshold is where F1 is highest", "[training][sets]") {
    CHECK(best_threshold({{0.1, false}, {0.3, true}, {0.2, true}, {0.05, false}}) == Approx(0.15));
    CHECK(best_threshold({{0.9, false}, {0.8, true}}) == Approx(0.4));  // 0.8 and 0
    CHECK(best_threshold({{0.9, false}, {0.8, false}}) == 0.5);
    CHECK(best_threshold({}) == 0.5);
}

TEST_CASE("each kind that learns classes learns sets of them", "[training][sets]") {
    const auto data = signs(400, 1);
    const auto others = signs(200, 2);
    for (const std::string kind :
         {"logistic",
          "softmax",
          "svm",
          "ridge",
          "boosting",
          "mlp",
          "knn",
          "forest",
          "gaussian_nb"}) {
        INFO(kind);
        const auto fitted = fit(data, {}, sets_by(kind));
        const auto model = Predictor::load(fitted.artefact);
        REQUIRE(model.predicts_sets());
        CHECK(model.model() == kind);
        CHECK(judged(model, others).macro_f1.value > 0.85);
        const auto p = model.predict(others, 1);
        CHECK(p[3] > 0.99);
        CHECK(p[4] < 0.01);
        auto two = sets_by(kind);
        two.threads = 2;
        CHECK(fit(data, {}, two).artefact == fitted.artefact);
    }
    CHECK(fit_baselines(data, sets_by("svm"), {}).size() == 2);
    CHECK_THROWS_WITH(
        fit(data, {}, sets_by("lasso")), Catch::Contains("it learns values, not classes")
    );
}

TEST_CASE("thresholds come from validation, and sets can be searched for", "[training][sets]") {
    const auto data = signs(400, 3);
    auto spec = sets_by("logistic");
    spec.tune = "random:3";
    const auto with = Predictor::load(fit(data, signs(300, 4), spec).artefact);
    const auto without = Predictor::load(fit(data, {}, spec).artefact);
    CHECK(without.thresholds() == std::vector<double>(5, 0.5));
    CHECK(with.thresholds()[0] != 0.5);
    CHECK(judged(with, signs(300, 5)).micro_f1.value > 0.9);
    spec.model = "auto";
    CHECK(Predictor::load(fit(data, signs(100, 4), spec).artefact).predicts_sets());
}

TEST_CASE("the rarest label is dealt first, so that each side has its share", "[training][sets]") {
    const base::CounterRandom random(9, 1);
    std::vector<LabelledCluster> clusters(1000);
    for (std::uint64_t i = 0; i < clusters.size(); ++i) {
        clusters[i].rows = 1;
        clusters[i].order = random.at(i);
        if (i < 10) clusters[i].labels.emplace_back(0U, 1);
        if (random.unit(5000 + i) < 0.1 || i < 10) clusters[i].labels.emplace_back(1U, 1);
        if (random.unit(7000 + i) < 0.6) clusters[i].labels.emplace_back(2U, 1);
    }
    const std::vector<double> shares{0.8, 0.1, 0.1};
    const auto sides = deal_labels(clusters, shares);
    std::array<std::array<double, 3>, 4> counts{};
    std::array<double, 3> all{};
    for (std::size_t i = 0; i < clusters.size(); ++i) {
        ++counts[3][sides[i]];
        for (const auto& [label, n] : clusters[i].labels) {
            ++counts[label][sides[i]];
            ++all[label];
        }
    }
    for (std::size_t side = 0; side < 3; ++side) {
        CHECK(counts[0][side] == Approx(shares[side] * 10));
        CHECK(std::abs(counts[1][side] - shares[side] * all[1]) <= 1);
        CHECK(std::abs(counts[2][side] - shares[side] * all[2]) <= 3);
        CHECK(std::abs(counts[3][side] - shares[side] * 1000) <= 5);
    }
    clusters[3].known = 2;
    CHECK(deal_labels(clusters, shares)[3] == 2);
    CHECK(deal_labels({}, shares).empty());
}

TEST_CASE("labels in parts name their classes", "[training][sets]") {
    CHECK(classes_in(R"(["b", "a", "b"])") == std::vector<std::string>{"a", "b"});
    CHECK(
        classes_in(R"([{"start":0,"end":2,"label":"x"},{"start":3,"end":4,"label":"x"}])") ==
        std::vector<std::string>{"x"}
    );
    CHECK(label_of_set({"a", "\""}) == R"(["a","\""])");
    Examples examples;
    examples.rows = 2;
    examples.class_names = {"a", "b"};
    std::vector<Item> items(2);
    items[0].label = R"(["b"])";
    items[1].label = "[]";
    give_sets(examples, items);
    CHECK(examples.marks == std::vector<std::uint8_t>{0, 1, 0, 0});
    items[1].label = R"(["z"])";
    CHECK_THROWS_WITH(give_sets(examples, items), Catch::Contains("names 'z'"));
}

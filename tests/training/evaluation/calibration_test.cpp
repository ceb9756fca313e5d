#include <cmath>
#include <fstream>
#include <numeric>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "tests/training/made_data.hpp"
#include "training/calibration/decision.hpp"
#include "training/calibration/thresholds.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/train_settings.hpp"
#include "training/trainer.hpp"

// Numbers without a derivation here are those of scikit-learn 1.2.1 on the same rows.
using namespace training;

namespace {

const std::vector<int> calibration_labels{0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1};
const std::vector<double> calibration_scores{.1, .4, .35, .8, .4, .4, .2, .9, .7, .7, .05, .6};

std::vector<double> two_classes(const std::vector<double>& scores) {
    std::vector<double> out;
    for (double score : scores) out.insert(out.end(), {1 - score, score});
    return out;
}

// What a calibrator makes of probabilities of the second of two classes.
std::vector<double> second_of(const Calibrator& fitted, const std::vector<double>& scores) {
    auto lines = two_classes(scores);
    fitted.apply(lines);
    std::vector<double> out;
    for (std::size_t i = 1; i < lines.size(); i += 2) out.push_back(lines[i]);
    return out;
}

double loss_with(const std::vector<double>& lines, const std::vector<int>& truth, std::size_t k) {
    double sum = 0;
    for (std::size_t row = 0; row < truth.size(); ++row)
        sum += loss_of_probability(lines[row * k + static_cast<std::size_t>(truth[row])]);
    return sum / static_cast<double>(truth.size());
}

// Rows whose classes come with the probabilities that the lines had before they were made too sure.
struct TooSure {
    std::vector<double> lines;
    std::vector<int> truth;
};
TooSure too_sure(std::size_t rows, std::uint64_t seed) {
    const base::CounterRandom random(seed, 1);
    TooSure out;
    for (std::size_t row = 0; row < rows; ++row) {
        std::vector<double> logits;
        for (std::size_t c = 0; c < 3; ++c) logits.push_back(random.normal(row * 3 + c));
        double sum = 0;
        double sure = 0;
        for (double z : logits) sum += std::exp(z);
        for (double z : logits) sure += std::exp(3 * z);
        double drawn = random.unit(1'000'000 + row);
        int label = 0;
        while (label < 2 && drawn > std::exp(logits[static_cast<std::size_t>(label)]) / sum)
            drawn -= std::exp(logits[static_cast<std::size_t>(label++)]) / sum;
        out.truth.push_back(label);
        for (double z : logits) out.lines.push_back(std::exp(3 * z) / sure);
    }
    return out;
}

TrainSpec deciding(const std::string& model) {
    TrainSpec spec;
    spec.model = model;
    spec.threads = 1;
    spec.features.text.bits = 9;
    return spec;
}

}  // namespace

TEST_CASE("a sigmoid is Platt's", "[training][calibration]") {
    const auto lines = two_classes(calibration_scores);
    const auto fitted = Calibrator::fit(Calibration::sigmoid, lines, calibration_labels, 2);
    const auto said = second_of(fitted, {.1, .5, .9});
    CHECK(said[0] == Approx(0.171424722));
    CHECK(said[1] == Approx(0.538503742));
    CHECK(said[2] == Approx(0.868093314));
}

TEST_CASE("an isotonic curve pools what falls and is straight between", "[training][calibration]") {
    const auto lines = two_classes(calibration_scores);
    const auto fitted = Calibrator::fit(Calibration::isotonic, lines, calibration_labels, 2);
    const auto said = second_of(fitted, {.01, .1, .3, .38, .5, .65, .75, .85, .95});
    const std::vector<double> expected{
        0, 0, 0.33333333333, 0.5, 0.58333333333, 0.66666666667, 0.83333333333, 1, 1};
    REQUIRE(said.size() == expected.size());
    for (std::size_t i = 0; i < said.size(); ++i)
        CHECK(said[i] == Approx(expected[i]).margin(1e-9));
}

TEST_CASE("a temperature is where the log-loss is least", "[training][calibration]") {
    const std::vector<int> truth{0, 0, 0, 1, 1, 2, 2, 1, 0, 2};
    std::vector<double> lines{.8,  .1,  .1, .6, .3, .1, .2, .7, .1, .1, .8, .1, .5,  .4,  .1,
                              .05, .15, .8, .3, .3, .4, .2, .5, .3, .5, .3, .2, .45, .15, .4};
    const auto fitted = Calibrator::fit(Calibration::temperature, lines, truth, 3);
    CHECK(fitted.json().at("temperature").as_double() == Approx(0.56485102726).epsilon(1e-6));
    const auto before = decide(lines, 3);
    fitted.apply(lines);
    CHECK(loss_with(lines, truth, 3) == Approx(0.6349132423730368));
    CHECK(decide(lines, 3) == before);
}

TEST_CASE("what says too much is brought to what comes true", "[training][calibration]") {
    const auto fitted_on = too_sure(3000, 1);
    const auto judged_on = too_sure(3000, 2);
    const double before = judge_classes(judged_on.lines, judged_on.truth, 3).calibration_error;
    CHECK(before > 0.15);
    for (auto how :
         {Calibration::temperature,
          Calibration::sigmoid,
          Calibration::isotonic,
          Calibration::automatic}) {
        INFO(base::name_of(how));
        const auto fitted = Calibrator::fit(how, fitted_on.lines, fitted_on.truth, 3);
        auto lines = judged_on.lines;
        fitted.apply(lines);
        for (std::size_t row = 0; row < judged_on.truth.size(); ++row)
            REQUIRE(lines[row * 3] + lines[row * 3 + 1] + lines[row * 3 + 2] == Approx(1));
        CHECK(judge_classes(lines, judged_on.truth, 3).calibration_error < 0.04);
        if (how == Calibration::temperature)
            CHECK(fitted.json().at("temperature").as_double() == Approx(3).epsilon(0.1));
        if (how == Calibration::automatic) CHECK(!fitted.empty());
    }
    // What is calibrated already stays as it is, or all but.
    auto good = fitted_on.lines;
    Calibrator::fit(Calibration::temperature, good, fitted_on.truth, 3).apply(good);
    const auto again = Calibrator::fit(Calibration::automatic, good, fitted_on.truth, 3);
    auto twice = good;
    again.apply(twice);
    CHECK(loss_with(twice, fitted_on.truth, 3) <= loss_with(good, fitted_on.truth, 3) + 1e-6);
}

TEST_CASE(
    "a calibrator minds classes without rows and rows without hope",
    "[training][calibration]"
) {
    const std::vector<double> lines{.7, .2, .1, .2, .7, .1, .6, .3, .1, .1, .8, .1};
    const std::vector<int> truth{0, 1, 0, 1};
    for (auto how : {Calibration::temperature, Calibration::sigmoid, Calibration::isotonic}) {
        INFO(base::name_of(how));
        auto fitted = Calibrator::fit(how, lines, truth, 3);
        std::vector<double> edge{0, 0, 1, 1, 0, 0, 0.3, 0.3, 0.4};
        fitted.apply(edge);
        for (double p : edge) CHECK((p >= 0 && p <= 1));
        for (std::size_t at = 0; at < 9; at += 3)
            CHECK(edge[at] + edge[at + 1] + edge[at + 2] == Approx(1));
        Writer out;
        fitted.save(out);
        const auto bytes = out.take();
        Reader in(bytes);
        auto loaded = Calibrator::load(in);
        CHECK(in.done());
        auto a = lines;
        auto b = lines;
        fitted.apply(a);
        loaded.apply(b);
        CHECK(a == b);
        for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
            Reader part(std::string_view(bytes).substr(0, cut));
            CHECK_THROWS_AS(Calibrator::load(part), base::Error);
        }
    }
    CHECK_THROWS_AS(Calibrator::fit(Calibration::sigmoid, {}, {}, 2), base::Error);
}

TEST_CASE("thresholds make F-beta highest", "[training][calibration]") {
    const auto lines = two_classes(calibration_scores);
    const auto f_beta = [&](double threshold, double beta) {
        double hits = 0, said = 0, support = 0;
        for (std::size_t i = 0; i < 12; ++i) {
            said += calibration_scores[i] > threshold;
            support += calibration_labels[i];
            hits += calibration_scores[i] > threshold && calibration_labels[i] == 1;
        }
        return (1 + beta * beta) * hits / (beta * beta * support + said);
    };
    for (auto [beta, best] : {std::pair(0.5, 0.7692307692), {1.0, 0.8}, {2.0, 0.9090909091}}) {
        INFO(beta);
        const auto found = best_thresholds(lines, calibration_labels, 2, beta, std::size_t{1});
        CHECK(found[0] + found[1] == Approx(1));
        CHECK(f_beta(found[1], beta) == Approx(best));
    }
    // A rare class of three that is never the most probable.
    const std::vector<double> rare{.8, .1, .1, .7, .1,  .2,  .1, .8, .1, .2, .6, .2,
                                   .5, .1, .4, .2, .45, .35, .6, .3, .1, .3, .6, .1};
    const std::vector<int> truth{0, 0, 1, 1, 2, 2, 0, 1};
    DecisionSpec spec;
    spec.decide = DecideBy::f_beta;
    const std::vector<std::string> names{"a", "b", "c"};
    const auto decision = Decision::fit(spec, {rare, truth, "validation"}, names, 1);
    const auto plain = judge_classes(rare, truth, 3).macro_f1.value;
    Judging how;
    const auto said = decision.decide(rare, 3);
    how.said = said;
    CHECK(plain < 0.7);
    CHECK(judge_classes(rare, truth, 3, how).macro_f1.value == 1);
}

TEST_CASE("costs decide for what is expected to cost least", "[training][calibration]") {
    DecisionSpec spec;
    spec.decide = DecideBy::cost;
    spec.costs = {{"spam>ham", 1}, {"ham>spam", 9}};
    const std::vector<std::string> names{"ham", "spam"};
    const auto decision = Decision::fit(spec, {{0.5, 0.5}, {0}, "validation"}, names, 1);
    // Saying spam costs 9 (1 - p), saying ham costs p: spam from p = 0.9 on.
    const auto lines = two_classes({0.89, 0.91, 0.5, 0.95});
    const auto said = decision.decide(lines, 2);
    CHECK(said == std::vector<int>{0, 1, 0, 1});
    // A spam let through, a ham lost, and two that are right.
    Judging how;
    how.said = said;
    const std::vector<int> truth{1, 0, 0, 1};
    CHECK(find_measure(judge_classes(lines, truth, 2, how).measures, "mean_cost") == nullptr);
    how.cost = [&](std::size_t of, std::size_t as) { return decision.cost(of, as); };
    const auto judged = judge_classes(lines, truth, 2, how);
    const auto* cost = find_measure(judged.measures, "mean_cost");
    REQUIRE(cost != nullptr);
    CHECK(cost->value == Approx((1 + 9) / 4.0));
    CHECK(cost->interval->high > *cost->value);
    spec.costs = {{"spam>eggs", 2}};
    CHECK_THROWS_WITH(spec.check_classes(names), Catch::Contains("cost 'spam>eggs'"));
    DecisionSpec odd;
    odd.decide = DecideBy::cost;
    odd.costs = {{"a>b>a>b", 3}};
    CHECK_NOTHROW(odd.check_classes({"a>b", "c"}));
}

TEST_CASE(
    "answers are left out below a probability, or to reach a share",
    "[training][calibration]"
) {
    const std::vector<std::string> names{"no", "yes"};
    const auto lines = two_classes({.95, .9, .85, .8, .7, .6});
    const std::vector<int> truth{1, 1, 1, 0, 1, 0};
    DecisionSpec spec;
    spec.abstain_below = 0.82;
    const auto fixed = Decision::fit(spec, {lines, truth, "validation"}, names, 1);
    const auto said = fixed.decide(lines, 2);
    CHECK(fixed.abstains(lines, said, 2) == std::vector<char>{0, 0, 0, 1, 1, 1});
    spec.abstain_below = 0;
    spec.abstain_accuracy = 0.8;  // 4 of the first 5
    const auto reached = Decision::fit(spec, {lines, truth, "validation"}, names, 1);
    CHECK(reached.abstains(lines, said, 2) == std::vector<char>{0, 0, 0, 0, 0, 1});
    spec.abstain_accuracy = 0.9;
    CHECK_THROWS_WITH(
        Decision::fit(spec, {two_classes({.9, .8}), {0, 1}, "validation"}, names, 1),
        Catch::Contains("the surest answers reach 0.5000")
    );
    CHECK_FALSE(Decision{}.may_abstain());
}

TEST_CASE("a model keeps its calibration wherever it predicts", "[training][calibration]") {
    const auto train = made::topics(400, 71);
    const auto validation = made::topics(300, 72);
    auto spec = deciding("multinomial_nb");
    const auto plain = Predictor::load(fit(train, validation, spec).artefact);
    spec.decision.calibrate = Calibration::temperature;
    spec.decision.abstain_below = 0.7;
    const auto result = fit(train, validation, spec);
    const auto model = Predictor::load(result.artefact);
    auto expected = plain.predict(validation);
    Calibrator::fit(Calibration::temperature, expected, validation.classes, 2).apply(expected);
    CHECK(model.predict(validation) == expected);
    const auto alone = take(validation, {5});
    const auto one = model.predict(alone);
    CHECK(one[0] == expected[10]);
    CHECK(model.decision().may_abstain());
    CHECK(result.summary.find("\"fitted_on\":\"validation\"") != std::string::npos);
    CHECK(
        loss_with(expected, validation.classes, 2) <
        loss_with(plain.predict(validation), validation.classes, 2)
    );

    // Without validation: out of fold, the same at any number of threads.
    const auto folded = fit(train, {}, spec);
    CHECK(folded.summary.find("\"fitted_on\":\"out-of-fold\"") != std::string::npos);
    spec.threads = 2;
    CHECK(fit(train, {}, spec).artefact == folded.artefact);
}

TEST_CASE("an artefact from before decisions predicts what it did", "[training][calibration]") {
    const auto folder = std::string(TILTH_SOURCE_DIR) + "/tests/training/artefacts/";
    std::ifstream file(folder + "softmax_3.tilth", std::ios::binary);
    const std::string artefact(std::istreambuf_iterator<char>(file), {});
    const auto model = Predictor::load(artefact);
    CHECK(model.inputs());
    CHECK(model.decision().empty());
    const auto rows = made::clouds(12, 5);
    const auto said = model.predict(rows, 1);
    CHECK(model.decide(said) == decide(said, 3));
    std::ifstream expected(folder + "softmax_3.txt");
    for (double value : said) {
        double known = 0;
        REQUIRE(expected >> known);
        CHECK(value == Approx(known).margin(1e-9));
    }
}

TEST_CASE("what cannot be decided is refused before the fit", "[training][calibration]") {
    auto spec = deciding("ridge");
    spec.decision.calibrate = Calibration::automatic;
    CHECK_THROWS_WITH(fit(made::plane(50, 1), {}, spec), Catch::Contains("they are of classes"));
    spec.decision = {};
    spec.decision.decide = DecideBy::f_beta;
    spec.decision.positive = "river";
    CHECK_THROWS_WITH(
        fit(made::topics(50, 1), {}, spec),
        Catch::Contains("positive 'river'") && Catch::Contains("use field or sea")
    );
    const auto refuse = [](const std::string& json, const std::string& why) {
        INFO(json);
        CHECK_THROWS_WITH(
            TrainSettings::settings.read(base::Document::json(json)), Catch::Contains(why)
        );
    };
    refuse(R"({"snapshot":"s","decide":"cost"})", "give cost TRUTH>SAID=N");
    refuse(R"({"snapshot":"s","costs":{"a>b":2}})", "give decide cost");
    refuse(R"({"snapshot":"s","decide":"cost","costs":{"ab":2}})", "names no two classes");
    refuse(R"({"snapshot":"s","positive":"a"})", "it is of f_beta alone");
    refuse(R"({"snapshot":"s","beta":2})", "it is of f_beta alone");
    refuse(R"({"snapshot":"s","abstain_below":0.5,"abstain_accuracy":0.9})", "give one");
    refuse(R"({"snapshot":"s","abstain_below":1.5})", "from 0 to 1");
    const auto settings = TrainSettings::settings.read(base::Document::json(
        R"({"snapshot":"s","calibrate":"auto","decide":"cost","costs":{"a>b":2}})"
    ));
    CHECK(settings.spec().decision.calibrate == Calibration::automatic);
    CHECK(settings.spec().decision.costs.at("a>b") == 2);
}

#include "training/trainer.hpp"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/training/made_data.hpp"
#include "training/evaluation/baselines.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/evaluation/run_judging.hpp"
#include "training/labels/soft_labels.hpp"
#include "training/tuning/selection.hpp"

using namespace training;

namespace {

TrainSpec spec_of(const std::string& model) {
    TrainSpec spec;
    spec.model = model;
    spec.threads = 1;
    spec.features.text.bits = 9;
    return spec;
}

}  // namespace

TEST_CASE("every kind of model predicts the same after a save and a load", "[training][trainer]") {
    for (const auto& kind : model_kinds()) {
        for (const auto& data :
             {made::clouds(200, 1), made::topics(150, 2), made::pictures(60, 2)}) {
            const auto& declared = model_kind(kind);
            if ((declared.takes == Takes::pictures) != (data.pixel_count > 0)) continue;
            if (!learns(declared, Learns::classes) ||
                declared.takes == (data.text.empty() ? Takes::texts : Takes::numbers))
                continue;
            INFO(kind);
            const auto result = fit(data, {}, spec_of(kind));
            const auto model = Predictor::load(result.artefact);
            CHECK(model.model() == kind);
            CHECK(model.class_names() == data.class_names);
            const auto first = model.predict(data, 1);
            CHECK(first.size() == data.rows * data.class_names.size());
            CHECK(Predictor::load(fit(data, {}, spec_of(kind)).artefact).predict(data, 2) == first);
        }
    }
    const auto values = made::plane(200, 3);
    const auto model = Predictor::load(fit(values, {}, spec_of("ridge")).artefact);
    CHECK_FALSE(model.predicts_classes());
    CHECK(model.predict(values).size() == values.rows);
}

TEST_CASE("the artefact does not depend on the number of threads", "[training][trainer]") {
    const auto data = made::topics(300, 4);
    const auto held_out = made::topics(60, 5);
    for (const std::string tune : {"", "random:5", "halving:6"}) {
        auto one = spec_of("softmax");
        one.tune = tune;
        auto two = one;
        two.threads = 2;
        CHECK(fit(data, held_out, one).artefact == fit(data, held_out, two).artefact);
    }
}

TEST_CASE(
    "a damaged artefact gives one clear line, wherever the damage is",
    "[training][trainer]"
) {
    const auto good = fit(made::clouds(60, 6), {}, spec_of("softmax")).artefact;
    for (std::size_t at = 0; at < good.size(); at += 7) {
        auto bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 0x20);
        CHECK_THROWS_AS(Predictor::load(bad), base::Error);
        CHECK_THROWS_AS(Predictor::load(std::string_view(good).substr(0, at)), base::Error);
    }
    auto bad = good;
    bad.back() = static_cast<char>(bad.back() ^ 1);
    CHECK_THROWS_WITH(
        Predictor::load(bad),
        "model artefact: its checksum does not match; train the model again or restore the artefact"
    );
    bad = good;
    bad[12] = 9;
    CHECK_THROWS_WITH(Predictor::load(bad), Catch::Contains("version 9 is newer"));
    CHECK_THROWS_WITH(Predictor::load("PK\3\4"), "model artefact: not a model of this program");
}

TEST_CASE("what cannot be learnt from is refused before any work", "[training][trainer]") {
    auto data = made::clouds(50, 7);
    const auto refuse = [&](const Examples& train, const TrainSpec& spec, const std::string& words
                        ) { CHECK_THROWS_WITH(fit(train, {}, spec), Catch::Contains(words)); };
    refuse({}, spec_of("softmax"), "no training rows");
    auto same = data;
    same.classes.assign(50, 1);
    refuse(same, spec_of("softmax"), "all rows have the class 'right'");
    auto unlabelled = data;
    unlabelled.classes.clear();
    refuse(unlabelled, spec_of("softmax"), "no labels");
    auto wild = data;
    wild.classes[3] = 17;
    refuse(wild, spec_of("softmax"), "class 17 is not one of the 3 named");
    auto ragged = data;
    ragged.numeric.pop_back();
    refuse(ragged, spec_of("softmax"), "numeric has 199 values where 200 are expected");
    refuse(made::plane(50, 1), spec_of("softmax"), "it learns classes, not values");
}

TEST_CASE("validation stops the fit and its loss is reported", "[training][trainer]") {
    std::vector<Progress> seen;
    const auto result =
        fit(made::clouds(300, 8), made::clouds(100, 9), spec_of("mlp"), [&](const Progress& p) {
            seen.push_back(p);
        });
    REQUIRE(!result.epochs.empty());
    CHECK(result.epochs.back().validation.has_value());
    CHECK(result.epochs.front().loss > result.epochs.back().loss);
    CHECK(seen.front().stage == "features");
}

TEST_CASE("a learning curve falls as rows are added", "[training][trainer]") {
    const auto curve =
        learning_curve(made::topics(640, 10), made::topics(300, 11), spec_of("softmax"));
    REQUIRE(curve.size() == 5);
    CHECK(curve.back().rows == 640);
    CHECK(curve.back().error < curve.front().error);
}

TEST_CASE(
    "without validation rows a search judges by cross-validation, the same on any threads",
    "[training][trainer]"
) {
    const auto data = made::topics(250, 41);
    auto one = spec_of("ridge");
    one.tune = "grid";
    auto two = one;
    two.threads = 2;
    const auto result = fit(data, {}, one);
    CHECK(result.trials.size() == 5);
    for (const auto& trial : result.trials) {
        CHECK(trial.kind == "ridge");
        CHECK(trial.cost > 0);
    }
    CHECK(result.artefact == fit(data, {}, two).artefact);
    auto few = take(data, {0, 1});
    few.classes = {0, 1};
    CHECK_THROWS_WITH(fit(few, {}, one), Catch::Contains("too few training rows"));
}

TEST_CASE(
    "auto tries every sensible kind, keeps what it tried and ends with the best",
    "[training][trainer]"
) {
    const auto held_out = made::clouds(200, 43);
    const auto data = made::clouds(400, 42);
    auto spec = spec_of("auto");
    const auto result = fit(data, held_out, spec);
    const auto kinds = sensible_kinds(data, spec.features, Loss::squared);
    for (const auto& kind : kinds)
        CHECK(std::any_of(result.trials.begin(), result.trials.end(), [&](const Trial& t) {
            return t.kind == kind;
        }));
    CHECK(result.trials.size() > kinds.size());
    const auto& best = best_trial(result.trials);
    CHECK(result.kind == best.kind);
    CHECK(result.params == best.params);
    for (const auto& trial : result.trials) CHECK(best.cost <= trial.cost);
    const auto model = Predictor::load(result.artefact);
    CHECK(model.model() == best.kind);
    CHECK(judge_classes(model.predict(held_out), held_out.classes, 3).accuracy.value > 0.85);
    spec.threads = 2;
    CHECK(fit(data, held_out, spec).artefact == result.artefact);

    const auto plane = made::plane(300, 44);
    const auto values = fit(plane, made::plane(100, 45), spec);
    CHECK(
        judge_values(Predictor::load(values.artefact).predict(plane), plane.targets).r2.value > 0.98
    );
    CHECK_THROWS_AS(check_model("auto", {{"l2", 1.0}}), base::UsageError);
}

TEST_CASE("a budget ends the search, and its trials say so", "[training][trainer]") {
    const auto data = made::clouds(3000, 46);
    auto spec = spec_of("auto");
    spec.budget = 0.2;
    const auto result = fit(data, made::clouds(500, 47), spec);
    CHECK(std::isfinite(best_trial(result.trials).cost));
    CHECK(std::any_of(result.trials.begin(), result.trials.end(), [](const Trial& t) {
        return t.failure.find("the time was over") != std::string::npos;
    }));
    CHECK(result.seconds < 20);
}

TEST_CASE("baselines say what there is without a model", "[training][trainer]") {
    const auto data = made::clouds(400, 48);
    const auto baselines = fit_baselines(data, spec_of("softmax"), {});
    REQUIRE(baselines.size() == 2);
    CHECK(baselines[0].kind == "majority");
    CHECK(baselines[1].kind == "rule");
    const auto accuracy = [&](const Baseline& b) {
        return judge_classes(b.model.predict(data), data.classes, 3).accuracy.value;
    };
    CHECK(accuracy(baselines[0]) < 0.42);
    CHECK(accuracy(baselines[1]) > accuracy(baselines[0]));
    CHECK(fit_baselines(data, spec_of("rule"), {}).size() == 1);
}

TEST_CASE("a baseline that is too slow for the classes says so", "[training][trainer]") {
    auto data = made::clouds(60, 48);
    for (int c = 3; c < 65'537; ++c) data.class_names.push_back("c" + std::to_string(c));
    std::vector<std::string> notes;
    const auto baselines = fit_baselines(data, spec_of("softmax"), {}, &notes);
    REQUIRE(baselines.size() == 1);
    CHECK(baselines[0].kind == "majority");
    REQUIRE(notes.size() == 1);
    CHECK_THAT(notes[0], Catch::StartsWith("no baseline 'rule': ") && Catch::Contains("65,536"));
    data.class_names.resize(65'536);
    notes.clear();
    CHECK(fit_baselines(data, spec_of("softmax"), {}, &notes).size() == 2);
    CHECK(notes.empty());
}

TEST_CASE("what unsure labels teach is the same in one number a row", "[training][soft]") {
    auto brief = made::clouds(200, 49);
    for (std::size_t row = 0; row < brief.rows; ++row)
        brief.soft.push_back(row % 3 == 0 ? 0.6F : 1.0F);
    auto whole = brief;
    whole.soft = shares_of_classes(brief);
    CHECK(whole.soft.size() == 3 * brief.rows);
    for (const auto& kind : model_kinds()) {
        if (!model_kind(kind).soft_labels || !learns(model_kind(kind), Learns::classes)) continue;
        if (model_kind(kind).takes != Takes::all && model_kind(kind).takes != Takes::numbers)
            continue;
        CAPTURE(kind);
        auto spec = spec_of(kind);
        CHECK(fit(brief, {}, spec).artefact == fit(whole, {}, spec).artefact);
    }
}

TEST_CASE("weights of nbsvm are blended as the validation rows say", "[training][trainer]") {
    const auto train = made::topics(300, 61);
    const auto validation = made::topics(200, 62);
    const auto loss_with = [&](double blend) {
        auto spec = spec_of("nbsvm");
        spec.params["blend"] = blend;
        const auto said =
            Predictor::load(fit(train, validation, spec).artefact).predict(validation);
        double loss = 0;
        for (std::size_t row = 0; row < validation.rows; ++row)
            loss -= std::log(
                std::max(1e-15, said[row * 2 + static_cast<std::size_t>(validation.classes[row])])
            );
        return loss;
    };
    std::vector<double> fixed;
    for (double blend : {0.25, 0.5, 0.75, 1.0}) fixed.push_back(loss_with(blend));
    const auto [least, most] = std::minmax_element(fixed.begin(), fixed.end());
    REQUIRE(*least < *most);
    CHECK(loss_with(0) == *least);
}

TEST_CASE("parameters that a kind does not take are refused, not bent", "[training][trainer]") {
    const auto refuse = [](std::string_view kind, const Params& params, const std::string& why) {
        INFO(why);
        CHECK_THROWS_WITH(complete(kind, params), Catch::Contains(why));
    };
    refuse("nbsvm", {{"blend", 2}}, "parameter 'blend' of nbsvm: 2 is too large; take 0 to 1");
    refuse("boosting", {{"depth", 31}}, "31 is too large; take 1 to 30");
    refuse("boosting", {{"depth", 3.5}}, "3.5 is no whole number");
    refuse("knn", {{"k", 0}}, "0 is too small; take 1 to 1000");
    refuse("softmax", {{"balance", 1.5}}, "take 0 to 1");
    refuse("ridge", {{"l2", -1}}, "not a finite number of at least 0");
    // What a kind starts with, and all that is searched, it takes.
    for (const auto& kind : model_kinds())
        for (const auto& parameter : model_kind(kind).hyperparameters) {
            INFO(kind << " " << parameter.name);
            std::vector<double> tried{parameter.usual};
            tried.insert(tried.end(), parameter.grid.begin(), parameter.grid.end());
            if (!parameter.grid.empty() && parameter.high > parameter.low)
                tried.insert(tried.end(), {parameter.low, parameter.high});
            for (double value : tried) CHECK_NOTHROW(complete(kind, {{parameter.name, value}}));
        }
}

TEST_CASE(
    "a hundred thousand classes are said and judged in blocks of rows",
    "[training][trainer]"
) {
    auto data = made::clouds(600, 1);
    data.class_names.clear();
    for (int c = 0; c < 100'000; ++c) data.class_names.push_back("class " + std::to_string(c));
    const auto classes = data.class_names.size();
    for (std::size_t row = 0; row < data.rows; ++row)
        data.classes[row] = row % 5 == 0 ? 70'000 : static_cast<int>(row * 100);
    const auto model = Predictor::load(fit(data, {}, spec_of("majority")).artefact);
    std::size_t next = 0, blocks = 0;
    model.predict_blocks(data, [&](std::size_t from, const std::vector<double>& said) {
        CHECK(from == next);
        CHECK(said.size() <= Predictor::block_said);
        next += said.size() / classes;
        ++blocks;
    });
    CHECK(next == data.rows);
    CHECK(blocks == 6);
    const auto judged = judge_part(model, std::vector<Item>(data.rows), data, {});
    CHECK(judged.predictions.size() == data.rows);
    CHECK(judged.predictions[599].class_id == 70'000);
    const auto* accuracy = &judged.metrics.front();
    for (const auto& one : judged.metrics) {
        if (one.name == "accuracy") accuracy = &one;
        CHECK(one.name != "roc_auc");  // nothing is ranked where there are so many
    }
    CHECK(accuracy->estimate.value == Approx(0.2).margin(0.002));
}

TEST_CASE("few classes are said in one block, to the bit", "[training][trainer]") {
    const auto data = made::clouds(200, 1);
    const auto model = Predictor::load(fit(data, {}, spec_of("softmax")).artefact);
    std::vector<double> said;
    model.predict_blocks(data, [&](std::size_t from, const std::vector<double>& block) {
        CHECK(from == 0);
        said = block;
    });
    CHECK(said == model.predict(data));
}

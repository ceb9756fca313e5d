// One run from snapshot to stored model. The run is opened in a transaction of its own, so that it
// can be seen while it goes on, and holds a session until its end, by which the next run tells it
// from one that was killed; all results are written in one at the end, so that there are never
// metrics without their model.
//
// The test rows are judged once, after the search, by the model as it comes back from its artefact:
// what was measured is what will be loaded. Interrupted and failed runs are closed as such and the
// exception goes on.
#include "training/experiment.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/stop.hpp"
#include "base/settings/settings.hpp"
#include "schema/sources/source_settings_store.hpp"
#include "training/evaluation/baselines.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/evaluation/trial_json.hpp"
#include "training/leakage/gate.hpp"
#include "training/preparation/preparation_store.hpp"
#include "training/snapshots/label_copies.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace training {

namespace json = boost::json;
using Clock = std::chrono::system_clock;

namespace {

constexpr int validation = 1;
constexpr int test = 2;

struct Judged {
    std::vector<Metric> metrics;
    std::vector<Prediction> predictions;
    json::object report;
};

json::array numbers(const std::vector<std::size_t>& values) {
    json::array all;
    for (auto value : values) all.emplace_back(value);
    return all;
}

json::value defined(const std::optional<double>& share) {
    return share ? json::value(*share) : json::value();
}

json::object to_json(const ClassReport& report, const std::vector<std::string>& names) {
    json::array classes, bins;
    for (std::size_t i = 0; i < report.classes.size(); ++i) {
        const auto& c = report.classes[i];
        classes.push_back(json::object{
            {"name", names.at(i)},
            {"precision", defined(c.precision)},
            {"recall", defined(c.recall)},
            {"f1", c.f1},
            {"support", c.support},
            {"predicted", c.predicted}});
    }
    for (const auto& bin : report.bins)
        bins.push_back(json::object{
            {"rows", bin.rows}, {"confidence", bin.confidence}, {"accuracy", bin.accuracy}});
    return {
        {"rows", report.rows},
        {"classes", classes},
        {"confusion", numbers(report.confusion)},
        {"bins", bins}};
}

Prediction prediction_of(const Item& item, int split) {
    Prediction prediction;
    prediction.id = item.id;
    prediction.version = item.version;
    prediction.split = split;
    return prediction;
}

Judged judge_classes_of(
    const std::vector<Item>& items,
    const Examples& examples,
    const std::vector<double>& probabilities,
    int split
) {
    auto classes = examples.class_names.size();
    auto report = judge_classes(probabilities, examples.classes, classes);
    Judged judged;
    judged.metrics = {
        {split, "accuracy", report.accuracy, true},
        {split, "macro_f1", report.macro_f1, true},
        {split, "log_loss", report.log_loss, true},
        {split, "calibration_error", {report.calibration_error, {}}, false}};
    judged.report = to_json(report, examples.class_names);
    auto decided = decide(probabilities, classes);
    for (std::size_t row = 0; row < items.size(); ++row) {
        auto prediction = prediction_of(items[row], split);
        const double* of_row = probabilities.data() + row * classes;
        auto chosen = static_cast<std::size_t>(decided[row]);
        double next = 0;
        for (std::size_t c = 0; c < classes; ++c)
            if (c != chosen) next = std::max(next, of_row[c]);
        prediction.class_id = decided[row];
        prediction.probability = of_row[chosen];
        prediction.margin = of_row[chosen] - next;
        prediction.truth_probability = of_row[static_cast<std::size_t>(examples.classes[row])];
        judged.predictions.push_back(std::move(prediction));
    }
    return judged;
}

Judged judge_values_of(
    const std::vector<Item>& items,
    const Examples& examples,
    const std::vector<double>& values,
    int split
) {
    auto report = judge_values(values, examples.targets);
    Judged judged;
    judged.metrics = {
        {split, "rmse", report.rmse, true},
        {split, "mae", report.mae, true},
        {split, "r2", report.r2, true}};
    judged.report = {{"rows", report.rows}};
    for (std::size_t row = 0; row < items.size(); ++row) {
        auto prediction = prediction_of(items[row], split);
        prediction.value = values[row];
        judged.predictions.push_back(std::move(prediction));
    }
    return judged;
}

Judged judge(
    const Predictor& predictor,
    const std::vector<Item>& items,
    const Examples& examples,
    int split
) {
    if (items.empty()) return {};
    auto predicted = predictor.predict(examples);
    return predictor.predicts_classes() ? judge_classes_of(items, examples, predicted, split)
                                        : judge_values_of(items, examples, predicted, split);
}

// On test, or on validation if there is no test part.
std::vector<LeakFinding> score_leaks_of(const Judged& on_test, const Judged& on_validation) {
    const auto& judged = on_test.metrics.empty() ? on_validation : on_test;
    if (judged.metrics.empty()) return {};
    const auto rows = judged.report.at("rows").to_number<std::size_t>();
    const auto value = [&](std::string_view name) {
        for (const auto& metric : judged.metrics)
            if (metric.name == name) return std::optional(metric.estimate.value);
        return std::optional<double>();
    };
    if (const auto r2 = value("r2")) return score_leaks(rows, *r2);
    const auto accuracy = value("accuracy");
    if (!accuracy || rows == 0) return {};
    std::size_t commonest = 0;
    for (const auto& one : judged.report.at("classes").as_array())
        commonest = std::max(commonest, one.at("support").to_number<std::size_t>());
    return score_leaks(rows, *accuracy, static_cast<double>(commonest) / static_cast<double>(rows));
}

// The metrics of each baseline, under its name: "majority_accuracy", "rule_accuracy".
std::vector<Metric> baseline_metrics(
    const std::vector<Baseline>& baselines,
    const std::vector<Item>& items,
    const Examples& examples,
    int split
) {
    std::vector<Metric> out;
    for (const auto& baseline : baselines) {
        for (auto metric : judge(baseline.model, items, examples, split).metrics) {
            if (metric.name == "calibration_error") continue;
            metric.name = baseline.kind + "_" + metric.name;
            out.push_back(std::move(metric));
        }
    }
    return out;
}

std::string spec_json(const TrainSettings& settings, int preparation) {
    json::object all;
    for (const auto& [name, value] : settings.params) all[name] = value;
    return json::serialize(json::object{
        {"model", settings.model},
        {"tune", settings.tune},
        {"budget", settings.budget},
        {"loss", base::name_of(settings.loss)},
        {"quantile", settings.quantile},
        {"target", settings.target},
        {"preparation", preparation},
        {"allow_leak", settings.allow_leak},
        {"features", json::parse(FeatureSpec::settings.text(settings.features))},
        {"params", all}});
}

json::object analysis_of(
    const TrainResult& fitted,
    const Examples& examples,
    const std::vector<CurvePoint>& curve,
    const std::vector<std::string>& label_columns,
    const Leakage& leakage,
    const Judged& on_validation,
    const Judged& on_test
) {
    json::array epochs, trials, points, names, copies;
    for (const auto& name : label_columns) copies.emplace_back(name);
    for (const auto& epoch : fitted.epochs) {
        json::object entry{{"epoch", epoch.done}, {"loss", epoch.loss}};
        if (epoch.validation) entry["validation"] = *epoch.validation;
        epochs.push_back(std::move(entry));
    }
    for (const auto& trial : fitted.trials) trials.push_back(to_json(trial));
    for (const auto& point : curve)
        points.push_back(json::object{{"rows", point.rows}, {"error", point.error}});
    for (const auto& name : examples.class_names) names.emplace_back(name);
    json::object params;
    for (const auto& [name, value] : fitted.params) params[name] = value;
    return {
        {"rows", examples.rows},
        {"features", fitted.features},
        {"kind", fitted.kind},
        {"params", params},
        {"summary", json::parse(fitted.summary)},
        {"class_names", names},
        {"label_columns", copies},
        {"leakage", to_json(leakage)},
        {"epochs", epochs},
        {"trials", trials},
        {"curve", points},
        {"validation", on_validation.report},
        {"test", on_test.report}};
}

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TrainOutcome train(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    const TrainSettings& settings,
    const std::string& code_version,
    const OnProgress& progress,
    std::stop_token stop
) {
    auto spec = settings.spec();
    auto start = std::chrono::steady_clock::now();
    auto snapshot = require_snapshot(database, settings.snapshot);
    auto names =
        settings.target.empty()
            ? database.call([&](base::Tx& tx) { return class_names(tx, snapshot.project_id); })
            : std::vector<std::string>{};
    auto preparation = database.call([&](base::Tx& tx) {
        auto recipe = require_preparation(tx, snapshot.source_id, settings.prepare.version);
        spec.preparation = Preparation::parse(recipe.operations).without_column(settings.target);
        spec.rules = schema::rules_in_use(tx, snapshot.source_id);
        return recipe.version;
    });
    auto copies = settings.target.empty() ? label_columns(snapshot) : std::vector<std::string>{};
    base::Database session(database.url(), 1);
    auto run_id = database.call([&](base::Tx& tx) {
        auto id = begin_run(
            tx,
            snapshot.id,
            settings.model,
            spec_json(settings, preparation),
            settings.seed,
            code_version,
            Clock::now()
        );
        session.call([&](base::Tx& own) { hold_run(own, id); });
        return id;
    });
    auto close = [&](const char* state, const std::string& why, const std::string& found = "{}") {
        database.call([&](base::Tx& tx) {
            end_run(tx, run_id, state, why, seconds_since(start), found, Clock::now());
        });
    };
    base::OnStop marked(stop, [&] {
        database.call([&](base::Tx& tx) { interrupt_run(tx, run_id, Clock::now()); });
    });
    try {
        ExampleStore store(database, blobs, decode);
        store.use_fixes(spec.preparation.uses_fixes());
        store.leave_out(label_in_text(snapshot));
        store.choose_columns(store.columns_of(snapshot.id, snapshot.source_id));
        store.choose_pictures(wanted_shape(spec.features.pictures));
        if (!spec.features.use_pixels && spec.preparation.empty()) store.leave_images();
        std::array<std::vector<Item>, 3> items;
        std::array<Examples, 3> examples;
        for (std::size_t split = 0; split < 3; ++split) {
            items[split] = store.split_items(snapshot.id, static_cast<int>(split));
            examples[split] = store.load(items[split], names, settings.target);
            if (split == 0 && examples[0].pixel_count > 0)
                store.choose_pictures(shape_of(examples[0]));
        }
        if (!settings.target.empty()) {
            LabelCopies of_target;
            of_target.see(examples[0]);
            copies = of_target.columns();
        }
        for (const auto& name : copies) spec.preparation = spec.preparation.without_column(name);
        for (auto& part : examples) drop_columns(part, copies);
        Leakage leakage{{}, settings.allow_leak};
        leakage.add(look_for_leaks(database, snapshot, items, examples, settings.seed));
        refuse(snapshot.name, leakage);
        auto baselines = fit_baselines(examples[0], spec, stop);
        auto fitted = fit(examples[0], examples[1], spec, progress, stop);
        auto curve_spec = spec;
        curve_spec.tune.clear();
        curve_spec.budget = 0;
        curve_spec.model = fitted.kind;
        curve_spec.params = fitted.params;
        std::vector<CurvePoint> curve;
        if (settings.curve && !items[1].empty())
            curve = learning_curve(examples[0], examples[1], curve_spec, stop);

        auto predictor = Predictor::load(fitted.artefact);
        auto on_validation = judge(predictor, items[1], examples[1], validation);
        database.call([&](base::Tx& tx) {
            if (!items[2].empty())
                note_read(tx, snapshot.id, TestReader::run, run_id, Clock::now());
        });
        auto on_test = judge(predictor, items[2], examples[2], test);
        leakage.add(score_leaks_of(on_test, on_validation));
        refuse(snapshot.name, leakage);
        for (auto split : {validation, test}) {
            auto& judged = split == test ? on_test : on_validation;
            const auto at = static_cast<std::size_t>(split);
            auto measured = baseline_metrics(baselines, items[at], examples[at], split);
            judged.metrics.insert(judged.metrics.end(), measured.begin(), measured.end());
        }
        auto analysis = json::serialize(
            analysis_of(fitted, examples[0], curve, copies, leakage, on_validation, on_test)
        );
        auto artefact = blobs.seal(fitted.artefact);
        auto name = settings.name.empty() ? snapshot.project + "-" + settings.model : settings.name;

        TrainOutcome outcome;
        outcome.model_name = name;
        outcome.training_rows = items[0].size();
        outcome.label_columns = copies;
        outcome.leakage = leakage;
        database.call([&](base::Tx& tx) {
            outcome.metrics.clear();
            for (const auto* judged : {&on_validation, &on_test}) {
                add_metrics(tx, run_id, judged->metrics);
                if (!judged->predictions.empty()) add_predictions(tx, run_id, judged->predictions);
                outcome.metrics.insert(
                    outcome.metrics.end(), judged->metrics.begin(), judged->metrics.end()
                );
            }
            if (preparation > 0 && settings.target.empty())
                keep_fit(
                    tx,
                    {snapshot.id,
                     snapshot.source_id,
                     preparation,
                     items[0].size(),
                     fitted.prepared},
                    Clock::now()
                );
            outcome.model_version = add_model(tx, name, run_id, artefact, Clock::now());
            end_run(tx, run_id, "done", "", seconds_since(start), analysis, Clock::now());
            outcome.run = require_run(tx, run_id);
        });
        return outcome;
    } catch (const base::Interrupted&) {
        close("interrupted", "");
        throw;
    } catch (const LeakFound& leak) {
        close(
            "failed", leak.what(), json::serialize(json::object{{"leakage", to_json(leak.leakage)}})
        );
        throw;
    } catch (const std::exception& failure) {
        close("failed", failure.what());
        throw;
    }
}

}  // namespace training

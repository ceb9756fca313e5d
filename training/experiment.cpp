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
#include <new>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/stop.hpp"
#include "base/settings/settings.hpp"
#include "schema/sources/source_settings_store.hpp"
#include "training/answers/answer_model.hpp"
#include "training/evaluation/baselines.hpp"
#include "training/evaluation/run_judging.hpp"
#include "training/labels/give_labels.hpp"
#include "training/labels/part_labels.hpp"
#include "training/leakage/gate.hpp"
#include "training/preparation/preparation_store.hpp"
#include "training/registry/run_key.hpp"
#include "training/registry/run_label_store.hpp"
#include "training/registry/run_steps.hpp"
#include "training/registry/trained_before.hpp"
#include "training/semi_supervised/snapshot_fit.hpp"
#include "training/snapshots/label_copies.hpp"
#include "training/snapshots/snapshot_store.hpp"
#include "training/structure.hpp"
#include "training/tuning/trial_json.hpp"

namespace training {

namespace json = boost::json;
using Clock = std::chrono::system_clock;

namespace {

constexpr int validation = 1;
constexpr int test = 2;

// On test, or on validation if there is no test part.
std::vector<LeakFinding> score_leaks_of(const Judged& on_test, const Judged& on_validation) {
    const auto& judged = on_test.metrics.empty() ? on_validation : on_test;
    if (judged.metrics.empty()) return {};
    const auto rows = judged.report.at("rows").to_number<std::size_t>();
    const auto value = [&](std::string_view name) {
        for (const auto& metric : judged.metrics)
            if (metric.name == name && metric.defined) return std::optional(metric.estimate.value);
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

// Pictures are read in the size that the features want, else in that which the preparation makes.
formats::PictureShape read_shape(const TrainSpec& spec) {
    const auto wanted = wanted_shape(spec.features.pictures);
    if (wanted.width > 0) return wanted;
    const auto made = spec.preparation.pictures();
    return {made.width, made.height, wanted.channels};
}

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

base::Error too_large(const SnapshotInfo& snapshot, std::size_t classes) {
    return {
        fmt::format("training on '{}'", snapshot.name),
        fmt::format(
            "there is not enough memory for {} records{}",
            snapshot.members,
            classes > 0 ? fmt::format(" of {} classes", classes) : ""
        ),
        "make a snapshot of fewer with --where, of fewer classes, or limit the features"};
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
    auto names = settings.target.empty()
                     ? database.call([&](base::Tx& tx) { return class_names(tx, snapshot); })
                     : std::vector<std::string>{};
    auto preparation = database.call([&](base::Tx& tx) {
        auto recipe = require_preparation(tx, snapshot.source_id, settings.prepare.version);
        spec.preparation = Preparation::parse(recipe.operations)
                               .without_column(settings.target)
                               .without_column(settings.weight);
        spec.rules = schema::rules_in_use(tx, snapshot.source_id);
        return recipe.version;
    });
    std::optional<AskedQuestion> question;
    if (settings.target.empty() && answer_kind(snapshot.kind))
        question = database.call([&](base::Tx& tx) { return asked_question(tx, snapshot); });
    auto asked = names;
    if (question) asked.push_back(question->json());
    const auto key = run_key(snapshot.hash, settings, preparation, asked, spec.rules, code_version);
    if (!settings.again && repeatable(settings) && !spec.preparation.uses_fixes())
        if (auto before = trained_before(database, model_name(settings, snapshot), key))
            return *std::move(before);
    auto copies = settings.target.empty() ? label_columns(snapshot) : std::vector<std::string>{};
    base::Database session(database.url(), 1);
    auto run_id = database.call([&](base::Tx& tx) {
        auto id = begin_run(
            tx,
            snapshot.id,
            settings.model,
            run_spec(settings, preparation),
            settings.seed,
            code_version,
            Clock::now()
        );
        set_key(tx, id, key);
        label_run(tx, id, settings.note, settings.tag);
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
        // Without what would be taken out the characters that spans count would be others.
        if (!labels_count_characters(snapshot.kind)) store.leave_out(label_in_text(snapshot));
        store.choose_columns(store.columns_of(snapshot.id, snapshot.source_id));
        store.choose_pictures(read_shape(spec));
        if (question) {
            store.choose_fields(fields_of(*question));
            if (answer_kind(question->kind)->pictures)
                store.choose_pictures(shape_for_marks(spec.features.pictures));
            else
                store.leave_images();
        }
        if (!spec.features.use_pixels && spec.preparation.empty()) store.leave_images();
        std::array<std::vector<Item>, 3> items;
        std::array<Examples, 3> examples;
        for (std::size_t split = 0; split < 3; ++split) {
            items[split] = store.split_items(snapshot.id, static_cast<int>(split));
            examples[split] = store.load(items[split], names, {settings.target, settings.weight});
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
        give_labels(database, store, snapshot, settings, question, items, examples);
        Leakage leakage{{}, settings.allow_leak};
        const bool finds = finds_structure(settings.model);  // no label can leak into it
        if (!finds) leakage.add(look_for_leaks(database, snapshot, items, examples, settings.seed));
        refuse(snapshot.name, leakage);
        std::vector<std::string> unmeasured;
        auto baselines = fit_baselines(examples[0], spec, stop, &unmeasured);
        const auto& how = settings.unlabelled;
        auto [fitted, unlabelled, notes] = [&] {
            RunSteps steps(session, run_id);
            return fit_snapshot(
                database, store, snapshot, examples, copies, how, spec, steps.beside(progress), stop
            );
        }();
        auto curve_spec = spec;
        curve_spec.tune.clear();
        curve_spec.budget = 0;
        curve_spec.decision = {};
        curve_spec.model = fitted.kind;
        curve_spec.params = fitted.params;
        std::vector<CurvePoint> curve;
        if (settings.curve && !items[1].empty())
            curve = learning_curve(examples[0], examples[1], curve_spec, stop);

        auto predictor = Predictor::load(fitted.artefact);
        PartJudging judging{0, spec.loss, spec.quantile, false, stop};
        auto on_training = finds ? judge_part(predictor, items[0], examples[0], judging) : Judged{};
        judging.split = validation;
        auto on_validation = judge_part(predictor, items[1], examples[1], judging);
        database.call([&](base::Tx& tx) {
            if (!items[2].empty())
                note_read(tx, snapshot.id, TestReader::run, run_id, Clock::now());
        });
        judging.split = test;
        auto on_test = judge_part(predictor, items[2], examples[2], judging);
        leakage.add(score_leaks_of(on_test, on_validation));
        refuse(snapshot.name, leakage);
        for (auto split : {validation, test}) {
            auto& judged = split == test ? on_test : on_validation;
            const auto at = static_cast<std::size_t>(split);
            judging.split = split;
            auto measured = baseline_metrics(baselines, items[at], examples[at], judging);
            judged.metrics.insert(judged.metrics.end(), measured.begin(), measured.end());
        }
        auto found =
            analysis_of(fitted, examples[0], curve, copies, leakage, on_validation, on_test);
        if (!unlabelled.empty()) found["unlabelled"] = unlabelled;
        if (finds) {
            found["training"] = on_training.report;
            found["structure"] = describe_groups(predictor);
        }
        auto analysis = json::serialize(found);
        auto artefact = blobs.seal(fitted.artefact);
        auto name = model_name(settings, snapshot);

        TrainOutcome outcome;
        outcome.model_name = name;
        outcome.training_rows = items[0].size();
        outcome.label_columns = copies;
        outcome.notes = notes;
        outcome.notes.insert(outcome.notes.end(), unmeasured.begin(), unmeasured.end());
        if (!fitted.sharing.empty()) outcome.notes.push_back(fitted.sharing);
        outcome.leakage = leakage;
        database.call([&](base::Tx& tx) {
            outcome.metrics.clear();
            for (const auto* judged : {&on_training, &on_validation, &on_test}) {
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
    } catch (const std::bad_alloc&) {
        const auto failure = too_large(snapshot, names.size());
        close("failed", failure.what());
        throw failure;
    } catch (const std::exception& failure) {
        close("failed", failure.what());
        throw;
    }
}

}  // namespace training

// Gathers what report.cpp draws. Figures come from the stored metrics and analysis, so that a
// report never differs from what the run measured; only slices and doubtful labels are computed
// again, since they are not stored.
//
// All reading of the run is one transaction, which may be tried again: the report is emptied at its
// start.
#include "training/report/run_report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/text/figures.hpp"
#include "training/analysis/analysis.hpp"
#include "training/answers/answer_model.hpp"
#include "training/evaluation/run_judging.hpp"
#include "training/leakage/leakage.hpp"
#include "training/models/model.hpp"
#include "training/registry/run_key.hpp"
#include "training/report/illustrate.hpp"
#include "training/report/report_importance.hpp"
#include "training/report/structure_report.hpp"
#include "training/run_store.hpp"
#include "training/snapshots/card_store.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace training {

namespace json = boost::json;

namespace {

constexpr std::size_t errors_shown = 24;
constexpr std::size_t suspects_shown = 24;
constexpr int test = 2;

double number(const json::value& value) {
    return value.to_number<double>();
}
std::size_t whole(const json::value& value) {
    return value.to_number<std::size_t>();
}

// A run of a kind that this program does not know is no baseline.
bool is_baseline(const std::string& kind) {
    const auto& known = model_kinds();
    return std::find(known.begin(), known.end(), kind) != known.end() && model_kind(kind).baseline;
}

// Figures that are shown of each model, in this order.
const std::vector<std::pair<std::string, MetricName>>& shown_metrics() {
    static const std::vector<std::pair<std::string, MetricName>> known = {
        {"accuracy", {"Accuracy", false, false}},
        {"macro_f1", {"Macro F1", false, false}},
        {"log_loss", {"Log loss", false, true}},
        {"mean_cost", {"Mean cost", false, true}},
        {"roc_auc", {"ROC AUC", false, false}},
        {"micro_f1", {"Micro F1", false, false}},
        {"sample_f1", {"F1 by record", false, false}},
        {"subset_accuracy", {"Sets exactly right", false, false}},
        {"hamming_loss", {"Hamming loss", false, true}},
        {"span_f1", {"F1 of spans", false, false}},
        {"span_f1_partial", {"F1 of characters in spans", false, false}},
        {"pair_accuracy", {"Pairs in the right order", false, false}},
        {"pair_loss", {"Log loss of pairs", false, true}},
        {"kendall_tau", {"Kendall's tau", false, false}},
        {"ndcg", {"NDCG", false, false}},
        {"row_accuracy", {"Rows right", false, false}},
        {"row_macro_f1", {"Macro F1 of rows", false, false}},
        {"all_rows_right", {"Tables wholly right", false, false}},
        {"map", {"mAP .50 to .95", false, false}},
        {"map_50", {"mAP .50", false, false}},
        {"box_f1", {"F1 of boxes", false, false}},
        {"outline_f1", {"F1 of boxes by outlines", false, false}},
        {"oks", {"Keypoint similarity", false, false}},
        {"pck", {"Points near enough", false, false}},
        {"relation_f1", {"F1 of relations of marked spans", false, false}},
        {"found_relation_f1", {"F1 of relations of found spans", false, false}},
        {"rmse", {"RMSE", false, true}},
        {"mae", {"MAE", false, true}},
        {"r2", {"R²", false, false}}};
    return known;
}

void add_models(base::Tx& tx, const RunInfo& run, Report& report) {
    auto own = metrics_of(tx, run.id);
    std::vector<std::string> names;
    for (const auto& [name, shown] : shown_metrics())
        if (std::any_of(own.begin(), own.end(), [&, n = name](const auto& m) {
                return m.split == test && m.name == n;
            })) {
            names.push_back(name);
            report.metrics.push_back(shown);
        }
    auto runs =
        list_runs(tx, run.snapshot_id, std::nullopt, std::numeric_limits<std::int64_t>::max());
    std::reverse(runs.begin(), runs.end());  // the oldest first
    std::stable_sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) {
        return is_baseline(a.kind) > is_baseline(b.kind);
    });
    for (const auto& other : runs) {
        if (other.state != "done") continue;
        ModelLine line{
            fmt::format("{} (run {})", other.kind, other.id),
            {},
            other.seconds,
            other.id == run.id};
        auto metrics = metrics_of(tx, other.id);
        for (const auto& name : names) {
            auto found = std::find_if(metrics.begin(), metrics.end(), [&](const auto& m) {
                return m.split == test && m.name == name;
            });
            line.cells.push_back(
                found == metrics.end() || !found->defined ? std::nullopt
                                                          : std::optional(found->estimate)
            );
        }
        const auto measured = [](const auto& cell) { return cell.has_value(); };
        if (std::any_of(line.cells.begin(), line.cells.end(), measured))
            report.models.push_back(std::move(line));
    }
}

void add_limits(const RunInfo& run, const SnapshotInfo& snapshot, Report& report) {
    const auto target = json::parse(run.spec).as_object()["target"];
    const auto* kind = target == "" || target.is_null() ? answer_kind(snapshot.kind) : nullptr;
    if (kind && !kind->limits.empty())
        report.facts.emplace_back("What it does not do", std::string(kind->limits));
}

void add_balance(const SnapshotInfo& snapshot, Report& report) {
    auto counts = json::parse(snapshot.counts).as_object();
    report.facts.emplace_back(
        "Rows",
        fmt::format(
            "{} training, {} validation, {} test",
            base::grouped(whole(counts.at("training"))),
            base::grouped(whole(counts.at("validation"))),
            base::grouped(whole(counts.at("test")))
        )
    );
    report.facts.emplace_back(
        "Clusters",
        fmt::format(
            "{} (groups, equal and near-equal records stay together)",
            base::grouped(whole(counts.at("clusters")))
        )
    );
    for (const auto& warning : counts.at("warnings").as_array())
        report.warnings.emplace_back(warning.as_string());
    const auto& classes = counts.at("classes").as_object();
    for (const auto& name : report.class_names) {
        std::array<std::size_t, 3> row{};
        if (const auto* found = classes.if_contains(name))
            for (std::size_t i = 0; i < 3; ++i) row[i] = whole(found->as_array().at(i));
        report.balance.push_back(row);
    }
}

void add_training(const json::object& analysis, Report& report) {
    for (const auto& point : analysis.at("curve").as_array())
        report.curve.push_back({number(point.at("rows")), number(point.at("error"))});
    report.law = fit_power_law(report.curve);
    for (const auto& entry : analysis.at("epochs").as_array()) {
        Progress epoch;
        epoch.stage = "fit";
        epoch.done = whole(entry.at("epoch"));
        epoch.loss = number(entry.at("loss"));
        if (const auto* validation = entry.as_object().if_contains("validation"))
            epoch.validation = number(*validation);
        report.epochs.push_back(epoch);
    }
    for (const auto& entry : analysis.at("trials").as_array()) {
        Trial trial;
        trial.number = report.trials.size();
        for (const auto& param : entry.at("params").as_object())
            trial.params[std::string(param.key())] = number(param.value());
        trial.fraction = number(entry.at("fraction"));
        if (const auto* kind = entry.as_object().if_contains("kind"))
            trial.kind = std::string(kind->as_string());
        trial.failure = std::string(entry.at("failure").as_string());
        trial.cost = trial.failure.empty() ? number(entry.at("cost"))
                                           : std::numeric_limits<double>::infinity();
        report.trials.push_back(trial);
    }
}

void add_worst(const ExampleStore& store, std::vector<Prediction> predictions, Report& report) {
    std::erase_if(predictions, [](const auto& p) {
        return !p.class_id || !p.truth_class || *p.class_id == *p.truth_class;
    });
    std::stable_sort(predictions.begin(), predictions.end(), [](const auto& a, const auto& b) {
        return a.probability > b.probability;
    });
    if (predictions.size() > errors_shown) predictions.resize(errors_shown);
    std::vector<Item> items;
    for (const auto& p : predictions) {
        items.push_back({p.id, p.version, std::nullopt, std::nullopt, ""});
        report.worst.push_back(
            {p.id.key,
             report.class_names.at(static_cast<std::size_t>(*p.truth_class)),
             report.class_names.at(static_cast<std::size_t>(*p.class_id)),
             p.probability,
             "",
             "",
             std::nullopt}
        );
    }
    illustrate(store, items, report.worst);
}

// Curves of the test rows, or of validation where there are none.
void add_curves(const json::object& analysis, const std::vector<Metric>& metrics, Report& report) {
    for (const auto& metric : metrics)
        if (metric.split == test && metric.name == "coverage")
            report.answered = metric.estimate.value;
    const auto* judged = &analysis.at("test").as_object();
    if (judged->empty()) judged = &analysis.at("validation").as_object();
    const auto points = [](const json::value& stored) {
        CurveOfPoints out;
        for (const auto& point : stored.as_array())
            out.emplace_back(number(point.at(0)), number(point.at(1)));
        return out;
    };
    if (const auto* curves = judged->if_contains("curves"))
        for (const auto& one : curves->as_array())
            report.curves.push_back(
                {std::string(one.at("name").as_string()),
                 points(one.at("roc")),
                 points(one.at("precision_recall"))}
            );
    if (const auto* coverage = judged->if_contains("coverage")) report.coverage = points(*coverage);
}

// Where the members come from and what may be done with them.
void add_composition(const Card& card, Report& report) {
    const auto add = [&](const std::string& caption, const std::vector<CardCount>& counts) {
        if (counts.empty()) return;
        std::vector<std::pair<std::string, std::size_t>> lines;
        for (const auto& one : counts)
            lines.emplace_back(one.name, static_cast<std::size_t>(one.members));
        report.composition.emplace_back(caption, std::move(lines));
    };
    add("Place", card.places);
    add("Licence", card.licences);
    std::vector<CardCount> methods;
    for (const auto& one : card.methods)
        methods.push_back({one.name, one.training + one.validation + one.test});
    add("Label by", methods);
}

void add_facts(
    const RunInfo& run,
    const SnapshotInfo& snapshot,
    const json::object& analysis,
    Report& report
) {
    report.facts = {
        {"Snapshot", fmt::format("{} ({})", snapshot.name, snapshot.hash.substr(0, 12))},
        {"Source", run.source},
        {"Trained", run.started_at},
        {"Seed", fmt::format("{}", run.seed)},
        {"Program", run.code_version},
        {"Features", base::grouped(whole(analysis.at("features")))}};
}

// What the gate found, and why it was let pass.
void add_leaks(const json::object& analysis, Report& report) {
    const auto* leakage = analysis.if_contains("leakage");
    if (!leakage) return;
    const auto allowed = std::string(leakage->at("allowed").as_string());
    for (const auto& one : leakage->at("findings").as_array()) {
        const bool stops =
            std::string(one.at("gravity").as_string()) == base::name_of(Gravity::stop);
        report.warnings.push_back(fmt::format(
            "Leak ({}{}): {}",
            std::string(one.at("kind").as_string()),
            stops ? ", allowed: " + allowed : "",
            std::string(one.at("text").as_string())
        ));
    }
}

// Of labels of several parts each class, or candidate, is told by itself, as facts; confusions,
// slices and doubtful labels are of rows with one class.
bool add_part_scores(const json::value& judged, Report& report) {
    for (const auto* parts : {"sets", "spans", "parts"}) {
        const auto* found = judged.as_object().if_contains(parts);
        if (!found) continue;
        for (const auto& one : found->as_array()) {
            std::string line;
            if (const auto* f1 = one.as_object().if_contains("f1"); f1 && !f1->is_null())
                line = fmt::format("F1 {:.3f}, ", number(*f1));
            report.facts.emplace_back(
                fmt::format("Class {}", std::string(one.at("name").as_string())),
                line + fmt::format(
                           "{} of them, {} said",
                           number(one.at("support")),
                           number(one.at("predicted"))
                       )
            );
        }
        return true;
    }
    return false;
}

void add_analysis(const ExampleStore& store, const Analysis& analysis, Report& report) {
    report.error_rate =
        analysis.judged ? static_cast<double>(analysis.wrong) / static_cast<double>(analysis.judged)
                        : 0;
    report.slices = analysis.slices;
    std::vector<Item> items;
    for (const auto& suspect : analysis.label_errors) {
        if (items.size() == suspects_shown) break;
        items.push_back(suspect.item);
        report.suspects.push_back(
            {suspect.item.id.key,
             suspect.given,
             suspect.suggested,
             1 - suspect.score,
             suspect.snippet,
             "",
             std::nullopt}
        );
    }
    illustrate(store, items, report.suspects);
}

}  // namespace

Report report_of(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    std::int64_t run_id,
    std::stop_token stop
) {
    Report report;
    RunInfo run;
    std::vector<Metric> metrics;
    std::vector<Prediction> predictions;
    database.call([&](base::Tx& tx) {
        report = {};
        run = require_run(tx, run_id);
        if (run.state != "done")
            throw base::Error(
                fmt::format("run {}", run_id), "is " + run.state, "report a run that is done"
            );
        metrics = metrics_of(tx, run_id);
        predictions = predictions_of(tx, run_id, test);
        add_models(tx, run, report);
    });
    auto snapshot = require_snapshot(database, run.snapshot);
    auto parsed = json::parse(run.analysis);
    const auto& analysis = parsed.as_object();
    report.title = run.project.empty() ? run.source : run.project;
    report.subtitle = fmt::format("{} on snapshot {}", run.kind, run.snapshot);
    add_facts(run, snapshot, analysis, report);
    for (const auto& name : analysis.at("class_names").as_array())
        report.class_names.emplace_back(name.as_string());
    add_limits(run, snapshot, report);
    add_balance(snapshot, report);
    for (const auto& told : told_of_rows(run.spec)) report.facts.emplace_back("Learnt", told);
    add_training(analysis, report);
    add_leaks(analysis, report);
    const auto card = database.call([&](base::Tx& tx) { return card_of(tx, snapshot); });
    report.facts.emplace_back("Test part read", fmt::format("{} times", card.times_read()));
    if (add_part_scores(analysis.at("test"), report)) return report;
    add_curves(analysis, metrics, report);
    add_composition(card, report);
    ExampleStore store(database, blobs, decode);
    if (analysis.contains("structure")) {
        std::vector<Prediction> found;
        database.call([&](base::Tx& tx) { found = predictions_of(tx, run_id, 0); });
        add_structure(store, analysis, metrics, std::move(found), report);
        return report;
    }
    add_importance(database, blobs, decode, run, snapshot, report, stop);
    if (report.class_names.empty()) {
        add_values(store, run, std::move(predictions), report);
        return report;
    }
    if (analysis.at("test").as_object().contains("classes"))
        report.classes = class_report(analysis.at("test").as_object(), metrics);
    add_worst(store, std::move(predictions), report);
    AnalysisRequest request;
    request.run_id = run_id;
    request.folds = 0;  // a page is asked for often: no model is fitted for it
    add_analysis(store, analyse(database, blobs, decode, request), report);
    return report;
}

}  // namespace training

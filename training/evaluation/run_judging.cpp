// One way from predictions to what is stored of them, for validation, test and baselines alike. The
// report keeps the confusion as its cells that are not empty, [truth, prediction, rows], and the
// curves of ten classes at most: the page draws no more. Older runs have all cells in one list.
#include "training/evaluation/run_judging.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/evaluation/part_judging.hpp"
#include "training/evaluation/ranking.hpp"
#include "training/structure.hpp"

namespace training {

namespace json = boost::json;

namespace {

constexpr std::size_t most_curves = 10;
constexpr int test_part = 2;

json::value defined(const std::optional<double>& share) {
    return share ? json::value(*share) : json::value();
}

json::value interval_of(const std::optional<Interval>& interval) {
    return interval ? json::value(json::array{interval->low, interval->high}) : json::value();
}

std::optional<Interval> read_interval(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    if (!value || value->is_null()) return std::nullopt;
    return Interval{value->at(0).to_number<double>(), value->at(1).to_number<double>()};
}

std::optional<double> read_defined(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    if (!value || value->is_null()) return std::nullopt;
    return value->to_number<double>();
}

std::size_t whole(const json::value& value) {
    return value.to_number<std::size_t>();
}

json::array to_json(const CurveOfPoints& curve) {
    json::array out;
    for (const auto& [x, y] : curve) out.push_back(json::array{x, y});
    return out;
}

json::object to_json(const ClassReport& report, const std::vector<std::string>& names) {
    json::array classes, bins, cells;
    for (std::size_t i = 0; i < report.classes.size(); ++i) {
        const auto& c = report.classes[i];
        classes.push_back(json::object{
            {"name", names.at(i)},
            {"precision", defined(c.precision)},
            {"recall", defined(c.recall)},
            {"f1", c.support + c.predicted > 0 ? json::value(c.f1) : json::value()},
            {"f1_interval", interval_of(c.f1_interval)},
            {"precision_interval", interval_of(c.precision_interval())},
            {"recall_interval", interval_of(c.recall_interval())},
            {"support", c.support},
            {"predicted", c.predicted},
            {"roc_auc", defined(c.auc)},
            {"average_precision", defined(c.average_precision)}});
    }
    for (const auto& bin : report.bins)
        bins.push_back(json::object{
            {"rows", bin.rows}, {"confidence", bin.confidence}, {"accuracy", bin.accuracy}});
    for (const auto& cell : report.confusion)
        cells.push_back(json::array{cell.truth, cell.predicted, cell.rows});
    return {{"rows", report.rows}, {"classes", classes}, {"confusion", cells}, {"bins", bins}};
}

// Of the second of two classes, or of each.
json::array class_curves(std::span<const double> probabilities, const Examples& examples) {
    const auto classes = examples.class_names.size();
    json::array out;
    if (classes > most_curves || probabilities.empty() || probabilities.size() > most_ranked)
        return out;
    std::vector<double> scores(examples.rows);
    std::vector<char> is_of(examples.rows);
    for (std::size_t c = classes == 2 ? 1 : 0; c < classes; ++c) {
        for (std::size_t row = 0; row < examples.rows; ++row) {
            scores[row] = probabilities[row * classes + c];
            is_of[row] = examples.classes[row] == static_cast<int>(c);
        }
        const auto curves = threshold_curves(scores, is_of);
        if (curves.roc.empty()) continue;
        out.push_back(json::object{
            {"name", examples.class_names[c]},
            {"roc", to_json(curves.roc)},
            {"precision_recall", to_json(curves.precision_recall)}});
    }
    return out;
}

std::vector<Metric> metrics_from(const std::vector<Measure>& measures, int split) {
    std::vector<Metric> out;
    for (const auto& one : measures) {
        Metric metric;
        metric.split = split;
        metric.name = one.name;
        metric.estimate = {one.value.value_or(0), one.interval.value_or(Interval{})};
        metric.has_interval = one.interval.has_value();
        metric.defined = one.value.has_value();
        out.push_back(std::move(metric));
    }
    return out;
}

Prediction prediction_of(const Item& item, int split) {
    Prediction prediction;
    prediction.id = item.id;
    prediction.version = item.version;
    prediction.split = split;
    return prediction;
}

// Of what is answered, where a model may leave rows without an answer: how much that is, and how
// much of it is right, with Wilson's intervals.
std::vector<Metric>
answered_metrics(const std::vector<char>& left_out, const std::vector<char>& right, int split) {
    double answered = 0;
    double hits = 0;
    for (std::size_t row = 0; row < left_out.size(); ++row) {
        if (left_out[row]) continue;
        answered += 1;
        hits += right[row] != 0 ? 1 : 0;
    }
    const auto rows = static_cast<double>(left_out.size());
    std::vector<Metric> out(2);
    out[0] = {split, "coverage", {answered / rows, base::wilson(answered, rows)}};
    out[1].split = split;
    out[1].name = "answered_accuracy";
    out[1].defined = answered > 0;
    if (answered > 0) out[1].estimate = {hits / answered, base::wilson(hits, answered)};
    return out;
}

Judged judge_classes_of(
    const std::vector<Item>& items,
    const Examples& examples,
    const Predictor& predictor,
    const PartJudging& how
) {
    const auto classes = examples.class_names.size();
    const auto& decision = predictor.decision();
    RowsSaid rows(classes, how.brief);
    std::vector<double> ranked;  // all that is said, where it is seen at once
    std::vector<char> left_out;
    predictor.predict_blocks(examples, [&](std::size_t from, std::vector<double>& said) {
        if (how.stop.stop_requested()) throw base::Interrupted();
        const auto decided = predictor.decide(said);
        const std::span truth(examples.classes);
        rows.add(said, truth.subspan(from, decided.size()), decided);
        if (decision.may_abstain())
            for (char left : decision.abstains(said, decided, classes)) left_out.push_back(left);
        if (rows.rows() == examples.rows && from == 0) ranked = std::move(said);
    });
    Judging judging;
    judging.brief = how.brief;
    judging.stop = how.stop;
    if (!decision.costs().empty())
        judging.cost = [&](std::size_t truth, std::size_t said) {
            return decision.cost(truth, said);
        };
    const auto report = judge_classes(rows, ranked, judging);
    Judged judged;
    judged.metrics = metrics_from(report.measures, how.split);
    if (how.brief) return judged;
    judged.report = to_json(report, examples.class_names);
    judged.report["curves"] = class_curves(ranked, examples);
    std::vector<char> right(examples.rows);
    for (std::size_t row = 0; row < items.size(); ++row) {
        auto prediction = prediction_of(items[row], how.split);
        prediction.class_id = rows.said[row];
        prediction.probability = rows.sure[row];
        prediction.margin = rows.sure[row] - rows.next[row];
        prediction.truth_probability = rows.of_truth[row];
        right[row] = rows.said[row] == rows.truth[row];
        judged.predictions.push_back(std::move(prediction));
    }
    judged.report["coverage"] = to_json(coverage_curve(rows.sure, right));
    if (decision.may_abstain())
        for (auto& metric : answered_metrics(left_out, right, how.split))
            judged.metrics.push_back(std::move(metric));
    return judged;
}

Judged judge_values_of(
    const std::vector<Item>& items,
    const Examples& examples,
    const std::vector<double>& values,
    const PartJudging& how
) {
    Judging judging;
    judging.brief = how.brief;
    judging.loss = how.loss;
    judging.quantile = how.quantile;
    judging.stop = how.stop;
    const auto report = judge_values(values, examples.targets, judging);
    Judged judged;
    judged.metrics = metrics_from(report.measures, how.split);
    if (how.brief) return judged;
    judged.report = {{"rows", report.rows}, {"zero_truths", report.zero_truths}};
    for (std::size_t row = 0; row < items.size(); ++row) {
        auto prediction = prediction_of(items[row], how.split);
        prediction.value = values[row];
        judged.predictions.push_back(std::move(prediction));
    }
    return judged;
}

std::vector<ConfusionCell> confusion_from(const json::array& stored, std::size_t classes) {
    std::vector<ConfusionCell> out;
    for (std::size_t i = 0; i < stored.size(); ++i) {
        if (stored[i].is_array()) {
            const auto& cell = stored[i].as_array();
            out.push_back({whole(cell.at(0)), whole(cell.at(1)), whole(cell.at(2))});
        } else if (const auto rows = whole(stored[i]); rows > 0) {
            out.push_back({i / classes, i % classes, rows});
        }
    }
    return out;
}

}  // namespace

Judged judge_part(
    const Predictor& predictor,
    const std::vector<Item>& items,
    const Examples& examples,
    const PartJudging& how
) {
    if (items.empty()) return {};
    if (predictor.finder()) {
        auto found = judge_structure(predictor, items, examples, how.split, 1);
        return {std::move(found.metrics), std::move(found.predictions), std::move(found.report)};
    }
    if (auto parts = judge_parts(predictor, items, examples, how.split, how.stop))
        return {std::move(parts->metrics), std::move(parts->predictions), std::move(parts->report)};
    if (predictor.predicts_classes()) return judge_classes_of(items, examples, predictor, how);
    return judge_values_of(items, examples, predictor.predict(examples), how);
}

std::vector<Metric> baseline_metrics(
    const std::vector<Baseline>& baselines,
    const std::vector<Item>& items,
    const Examples& examples,
    PartJudging how
) {
    how.brief = true;
    std::vector<Metric> out;
    for (const auto& baseline : baselines) {
        for (auto& metric : judge_part(baseline.model, items, examples, how).metrics) {
            metric.name = baseline.kind + "_" + metric.name;
            out.push_back(std::move(metric));
        }
    }
    return out;
}

ClassReport class_report(const json::object& stored, const std::vector<Metric>& metrics) {
    ClassReport report;
    report.rows = whole(stored.at("rows"));
    for (const auto& item : stored.at("classes").as_array()) {
        const auto& of_class = item.as_object();
        report.classes.push_back(
            {read_defined(of_class, "precision"),
             read_defined(of_class, "recall"),
             read_defined(of_class, "f1").value_or(0),
             whole(of_class.at("support")),
             whole(of_class.at("predicted")),
             read_defined(of_class, "roc_auc"),
             read_defined(of_class, "average_precision"),
             read_interval(of_class, "f1_interval")}
        );
    }
    report.confusion = confusion_from(stored.at("confusion").as_array(), report.classes.size());
    for (const auto& bin : stored.at("bins").as_array())
        report.bins.push_back(
            {whole(bin.at("rows")),
             bin.at("confidence").to_number<double>(),
             bin.at("accuracy").to_number<double>()}
        );
    for (const auto& cell : report.confusion)
        if (cell.truth == cell.predicted) report.correct += cell.rows;
    for (const auto& metric : metrics) {
        if (metric.split != test_part || !metric.defined) continue;
        if (metric.name == "accuracy") report.accuracy = metric.estimate;
        if (metric.name == "macro_f1") report.macro_f1 = metric.estimate;
        if (metric.name == "log_loss") report.log_loss = metric.estimate;
        if (metric.name == "calibration_error") report.calibration_error = metric.estimate.value;
    }
    return report;
}

}  // namespace training

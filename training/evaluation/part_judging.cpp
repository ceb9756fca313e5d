// What judge_classes() is for one class a record, for labels of several: the same figures go into
// metrics, predictions and report, so that runs are shown and compared alike.
#include "training/evaluation/part_judging.hpp"

#include <algorithm>
#include <numeric>

#include <boost/json.hpp>

#include "training/answers/answer_model.hpp"
#include "training/evaluation/set_metrics.hpp"
#include "training/labels/part_labels.hpp"
#include "training/models/label_sets.hpp"

namespace training {

namespace json = boost::json;

namespace {

json::value or_null(const std::optional<double>& value) {
    return value ? json::value(*value) : json::value();
}

double f1_of_overlap(const schema::Overlap& overlap) {
    const double both = overlap.first + overlap.second;
    return both == 0 ? 1 : 2 * overlap.common / both;
}

std::vector<schema::TextSpan>
of_label(std::vector<schema::TextSpan> spans, const std::string& label) {
    std::erase_if(spans, [&](const auto& span) { return span.label != label; });
    return spans;
}

using Overlaps = std::vector<schema::Overlap>;

schema::Overlap sum_of(const Overlaps& all, std::span<const std::uint32_t> rows) {
    schema::Overlap sum;
    for (auto row : rows) {
        sum.common += all[row].common;
        sum.first += all[row].first;
        sum.second += all[row].second;
    }
    return sum;
}

// A figure of all rows, with its interval.
template <typename Of>
Estimate overlap_estimate(const Overlaps& all, Of of) {
    std::vector<std::uint32_t> rows(all.size());
    std::iota(rows.begin(), rows.end(), 0U);
    const auto measure = [&](std::span<const std::uint32_t> chosen) {
        return of(sum_of(all, chosen));
    };
    return {measure(rows), resampled_interval(all.size(), 1, measure)};
}

std::optional<double> overlap_share(double part, double of) {
    return of == 0 ? std::nullopt : std::optional(part / of);
}

}  // namespace

std::vector<std::string>
names_of_set(std::span<const std::uint8_t> marks, const std::vector<std::string>& names) {
    std::vector<std::string> out;
    for (std::size_t c = 0; c < names.size(); ++c)
        if (marks[c]) out.push_back(names[c]);
    return out;
}

PartsJudged judge_sets_of(
    const Predictor& predictor,
    const std::vector<Item>& items,
    const Examples& examples,
    int split
) {
    const auto& names = predictor.class_names();
    const auto classes = names.size();
    const auto probabilities = predictor.predict(examples);
    const auto said = decide_sets(probabilities, predictor.thresholds());
    const auto report = judge_sets(probabilities, said, examples.marks, classes);
    PartsJudged judged;
    judged.metrics = {
        {split, "micro_f1", report.micro_f1, true},
        {split, "macro_f1", report.macro_f1, true},
        {split, "sample_f1", report.sample_f1, true},
        {split, "subset_accuracy", report.subset_accuracy, true},
        {split, "hamming_loss", report.hamming_loss, true}};
    if (report.macro_auc)
        judged.metrics.push_back({split, "macro_auc", {*report.macro_auc, {}}, false});
    json::array lines;
    for (std::size_t c = 0; c < classes; ++c) {
        const auto& [score, auc] = report.classes[c];
        lines.push_back(json::object{
            {"name", names[c]},
            {"precision", or_null(score.precision)},
            {"recall", or_null(score.recall)},
            {"f1", score.f1},
            {"support", score.support},
            {"predicted", score.predicted},
            {"auc", or_null(auc)},
            {"threshold", predictor.thresholds()[c]}});
    }
    judged.report = {{"rows", report.rows}, {"sets", std::move(lines)}};
    for (std::size_t row = 0; row < items.size(); ++row) {
        Prediction one;
        one.id = items[row].id;
        one.version = items[row].version;
        one.split = split;
        const auto marks = std::span(said).subspan(row * classes, classes);
        one.label = label_of_set(names_of_set(marks, names));
        double right = 1, true_set = 1;
        for (std::size_t c = 0; c < classes; ++c) {
            const double p = probabilities[row * classes + c];
            right *= marks[c] ? p : 1 - p;
            true_set *= examples.marks[row * classes + c] ? p : 1 - p;
        }
        one.probability = right;
        one.truth_probability = true_set;
        judged.predictions.push_back(std::move(one));
    }
    return judged;
}

PartsJudged judge_spans_of(
    const Predictor& predictor,
    const std::vector<Item>& items,
    const Examples& examples,
    int split
) {
    const auto said = predictor.find_spans(examples);
    Overlaps exact, partial;
    PartsJudged judged;
    for (std::size_t row = 0; row < items.size(); ++row) {
        const auto spans = said[row].bare();
        exact.push_back(schema::exact_overlap(spans, examples.spans[row]));
        partial.push_back(schema::partial_overlap(spans, examples.spans[row]));
        Prediction one;
        one.id = items[row].id;
        one.version = items[row].version;
        one.split = split;
        one.label = schema::spans_text(spans_by_field(examples, row, spans));
        one.probability = said[row].probability;
        judged.predictions.push_back(std::move(one));
    }
    const auto precision = [](const schema::Overlap& o) {
        return overlap_share(o.common, o.first).value_or(0);
    };
    const auto recall = [](const schema::Overlap& o) {
        return overlap_share(o.common, o.second).value_or(0);
    };
    judged.metrics = {
        {split, "span_f1", overlap_estimate(exact, f1_of_overlap), true},
        {split, "span_precision", overlap_estimate(exact, precision), true},
        {split, "span_recall", overlap_estimate(exact, recall), true},
        {split, "span_f1_partial", overlap_estimate(partial, f1_of_overlap), true}};
    json::array lines;
    for (const auto& name : predictor.class_names()) {
        schema::Overlap sum;
        for (std::size_t row = 0; row < items.size(); ++row) {
            const auto one = schema::exact_overlap(
                of_label(said[row].bare(), name), of_label(examples.spans[row], name)
            );
            sum.common += one.common;
            sum.first += one.first;
            sum.second += one.second;
        }
        lines.push_back(json::object{
            {"name", name},
            {"precision", or_null(overlap_share(sum.common, sum.first))},
            {"recall", or_null(overlap_share(sum.common, sum.second))},
            {"f1", sum.first + sum.second == 0 ? 0 : f1_of_overlap(sum)},
            {"support", sum.second},
            {"predicted", sum.first}});
    }
    judged.report = {{"rows", items.size()}, {"spans", std::move(lines)}};
    return judged;
}

PartsJudged judge_answers_of(
    const Predictor& predictor,
    const std::vector<Item>& items,
    const Examples& examples,
    int split,
    std::stop_token stop
) {
    auto found = predictor.judge_answers(examples, {.stop = std::move(stop)});
    PartsJudged judged{std::move(found.metrics), {}, std::move(found.report)};
    for (auto& metric : judged.metrics) metric.split = split;
    const auto unanswered = std::count_if(
        found.said.begin(), found.said.end(), [](const auto& one) { return one.answer.empty(); }
    );
    if (unanswered > 0) judged.report["unanswered"] = unanswered;
    for (std::size_t row = 0; row < items.size(); ++row) {
        if (found.said[row].answer.empty()) continue;
        Prediction one;
        one.id = items[row].id;
        one.version = items[row].version;
        one.split = split;
        one.label = found.said[row].answer;
        one.probability = found.said[row].probability;
        judged.predictions.push_back(std::move(one));
    }
    return judged;
}

std::optional<PartsJudged> judge_parts(
    const Predictor& predictor,
    const std::vector<Item>& items,
    const Examples& examples,
    int split,
    std::stop_token stop
) {
    if (predictor.answers())
        return judge_answers_of(predictor, items, examples, split, std::move(stop));
    if (predictor.predicts_sets()) return judge_sets_of(predictor, items, examples, split);
    if (predictor.predicts_spans()) return judge_spans_of(predictor, items, examples, split);
    return std::nullopt;
}

}  // namespace training

// A curve is drawn by fits on growing parts of the training rows, each judged on the same held-out
// rows, so that the curves of slices cost no fit more. Labels that are given to a slice alone are
// taken to teach it what as many times more labels by chance would, by which it gets as many of
// its own; what other labels teach it is then counted too high, which the score of the forecast
// shows after the next training.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "training/analysis/findings.hpp"
#include "training/parts/part_differences.hpp"

namespace training {

namespace {

constexpr std::size_t least_judged = 30;  // of a slice whose forecast is given
constexpr std::size_t resamples = 60, draws = 3;

double mean_over(const std::vector<double>& values, const std::vector<std::uint32_t>& rows) {
    if (values.empty() || rows.empty()) return 0;
    double sum = 0;
    for (auto row : rows) sum += values[row];
    return sum / static_cast<double>(rows.size());
}

RowMarks marks_of(const Findings& of, const std::vector<std::uint32_t>& rows) {
    const auto share = [&](const std::vector<std::uint8_t>& marks) {
        return mean_over({marks.begin(), marks.end()}, rows);
    };
    return {share(of.suspect), mean_over(of.doubt, rows), share(of.far)};
}

std::optional<Forecast> forecast_of(
    const Findings& of,
    std::span<const SizeErrors> sizes,
    const std::vector<std::uint32_t>& rows,
    double share
) {
    if (rows.size() < least_judged) return std::nullopt;
    auto curve =
        curve_laws(sizes, rows, of.loaded.run.seed, resamples, of.loaded.predicts_values());
    if (!curve) return std::nullopt;
    const auto n = static_cast<double>(of.training.items.size());
    Forecast out{
        .run_id = of.loaded.run.id,
        .slice = {},
        .training_rows = of.training.items.size(),
        .judged = rows.size(),
        .labels = of.request.labels,
        .error = curve->law.at(n),
        .share = share};
    out.gain = gain_of(*curve, n, static_cast<double>(of.request.labels) / std::max(share, 1e-3));
    out.curve = std::move(*curve);
    return out;
}

// Earlier forecasts, also of slices, against this run's errors.
void score_earlier(const Findings& of, Analysis& analysis) {
    const auto earlier = of.loaded.database.call([&](base::Tx& tx) {
        return forecasts_before(tx, of.loaded.run.id, of.training.items.size());
    });
    std::vector<std::uint32_t> all(of.judged.items.size());
    std::iota(all.begin(), all.end(), 0U);
    for (const auto& forecast : earlier) {
        const auto rows = forecast.slice.empty() ? all : rows_of(forecast.predicates, of.columns);
        if (rows.empty()) continue;
        const double came = mean_over(of.errors.errors, rows);
        const bool values = of.loaded.predicts_values();
        analysis.scored.push_back(score(
            forecast,
            of.training.items.size(),
            values ? std::sqrt(came) : came,
            rows.size(),
            !values
        ));
    }
}

// How often the parts of the training rows' answers are of each class.
std::map<std::string, std::size_t> classes_learnt(const Findings& of) {
    std::map<std::string, std::size_t> out;
    const auto* kind = of.loaded.question ? part_kind(*of.loaded.question) : nullptr;
    if (kind)
        for (const auto& answer : of.training.examples.answers)
            for (const auto& name : kind->compare(*of.loaded.question, answer, answer).truth)
                ++out[name];
    return out;
}

// Classes of labels of several parts, with how often the training rows have them.
void gather_classes(const Findings& of, const Analysis& analysis, Evidence& evidence) {
    const auto& learnt = of.training.examples;
    const auto names = learnt.class_names.size();
    auto of_answers = classes_learnt(of);
    for (std::size_t c = 0; c < analysis.by_class.size(); ++c) {
        const auto& one = analysis.by_class[c];
        std::size_t rows = of_answers[one.name];
        for (std::size_t row = 0; row < learnt.rows && !learnt.has_answers(); ++row) {
            if (learnt.has_sets()) {
                rows += learnt.marks[row * names + c];
            } else {
                const auto& spans = learnt.spans[row];
                rows += static_cast<std::size_t>(std::count_if(
                    spans.begin(),
                    spans.end(),
                    [&](const auto& span) { return span.label == one.name; }
                ));
            }
        }
        evidence.classes.push_back(
            {.name = one.name,
             .what = learnt.has_spans()     ? "spans"
                     : learnt.has_answers() ? "parts"
                                            : "records",
             .support = one.support,
             .missed = one.missed,
             .spurious = one.spurious,
             .wrong_boundary = one.wrong_boundary,
             .learnt = rows}
        );
    }
}

constexpr std::size_t most_keys = 5'000;  // of records like which more are wanted

void add_keys(
    const std::vector<Item>& items,
    const std::vector<std::uint32_t>& rows,
    std::vector<std::string>& keys
) {
    for (auto row : rows)
        if (keys.size() < most_keys) keys.push_back(items[row].id.key);
}

// Classes that records have alone, those that most judged rows are missed of first.
void gather_single_classes(const Findings& of, Evidence& evidence) {
    const auto& learnt = of.training.examples;
    const auto& judged = of.judged.examples;
    std::vector<ClassMarks> marks(judged.class_names.size());
    for (std::size_t c = 0; c < marks.size(); ++c) {
        marks[c].name = judged.class_names[c];
        marks[c].alone = true;
    }
    const auto class_of = [](const Examples& examples, std::size_t row) {
        return static_cast<std::size_t>(examples.classes[row]);
    };
    for (std::uint32_t row = 0; row < judged.rows; ++row) {
        auto& one = marks.at(class_of(judged, row));
        ++one.support;
        one.missed += of.errors.errors[row] > 0 ? 1 : 0;
        add_keys(of.judged.items, {row}, one.keys);
    }
    for (std::uint32_t row = 0; row < learnt.rows; ++row) {
        auto& one = marks.at(class_of(learnt, row));
        ++one.learnt;
        add_keys(of.training.items, {row}, one.keys);
    }
    std::stable_sort(marks.begin(), marks.end(), [](const auto& a, const auto& b) {
        return a.missed > b.missed;
    });
    evidence.classes = std::move(marks);
}

void gather(const Findings& of, const Analysis& analysis, Evidence& evidence) {
    std::vector<std::uint32_t> all(of.judged.items.size());
    std::iota(all.begin(), all.end(), 0U);
    evidence.all = marks_of(of, all);
    evidence.judged = of.judged.items.size();
    evidence.training_rows = of.training.items.size();
    evidence.labels = of.request.labels;
    evidence.of_values = of.loaded.predicts_values();
    gather_classes(of, analysis, evidence);
    if (of.loaded.predicts_one_class()) gather_single_classes(of, evidence);
    evidence.source = of.loaded.run.source;
    evidence.suspects = analysis.label_errors_confident;
    evidence.ambiguous = analysis.ambiguous_found;
    evidence.far = analysis.far_found;
    evidence.alike_otherwise = static_cast<std::size_t>(std::count_if(
        analysis.alike.begin(),
        analysis.alike.end(),
        [](const AlikeRecords& pair) { return pair.label_a != pair.label_b; }
    ));
    for (const auto& pair : analysis.confused) {
        const auto back = std::find_if(
            analysis.confused.begin(),
            analysis.confused.end(),
            [&](const ConfusedClasses& other) {
                return other.truth == pair.predicted && other.predicted == pair.truth;
            }
        );
        const bool told = std::any_of(
            evidence.confused.begin(),
            evidence.confused.end(),
            [&](const ConfusedMarks& other) {
                return other.truth == pair.predicted && other.predicted == pair.truth;
            }
        );
        if (!told)
            evidence.confused.push_back(
                {pair.truth,
                 pair.predicted,
                 pair.rows,
                 pair.share,
                 back == analysis.confused.end() ? 0 : back->share}
            );
    }
}

}  // namespace

void find_forecasts(Findings& of, Analysis& analysis) {
    if (of.judged.items.empty() || of.training.items.empty()) return;
    score_earlier(of, analysis);
    std::vector<std::uint32_t> validation;
    for (std::uint32_t row = 0; row < of.judged.parts.size(); ++row)
        if (of.judged.parts[row] == 1) validation.push_back(row);
    const auto sizes = of.fits.get(fmt::format("curve of {} draws", draws), [&] {
        return errors_by_size(
            of.training.examples,
            of.judged.examples,
            of.loaded.spec,
            of.request.stop,
            validation,
            draws
        );
    });
    std::vector<std::uint32_t> all(of.judged.items.size());
    std::iota(all.begin(), all.end(), 0U);
    Evidence evidence;
    gather(of, analysis, evidence);
    if (auto overall = forecast_of(of, sizes, all, 1)) {
        evidence.gain = overall->gain;
        analysis.forecasts.push_back(std::move(*overall));
    } else {
        analysis.notes.emplace_back(
            "too few training or judged rows for a learning curve: no forecast"
        );
    }
    const auto learnt =
        slice_columns_of(of.loaded, of.contents, of.training.items, of.training.examples, true);
    for (const auto& slice : analysis.slices) {
        const auto taught = rows_of(slice.predicates, learnt);
        SliceMarks marks{slice, marks_of(of, slice.rows), taught.size(), {}};
        add_keys(of.judged.items, slice.rows, marks.keys);
        add_keys(of.training.items, taught, marks.keys);
        const double share = static_cast<double>(marks.training_rows) /
                             static_cast<double>(of.training.items.size());
        if (auto forecast = forecast_of(of, sizes, slice.rows, share)) {
            forecast->slice = slice.description;
            forecast->predicates = slice.predicates;
            marks.gain = forecast->gain;
            if (!analysis.forecasts.empty()) analysis.forecasts.push_back(std::move(*forecast));
        }
        evidence.slices.push_back(std::move(marks));
    }
    for (const auto& [name, slice] : analysis.class_slices) {
        SliceMarks marks{
            slice, marks_of(of, slice.rows), rows_of(slice.predicates, learnt).size(), {}};
        marks.slice.description = fmt::format("class '{}' where {}", name, slice.description);
        evidence.slices.push_back(std::move(marks));
    }
    analysis.advice = advise(evidence);
    // What a baseline takes for what says nothing of how records are labelled.
    if (!tells_records_apart(of.loaded))
        std::erase_if(analysis.advice, [](const Advice& one) {
            return one.action == Action::guideline;
        });
}

}  // namespace training

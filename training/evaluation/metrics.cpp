// Every row is looked at once: what it counts for and costs is kept by row, and the bootstrap reads
// these again with each row as often as a resample has it; nothing is predicted twice. All figures
// come from the same resamples. Accuracy is a share and has Wilson's interval instead; what ranks
// rows has that of ranking.hpp; the calibration error has none, since a resample is always less
// well calibrated than the rows themselves.
//
// A figure of classes needs three counts of each class and no table of all against all: there may
// be a hundred thousand. What is undefined in a resample (a class that it misses) is left out of
// the mean there as it is in the figure itself.
#include "training/evaluation/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "training/evaluation/class_counts.hpp"
#include "training/evaluation/ranking.hpp"

namespace training {

namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

double ratio(std::size_t a, std::size_t b) {
    return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b);
}

// Undefined of none, which is not the same as 0.
std::optional<double> share(std::size_t a, std::size_t b) {
    return b == 0 ? std::nullopt : std::optional(ratio(a, b));
}

double mean_of(std::span<const double> values, Multiplicities times) {
    double sum = 0;
    for (std::size_t row = 0; row < values.size(); ++row) sum += times[row] * values[row];
    return sum / static_cast<double>(values.size());
}

double mean_of(std::span<const double> values) {
    double sum = 0;
    for (double v : values) sum += v;
    return values.empty() ? undefined : sum / static_cast<double>(values.size());
}

void fill_bins(
    ClassReport& report,
    std::span<const double> highest,
    std::span<const int> said,
    std::span<const int> truth
) {
    report.bins.resize(10);
    for (std::size_t row = 0; row < highest.size(); ++row) {
        auto& bin = report.bins[std::min<std::size_t>(
            9, static_cast<std::size_t>(std::max(0.0, highest[row]) * 10)
        )];
        ++bin.rows;
        bin.confidence += highest[row];
        bin.accuracy += said[row] == truth[row] ? 1 : 0;
    }
    for (auto& bin : report.bins) {
        if (bin.rows == 0) continue;
        const auto n = static_cast<double>(bin.rows);
        bin.confidence /= n;
        bin.accuracy /= n;
        report.calibration_error +=
            n / static_cast<double>(highest.size()) * std::abs(bin.confidence - bin.accuracy);
    }
}

// What is a mean over rows.
struct RowFigure {
    std::string name;
    std::vector<double> of_row;
};

// How many classes come before the true one; of equals the first does.
std::uint32_t place_of_truth(std::span<const double> line, std::size_t label) {
    std::uint32_t before = 0;
    for (std::size_t c = 0; c < line.size(); ++c)
        if (line[c] > line[label] || (line[c] == line[label] && c < label)) ++before;
    return before;
}

std::vector<RowFigure> row_figures(const RowsSaid& rows) {
    std::vector<RowFigure> out{{"log_loss", rows.of_truth}};
    for (auto& one : out[0].of_row) one = loss_of_probability(one);
    if (rows.brief) return out;
    out.push_back({"brier", rows.squares});
    if (rows.classes == 2)
        for (auto& one : out.back().of_row) one /= 2;
    for (std::size_t k : {3U, 5U}) {
        if (rows.classes <= k) continue;
        RowFigure top{"top_" + std::to_string(k) + "_accuracy", std::vector<double>(rows.rows())};
        for (std::size_t row = 0; row < rows.rows(); ++row)
            top.of_row[row] = rows.place[row] < k ? 1 : 0;
        out.push_back(std::move(top));
    }
    return out;
}

std::vector<double> costs_of(
    const std::function<double(std::size_t, std::size_t)>& cost,
    std::span<const int> said,
    std::span<const int> truth
) {
    std::vector<double> out;
    for (std::size_t row = 0; row < truth.size(); ++row)
        out.push_back(
            cost(static_cast<std::size_t>(truth[row]), static_cast<std::size_t>(said[row]))
        );
    return out;
}

Measure measure_of(std::string name, double value, const Spread& spread) {
    if (!std::isfinite(value)) return {std::move(name), std::nullopt, std::nullopt};
    return {std::move(name), value, spread.interval};
}

Estimate estimate_of(const Measure& measure) {
    return {measure.value.value_or(undefined), measure.interval.value_or(Interval{})};
}

void count_classes(
    ClassReport& report,
    const ClassCounts& counts,
    std::span<const int> said,
    std::span<const int> truth
) {
    const auto classes = counts.hits.size();
    std::vector<std::uint64_t> pairs(truth.size());
    for (std::size_t row = 0; row < truth.size(); ++row)
        pairs[row] =
            static_cast<std::uint64_t>(truth[row]) << 32 | static_cast<std::uint64_t>(said[row]);
    std::sort(pairs.begin(), pairs.end());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        if (i == 0 || pairs[i] != pairs[i - 1])
            report.confusion.push_back({pairs[i] >> 32, pairs[i] & 0xFFFFFFFFU, 0});
        ++report.confusion.back().rows;
    }
    for (std::size_t c = 0; c < classes; ++c) {
        report.correct += counts.hits[c];
        report.classes.push_back(
            {share(counts.hits[c], counts.predicted[c]),
             share(counts.hits[c], counts.support[c]),
             ratio(2 * counts.hits[c], counts.predicted[c] + counts.support[c]),
             counts.support[c],
             counts.predicted[c]}
        );
    }
}

void add_ranking(
    ClassReport& report,
    std::span<const double> probabilities,
    std::span<const int> truth,
    Team& team,
    std::stop_token stop
) {
    const auto classes = report.classes.size();
    if (probabilities.empty() || probabilities.size() > most_ranked) return;
    const auto ranking = judge_ranking(probabilities, truth, classes, team, std::move(stop));
    for (std::size_t c = 0; c < classes; ++c) {
        report.classes[c].auc = ranking.auc[c];
        report.classes[c].average_precision = ranking.average_precision[c];
    }
    const auto add = [&](std::string name, const std::optional<Estimate>& found) {
        Measure measure{std::move(name), std::nullopt, std::nullopt};
        if (found) measure.value = found->value;
        if (found) measure.interval = found->interval;
        report.measures.push_back(std::move(measure));
    };
    add("roc_auc", ranking.macro_auc);
    add("average_precision", ranking.macro_average_precision);
}

constexpr std::size_t most_class_intervals = 100;  // classes whose F1 is resampled

// All means over counts and rows, with intervals from the same resamples, and those of the classes.
std::vector<Measure> resampled_measures(
    const ClassCounts& counts,
    const std::vector<RowFigure>& by_row,
    std::span<const int> said,
    std::span<const int> truth,
    Team& team,
    const Judging& how,
    std::vector<ClassScore>& scores
) {
    const auto classes = counts.hits.size();
    const auto shown = classes <= most_class_intervals && !how.brief ? classes : 0;
    const auto of_classes = counted_figures + by_row.size();
    const auto spreads = bootstrap(
        truth.size(),
        of_classes + shown,
        how.seed,
        team,
        [&](Multiplicities times, std::span<double> out) {
            ClassCounts some(classes);
            for (std::size_t row = 0; row < truth.size(); ++row)
                if (times[row] > 0) some.add(truth[row], said[row], times[row]);
            count_figures(some, out);
            for (std::size_t i = 0; i < by_row.size(); ++i)
                out[counted_figures + i] = mean_of(by_row[i].of_row, times);
            for (std::size_t c = 0; c < shown; ++c) out[of_classes + c] = f1_of(some, c);
        },
        how.stop
    );
    for (std::size_t c = 0; c < shown; ++c)
        scores[c].f1_interval = spreads[of_classes + c].interval;
    std::vector<double> values(counted_figures);
    count_figures(counts, values);
    std::vector<Measure> out;
    for (std::size_t i = 0; i < counted_figures; ++i)
        out.push_back(measure_of(std::string(counted_names[i]), values[i], spreads[i]));
    for (std::size_t i = 0; i < by_row.size(); ++i)
        out.push_back(
            measure_of(by_row[i].name, mean_of(by_row[i].of_row), spreads[counted_figures + i])
        );
    return out;
}

}  // namespace

double loss_of_probability(double probability) {
    return -std::log(std::max(probability, 1e-15));
}

Interval ClassScore::precision_interval() const {
    const auto said = static_cast<double>(predicted);
    return base::wilson(precision.value_or(0) * said, said);
}

Interval ClassScore::recall_interval() const {
    const auto rows = static_cast<double>(support);
    return base::wilson(recall.value_or(0) * rows, rows);
}

const Measure* find_measure(std::span<const Measure> measures, std::string_view name) {
    for (const auto& one : measures)
        if (one.name == name) return &one;
    return nullptr;
}

std::vector<int> decide(std::span<const double> probabilities, std::size_t classes) {
    std::vector<int> out;
    for (std::size_t at = 0; classes > 0 && at + classes <= probabilities.size(); at += classes) {
        const auto line = probabilities.subspan(at, classes);
        out.push_back(static_cast<int>(std::max_element(line.begin(), line.end()) - line.begin()));
    }
    return out;
}

void RowsSaid::add(
    std::span<const double> probabilities,
    std::span<const int> labels,
    std::span<const int> decided
) {
    if (probabilities.size() != labels.size() * classes)
        throw base::Error("metrics", "predictions and truth differ in rows");
    if (decided.size() != labels.size())
        throw base::Error("metrics", "decisions and truth differ in rows");
    for (std::size_t row = 0; row < labels.size(); ++row) {
        if (labels[row] < 0 || static_cast<std::size_t>(labels[row]) >= classes)
            throw base::Error("metrics", "a true class is out of range");
        const auto line = probabilities.subspan(row * classes, classes);
        const auto label = static_cast<std::size_t>(labels[row]);
        const auto chosen = static_cast<std::size_t>(decided[row]);
        double most = 0, sum = 0;
        for (std::size_t c = 0; c < classes; ++c) {
            if (c != chosen) most = std::max(most, line[c]);
            const double miss = line[c] - (c == label ? 1 : 0);
            sum += miss * miss;
        }
        truth.push_back(labels[row]);
        said.push_back(decided[row]);
        sure.push_back(line[chosen]);
        next.push_back(most);
        of_truth.push_back(line[label]);
        if (brief) continue;
        squares.push_back(sum);
        place.push_back(classes > 3 ? place_of_truth(line, label) : 0);
    }
}

ClassReport judge_classes(
    std::span<const double> probabilities,
    std::span<const int> truth,
    std::size_t classes,
    const Judging& how
) {
    RowsSaid rows(classes, how.brief);
    const auto decided = how.said.empty() ? decide(probabilities, classes) : std::vector<int>{};
    rows.add(probabilities, truth, how.said.empty() ? std::span<const int>(decided) : how.said);
    return judge_classes(rows, probabilities, how);
}

ClassReport
judge_classes(const RowsSaid& rows, std::span<const double> probabilities, const Judging& how) {
    ClassReport report;
    report.rows = rows.rows();
    ClassCounts counts(rows.classes);
    for (std::size_t row = 0; row < rows.rows(); ++row)
        counts.add(rows.truth[row], rows.said[row], 1);
    count_classes(report, counts, rows.said, rows.truth);
    Team team(how.threads);
    auto by_row = row_figures(rows);
    if (how.cost && !rows.brief)
        by_row.push_back({"mean_cost", costs_of(how.cost, rows.said, rows.truth)});
    report.accuracy = {
        ratio(report.correct, report.rows),
        base::wilson(static_cast<double>(report.correct), static_cast<double>(report.rows))};
    auto measures =
        resampled_measures(counts, by_row, rows.said, rows.truth, team, how, report.classes);
    report.macro_f1 = estimate_of(*find_measure(measures, "macro_f1"));
    report.log_loss = estimate_of(*find_measure(measures, "log_loss"));
    fill_bins(report, rows.sure, rows.said, rows.truth);
    if (rows.rows() == 0) return report;
    report.measures.push_back({"accuracy", report.accuracy.value, report.accuracy.interval});
    for (auto& one : measures)
        if (!rows.brief || one.name == "macro_f1" || one.name == "log_loss")
            report.measures.push_back(std::move(one));
    if (rows.brief) return report;
    report.measures.push_back({"calibration_error", report.calibration_error, std::nullopt});
    add_ranking(report, probabilities, rows.truth, team, how.stop);
    return report;
}

}  // namespace training

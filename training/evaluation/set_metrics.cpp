// Each figure is a sum over rows of a few counts. The counts are kept by row, and a resample of the
// bootstrap adds those of its rows: nothing is judged twice.
#include "training/evaluation/set_metrics.hpp"

#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "training/numeric/team.hpp"

namespace training {

namespace {

double f1_of_marks(double common, double first, double second) {
    return first + second == 0 ? 1 : 2 * common / (first + second);
}

// Marks that are right, said and true, of one row or class.
struct MarkCounts {
    double common = 0, said = 0, truth = 0;

    void add(bool says, bool is) {
        common += says && is ? 1 : 0;
        said += says ? 1 : 0;
        truth += is ? 1 : 0;
    }
    double f1() const { return f1_of_marks(common, said, truth); }
};

struct Marks {
    std::span<const std::uint8_t> said, truth;
    std::size_t classes = 0;

    using Rows = std::span<const std::uint32_t>;

    MarkCounts of_row(std::size_t row) const {
        MarkCounts counts;
        for (std::size_t c = 0; c < classes; ++c)
            counts.add(said[row * classes + c] != 0, truth[row * classes + c] != 0);
        return counts;
    }
    std::vector<MarkCounts> by_class(Rows rows) const {
        std::vector<MarkCounts> all(classes);
        for (auto row : rows)
            for (std::size_t c = 0; c < classes; ++c)
                all[c].add(said[row * classes + c] != 0, truth[row * classes + c] != 0);
        return all;
    }
    double macro(Rows rows) const {
        double sum = 0, met = 0;
        for (const auto& one : by_class(rows)) {
            if (one.said + one.truth == 0) continue;
            sum += one.f1();
            ++met;
        }
        return met == 0 ? 1 : sum / met;
    }
};

// A figure of each row, as a mean.
template <typename Of>
Estimate mean_estimate(std::size_t rows, std::uint64_t seed, Of of) {
    std::vector<double> values(rows);
    for (std::size_t row = 0; row < rows; ++row) values[row] = of(row);
    const auto mean = [&](std::span<const std::uint32_t> chosen) {
        double sum = 0;
        for (auto row : chosen) sum += values[row];
        return sum / static_cast<double>(chosen.size());
    };
    const double all =
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(rows);
    return {all, resampled_interval(rows, seed, mean)};
}

}  // namespace

Interval resampled_interval(
    std::size_t n,
    std::uint64_t seed,
    const std::function<double(std::span<const std::uint32_t>)>& figure
) {
    Team team(1);
    const auto spreads =
        bootstrap(n, 1, seed, team, [&](Multiplicities times, std::span<double> out) {
            std::vector<std::uint32_t> rows;
            for (std::size_t row = 0; row < n; ++row)
                rows.insert(rows.end(), times[row], static_cast<std::uint32_t>(row));
            out[0] = figure(rows);
        });
    return spreads.front().interval.value_or(Interval{});
}

std::optional<double> auc_of(std::vector<std::pair<double, bool>> said) {
    std::sort(said.begin(), said.end(), [](const auto& a, const auto& b) {
        return a.first < b.first;
    });
    double below = 0, won = 0, marked = 0;
    for (std::size_t i = 0; i < said.size();) {
        double same = 0, others = 0;
        auto end = i;
        for (; end < said.size() && said[end].first == said[i].first; ++end)
            (said[end].second ? same : others) += 1;
        won += same * (below + others / 2);
        marked += same;
        below += others;
        i = end;
    }
    if (marked == 0 || below == 0) return std::nullopt;
    return won / (marked * below);
}

SetReport judge_sets(
    std::span<const double> probabilities,
    std::span<const std::uint8_t> said,
    std::span<const std::uint8_t> truth,
    std::size_t classes,
    std::uint64_t seed
) {
    if (classes == 0 || truth.size() % classes != 0 || said.size() != truth.size() ||
        probabilities.size() != truth.size())
        throw base::Error("metrics", "predictions and truth are of different sizes");
    SetReport report;
    report.rows = truth.size() / classes;
    if (report.rows == 0) return report;
    const Marks marks{said, truth, classes};
    std::vector<MarkCounts> rows(report.rows);
    for (std::size_t row = 0; row < report.rows; ++row) rows[row] = marks.of_row(row);
    std::vector<std::uint32_t> all(report.rows);
    std::iota(all.begin(), all.end(), 0U);
    const auto micro = [&](Marks::Rows chosen) {
        MarkCounts sum;
        for (auto row : chosen) {
            sum.common += rows[row].common;
            sum.said += rows[row].said;
            sum.truth += rows[row].truth;
        }
        return sum.f1();
    };
    const auto macro = [&](Marks::Rows chosen) { return marks.macro(chosen); };
    report.micro_f1 = {micro(all), resampled_interval(report.rows, seed, micro)};
    report.macro_f1 = {macro(all), resampled_interval(report.rows, seed, macro)};
    report.sample_f1 =
        mean_estimate(report.rows, seed, [&](std::size_t row) { return rows[row].f1(); });
    const auto wrong = [&](std::size_t row) {
        return rows[row].said + rows[row].truth - 2 * rows[row].common;
    };
    report.subset_accuracy =
        mean_estimate(report.rows, seed, [&](std::size_t row) { return wrong(row) == 0 ? 1 : 0; });
    report.hamming_loss = mean_estimate(report.rows, seed, [&](std::size_t row) {
        return wrong(row) / static_cast<double>(classes);
    });
    double sum = 0, ranked = 0;
    const auto counts = marks.by_class(all);
    for (std::size_t c = 0; c < classes; ++c) {
        SetScore one;
        const auto& of = counts[c];
        if (of.said > 0) one.score.precision = of.common / of.said;
        if (of.truth > 0) one.score.recall = of.common / of.truth;
        one.score.f1 = of.said + of.truth == 0 ? 0 : of.f1();
        one.score.support = static_cast<std::size_t>(of.truth);
        one.score.predicted = static_cast<std::size_t>(of.said);
        std::vector<std::pair<double, bool>> pairs;
        for (std::size_t row = 0; row < report.rows; ++row)
            pairs.emplace_back(probabilities[row * classes + c], truth[row * classes + c] != 0);
        one.auc = auc_of(std::move(pairs));
        if (one.auc) {
            sum += *one.auc;
            ++ranked;
        }
        report.classes.push_back(one);
    }
    if (ranked > 0) report.macro_auc = sum / ranked;
    return report;
}

}  // namespace training

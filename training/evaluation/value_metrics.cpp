// A figure of values is a function of how often each row counts, so that one text serves the rows
// as they are and each of their resamples. What each needs of a row is computed once.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.hpp"
#include "training/evaluation/metrics.hpp"

namespace training {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

// Figures of values from how often each row counts.
struct ValueFigures {
    std::span<const double> truth;
    std::vector<double> squares, misses, shares, pinballs, deviances;
    std::vector<std::uint32_t> by_miss;  // rows by rising miss

    static double mean(std::span<const double> values, Multiplicities times) {
        double sum = 0;
        double rows = 0;
        for (std::size_t row = 0; row < values.size(); ++row) {
            sum += times[row] * values[row];
            rows += times[row];
        }
        return rows > 0 ? sum / rows : no_value;
    }

    double r2(Multiplicities times) const {
        const double middle = mean(truth, times);
        double total = 0;
        double residual = 0;
        for (std::size_t row = 0; row < truth.size(); ++row) {
            total += times[row] * (truth[row] - middle) * (truth[row] - middle);
            residual += times[row] * squares[row];
        }
        return total > 0 ? 1 - residual / total : no_value;
    }

    // The mean of the two in the middle where their number is even.
    double median_miss(Multiplicities times) const {
        std::size_t rows = 0;
        for (auto often : times) rows += often;
        if (rows == 0) return no_value;
        std::size_t seen = 0;
        double lower = no_value;
        for (auto row : by_miss) {
            seen += times[row];
            if (std::isnan(lower) && seen * 2 >= rows) lower = misses[row];
            if (seen * 2 > rows) return (lower + misses[row]) / 2;
        }
        return lower;
    }
};

using ValueFigure = std::pair<std::string, std::function<double(Multiplicities)>>;

std::vector<ValueFigure> figures_for(const ValueFigures& of, const Judging& how) {
    std::vector<ValueFigure> out{
        {"rmse", [&](Multiplicities t) { return std::sqrt(ValueFigures::mean(of.squares, t)); }},
        {"mae", [&](Multiplicities t) { return ValueFigures::mean(of.misses, t); }},
        {"r2", [&](Multiplicities t) { return of.r2(t); }}};
    if (how.brief) return out;
    out.emplace_back("median_ae", [&](Multiplicities t) { return of.median_miss(t); });
    out.emplace_back("mape", [&](Multiplicities t) { return ValueFigures::mean(of.shares, t); });
    if (how.loss == Loss::quantile)
        out.emplace_back("pinball", [&](Multiplicities t) {
            return ValueFigures::mean(of.pinballs, t);
        });
    if (how.loss == Loss::poisson)
        out.emplace_back("poisson_deviance", [&](Multiplicities t) {
            return ValueFigures::mean(of.deviances, t);
        });
    return out;
}

}  // namespace

double loss_of(double predicted, double truth, Loss loss, double quantile) {
    const double miss = truth - predicted;
    switch (loss) {
        case Loss::absolute:
            return std::abs(miss);
        case Loss::quantile:
            return std::max(quantile * miss, (quantile - 1) * miss);
        case Loss::poisson: {
            const double rate = std::max(predicted, 1e-9);
            return 2 * (rate - truth + (truth > 0 ? truth * std::log(truth / rate) : 0));
        }
        case Loss::squared:
        case Loss::huber:
            break;
    }
    return miss * miss;
}

ValueReport
judge_values(std::span<const double> predicted, std::span<const double> truth, const Judging& how) {
    if (predicted.size() != truth.size())
        throw base::Error("metrics", "predictions and truth differ in rows");
    ValueReport report;
    const auto n = report.rows = truth.size();
    if (n == 0) return report;
    ValueFigures of{truth, {}, {}, {}, {}, {}, {}};
    for (std::size_t row = 0; row < n; ++row) {
        const double miss = std::abs(predicted[row] - truth[row]);
        of.misses.push_back(miss);
        of.squares.push_back(miss * miss);
        if (truth[row] == 0) ++report.zero_truths;
        of.shares.push_back(truth[row] == 0 ? no_value : miss / std::abs(truth[row]));
        of.pinballs.push_back(loss_of(predicted[row], truth[row], Loss::quantile, how.quantile));
        of.deviances.push_back(
            predicted[row] > 0 && truth[row] >= 0
                ? loss_of(predicted[row], truth[row], Loss::poisson, 0)
                : no_value
        );
    }
    of.by_miss.resize(n);
    std::iota(of.by_miss.begin(), of.by_miss.end(), 0U);
    std::stable_sort(of.by_miss.begin(), of.by_miss.end(), [&](auto a, auto b) {
        return of.misses[a] < of.misses[b];
    });
    const auto figures = figures_for(of, how);
    Team team(how.threads);
    const auto spreads = bootstrap(
        n,
        figures.size(),
        how.seed,
        team,
        [&](Multiplicities times, std::span<double> out) {
            for (std::size_t i = 0; i < figures.size(); ++i) out[i] = figures[i].second(times);
        },
        how.stop
    );
    const std::vector<std::uint8_t> once(n, 1);
    for (std::size_t i = 0; i < figures.size(); ++i) {
        Measure measure{figures[i].first, std::nullopt, std::nullopt};
        const double value = figures[i].second(once);
        if (std::isfinite(value)) measure = {figures[i].first, value, spreads[i].interval};
        const Estimate estimate{value, measure.interval.value_or(Interval{})};
        if (measure.name == "rmse") report.rmse = estimate;
        if (measure.name == "mae") report.mae = estimate;
        if (measure.name == "r2") report.r2 = estimate;
        report.measures.push_back(std::move(measure));
    }
    return report;
}

}  // namespace training

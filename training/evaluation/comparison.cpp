// Every model is judged on the same resamples and the differences are taken within each, so that
// what makes a resample hard is hard for all: that is what makes the intervals narrow. All pairs at
// once cost little more than two models do.
#include "training/evaluation/comparison.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "training/evaluation/class_counts.hpp"

namespace training {

namespace {

// The figures of one model on rows that count as often as `times` says.
struct ModelFigures {
    std::span<const int> truth;
    std::size_t classes = 0;
    std::vector<Compared> by;

    static double of_parts(const SaidOfRows& said, Multiplicities times) {
        double common = 0, both = 0;
        for (std::size_t row = 0; row < said.parts.size(); ++row) {
            common += times[row] * said.parts[row].common;
            both += times[row] * (said.parts[row].first + said.parts[row].second);
        }
        return both > 0 ? 2 * common / both : 1;
    }

    void of(const SaidOfRows& said, Multiplicities times, std::span<double> out) const {
        if (!said.parts.empty()) {
            out[0] = of_parts(said, times);
            return;
        }
        double loss = 0;
        double right = 0;
        double rows = 0;
        for (std::size_t row = 0; row < said.losses.size(); ++row) {
            rows += times[row];
            loss += times[row] * said.losses[row];
            if (!truth.empty() && said.classes[row] == truth[row]) right += times[row];
        }
        for (std::size_t i = 0; i < by.size(); ++i) {
            if (by[i] == Compared::accuracy)
                out[i] = right / rows;
            else if (by[i] == Compared::macro_f1)
                out[i] = macro_f1(said.classes, truth, classes, times);
            else
                out[i] = loss / rows;
        }
    }

    std::vector<double> of_all(std::span<const SaidOfRows> models, Multiplicities times) const {
        std::vector<double> out(models.size() * by.size());
        for (std::size_t m = 0; m < models.size(); ++m)
            of(models[m], times, std::span(out).subspan(m * by.size(), by.size()));
        return out;
    }
};

std::size_t rows_of(std::span<const SaidOfRows> models, std::span<const int> truth) {
    const auto size = [](const SaidOfRows& said) {
        return std::max(said.parts.size(), said.losses.size());
    };
    const auto n = models.empty() ? 0 : size(models.front());
    for (const auto& model : models)
        if (size(model) != n || model.parts.empty() != models.front().parts.empty() ||
            (!truth.empty() && model.classes.size() != n) || (!truth.empty() && truth.size() != n))
            throw base::Error(
                "comparison",
                "the runs were not judged on the same rows",
                "compare runs of one snapshot"
            );
    return n;
}

// One more than the highest class that is met.
std::size_t classes_of(std::span<const SaidOfRows> models, std::span<const int> truth) {
    int highest = -1;
    for (int c : truth) highest = std::max(highest, c);
    for (const auto& model : models)
        for (int c : model.classes) highest = std::max(highest, c);
    return static_cast<std::size_t>(highest + 1);
}

void test_accuracy(
    const SaidOfRows& first,
    const SaidOfRows& second,
    std::span<const int> truth,
    PairwiseDifference& out
) {
    for (std::size_t row = 0; row < truth.size(); ++row) {
        const bool a = first.classes[row] == truth[row];
        const bool b = second.classes[row] == truth[row];
        if (a && !b) ++out.only_first;
        if (b && !a) ++out.only_second;
    }
    out.p_value = binomial_test_half(out.only_first, out.only_first + out.only_second);
}

// Two-sided, of a difference that is normal with this deviation.
double normal_test(double difference, double deviation) {
    if (difference == 0) return 1;
    if (deviation <= 0) return 0;
    return std::erfc(std::abs(difference) / deviation / std::sqrt(2.0));
}

void adjust_pairs(std::vector<PairwiseDifference>& pairs, Compared by) {
    std::vector<double> p_values;
    for (const auto& pair : pairs)
        if (pair.by == by) p_values.push_back(pair.p_value);
    const auto adjusted = adjust_family(p_values);
    std::size_t next = 0;
    for (auto& pair : pairs)
        if (pair.by == by) pair.adjusted = adjusted[next++];
}

}  // namespace

std::vector<PairwiseDifference> compare(
    std::span<const SaidOfRows> models,
    std::span<const int> truth,
    std::uint64_t seed,
    std::size_t threads,
    std::stop_token stop,
    Compared parts_by
) {
    const auto n = rows_of(models, truth);
    ModelFigures figures{truth, classes_of(models, truth), {Compared::squared_error}};
    if (!truth.empty()) figures.by = {Compared::accuracy, Compared::macro_f1, Compared::log_loss};
    if (n > 0 && !models.front().parts.empty()) figures.by = {parts_by};
    const auto width = figures.by.size();
    std::vector<PairwiseDifference> out;
    for (std::size_t f = 0; f < width; ++f)
        for (std::size_t a = 0; a < models.size(); ++a)
            for (std::size_t b = a + 1; b < models.size(); ++b)
                out.push_back({a, b, figures.by[f], {}});
    if (n == 0) return out;
    const auto differences = [&](std::span<const double> of_all, std::span<double> into) {
        const auto pairs = out.size() / width;
        for (std::size_t i = 0; i < out.size(); ++i) {
            const auto f = i / pairs;
            into[i] = of_all[out[i].second * width + f] - of_all[out[i].first * width + f];
        }
    };
    Team team(threads);
    const auto spreads = bootstrap(
        n,
        out.size(),
        seed,
        team,
        [&](Multiplicities times, std::span<double> into) {
            differences(figures.of_all(models, times), into);
        },
        std::move(stop)
    );
    std::vector<double> values(out.size());
    differences(figures.of_all(models, std::vector<std::uint8_t>(n, 1)), values);
    for (std::size_t i = 0; i < out.size(); ++i) {
        auto& pair = out[i];
        pair.difference = {values[i], spreads[i].interval.value_or(Interval{})};
        pair.p_value = normal_test(values[i], spreads[i].deviation);
        if (pair.by == Compared::accuracy)
            test_accuracy(models[pair.first], models[pair.second], truth, pair);
    }
    for (auto by : figures.by) adjust_pairs(out, by);
    return out;
}

}  // namespace training

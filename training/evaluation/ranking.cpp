// Each class is one sort of its column. What a row adds to a figure is the figure's derivative by
// the weight of the row, which falls out of the same pass; the sum of their squares is the variance
// (infinitesimal jackknife). A bootstrap would sort, or read by a sorted order, some hundred times
// more, which a million rows of twenty classes do not allow.
//
// Classes go in groups of a fixed size, and what their rows add is summed in the order of the
// classes, so that the bits do not depend on the threads.
#include "training/evaluation/ranking.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace training {

namespace {

constexpr std::size_t classes_at_once = 8;  // classes whose derivatives are held at once

struct Ranked {
    double score = 0;
    std::uint32_t row = 0;
    bool of_class = false;
};

// Of one class: the figures, and their derivatives by the weight of each row.
struct OneClass {
    std::size_t positives = 0;
    double auc = 0;
    double average_precision = 0;
    std::vector<double> by_auc;
    std::vector<double> by_precision;
};

// Calls see(first, end) for each run of equal scores.
template <typename See>
void for_ties(std::span<const Ranked> sorted, const See& see) {
    for (std::size_t first = 0; first < sorted.size();) {
        auto end = first + 1;
        while (end < sorted.size() && sorted[end].score == sorted[first].score) ++end;
        see(first, end);
        first = end;
    }
}

std::size_t positives_in(std::span<const Ranked> sorted, std::size_t first, std::size_t end) {
    std::size_t count = 0;
    for (auto i = first; i < end; ++i) count += sorted[i].of_class ? 1 : 0;
    return count;
}

// `sorted` by rising score. A row of the class adds the share of the others below it, one of the
// others the share of the class above it, ties by half.
void rank_area(std::span<const Ranked> sorted, double p, double n, OneClass& out) {
    double below_p = 0;
    double below_n = 0;
    for_ties(sorted, [&](std::size_t first, std::size_t end) {
        const auto tied_p = static_cast<double>(positives_in(sorted, first, end));
        const auto tied_n = static_cast<double>(end - first) - tied_p;
        for (auto i = first; i < end; ++i)
            out.by_auc[sorted[i].row] = sorted[i].of_class
                                            ? (below_n + tied_n / 2) / n
                                            : (p - below_p - tied_p + tied_p / 2) / p;
        out.auc += tied_p * (below_n + tied_n / 2) / (p * n);
        below_p += tied_p;
        below_n += tied_n;
    });
    for (const auto& one : sorted) {
        auto& by = out.by_auc[one.row];
        by = (by - out.auc) / (one.of_class ? p : n);
    }
}

// From the highest score downwards the precision at each tie, then, from the lowest upwards, what a
// row changes in it: it is among the first TP and N of all that are not above it.
void rank_precision(std::span<const Ranked> sorted, double p, OneClass& out) {
    struct Tie {
        std::size_t first, end;
        double hits, taken, in_class;
    };
    std::vector<Tie> ties;
    for_ties(sorted, [&](std::size_t first, std::size_t end) {
        const auto in_class = static_cast<double>(positives_in(sorted, first, end));
        ties.push_back({first, end, 0, 0, in_class});
    });
    double hits = 0;
    double taken = 0;
    for (auto tie = ties.rbegin(); tie != ties.rend(); ++tie) {
        hits += tie->in_class;
        taken += static_cast<double>(tie->end - tie->first);
        tie->hits = hits;
        tie->taken = taken;
        out.average_precision += tie->in_class / p * (hits / taken);
    }
    double gained = 0;
    double diluted = 0;
    for (const auto& tie : ties) {
        gained += tie.in_class / tie.taken;
        diluted += tie.in_class * tie.hits / (tie.taken * tie.taken);
        const double hit = (tie.hits / tie.taken + gained - out.average_precision) / p;
        for (auto i = tie.first; i < tie.end; ++i)
            out.by_precision[sorted[i].row] = (sorted[i].of_class ? hit : 0) - diluted / p;
    }
}

OneClass rank_class(
    std::span<const double> probabilities,
    std::span<const int> truth,
    std::size_t classes,
    std::size_t which
) {
    std::vector<Ranked> sorted(truth.size());
    OneClass out;
    for (std::size_t row = 0; row < truth.size(); ++row) {
        const bool of_class = truth[row] == static_cast<int>(which);
        sorted[row] = {
            probabilities[row * classes + which], static_cast<std::uint32_t>(row), of_class};
        out.positives += of_class ? 1 : 0;
    }
    if (out.positives == 0 || out.positives == truth.size()) return out;
    std::sort(sorted.begin(), sorted.end(), [](const Ranked& a, const Ranked& b) {
        return a.score < b.score || (a.score == b.score && a.row < b.row);
    });
    out.by_auc.resize(truth.size());
    out.by_precision.resize(truth.size());
    const auto p = static_cast<double>(out.positives);
    rank_area(sorted, p, static_cast<double>(truth.size()) - p, out);
    rank_precision(sorted, p, out);
    return out;
}

// A mean over classes with the derivatives of it.
struct MeanOver {
    double sum = 0;
    std::size_t classes = 0;
    std::size_t fewest = 0;  // rows of the smaller side of a class
    std::vector<double> by;

    void add(double value, std::span<const double> derivatives, std::size_t positives) {
        if (by.empty()) by.resize(derivatives.size());
        for (std::size_t i = 0; i < by.size(); ++i) by[i] += derivatives[i];
        const auto side = std::min(positives, derivatives.size() - positives);
        fewest = classes == 0 ? side : std::min(fewest, side);
        sum += value;
        ++classes;
    }

    // At 0 or 1 all derivatives are 0: there Wilson's interval of the smaller side stands.
    std::optional<Estimate> estimate() const {
        if (classes == 0) return std::nullopt;
        const auto k = static_cast<double>(classes);
        const double value = sum / k;
        double variance = 0;
        for (double one : by) variance += one / k * (one / k);
        if (value <= 1e-12 || value >= 1 - 1e-12) {
            const auto n = static_cast<double>(fewest);
            return Estimate{value, base::wilson(value < 0.5 ? 0 : n, n)};
        }
        const double middle = std::log(value / (1 - value));
        const double reach = 1.959964 * std::sqrt(variance) / (value * (1 - value));
        const auto share = [](double logit) { return 1 / (1 + std::exp(-logit)); };
        return Estimate{value, {share(middle - reach), share(middle + reach)}};
    }
};

// Every point if there are few, else `most` of them, the first and the last among them.
CurveOfPoints thin(const CurveOfPoints& points, std::size_t most) {
    if (points.size() <= most) return points;
    CurveOfPoints out;
    for (std::size_t i = 0; i < most; ++i)
        out.push_back(points[i * (points.size() - 1) / (most - 1)]);
    return out;
}

}  // namespace

Ranking judge_ranking(
    std::span<const double> probabilities,
    std::span<const int> truth,
    std::size_t classes,
    Team& team,
    std::stop_token stop
) {
    Ranking out;
    out.auc.resize(classes);
    out.average_precision.resize(classes);
    MeanOver area;
    MeanOver precision;
    for (std::size_t from = 0; from < classes; from += classes_at_once) {
        std::vector<OneClass> some(std::min(classes_at_once, classes - from));
        team.run(some.size(), [&](std::size_t i) {
            if (stop.stop_requested()) throw base::Interrupted();
            some[i] = rank_class(probabilities, truth, classes, from + i);
        });
        for (std::size_t i = 0; i < some.size(); ++i) {
            const auto& one = some[i];
            if (one.by_auc.empty()) continue;
            out.auc[from + i] = one.auc;
            out.average_precision[from + i] = one.average_precision;
            if (classes != 2 || from + i == 1) area.add(one.auc, one.by_auc, one.positives);
            precision.add(one.average_precision, one.by_precision, one.positives);
        }
    }
    out.macro_auc = area.estimate();
    out.macro_average_precision = precision.estimate();
    return out;
}

ThresholdCurves
threshold_curves(std::span<const double> scores, std::span<const char> is_of, std::size_t most) {
    std::vector<Ranked> sorted(scores.size());
    std::size_t of_class = 0;
    for (std::size_t row = 0; row < scores.size(); ++row) {
        sorted[row] = {scores[row], static_cast<std::uint32_t>(row), is_of[row] != 0};
        of_class += is_of[row] != 0 ? 1 : 0;
    }
    const auto p = static_cast<double>(of_class);
    const auto n = static_cast<double>(scores.size()) - p;
    if (p == 0 || n == 0) return {};
    std::sort(sorted.begin(), sorted.end(), [](const Ranked& a, const Ranked& b) {
        return a.score > b.score || (a.score == b.score && a.row < b.row);
    });
    CurveOfPoints roc{{0, 0}};
    CurveOfPoints recall;
    double hits = 0;
    double taken = 0;
    for_ties(sorted, [&](std::size_t first, std::size_t end) {
        hits += static_cast<double>(positives_in(sorted, first, end));
        taken += static_cast<double>(end - first);
        roc.emplace_back((taken - hits) / n, hits / p);
        recall.emplace_back(hits / p, hits / taken);
    });
    return {thin(roc, most), thin(recall, most)};
}

CurveOfPoints
coverage_curve(std::span<const double> confidence, std::span<const char> right, std::size_t most) {
    std::vector<Ranked> sorted(confidence.size());
    for (std::size_t row = 0; row < confidence.size(); ++row)
        sorted[row] = {confidence[row], static_cast<std::uint32_t>(row), right[row] != 0};
    std::sort(sorted.begin(), sorted.end(), [](const Ranked& a, const Ranked& b) {
        return a.score > b.score || (a.score == b.score && a.row < b.row);
    });
    CurveOfPoints out;
    double hits = 0;
    for_ties(sorted, [&](std::size_t first, std::size_t end) {
        hits += static_cast<double>(positives_in(sorted, first, end));
        const auto taken = static_cast<double>(end);
        out.emplace_back(taken / static_cast<double>(sorted.size()), hits / taken);
    });
    return thin(out, most);
}

}  // namespace training

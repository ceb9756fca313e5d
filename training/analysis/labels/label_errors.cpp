// Confident learning says how many labels are wrong; it ranks badly by itself: rows that it counts
// may be near their threshold, and rows that it passes over may be wrong beyond doubt. So all rows
// where another class is likelier stand in one order, and the count stands beside it.
//
// The order is by log-odds unless another is asked for: among labels with a probability of nearly
// nothing it tells those where one other class is certain from those where none is, which
// self-confidence does not (planted errors of 20 Newsgroups, docs/benchmarks.md).
#include "training/analysis/labels/label_errors.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/error.hpp"

namespace training {

namespace {

constexpr double least_probability = 1e-12, most_reliability = 0.999;

double log_odds(double one, double other) {
    return std::log(std::max(one, least_probability)) -
           std::log(std::max(other, least_probability));
}

// Means of what a class is said of the rows that carry it. A class that nobody carries can not be
// suggested.
void find_thresholds(
    std::span<const double> probabilities,
    std::span<const int> labels,
    std::size_t classes,
    LabelErrors& out,
    std::vector<std::size_t>& counts
) {
    out.thresholds.assign(classes, 0);
    for (std::size_t row = 0; row < labels.size(); ++row) {
        const auto given = static_cast<std::size_t>(labels[row]);
        if (labels[row] < 0 || given >= classes)
            throw base::Error("label errors", "a label is out of range");
        out.thresholds[given] += probabilities[row * classes + given];
        ++counts[given];
    }
    for (std::size_t c = 0; c < classes; ++c)
        out.thresholds[c] = counts[c] > 0 ? out.thresholds[c] / static_cast<double>(counts[c]) : 2;
}

// How many rows of each label are confidently of some class, and of the label itself: of the joint
// of given and true labels all that the share of errors needs, in memory of the classes.
struct Counted {
    std::vector<std::size_t> rows, confident, agreeing;
};

// Each label's share of confident errors stands for all that carry it.
double share_of_errors(const Counted& counted) {
    double rows = 0, wrong = 0;
    for (std::size_t c = 0; c < counted.rows.size(); ++c) {
        const auto all = static_cast<double>(counted.rows[c]);
        rows += all;
        if (counted.confident[c] == 0) continue;
        wrong += all * (1 - static_cast<double>(counted.agreeing[c]) /
                                static_cast<double>(counted.confident[c]));
    }
    return rows > 0 ? wrong / rows : 0;
}

// What is added to the log-odds of a label for who gave it.
double shift_of(double reliability, double usual) {
    if (std::isnan(reliability)) return 0;
    const double sure = std::clamp(reliability, 1 - most_reliability, most_reliability);
    return log_odds(sure, 1 - sure) - log_odds(usual, 1 - usual);
}

// The smallest of `order` first, of equal ones the lowest quality.
void put_in_order(std::vector<LabelSuspect>& suspects, const std::vector<double>& order) {
    std::vector<std::size_t> places(suspects.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::stable_sort(places.begin(), places.end(), [&](auto a, auto b) {
        if (order[a] != order[b]) return order[a] < order[b];
        return suspects[a].quality < suspects[b].quality;
    });
    std::vector<LabelSuspect> sorted;
    sorted.reserve(places.size());
    for (auto at : places) sorted.push_back(suspects[at]);
    suspects = std::move(sorted);
}

// The row as a suspect, its quality the log-odds so far; nothing if it is none.
std::optional<LabelSuspect> suspect_in(
    std::span<const double> line,
    std::uint32_t row,
    std::size_t given,
    const std::vector<double>& thresholds,
    Counted& counted
) {
    std::optional<std::size_t> confident, other;
    for (std::size_t c = 0; c < line.size(); ++c) {
        if (line[c] >= thresholds[c] && (!confident || line[c] > line[*confident])) confident = c;
        if (c != given && (!other || line[c] > line[*other])) other = c;
    }
    if (confident) ++counted.confident[given];
    if (confident == given) ++counted.agreeing[given];
    const bool wrong = confident && *confident != given;
    if (!other || (!wrong && line[*other] <= line[given])) return std::nullopt;
    if (wrong) other = confident;
    return LabelSuspect{
        row,
        static_cast<int>(given),
        static_cast<int>(*other),
        line[given],
        log_odds(line[given], line[*other]),
        wrong};
}

}  // namespace

LabelErrors label_errors(
    std::span<const double> probabilities,
    std::span<const int> labels,
    std::size_t classes,
    SuspectRank rank,
    std::span<const double> reliability
) {
    const auto n = labels.size();
    if (probabilities.size() != n * classes)
        throw base::Error("label errors", "predictions and labels differ in rows");
    if (!reliability.empty() && reliability.size() != n)
        throw base::Error("label errors", "reliabilities and labels differ in rows");
    LabelErrors out;
    Counted counted{std::vector<std::size_t>(classes), std::vector<std::size_t>(classes), {}};
    counted.agreeing.resize(classes);
    find_thresholds(probabilities, labels, classes, out, counted.rows);
    for (std::uint32_t row = 0; row < n; ++row) {
        const auto line = probabilities.subspan(row * classes, classes);
        const auto given = static_cast<std::size_t>(labels[row]);
        if (auto suspect = suspect_in(line, row, given, out.thresholds, counted))
            out.suspects.push_back(*suspect);
    }
    out.estimated_share = share_of_errors(counted);
    const double usual = 1 - std::clamp(out.estimated_share, 1 - most_reliability, 0.5);
    std::vector<double> order;
    for (auto& suspect : out.suspects) {
        const double shift = reliability.empty() ? 0 : shift_of(reliability[suspect.row], usual);
        const auto other = static_cast<std::size_t>(suspect.suggested);
        out.confident += suspect.confident ? 1 : 0;
        order.push_back(
            rank == SuspectRank::log_odds ? suspect.quality + shift
            : rank == SuspectRank::self_confidence
                ? suspect.self_confidence
                : suspect.self_confidence - probabilities[suspect.row * classes + other]
        );
        suspect.quality = 1 / (1 + std::exp(-suspect.quality - shift));
    }
    put_in_order(out.suspects, order);
    return out;
}

}  // namespace training

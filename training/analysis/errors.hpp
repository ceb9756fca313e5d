#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "training/evaluation/metrics.hpp"
#include "training/evaluation/statistics.hpp"
#include "training/snapshots/examples.hpp"

// Error analysis: what goes wrong where, and what to label next. All pure: predictions in, findings
// out.
namespace training {

struct ConfusedPair {
    std::size_t truth = 0;
    std::size_t predicted = 0;
    std::size_t rows = 0;
    double share = 0;  // of the rows that are of class `truth`
};

// The off-diagonal cells of the confusion matrix that are not empty, most rows first.
std::vector<ConfusedPair> confused_pairs(const ClassReport& report, std::size_t limit = 20);
// Classes with support by rising F1.
std::vector<std::size_t> worst_classes(const ClassReport& report, std::size_t limit = 10);

// By what a prediction is doubtful.
enum class Doubt { uncertain, margin, entropy };

// How doubtful a line of probabilities is, from 0 (one class is certain) to 1 (all are as probable,
// or by margin the first two): 1 less the highest, 1 less the distance of the first two, or the
// entropy, over what it is at most (Settles 2009).
double doubt_of(std::span<const double> probabilities, Doubt by);

struct NextItem {
    enum class Reason { doubt, random };
    std::uint32_t row = 0;
    Reason reason = Reason::doubt;
    double score = 0;  // its doubt: 1 is most
};

struct NextSpec {
    std::size_t count = 100;
    Doubt by = Doubt::margin;
    double random_share = 0.1;  // at least one item; keeps the labelled set honest
    int near = 3;               // no two items whose SimHashes are this close
    std::uint64_t seed = 1;
    std::vector<std::uint8_t> first = {};  // empty, or 1 for rows that come before all others
    // 0: strictly by doubt. Else drawn without repetition, each row as likely as its doubt to this
    // power, and those of `first` `first_times` as likely.
    double sharpness = 0;
    double first_times = 3;
};

// Unlabelled rows to label next: the most doubtful, and a random arm spread among them. `simhashes`
// is empty or has one per row (0: none).
//
// Drawn rows keep the mix of what there is: where a model doubts all rows alike, as a young one
// does, they are a sample by chance, and the surer it gets the more they are of what it doubts
// (Kirsch et al. 2023, Stochastic batch acquisition: the power distribution, drawn by the largest
// of keys with Gumbel noise).
std::vector<NextItem> next_items(
    std::span<const double> probabilities,
    std::size_t classes,
    std::span<const std::uint64_t> simhashes,
    const NextSpec& spec
);
// The same, but that the doubtful ones are spread out: of the five times as many most doubtful
// ones, each in turn the one that is farthest from all that were taken (k-center, greedy; Gonzalez
// 1985, Sener and Savarese 2018); after 2,000 they come by doubt again. `places` has `width`
// numbers for each row, compared by the sum of squares; with a width of 0 it is as above.
std::vector<NextItem> spread_items(
    std::span<const double> probabilities,
    std::size_t classes,
    std::span<const float> places,
    std::size_t width,
    const NextSpec& spec
);

// Where rows lie, as numbers that can be compared: `width` for each.
struct Places {
    std::vector<float> numbers;
    std::size_t width = 0;
};
// From what the examples hold: the SimHash of a text, numeric columns by their standard deviation
// (categories are left out), pictures as 8 x 8 mean values. Each part weighs the same.
Places places_of(const Examples& examples);

struct CurveSample {
    double rows = 0;
    double error = 0;
};

// error = floor + scale * (rows + shift)^-exponent, the law of four parameters that fitted best
// what Viering and Loog 2023 ("The Shape of Learning Curves: a Review", table 1, POW4) tell of:
// while a model has seen a few rows of each class its error hardly falls, and a law without a shift
// would take that for a low exponent.
struct PowerLaw {
    double floor = 0;
    double scale = 0;
    double exponent = 0;
    double rmse = 0;  // of the fit over the samples, weighted as they are
    double shift = 0;

    double at(double rows) const;
};

// Least squares with floor and scale not negative and exponent in 0.01 .. 3, samples weighted by
// their rows, for what is asked lies beyond the largest. A shift, of up to twice the largest size,
// is taken where it lowers the squares by a tenth and there are more than three sizes. Nothing for
// fewer than three.
std::optional<PowerLaw> fit_power_law(std::span<const CurveSample> samples);

}  // namespace training

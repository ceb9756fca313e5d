#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/words.hpp"

// Labels that may be wrong, from probabilities of a model that has not seen the rows. Pure.
namespace training {

// By what suspected labels are put in order.
enum class SuspectRank { log_odds, self_confidence, normalized_margin };

constexpr auto words_of(SuspectRank) {
    return std::to_array<base::Word<SuspectRank>>({
        {SuspectRank::log_odds,
         "log_odds",
         "how many times as probable the likeliest other class is as the label"},
        {SuspectRank::self_confidence, "self_confidence", "the probability of the label"},
        {SuspectRank::normalized_margin,
         "normalized_margin",
         "the probability of the label less that of the likeliest other class"},
    });
}

struct LabelSuspect {
    std::uint32_t row = 0;
    int given = 0;
    int suggested = 0;           // the likeliest other class
    double self_confidence = 0;  // probability of the given label
    double quality = 0;          // of the two classes, how likely the given one is: 0 to 1
    bool confident = false;      // confident learning counts it as an error
};

struct LabelErrors {
    std::vector<LabelSuspect> suspects;  // the likeliest error first
    std::vector<double>
        thresholds;  // by class: mean probability of the class among the rows that carry it
    std::size_t confident = 0;   // suspects that confident learning counts
    double estimated_share = 0;  // of rows with a wrong label
};

// A row is suspect where another class is likelier than its label, or where confident learning
// (Northcutt, Jiang, Chuang 2021) counts it: among the classes whose probability reaches the
// class's threshold the most probable is not the label.
//
// `reliability`, empty or one per row, is how sure those who gave the label are of it, 0 to 1, NaN
// where nobody knows: what labeling infers of answers and of who gave them. It shifts the odds of
// the label by its own, over those of an average label, as one more judge would whose errors do
// not depend on the model's (Goh, Tkachenko, Mueller 2022, CROWDLAB).
//
// Memory beside the input grows with the suspects only. Throws base::Error where sizes do not fit
// or a label is out of range.
LabelErrors label_errors(
    std::span<const double> probabilities,
    std::span<const int> labels,
    std::size_t classes,
    SuspectRank rank = SuspectRank::log_odds,
    std::span<const double> reliability = {}
);

}  // namespace training

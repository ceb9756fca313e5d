#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

// The formulas behind labeling/agreement/agreement.hpp, over units that are grouped into patterns
// with weights.
namespace labeling::detail {

struct Rating {
    std::uint32_t rater = 0;
    std::uint32_t category = 0;
};
using Pattern = std::vector<Rating>;  // the ratings of one unit, by rater or by category, ascending

struct Sample {
    const std::vector<Pattern>& patterns;
    const std::vector<double>& weight;  // how many units follow each pattern
    std::size_t categories = 0;
    std::size_t raters = 0;
    const std::vector<double>& values;  // of the categories; empty if they are no numbers
};

enum class Level { nominal, ordinal, interval, ratio };

// Each returns nothing where the formula divides by zero.
std::optional<double> percent(const Sample& sample);
// Cohen's kappa with disagreement |i - j|^power over the categories in use (0: any difference is
// 1), averaged over pairs of raters.
std::optional<double> light(const Sample& sample, int power);
std::optional<double> fleiss(const Sample& sample);
std::optional<double> gwet(const Sample& sample, bool quadratic);
std::optional<double> alpha(const Sample& sample, Level level);

}  // namespace labeling::detail

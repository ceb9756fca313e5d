#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

// The formulas behind labeling/agreement/agreement.hpp, over units that are grouped into patterns
// with weights.
namespace labeling {

inline constexpr double tiny = 1e-12;  // what is below is nothing, and is not divided by

struct Rating {
    std::uint32_t rater = 0;
    std::uint32_t category = 0;
};
using Pattern = std::vector<Rating>;  // the ratings of one unit, by rater or by category, ascending

// What two ratings that differ have in common: weights of Gwet, Handbook of Inter-Rater
// Reliability, 4th ed., 2014, chapter 3.
enum class Likeness { none, linear, quadratic, ordinal, radical, ratio };

// The categories as a scale.
class Scale {
public:
    // `values` of the categories, ascending; none: they have no order.
    Scale(Likeness likeness, std::vector<double> values, std::size_t categories);

    double of(std::size_t a, std::size_t b) const;  // 1 for equal ones, 0 for the farthest
    double sum() const { return sum_; }             // over all pairs of categories
    double value(std::size_t category) const { return values_[category]; }

private:
    double distance(std::size_t a, std::size_t b) const;

    Likeness likeness_;
    std::vector<double> values_;
    double farthest_ = 1;
    double sum_ = 0;
};

// What two raters both rated.
struct Pair {
    struct Both {
        std::uint32_t pattern = 0;
        std::uint32_t first = 0, second = 0;  // places in `values`
    };
    std::vector<Both> units;     // by first, then by second
    std::vector<double> values;  // of the categories that they used, ascending
};

struct Sample {
    const std::vector<Pattern>& patterns;
    const std::vector<Pair>& pairs;     // of raters that share a unit; empty if none are asked for
    const std::vector<double>& weight;  // how many units follow each pattern
    std::size_t categories = 0;
    std::size_t raters = 0;
    const Scale& scale;
};

// Each returns nothing where the formula divides by zero.
std::optional<double> percent(const Sample& sample);
std::optional<double> fleiss(const Sample& sample);
std::optional<double> conger(const Sample& sample);
std::optional<double> brennan_prediger(const Sample& sample);
std::optional<double> gwet(const Sample& sample);

enum class Level { nominal, ordinal, interval, ratio };
std::optional<double> alpha(const Sample& sample, Level level);

// The mean over the pairs of raters. Cohen's kappa with disagreement |i - j|^power (0: any
// difference is 1).
std::optional<double> light(const Sample& sample, int power);
std::optional<double> scott(const Sample& sample);
std::optional<double> kendall(const Sample& sample);
std::optional<double> spearman(const Sample& sample);

}  // namespace labeling

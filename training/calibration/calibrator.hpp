#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "base/words.hpp"
#include "training/numeric/bytes.hpp"

namespace training {

// How probabilities are brought to what comes true.
enum class Calibration { none, automatic, temperature, sigmoid, isotonic };

constexpr auto words_of(Calibration) {
    return std::to_array<base::Word<Calibration>>({
        {Calibration::none, "none", "as the model says"},
        {Calibration::automatic,
         "auto",
         "what has the least log-loss in a cross-validation of the rows it is fitted on"},
        {Calibration::temperature, "temperature", "logarithms divided by one number"},
        {Calibration::sigmoid, "sigmoid", "a sigmoid for each class against the others"},
        {Calibration::isotonic,
         "isotonic",
         "a rising curve for each class against the others; takes a thousand rows"},
    });
}

// A map of probabilities onto better ones, fitted on rows that the model has not learnt from. Rows
// still sum to 1. Temperature (Guo et al. 2017) leaves the order of the classes as it is. The
// sigmoid is that of Platt (1999) on the logit, with his targets and the descent of Lin et al.
// (2007); the isotonic curve pools adjacent violators (Barlow et al. 1972) and is straight between
// its steps. Both are fitted one-vs-rest and then brought to sum 1 (Zadrozny and Elkan 2002), of
// two classes for the second alone; a class without a row, or with all, stays as it is.
class Calibrator {
public:
    struct Sigmoid {  // of slope * logit + offset
        bool fitted = false;
        double slope = 1;
        double offset = 0;
    };
    // Straight between the points, flat beyond them; none: as it is.
    struct Curve {
        std::vector<double> x, y;  // x rises
    };
    static constexpr double edge = 1e-12;  // probabilities are cut to within it of 0 and 1

    Calibrator() = default;

    // `probabilities` is row-major, truth.size() x classes. Throws base::Error if there are no
    // rows.
    static Calibrator fit(
        Calibration how,
        std::span<const double> probabilities,
        std::span<const int> truth,
        std::size_t classes,
        std::uint64_t seed = 1
    );

    // In place; row-major lines of as many classes as it was fitted to.
    void apply(std::span<double> probabilities) const;

    Calibration kind() const { return kind_; }  // never automatic
    std::size_t classes() const { return classes_; }
    bool empty() const { return kind_ == Calibration::none; }
    // What kind() has, by class; of two classes the second counts alone.
    double temperature() const { return temperature_; }
    const std::vector<Sigmoid>& sigmoids() const { return sigmoids_; }
    const std::vector<Curve>& curves() const { return curves_; }
    // What was fitted: {"calibration": "temperature", "temperature": 1.7}.
    boost::json::object json() const;

    void save(Writer& out) const;
    // Throws base::Error if it is broken.
    static Calibrator load(Reader& in);

private:
    double of_class(std::size_t which, double probability) const;
    void fit_temperature(std::span<const double> probabilities, std::span<const int> truth);
    static Sigmoid fit_sigmoid(std::span<const double> scores, std::span<const char> is_of);
    static Curve fit_isotonic(std::span<const double> scores, std::span<const char> is_of);

    Calibration kind_ = Calibration::none;
    std::size_t classes_ = 0;
    double temperature_ = 1;
    std::vector<Sigmoid> sigmoids_;  // by class
    std::vector<Curve> curves_;      // by class
};

}  // namespace training

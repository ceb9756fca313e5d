#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "base/settings/fwd.hpp"
#include "base/words.hpp"
#include "training/calibration/calibrator.hpp"

// From probabilities to a class, or to none.
namespace training {

enum class DecideBy { probability, f_beta, cost };

constexpr auto words_of(DecideBy) {
    return std::to_array<base::Word<DecideBy>>({
        {DecideBy::probability, "probability", "the most probable class"},
        {DecideBy::f_beta,
         "f_beta",
         "by thresholds that make the F-beta of `positive`, or its mean over the classes, highest"},
        {DecideBy::cost, "cost", "the class that is expected to cost least"},
    });
}

// What is asked for beside the model itself.
struct DecisionSpec {
    Calibration calibrate = Calibration::none;
    DecideBy decide = DecideBy::probability;
    double beta = 1;
    std::string positive;  // class
    std::map<std::string, double>
        costs;  // "TRUTH>SAID"; what is not named costs 1, what is right 0
    double abstain_below = 0;
    double abstain_accuracy = 0;

    bool empty() const;  // nothing but the model
    // Throws base::UsageError in one line for a class that there is not.
    void check_classes(const std::vector<std::string>& class_names) const;
    static const base::Settings<DecisionSpec> settings;
};

// Rows that the model has not learnt from, with what it says of them.
struct HeldOut {
    std::vector<double> probabilities;  // row-major, rows x classes
    std::vector<int> truth;
    std::string from;  // "validation", "out-of-fold"
};

// The calibration, thresholds and abstention that a model ends with. Kept in its artefact.
class Decision {
public:
    struct Cost {
        std::uint32_t truth = 0, said = 0;
        double more = 0;  // than what it would cost without being named
    };

    Decision() = default;

    // The calibration first; all else is fitted to calibrated probabilities. The thresholds are
    // found one class after the other, each where the figure is highest on the rows, until none
    // gains; of macro F-beta with 100 classes at most. `abstain_accuracy` is reached by answering
    // as many of the surest rows as it allows. Throws base::Error in one line where that is none.
    static Decision fit(
        const DecisionSpec& spec,
        HeldOut rows,
        const std::vector<std::string>& class_names,
        std::uint64_t seed
    );

    bool empty() const;
    const Calibrator& calibrator() const { return calibrator_; }
    // Whether it may leave rows without an answer.
    bool may_abstain() const { return abstain_below_ > 0; }
    double abstain_below() const { return abstain_below_; }  // 0: never
    const std::vector<double>& thresholds() const { return thresholds_; }
    const std::vector<Cost>& costs() const { return costs_; }
    // Of saying a class of a row of another: as it was given, else 1, and 0 for the right one.
    double cost(std::size_t truth, std::size_t said) const;

    // The class of each line: the highest ratio of probability and threshold, the least expected
    // cost (Elkan 2001), or the most probable; the first of equals.
    std::vector<int> decide(std::span<const double> probabilities, std::size_t classes) const;
    // Lines whose decided class is less probable than the threshold.
    std::vector<char> abstains(
        std::span<const double> probabilities,
        std::span<const int> decided,
        std::size_t classes
    ) const;

    // For people: what was fitted on what, by the names of the classes.
    boost::json::object json(const std::vector<std::string>& class_names) const;

    void save(Writer& out) const;
    // Throws base::Error if it is broken, or not for so many classes.
    static Decision load(Reader& in, std::size_t classes);

private:
    void fit_abstention(const DecisionSpec& spec, const HeldOut& rows, std::size_t classes);

    Calibrator calibrator_;
    std::vector<double> thresholds_;  // by class, sum 1; empty: none
    std::vector<Cost> costs_;
    double abstain_below_ = 0;
    std::string from_;
    std::uint64_t rows_ = 0;
    double loss_before_ = 0, loss_after_ = 0;  // log-loss of the rows
};

}  // namespace training

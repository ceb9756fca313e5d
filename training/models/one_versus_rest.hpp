#pragma once

#include <vector>

#include "training/models/models.hpp"
#include "training/numeric/linear_scores.hpp"

namespace training::detail {

// Linear machines: each class against the others (two classes: one problem), by dual coordinate
// descent, a class to a thread; their scores become probabilities by one temperature, fitted on
// validation, or on a fifth of the training rows that a first fit did not see.
class OneVersusRest final : public Model {
public:
    struct Settings {
        bool logistic = false;
        double cost = 1;
        double balance = 0;
        // Columns scaled by the log-count ratio of each class (Wang and Manning 2012), and weights
        // drawn to their mean size by 1 - `blend`.
        bool ratios = false;
        double smoothing = 1;
        double blend = 0.25;
    };
    explicit OneVersusRest(const Settings& settings) : settings_(settings) {}

    std::vector<double> predict(const Design& rows, Team& team) const override {
        return linear_.predict(rows, team);
    }
    void save(Writer& out) const override { linear_.save(out); }
    void load(Reader& in) override { linear_.load(in); }

private:
    void learn(
        const View& train,
        const View& validation,
        std::size_t outputs,
        const FitContext& context
    ) override;
    LinearScores solve(const View& train, std::size_t outputs, const FitContext& context) const;
    std::vector<float> against(
        const View& train,
        std::size_t positive,
        std::span<const float> costs,
        std::span<const float> squares,
        const FitContext& context
    ) const;

    Settings settings_;
    LinearScores linear_;
};

const Hyperparameter& cost_parameter();

}  // namespace training::detail

#pragma once

#include <vector>

#include "training/models/models.hpp"
#include "training/numeric/linear_scores.hpp"

namespace training {

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
        // drawn to their mean size by 1 - `blend`; 0: whichever of several has the least log-loss
        // on rows that the weights were not fitted to.
        bool ratios = false;
        double smoothing = 1;
        double blend = 1;
    };
    explicit OneVersusRest(const Settings& settings) : settings_(settings) {}

    // Classes, of which each is one descent, row after row; two classes have one in all.
    static Sharing shares(const Design&, std::size_t outputs) {
        return outputs > 2 ? Sharing::work : Sharing::nothing;
    }

    std::vector<double> predict(const Design& rows, Team& team) const override {
        return linear_.predict(rows, team);
    }
    PlainModel plain() const override { return linear_.plain(); }
    void save(Writer& out) const override { linear_.save(out); }
    void load(Reader& in) override { linear_.load(in); }

private:
    void learn(
        const View& train,
        const View& validation,
        std::size_t outputs,
        const FitContext& context
    ) override;
    // What the descents found, before it is blended: each class's weights, the bias last, and the
    // scale of its columns, of the columns that are met.
    struct Solved {
        std::vector<std::vector<float>> weights, scales;
        std::vector<std::uint32_t> kept;  // of sparse rows: which columns are met
        std::size_t columns = 0, features = 0, outputs = 0;
    };
    // `duals` as descend_duals() has them, where that is the way; null: none are given or wanted.
    Solved solve(
        const View& train,
        std::size_t outputs,
        const FitContext& context,
        double tolerance,
        std::vector<float>* duals
    ) const;
    void tell_found(Company* company, std::size_t columns, Solved& found) const;
    // With the blend, or the one of several that is best on `held_out`, and calibrated there; and
    // which that was.
    static LinearScores scores_of(const Solved& solved, double blend);
    double choose(const Solved& solved, const View& held_out, Team& team, LinearScores& best) const;
    // Whether the classes are descended side by side.
    bool together(const Design& rows, std::size_t outputs) const;
    std::vector<float> against(
        const View& train,
        std::size_t positive,
        std::span<const float> costs,
        std::span<const float> squares,
        const std::vector<float>& scale,
        double tolerance,
        const FitContext& context
    ) const;

    Settings settings_;
    LinearScores linear_;
};

const Hyperparameter& cost_parameter();

}  // namespace training

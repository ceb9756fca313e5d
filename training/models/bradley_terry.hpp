#pragma once

#include <vector>

#include "training/models/models.hpp"

namespace training {

// Scores of rows by which one is better than another: P(a before b) = 1 / (1 + exp(s(b) - s(a))),
// with s linear in the row (Bradley and Terry 1952, with features; the loss of RankNet, Burges and
// others 2005, for a linear net). Weights by dual coordinate descent on differences of rows, drawn
// to 0 by their squares; the scale of the scores is fitted on the pairs of validation.
class BradleyTerry final : public Model {
public:
    // Which columns it looks at.
    enum class Sees { all, first, others };
    BradleyTerry(double cost, Sees sees) : cost_(cost), sees_(sees) {}

    // A score for each row.
    std::vector<double> predict(const Design& rows, Team& team) const override;
    const std::vector<float>& weights() const { return weights_; }  // by column
    PlainModel plain() const override;

    void save(Writer& out) const override;
    void load(Reader& in) override;

private:
    void learn(
        const View& train,
        const View& validation,
        std::size_t outputs,
        const FitContext& context
    ) override;
    std::vector<float> seen(const Design& rows) const;

    double cost_;
    Sees sees_;
    std::vector<float> weights_;
    double scale_ = 1;
};

// ln(1 + exp(-x)), without overflow: the loss of a pair whose scores differ by x.
double pair_loss(double difference);

}  // namespace training

#pragma once

#include <cstdint>
#include <vector>

#include "training/models/model.hpp"
#include "training/numeric/bytes.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/team.hpp"

namespace training {

struct SparseDescent {
    double rate = 1;  // of AdaGrad
    double l2 = 0;
    std::size_t epochs = 20;
    double balance = 0;
};

// Multinomial logistic regression on sparse rows: one row at a time, AdaGrad per feature, lazy L2.
// Stops after two epochs without a better validation loss and keeps the best weights.
class SparseSoftmax {
public:
    void fit(
        const View& train,
        const View& validation,
        std::size_t classes,
        const SparseDescent& how,
        const FitContext& context
    );
    std::vector<double> predict(const Design& rows, Team& team) const;

    PlainLinear plain() const;

    void save(Writer& out) const;
    void load(Reader& in);

private:
    void scores(const Design& rows, std::size_t row, float* out) const;
    double mean_loss(const View& data, Team& team) const;

    std::size_t classes_ = 0;
    std::size_t width_ = 0;  // classes, rounded up to a multiple of 8
    std::size_t features_ = 0;
    std::vector<float> table_;  // features_ rows of width_ weights
    std::vector<float> bias_;
};

}  // namespace training

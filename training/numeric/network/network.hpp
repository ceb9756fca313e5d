#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "training/models/model.hpp"
#include "training/numeric/bytes.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/network/descent.hpp"
#include "training/numeric/network/head.hpp"
#include "training/numeric/team.hpp"

namespace training {

// Layers of weights with ReLU between them: none hidden is multinomial logistic regression (or
// linear regression). What they lower is Head's.
class Network {
public:
    // `sizes`: inputs, hidden layers, outputs. Weights start as He et al. 2015 (uniform), the last
    // layer at zero.
    void start(std::vector<std::size_t> sizes, bool values, std::uint64_t seed);

    // What descend() lowers where values are learnt; squared errors if it is not called.
    void lower(Loss loss, double quantile) { head_.lower(loss, quantile); }

    // Keeps the weights of the epoch with the least validation loss.
    void descend(
        const View& train,
        const View& validation,
        const Descent& how,
        const FitContext& context
    );

    std::vector<double> predict(const Design& rows, Team& team) const;

    // Mean loss over `chosen` rows and its gradient over all parameters, in the order of
    // parameters().
    double gradient(
        const View& data,
        std::span<const std::uint32_t> chosen,
        std::vector<float>& out
    ) const;
    std::span<float> parameters() { return parameters_; }

    PlainNetwork plain() const;

    void save(Writer& out) const;
    void load(Reader& in);

private:
    struct Workspace;
    struct Layer {
        std::size_t in = 0;
        std::size_t out = 0;
        std::size_t weights = 0;  // offset of in x out weights
        std::size_t bias = 0;     // offset of out biases
    };
    void lay_out();
    const float*
    forward(const Design& rows, std::span<const std::uint32_t> chosen, Workspace& space) const;
    struct Steps;
    void backward(const Design& rows, std::span<const std::uint32_t> chosen, Workspace& space)
        const;
    bool gathers(const Design& rows) const { return rows.sparse && layers_.front().out % 8 == 0; }
    double mean_loss(const View& data, Team& team, Company* company) const;

    std::vector<std::size_t> sizes_;
    std::vector<Layer> layers_;
    Head head_;
    std::vector<float> parameters_;
};

}  // namespace training

#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "training/models/model.hpp"
#include "training/numeric/bytes.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/network/convolution.hpp"
#include "training/numeric/network/descent.hpp"
#include "training/numeric/network/head.hpp"
#include "training/numeric/team.hpp"

namespace training {

// What is made of training pictures each time that they are seen.
struct Augmentation {
    std::size_t shift = 0;  // pixels, at most, in each direction; the edge is repeated
    bool mirrored = false;  // half of the pictures, left for right
};

struct ConvSizes {
    std::size_t height = 0, width = 0, channels = 0;  // of a picture
    std::vector<std::size_t> blocks;                  // channels of each ConvBlock
    std::size_t hidden = 0;                           // units
    std::size_t outputs = 0;                          // classes, 0 for a value

    std::vector<ConvBlock> conv_blocks() const;
    std::size_t flat() const;  // numbers that the last block gives
    std::size_t parameters() const;
    // What learning takes beside the rows, with steps of so many.
    double bytes_to_learn(std::size_t batch) const;
    // Multiplications and additions of one picture, learnt from once.
    double work() const;
};

// Blocks of convolution and pooling (LeCun et al. 1998), a hidden layer with ReLU, and the outputs;
// what is lowered is Head's. Rows are pictures of one form (Design::picture). Learning drops units
// out (Srivastava et al. 2014) before the hidden layer and behind it.
class ConvNetwork {
public:
    // Weights start as He et al. 2015 (uniform), the last layer at zero.
    void start(ConvSizes sizes, std::uint64_t seed);
    void lower(Loss loss, double quantile) { head_.lower(loss, quantile); }

    struct Learning {
        Descent descent;
        double dropout = 0;  // share of the units that a step does not see
        Augmentation augmentation;
    };
    // Keeps the weights of the epoch with the least validation loss. Honours a stop within a few
    // pictures.
    void descend(
        const View& train,
        const View& validation,
        const Learning& how,
        const FitContext& context
    );

    // Throws base::Error if the rows are not of the form, or a pixel is not finite.
    std::vector<double> predict(const Design& rows, Team& team) const;

    // Mean loss over `chosen` rows and its gradient over all parameters, in the order of
    // parameters(), without dropout.
    double
    gradient(const View& data, std::span<const std::uint32_t> chosen, std::vector<float>& out);
    // Blocks (out x taps weights, bias), hidden layer and outputs (in x out weights, bias).
    std::span<float> parameters() { return parameters_; }

    PlainConvNetwork plain() const;

    void save(Writer& out) const;
    void load(Reader& in);

private:
    struct Workspace;
    struct Steps;
    struct Layer {
        std::size_t in = 0, out = 0;
        std::size_t weights = 0, bias = 0;  // offsets
    };
    void lay_out();
    void turn_weights();
    void check_rows(const Design& rows) const;
    void see(const float* pixels, std::size_t place, Workspace& space) const;
    const float* forward(std::size_t count, Workspace& space) const;
    const float* scores_of(
        const Design& rows,
        std::span<const std::uint32_t> chosen,
        Workspace& space,
        const std::stop_token& stop
    ) const;
    void backward(std::size_t count, Workspace& space, const std::stop_token& stop) const;
    double mean_loss(const View& data, const FitContext& context) const;

    ConvSizes sizes_;
    std::vector<ConvBlock> blocks_;
    std::vector<Layer> layers_;  // of each block, of the hidden layer and the outputs
    Head head_;
    std::vector<float> parameters_;
    std::vector<std::vector<float>> turned_;  // weights of each block, taps x out
};

}  // namespace training

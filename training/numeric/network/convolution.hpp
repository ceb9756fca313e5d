#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace training {

// One block of a convolutional network: 3 x 3 convolution with a border of zeros, then the largest
// of each field of 2 x 2 (at odd edges of what there is of one), then ReLU. Pictures lie line by
// line, the channels of a pixel side by side.
struct ConvBlock {
    std::size_t height = 0;
    std::size_t width = 0;
    std::size_t in = 0;   // channels
    std::size_t out = 0;  // channels

    std::size_t taps() const { return 9 * in; }  // of one output: by line, column and channel
    std::size_t inputs() const { return height * width * in; }
    std::size_t pooled_height() const { return (height + 1) / 2; }
    std::size_t pooled_width() const { return (width + 1) / 2; }
    std::size_t outputs() const { return pooled_height() * pooled_width() * out; }
    // Multiplications of one picture.
    double products() const {
        return static_cast<double>(height * width) * static_cast<double>(taps() * out);
    }
    // Lines of the picture that are worked on at once, an even number; by the shape alone.
    std::size_t lines() const;
};

// What one thread needs for the blocks of a network.
struct ConvRoom {
    explicit ConvRoom(const std::vector<ConvBlock>& blocks);
    static std::size_t floats(const std::vector<ConvBlock>& blocks);

    std::vector<float> taps, cells, spare, work;
};

// `weights`: taps x out. Writes outputs() numbers, and which cell of its field each was.
void conv_forward(
    const ConvBlock& block,
    const float* picture,
    const float* weights,
    const float* bias,
    float* out,
    std::uint32_t* which,
    ConvRoom& room
);

// The way back of one picture. `weights`: out x taps. `error`: of `out`, which counts times
// `scale`. Adds to the gradients of the weights (out x taps) and the bias; `below` becomes the
// error of the picture unless it is nullptr.
struct ConvBack {
    const float* picture = nullptr;
    const float* weights = nullptr;
    const float* out = nullptr;
    const std::uint32_t* which = nullptr;
    const float* error = nullptr;
    float scale = 1;
    float* weight_gradient = nullptr;
    float* bias_gradient = nullptr;
    float* below = nullptr;
};
void conv_backward(const ConvBlock& block, const ConvBack& back, ConvRoom& room);

}  // namespace training

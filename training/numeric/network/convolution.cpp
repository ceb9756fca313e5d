// A convolution is one product of matrices for a stretch of lines: the neighbours of each pixel are
// written out side by side (Chellapilla, Puri and Simard 2006), three runs of floats a pixel, since
// the channels of neighbours in a line lie side by side. A stretch is so short that it stays in the
// cache, and what it is depends on the shape alone, so that sums are the same to the bit however
// many threads there are.
//
// ReLU comes after the pooling, which is the same and four times less work. The way back gathers a
// stretch again instead of keeping it: it is much the cheaper of the two.
#include "training/numeric/network/convolution.hpp"

#include <algorithm>

#include "training/numeric/kernels.hpp"

namespace training {

namespace {

constexpr std::size_t stretch_floats = 128 * 1024;

// The neighbours of the pixels of lines [from, to), pixels x taps.
void gather_taps(
    const ConvBlock& block,
    const float* picture,
    std::size_t from,
    std::size_t to,
    float* taps
) {
    const auto w = block.width, in = block.in;
    for (auto y = from; y < to; ++y)
        for (std::size_t x = 0; x < w; ++x)
            for (std::size_t dy = 0; dy < 3; ++dy, taps += 3 * in) {
                const auto line = y + dy;  // of the picture below a line of zeros
                if (line < 1 || line > block.height) {
                    std::fill_n(taps, 3 * in, 0.0F);
                    continue;
                }
                const auto* row = picture + (line - 1) * w * in;
                const bool left = x > 0, right = x + 1 < w;
                auto* to_write = taps;
                if (!left) to_write = std::fill_n(to_write, in, 0.0F);
                const auto* first = row + (left ? x - 1 : x) * in;
                const auto count = (1U + (left ? 1U : 0U) + (right ? 1U : 0U)) * in;
                to_write = std::copy_n(first, count, to_write);
                if (!right) std::fill_n(to_write, in, 0.0F);
            }
}

// The way back of gather_taps(): adds each to the pixel that it was of.
void scatter_taps(
    const ConvBlock& block,
    const float* taps,
    std::size_t from,
    std::size_t to,
    float* picture
) {
    const auto& k = kernels();
    const auto w = block.width, in = block.in;
    for (auto y = from; y < to; ++y)
        for (std::size_t x = 0; x < w; ++x)
            for (std::size_t dy = 0; dy < 3; ++dy, taps += 3 * in) {
                const auto line = y + dy;
                if (line < 1 || line > block.height) continue;
                auto* row = picture + (line - 1) * w * in;
                const bool left = x > 0, right = x + 1 < w;
                const auto count = (1U + (left ? 1U : 0U) + (right ? 1U : 0U)) * in;
                k.axpy(count, 1.0F, left ? taps : taps + in, row + (left ? x - 1 : x) * in);
            }
}

// The four cells of a field; what lies beyond the edge is `beyond`, or the cell beside it.
template <typename T>
void cells_of(
    const ConvBlock& block,
    T* cells,
    std::size_t lines,
    std::size_t y,
    std::size_t x,
    T* beyond,
    T** four
) {
    const bool right = 2 * x + 1 < block.width, low = 2 * y + 1 < lines;
    auto* first = cells + (2 * y * block.width + 2 * x) * block.out;
    four[0] = first;
    four[1] = right ? first + block.out : beyond ? beyond : first;
    four[2] = low ? first + block.width * block.out : beyond ? beyond + block.out : first;
    four[3] = low && right ? four[2] + block.out
              : beyond     ? beyond + 2 * block.out
              : right      ? four[1]
              : low        ? four[2]
                           : first;
}

}  // namespace

std::size_t ConvBlock::lines() const {
    const auto fit = stretch_floats / (width * std::max(taps(), out)) / 2 * 2;
    return std::clamp<std::size_t>(fit, 2, (height + 1) / 2 * 2);
}

std::size_t ConvRoom::floats(const std::vector<ConvBlock>& blocks) {
    std::size_t most = 0;
    for (const auto& block : blocks)
        most = std::max(most, block.lines() * block.width * (block.taps() + block.out));
    return most + work_floats;
}

ConvRoom::ConvRoom(const std::vector<ConvBlock>& blocks) : work(work_floats) {
    std::size_t most_taps = 0, most_cells = 0, most_out = 0;
    for (const auto& block : blocks) {
        most_taps = std::max(most_taps, block.lines() * block.width * block.taps());
        most_cells = std::max(most_cells, block.lines() * block.width * block.out);
        most_out = std::max(most_out, block.out);
    }
    taps.resize(most_taps);
    cells.resize(most_cells);
    spare.resize(3 * most_out);
}

void conv_forward(
    const ConvBlock& block,
    const float* picture,
    const float* weights,
    const float* bias,
    float* out,
    std::uint32_t* which,
    ConvRoom& room
) {
    const auto& k = kernels();
    const auto taps = block.taps();
    auto* cells = room.cells.data();
    for (std::size_t from = 0; from < block.height; from += block.lines()) {
        const auto to = std::min(block.height, from + block.lines());
        gather_taps(block, picture, from, to, room.taps.data());
        k.gemm(
            (to - from) * block.width,
            block.out,
            taps,
            room.taps.data(),
            taps,
            1,
            weights,
            block.out,
            1,
            cells,
            block.out,
            false,
            room.work.data()
        );
        for (std::size_t y = 0; y < (to - from + 1) / 2; ++y)
            for (std::size_t x = 0; x < block.pooled_width(); ++x) {
                float* four[4];
                cells_of<float>(block, cells, to - from, y, x, nullptr, four);
                k.pool(block.out, four, bias, out, which);
                out += block.out;
                which += block.out;
            }
    }
}

void conv_backward(const ConvBlock& block, const ConvBack& back, ConvRoom& room) {
    const auto& k = kernels();
    const auto taps = block.taps();
    auto* cells = room.cells.data();
    if (back.below) std::fill_n(back.below, block.inputs(), 0.0F);
    std::size_t at = 0;  // of the outputs
    for (std::size_t from = 0; from < block.height; from += block.lines()) {
        const auto to = std::min(block.height, from + block.lines());
        const auto pixels = (to - from) * block.width;
        for (std::size_t y = 0; y < (to - from + 1) / 2; ++y)
            for (std::size_t x = 0; x < block.pooled_width(); ++x, at += block.out) {
                float* four[4];
                cells_of(block, cells, to - from, y, x, room.spare.data(), four);
                const auto* error = back.error + at;
                const auto* out = back.out + at;
                k.unpool(block.out, error, out, back.which + at, back.scale, four);
                for (std::size_t c = 0; c < block.out; ++c)
                    back.bias_gradient[c] += out[c] > 0 ? error[c] * back.scale : 0.0F;
            }
        const auto* e = cells;
        auto* t = room.taps.data();
        auto* work = room.work.data();
        gather_taps(block, back.picture, from, to, t);
        k.gemm(
            block.out,
            taps,
            pixels,
            e,
            1,
            block.out,
            t,
            taps,
            1,
            back.weight_gradient,
            taps,
            true,
            work
        );
        if (!back.below) continue;
        k.gemm(
            pixels, taps, block.out, e, block.out, 1, back.weights, taps, 1, t, taps, false, work
        );
        scatter_taps(block, t, from, to, back.below);
    }
}

}  // namespace training

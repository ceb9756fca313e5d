// All parameters lie in one vector, layer by layer, weights before bias, as those of Network do.
//
// Pictures go through the blocks one by one, so that what a convolution gathers stays in the cache;
// the hidden layer and the outputs take all pictures of a workspace as one product. Weights of
// convolutions are kept as out x taps, which both ways back and ONNX want; the way forward has them
// turned, once a step.
#include "training/numeric/network/convnet.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/numeric/kernels.hpp"
#include "training/numeric/network/convnet_workspace.hpp"

namespace training {

namespace {

constexpr std::size_t pictures_at_once = 32;  // of a prediction

// rows x in times in x out, plus bias.
void dense(
    std::size_t rows,
    std::size_t in,
    std::size_t out,
    const float* from,
    const float* weights,
    const float* bias,
    float* to,
    float* work
) {
    for (std::size_t row = 0; row < rows; ++row) std::copy_n(bias, out, to + row * out);
    kernels().gemm(rows, out, in, from, in, 1, weights, out, 1, to, out, true, work);
}

// The way back: gradients of weights and bias, and the error of `from` unless it is nullptr.
void dense_back(
    std::size_t rows,
    std::size_t in,
    std::size_t out,
    const float* from,
    const float* weights,
    const float* error,
    float* weight_gradient,
    float* bias_gradient,
    float* below,
    float* work
) {
    const auto& k = kernels();
    std::fill_n(bias_gradient, out, 0.0F);
    for (std::size_t row = 0; row < rows; ++row)
        k.axpy(out, 1.0F, error + row * out, bias_gradient);
    k.gemm(in, out, rows, from, 1, in, error, out, 1, weight_gradient, out, false, work);
    k.gemm(rows, in, out, error, out, 1, weights, 1, out, below, in, false, work);
}

// Four units by one random number.
void drop(float* values, std::size_t count, double share, float scale, base::Random random) {
    const auto threshold = static_cast<std::uint64_t>(share * 65536);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < count; ++i, bits >>= 16) {
        if (i % 4 == 0) bits = random.next();
        values[i] = (bits & 0xFFFF) < threshold ? 0.0F : values[i] * scale;
    }
}

}  // namespace

std::vector<ConvBlock> ConvSizes::conv_blocks() const {
    std::vector<ConvBlock> out;
    ConvBlock next{height, width, channels, 0};
    for (auto count : blocks) {
        next.out = count;
        out.push_back(next);
        next = {next.pooled_height(), next.pooled_width(), count, 0};
    }
    return out;
}

std::size_t ConvSizes::flat() const {
    return conv_blocks().back().outputs();
}

std::size_t ConvSizes::parameters() const {
    const auto last = std::max<std::size_t>(1, outputs);
    auto sum = (flat() + 1) * hidden + (hidden + 1) * last;
    for (const auto& block : conv_blocks()) sum += (block.taps() + 1) * block.out;
    return sum;
}

double ConvSizes::work() const {
    const auto last = static_cast<double>(std::max<std::size_t>(1, outputs));
    double sum = static_cast<double>(hidden) * (static_cast<double>(flat()) + last);
    for (const auto& block : conv_blocks()) sum += block.products();
    return 6 * sum;
}

void ConvNetwork::lay_out() {
    blocks_ = sizes_.conv_blocks();
    layers_.clear();
    std::size_t at = 0;
    const auto add = [&](std::size_t in, std::size_t out) {
        layers_.push_back({in, out, at, at + in * out});
        at += (in + 1) * out;
    };
    for (const auto& block : blocks_) add(block.taps(), block.out);
    add(sizes_.flat(), sizes_.hidden);
    add(sizes_.hidden, head_.width());
    parameters_.assign(at, 0);
}

void ConvNetwork::turn_weights() {
    turned_.resize(blocks_.size());
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
        const auto taps = layers_[b].in, out = layers_[b].out;
        turned_[b].resize(taps * out);
        for (std::size_t c = 0; c < out; ++c)
            for (std::size_t t = 0; t < taps; ++t)
                turned_[b][t * out + c] = parameters_[layers_[b].weights + c * taps + t];
    }
}

void ConvNetwork::start(ConvSizes sizes, std::uint64_t seed) {
    sizes_ = std::move(sizes);
    head_.start(sizes_.outputs);
    lay_out();
    const base::CounterRandom random(seed, 1);
    for (std::size_t i = 0; i + 1 < layers_.size(); ++i) {
        const auto& layer = layers_[i];
        const double bound = std::sqrt(6.0 / static_cast<double>(layer.in));
        for (auto at = layer.weights; at < layer.bias; ++at)
            parameters_[at] = static_cast<float>(bound * (2 * random.unit(at) - 1));
    }
    turn_weights();
}

void ConvNetwork::check_rows(const Design& rows) const {
    const auto& form = rows.picture;
    const auto values = sizes_.height * sizes_.width * sizes_.channels;
    if (rows.sparse || rows.columns != values ||
        (form.width > 0 && (form.width != sizes_.width || form.height != sizes_.height)))
        throw base::Error(
            "cnn", "the rows are not pictures of the form that it learnt", "train the model again"
        );
    for (std::size_t row = 0; row < rows.rows; ++row) {
        const auto* line = rows.row_values(row);
        if (!std::all_of(line, line + values, [](float v) { return std::isfinite(v); }))
            throw base::Error(
                "cnn",
                "picture " + std::to_string(row + 1) + " has a pixel that is no number",
                "leave it out"
            );
    }
}

// Through the blocks: picture `place` of the workspace.
void ConvNetwork::see(const float* pixels, std::size_t place, Workspace& space) const {
    const float* picture = pixels;
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
        const auto& block = blocks_[b];
        float* out = space.outputs[b].data() + place * block.outputs();
        conv_forward(
            block,
            picture,
            turned_[b].data(),
            parameters_.data() + layers_[b].bias,
            out,
            space.which[b].data() + place * block.outputs(),
            space.room
        );
        picture = out;
    }
}

// What follows the blocks, of the first `count` pictures of the workspace.
const float* ConvNetwork::forward(std::size_t count, Workspace& space) const {
    const auto& layer = layers_[blocks_.size()];
    const auto& last = layers_.back();
    const auto& dropout = space.dropout;
    auto* flat = space.outputs.back().data();
    auto* hidden = space.hidden.data();
    auto* work = space.room.work.data();
    const auto random_of = [&](std::size_t i, std::uint64_t part) {
        return base::Random(dropout.random.at(2 * std::uint64_t{dropout.rows[i]} + part));
    };
    if (dropout.share > 0)
        for (std::size_t i = 0; i < count; ++i)
            drop(flat + i * layer.in, layer.in, dropout.share, dropout.scale(), random_of(i, 0));
    const auto* all = parameters_.data();
    dense(count, layer.in, layer.out, flat, all + layer.weights, all + layer.bias, hidden, work);
    for (std::size_t j = 0; j < count * layer.out; ++j) hidden[j] = std::max(hidden[j], 0.0F);
    if (dropout.share > 0)
        for (std::size_t i = 0; i < count; ++i)
            drop(
                hidden + i * layer.out, layer.out, dropout.share, dropout.scale(), random_of(i, 1)
            );
    auto* scores = space.scores.data();
    dense(count, last.in, last.out, hidden, all + last.weights, all + last.bias, scores, work);
    return scores;
}

const float* ConvNetwork::scores_of(
    const Design& rows,
    std::span<const std::uint32_t> chosen,
    Workspace& space,
    const std::stop_token& stop
) const {
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        if (stop.stop_requested()) throw base::Interrupted();
        see(rows.row_values(chosen[i]), i, space);
    }
    return forward(chosen.size(), space);
}

// From space.score_error to space.gradient.
void ConvNetwork::backward(std::size_t count, Workspace& space, const std::stop_token& stop) const {
    const auto& layer = layers_[blocks_.size()];
    const auto& last = layers_.back();
    const auto* all = parameters_.data();
    auto* gradient = space.gradient.data();
    auto* work = space.room.work.data();
    const float scale = space.dropout.scale();
    dense_back(
        count,
        last.in,
        last.out,
        space.hidden.data(),
        all + last.weights,
        space.score_error.data(),
        gradient + last.weights,
        gradient + last.bias,
        space.hidden_error.data(),
        work
    );
    for (std::size_t j = 0; j < count * layer.out; ++j)
        space.hidden_error[j] = space.hidden[j] > 0 ? space.hidden_error[j] * scale : 0.0F;
    dense_back(
        count,
        layer.in,
        layer.out,
        space.outputs.back().data(),
        all + layer.weights,
        space.hidden_error.data(),
        gradient + layer.weights,
        gradient + layer.bias,
        space.flat_error.data(),
        work
    );
    std::fill_n(gradient, layer.weights, 0.0F);  // of the blocks
    const auto values = blocks_.front().inputs();
    for (std::size_t i = 0; i < count; ++i) {
        if (stop.stop_requested()) throw base::Interrupted();
        const float* error = space.flat_error.data() + i * layer.in;
        for (std::size_t b = blocks_.size(); b-- > 0;) {
            const auto& block = blocks_[b];
            const auto* picture = b > 0 ? space.outputs[b - 1].data() + i * block.inputs()
                                        : space.pixels.data() + i * values;
            ConvBack back{
                .picture = picture,
                .weights = all + layers_[b].weights,
                .out = space.outputs[b].data() + i * block.outputs(),
                .which = space.which[b].data() + i * block.outputs(),
                .error = error,
                .scale = b + 1 == blocks_.size() ? scale : 1.0F,
                .weight_gradient = gradient + layers_[b].weights,
                .bias_gradient = gradient + layers_[b].bias,
                .below = b > 0 ? space.below.data() : nullptr};
            conv_backward(block, back, space.room);
            std::swap(space.below, space.above);
            error = space.above.data();
        }
    }
}

std::vector<double> ConvNetwork::predict(const Design& rows, Team& team) const {
    check_rows(rows);
    const auto width = head_.width();
    std::vector<double> out(rows.rows * width);
    const auto at_once = std::min(pictures_at_once, std::max<std::size_t>(1, rows.rows));
    const auto blocks = (rows.rows + at_once - 1) / at_once;
    const auto parts = std::min<std::size_t>(blocks, 2 * team.threads());
    team.run(parts, [&](std::size_t part) {
        Workspace space(*this, at_once, false);
        std::vector<std::uint32_t> chosen;
        for (std::size_t b = part; b < blocks; b += parts) {
            chosen.resize(std::min(at_once, rows.rows - b * at_once));
            std::iota(chosen.begin(), chosen.end(), static_cast<std::uint32_t>(b * at_once));
            const float* scores = scores_of(rows, chosen, space, {});
            for (std::size_t i = 0; i < chosen.size(); ++i) {
                const auto line = std::span(out).subspan((b * at_once + i) * width, width);
                std::copy_n(scores + i * width, width, line.begin());
                head_.answer(line);
            }
        }
    });
    return out;
}

PlainConvNetwork ConvNetwork::plain() const {
    return {
        .height = sizes_.height,
        .width = sizes_.width,
        .channels = sizes_.channels,
        .blocks = sizes_.blocks,
        .sizes = {sizes_.flat(), sizes_.hidden, head_.width()},
        .parameters = parameters_,
        .values = head_.values(),
        .counts = head_.counts(),
        .mean = head_.mean(),
        .scale = head_.scale()};
}

void ConvNetwork::save(Writer& out) const {
    std::vector<std::uint64_t> sizes{
        sizes_.height, sizes_.width, sizes_.channels, sizes_.hidden, sizes_.outputs};
    sizes.insert(sizes.end(), sizes_.blocks.begin(), sizes_.blocks.end());
    out.list(sizes);
    head_.save(out);
    out.list(parameters_);
}

void ConvNetwork::load(Reader& in) {
    const auto sizes = in.list<std::uint64_t>();
    if (sizes.size() < 6 || sizes.size() > 16) Reader::broken();
    for (std::size_t i = 0; i < sizes.size(); ++i)
        if (sizes[i] > (1U << 16) || (sizes[i] == 0 && i != 4)) Reader::broken();
    sizes_ = {sizes[0], sizes[1], sizes[2], {sizes.begin() + 5, sizes.end()}, sizes[3], sizes[4]};
    head_.load(in, std::max<std::size_t>(1, sizes_.outputs));
    if (head_.values() != (sizes_.outputs == 0)) Reader::broken();
    auto parameters = in.list<float>();
    if (parameters.size() != sizes_.parameters()) Reader::broken();
    lay_out();
    parameters_ = std::move(parameters);
    turn_weights();
}

}  // namespace training

// Convolutions against their definition, and the gradient of the whole network against differences.
#include "training/numeric/network/convnet.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/numeric/network/convolution.hpp"

using namespace training;

namespace {

std::vector<float> drawn_floats(std::size_t count, std::uint64_t stream, double width = 1) {
    const base::CounterRandom random(7, stream);
    std::vector<float> out(count);
    for (std::size_t i = 0; i < count; ++i)
        out[i] = static_cast<float>(width * (2 * random.unit(i) - 1));
    return out;
}

// As it is defined, in double precision; `weights`: taps x out.
double convolved(
    const ConvBlock& block,
    const std::vector<float>& picture,
    const std::vector<float>& weights,
    std::size_t y,
    std::size_t x,
    std::size_t channel
) {
    double sum = 0;
    for (std::size_t dy = 0; dy < 3; ++dy)
        for (std::size_t dx = 0; dx < 3; ++dx) {
            if (y + dy < 1 || y + dy > block.height || x + dx < 1 || x + dx > block.width) continue;
            for (std::size_t c = 0; c < block.in; ++c) {
                const auto pixel = (y + dy - 1) * block.width + x + dx - 1;
                const auto tap = (dy * 3 + dx) * block.in + c;
                sum += static_cast<double>(picture[pixel * block.in + c]) *
                       static_cast<double>(weights[tap * block.out + channel]);
            }
        }
    return sum;
}

double block_miss(const ConvBlock& block) {
    const auto picture = drawn_floats(block.inputs(), 1);
    const auto weights = drawn_floats(block.taps() * block.out, 2);
    const auto bias = drawn_floats(block.out, 3);
    std::vector<float> out(block.outputs());
    std::vector<std::uint32_t> which(block.outputs());
    ConvRoom room({block});
    conv_forward(
        block, picture.data(), weights.data(), bias.data(), out.data(), which.data(), room
    );
    double worst = 0;
    std::size_t at = 0;
    for (std::size_t y = 0; y < block.pooled_height(); ++y)
        for (std::size_t x = 0; x < block.pooled_width(); ++x)
            for (std::size_t c = 0; c < block.out; ++c, ++at) {
                double most = -HUGE_VAL;
                for (std::size_t cell = 0; cell < 4; ++cell) {
                    const auto line = 2 * y + cell / 2, column = 2 * x + cell % 2;
                    if (line < block.height && column < block.width)
                        most = std::max(most, convolved(block, picture, weights, line, column, c));
                }
                const double wanted = std::max(0.0, most + static_cast<double>(bias[c]));
                worst = std::max(worst, std::abs(wanted - static_cast<double>(out[at])));
            }
    return worst;
}

Design pictures_in(const ConvSizes& sizes, std::size_t rows) {
    Design out;
    out.rows = rows;
    out.picture = {sizes.width, sizes.height, sizes.channels};
    out.columns = out.picture.values();
    out.values = drawn_floats(rows * out.columns, 4);
    return out;
}

// How far the gradient is from central differences, over the largest of its numbers: of all but the
// worst 20th of the parameters, and of the worst. A step may lead over a bend of ReLU or to another
// cell of a field, where the loss has no one slope; few do.
struct Miss {
    double most = 0, worst = 0;
};
Miss gradient_miss(const ConvSizes& sizes, const View& data) {
    ConvNetwork net;
    net.start(sizes, 1);
    const auto start = drawn_floats(net.parameters().size(), 5, 0.4);
    std::copy(start.begin(), start.end(), net.parameters().begin());
    std::vector<std::uint32_t> chosen(data.size());
    std::iota(chosen.begin(), chosen.end(), 0U);
    std::vector<float> gradient, ignored;
    net.gradient(data, chosen, gradient);
    std::vector<double> misses;
    double largest = 0;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
        constexpr float step = 1e-3F;
        auto& parameter = net.parameters()[i];
        const float before = parameter;
        parameter = before + step;
        const double above = net.gradient(data, chosen, ignored);
        parameter = before - step;
        const double below = net.gradient(data, chosen, ignored);
        parameter = before;
        const double slope = (above - below) / (2 * static_cast<double>(step));
        misses.push_back(std::abs(slope - static_cast<double>(gradient[i])));
        largest = std::max(largest, std::abs(slope));
    }
    REQUIRE(largest > 1e-2);
    std::sort(misses.begin(), misses.end());
    return {misses[misses.size() * 19 / 20] / largest, misses.back() / largest};
}

void check_gradient(const ConvSizes& sizes, const View& data) {
    const auto miss = gradient_miss(sizes, data);
    CHECK(miss.most < 5e-3);
    CHECK(miss.worst < 0.05);
}

}  // namespace

TEST_CASE("a block is what its definition says, whatever the shape", "[training][cnn]") {
    // The last two are worked on in several stretches of lines.
    const std::vector<ConvBlock> blocks{
        {1, 1, 1, 1},
        {1, 5, 2, 3},
        {5, 1, 2, 3},
        {4, 6, 3, 8},
        {7, 5, 4, 5},
        {28, 28, 1, 32},
        {61, 130, 3, 40},
        {9, 400, 33, 7}};
    for (const auto& block : blocks) {
        INFO(block.height << " x " << block.width << " x " << block.in << " -> " << block.out);
        CHECK(block_miss(block) < 1e-4);
    }
    CHECK(blocks[6].lines() < 61);
    CHECK(blocks[7].lines() == 2);
}

TEST_CASE("the gradient of a convolutional network matches finite differences", "[training][cnn]") {
    for (const ConvSizes& sizes :
         {ConvSizes{6, 6, 1, {3, 4}, 5, 3},
          ConvSizes{7, 5, 2, {3, 4}, 6, 3},
          ConvSizes{5, 9, 3, {2, 3, 4}, 4, 3},
          ConvSizes{1, 1, 4, {3}, 4, 3}}) {
        INFO(sizes.height << " x " << sizes.width);
        const auto rows = pictures_in(sizes, 6);
        const std::vector<int> classes{0, 1, 2, 0, 1, 2};
        check_gradient(sizes, {&rows, classes, {}});
        const auto soft = [] {
            std::vector<float> out;
            for (int i = 0; i < 6; ++i) out.insert(out.end(), {0.5F, 0.2F, 0.3F});
            return out;
        }();
        View unsure{&rows, classes, {}};
        unsure.soft = soft;
        check_gradient(sizes, unsure);
    }
    const ConvSizes value{6, 5, 1, {3, 4}, 5, 0};
    const auto rows = pictures_in(value, 6);
    const std::vector<double> targets{1, -1, 0.5, 2, -2, 0};
    check_gradient(value, {&rows, {}, targets});
}

TEST_CASE("a network that was written wrongly is refused", "[training][cnn]") {
    ConvNetwork net;
    net.start({8, 8, 1, {3, 4}, 5, 3}, 1);
    Writer out;
    net.save(out);
    const auto bytes = out.take();
    const auto refused = [&](std::string changed) {
        Reader in(changed);
        ConvNetwork read;
        CHECK_THROWS_AS(read.load(in), base::Error);
    };
    refused(bytes.substr(0, bytes.size() - 1));
    for (std::size_t at = 8; at < 8 + std::size_t{7} * 8;
         at += 8) {  // a size that does not fit the others
        auto changed = bytes;
        changed[at] = static_cast<char>(changed[at] + 1);
        refused(changed);
    }
}

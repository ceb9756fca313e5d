#pragma once

// Only for the sources of ConvNetwork.
#include <cstdint>
#include <vector>

#include "base/numbers/random.hpp"
#include "training/numeric/network/convnet.hpp"

namespace training {

// What one thread holds of some pictures: what each layer gives, and, to learn, their errors.
struct ConvNetwork::Workspace {
    std::vector<float> pixels;                      // to learn
    std::vector<std::vector<float>> outputs;        // of each block
    std::vector<std::vector<std::uint32_t>> which;  // cells, of each block
    std::vector<float> hidden, scores;
    std::vector<float> score_error, hidden_error, flat_error;
    std::vector<float> below, above;  // of one picture: errors on their way back
    std::vector<float> gradient;
    ConvRoom room;

    // Units that are dropped out, decided by the number of the row in an epoch.
    struct Dropout {
        double share = 0;
        base::CounterRandom random{0, 0};
        std::span<const std::uint32_t> rows = {};

        float scale() const { return static_cast<float>(1 / (1 - share)); }
    } dropout;

    Workspace(const ConvNetwork& net, std::size_t rows, bool learns) : room(net.blocks_) {
        const auto& sizes = net.sizes_;
        std::size_t largest = 0;
        for (const auto& block : net.blocks_) {
            outputs.emplace_back(rows * block.outputs());
            which.emplace_back(rows * block.outputs());
            largest = std::max(largest, block.inputs());
        }
        hidden.resize(rows * sizes.hidden);
        scores.resize(rows * net.head_.width());
        if (!learns) return;
        pixels.resize(rows * sizes.height * sizes.width * sizes.channels);
        score_error.resize(scores.size());
        hidden_error.resize(hidden.size());
        flat_error.resize(outputs.back().size());
        below.resize(largest);
        above.resize(largest);
        gradient.resize(net.parameters_.size());
    }
};

}  // namespace training

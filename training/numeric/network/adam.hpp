#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "training/numeric/team.hpp"

namespace training {

// Adam (Kingma and Ba 2015, algorithm 1 in the efficient form at the end of section 2, with the
// bias correction in the rate) with decoupled weight decay (Loshchilov and Hutter 2019, algorithm
// 2). Equal bits whatever the number of threads.
class Adam {
public:
    explicit Adam(std::size_t parameters) : first_(parameters), second_(parameters) {}

    // One step with the mean gradient: the sum of `shards`, added in their order, times `scale`.
    // The first shard is overwritten. `l2` is relative to the rate.
    void step(
        std::span<float> parameters,
        std::span<float* const> shards,
        float scale,
        double rate,
        double l2,
        Team& team
    );

private:
    std::vector<float> first_;
    std::vector<float> second_;
    std::size_t steps_ = 0;
};

}  // namespace training

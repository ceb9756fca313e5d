#include "training/numeric/network/adam.hpp"

#include <algorithm>
#include <cmath>

#include "training/numeric/kernels.hpp"

namespace training {

void Adam::step(
    std::span<float> parameters,
    std::span<float* const> shards,
    float scale,
    double rate,
    double l2,
    Team& team
) {
    constexpr std::size_t stretch = 8192;  // parameters that one part of the team covers
    const auto t = static_cast<double>(++steps_);
    const double root = std::sqrt(1 - std::pow(0.999, t));
    const auto corrected = static_cast<float>(rate * root / (1 - std::pow(0.9, t)));
    const auto epsilon = static_cast<float>(1e-8 * root);
    const auto shrink = static_cast<float>(1 - rate * l2);
    const auto& k = kernels();
    team.run((parameters.size() + stretch - 1) / stretch, [&](std::size_t part) {
        const auto from = part * stretch;
        const auto count = std::min(stretch, parameters.size() - from);
        float* sum = shards.front() + from;
        for (const float* other : shards.subspan(1)) k.axpy(count, 1.0F, other + from, sum);
        k.adam(
            count,
            parameters.data() + from,
            first_.data() + from,
            second_.data() + from,
            sum,
            scale,
            corrected,
            epsilon,
            shrink
        );
    });
}

}  // namespace training

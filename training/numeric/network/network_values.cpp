// What a network lowers where it learns values.
#include <algorithm>
#include <cmath>

#include "training/models/models.hpp"
#include "training/numeric/network/network.hpp"

namespace training {

void Network::lower(Loss loss, double quantile) {
    loss_ = loss;
    quantile_ = static_cast<float>(quantile);
}

PlainNetwork Network::plain() const {
    return {
        .sizes = sizes_,
        .parameters = parameters_,
        .values = values_,
        .counts = loss_ == Loss::poisson,
        .mean = target_mean_,
        .scale = target_scale_};
}

// The mean of counts becomes the bias of the last layer.
void Network::set_targets(const View& train) {
    const auto centre = centre_of(train, loss_, static_cast<double>(quantile_));
    target_mean_ = centre.middle;
    target_scale_ = centre.scale;
    if (loss_ == Loss::poisson)
        parameters_[layers_.back().bias] =
            static_cast<float>(std::log(std::max(mean_target(train), 1e-6)));
}

// The loss of one value and its derivative by the output.
double Network::value_error(float out, double target, float& slope) const {
    const auto wanted = static_cast<float>((target - target_mean_) * target_scale_);
    const float miss = out - wanted;
    const float size = std::abs(miss);
    switch (loss_) {
        case Loss::squared:
            slope = miss;
            return 0.5 * static_cast<double>(miss) * miss;
        case Loss::absolute:
            slope = miss > 0 ? 1.0F : -1.0F;
            return static_cast<double>(size);
        case Loss::huber:  // beyond one deviation it grows in a straight line
            slope = std::clamp(miss, -1.0F, 1.0F);
            return static_cast<double>(size <= 1 ? 0.5F * miss * miss : size - 0.5F);
        case Loss::quantile:
            slope = miss > 0 ? 1 - quantile_ : -quantile_;
            return static_cast<double>(slope * miss);
        case Loss::poisson: {
            const float rate = std::exp(std::min(out, 30.0F));
            slope = rate - wanted;
            return static_cast<double>(rate - wanted * out);
        }
    }
    return 0;
}

}  // namespace training

// The losses of networks. Log-sum-exp less the largest score, so that no exponential overflows.
#include "training/numeric/network/head.hpp"

#include <algorithm>
#include <cmath>

#include "training/models/models.hpp"

namespace training {

void Head::start(std::size_t outputs) {
    values_ = outputs == 0;
    width_ = std::max<std::size_t>(1, outputs);
}

void Head::lower(Loss loss, double quantile) {
    loss_ = loss;
    quantile_ = static_cast<float>(quantile);
}

void Head::set_targets(const View& train, float& bias) {
    const auto centre = centre_of(train, loss_, static_cast<double>(quantile_));
    mean_ = centre.middle;
    scale_ = centre.scale;
    if (counts()) bias = static_cast<float>(std::log(std::max(mean_target(train), 1e-6)));
}

double Head::error(
    const View& data,
    std::span<const std::uint32_t> chosen,
    std::span<const float> weights,
    const float* numbers,
    float* slopes
) const {
    const auto width = width_;
    const float* out = numbers;
    double loss = 0;
    for (std::size_t row = 0; row < chosen.size(); ++row, out += width) {
        const float weight = weight_at(weights, chosen[row]);
        if (values_) {
            float slope = 0;
            loss +=
                static_cast<double>(weight) * value_error(out[0], data.targets[chosen[row]], slope);
            if (slopes) slopes[row] = weight * slope;
            continue;
        }
        const float top = *std::max_element(out, out + width);
        float sum = 0;
        for (std::size_t j = 0; j < width; ++j) {
            const float term = std::exp(out[j] - top);
            if (slopes) slopes[row * width + j] = term;
            sum += term;
        }
        if (slopes)
            for (std::size_t j = 0; j < width; ++j) slopes[row * width + j] *= weight / sum;
        for_each_class(data, chosen[row], width, [&](std::size_t label, float share) {
            loss += static_cast<double>(weight * share) *
                    static_cast<double>(top + std::log(sum) - out[label]);
            if (slopes) slopes[row * width + label] -= weight * share;
        });
    }
    return loss;
}

// The loss of one value and its derivative by the output.
double Head::value_error(float out, double target, float& slope) const {
    const auto wanted = static_cast<float>((target - mean_) * scale_);
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

void Head::answer(std::span<double> line) const {
    if (!values_) {
        softmax(line);
        return;
    }
    if (counts()) line[0] = std::exp(std::min(line[0], 700.0));
    line[0] = line[0] / scale_ + mean_;
}

void Head::save(Writer& out) const {
    out.put<std::uint8_t>(
        values_ ? static_cast<std::uint8_t>(1 + static_cast<int>(loss_)) : std::uint8_t{0}
    );
    out.put(mean_);
    out.put(scale_);
}

void Head::load(Reader& in, std::size_t width) {
    width_ = width;
    const auto lowered = in.get<std::uint8_t>();
    if (lowered > base::words<Loss>.size()) Reader::broken();
    values_ = lowered != 0;
    if (values_ && width_ != 1) Reader::broken();
    if (values_) loss_ = static_cast<Loss>(lowered - 1);
    mean_ = in.get<double>();
    scale_ = in.get<double>();
}

}  // namespace training

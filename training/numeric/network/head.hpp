#pragma once

#include <cstdint>
#include <span>

#include "training/models/model.hpp"
#include "training/numeric/bytes.hpp"

namespace training {

// What the last numbers of a network mean, and what is lowered: cross-entropy of scores of classes,
// or half the squared error of standardised targets (or another Loss of them; counts of
// Loss::poisson stay as they are, and the number is their logarithm).
class Head {
public:
    // `outputs`: classes, 0 for a value.
    void start(std::size_t outputs);
    // What is lowered where values are learnt; squared errors if it is not called.
    void lower(Loss loss, double quantile);
    // Takes the centre and the scale of the targets; `bias` of the last number becomes the mean of
    // counts.
    void set_targets(const View& train, float& bias);

    bool values() const { return values_; }
    std::size_t width() const { return width_; }
    bool counts() const { return loss_ == Loss::poisson; }
    double mean() const { return mean_; }
    double scale() const { return scale_; }

    // The loss of the rows, weighted, and its derivative by their numbers (rows x width()) in
    // `slopes` unless that is nullptr; neither is divided by the row count.
    double error(
        const View& data,
        std::span<const std::uint32_t> chosen,
        std::span<const float> weights,
        const float* numbers,
        float* slopes
    ) const;

    // In place: probabilities, or the value.
    void answer(std::span<double> line) const;

    void save(Writer& out) const;
    // `width`: of the last layer.
    void load(Reader& in, std::size_t width);

private:
    double value_error(float out, double target, float& slope) const;

    std::size_t width_ = 1;
    bool values_ = false;
    Loss loss_ = Loss::squared;  // of values
    float quantile_ = 0.5F;
    double mean_ = 0;
    double scale_ = 1;
};

}  // namespace training

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "training/answers/pictures/picture_marks.hpp"
#include "training/snapshots/examples.hpp"

namespace training {

// A picture as sums over boxes of ten channels: gradient size in six unsigned orientations, the
// gradient's size, and red, green and blue (integral channel features: Dollár, Tu, Perona and
// Belongie 2009). What a box of any size holds is read in constant time, so that windows of all
// sizes need no resized copies of the picture.
class Channels {
public:
    static constexpr std::size_t count = 10;
    // Cells of a window in each direction, the outer ones around it.
    static constexpr std::size_t cells = 6;
    static constexpr std::size_t features = cells * cells * count + 2;

    // Picture `row` of the examples.
    Channels(const Examples& examples, std::size_t row);

    // Appends `features` numbers of a window: of 4 x 4 cells in it and a border of one around it,
    // each channel's mean there; gradients by the window's own mean gradient, colours less those of
    // the window. Last the window's width and height.
    void describe(const ShareBox& window, std::vector<double>& out) const;
    // The same of n x n cells of the whole picture.
    void describe_grid(std::size_t n, std::vector<double>& out) const;

private:
    using Sums = std::array<double, count>;
    Sums sum_over(double left, double top, double right, double bottom) const;
    Sums corner(double x, double y) const;

    std::size_t width_ = 0, height_ = 0;
    std::vector<float> sums_;  // (height + 1) x (width + 1) x count
};

}  // namespace training

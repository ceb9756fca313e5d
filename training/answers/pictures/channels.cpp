// Sums are kept from the left upper corner on; what lies in a box is the difference of four of
// them. Between pixels they are interpolated, so that cells of any size are as exact as large ones.
#include "training/answers/pictures/channels.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace training {

namespace {

constexpr std::size_t orientations = 6;
constexpr std::size_t size_at = orientations, colours_at = orientations + 1;

}  // namespace

Channels::Channels(const Examples& examples, std::size_t row) {
    const auto shape = shape_of(examples);
    width_ = static_cast<std::size_t>(shape.width);
    height_ = static_cast<std::size_t>(shape.height);
    const auto channels = static_cast<std::size_t>(shape.channels);
    const auto* pixels = examples.pixels.data() + row * examples.pixel_count;
    std::vector<float> grey(width_ * height_);
    const auto at = [&](std::size_t x, std::size_t y, std::size_t c) {
        const auto from = (y * width_ + x) * channels;
        return static_cast<float>(pixels[from + (channels >= 3 ? c : 0)]) / 255;
    };
    for (std::size_t y = 0; y < height_; ++y)
        for (std::size_t x = 0; x < width_; ++x)
            grey[y * width_ + x] = (at(x, y, 0) + at(x, y, 1) + at(x, y, 2)) / 3;
    const auto stride = (width_ + 1) * count;
    sums_.assign((height_ + 1) * stride, 0);
    for (std::size_t y = 0; y < height_; ++y) {
        Sums line{};
        const auto up = (y > 0 ? y - 1 : 0) * width_, down = std::min(y + 1, height_ - 1) * width_;
        for (std::size_t x = 0; x < width_; ++x) {
            const float dx = grey[y * width_ + std::min(x + 1, width_ - 1)] -
                             grey[y * width_ + (x > 0 ? x - 1 : 0)];
            const float dy = grey[down + x] - grey[up + x];
            const double size = std::sqrt(static_cast<double>(dx * dx + dy * dy));
            const double turn = std::atan2(dy, dx) / std::numbers::pi + 1;  // 0 to 2
            const auto bin = static_cast<std::size_t>(turn * orientations) % orientations;
            line[bin] += size;
            line[size_at] += size;
            for (std::size_t c = 0; c < 3; ++c)
                line[colours_at + c] += static_cast<double>(at(x, y, c));
            auto* to = sums_.data() + (y + 1) * stride + (x + 1) * count;
            const auto* above = sums_.data() + y * stride + (x + 1) * count;
            for (std::size_t c = 0; c < count; ++c) to[c] = above[c] + static_cast<float>(line[c]);
        }
    }
}

// The sums from the left upper corner to a point between pixels, by the four around it.
Channels::Sums Channels::corner(double x, double y) const {
    x = std::clamp(x, 0.0, static_cast<double>(width_));
    y = std::clamp(y, 0.0, static_cast<double>(height_));
    const auto left = std::min(static_cast<std::size_t>(x), width_ - 1);
    const auto top = std::min(static_cast<std::size_t>(y), height_ - 1);
    const double u = x - static_cast<double>(left), v = y - static_cast<double>(top);
    const auto stride = (width_ + 1) * count;
    const auto* a = sums_.data() + top * stride + left * count;
    const auto* b = a + stride;
    Sums out;
    for (std::size_t c = 0; c < count; ++c)
        out[c] = (1 - v) *
                     ((1 - u) * static_cast<double>(a[c]) + u * static_cast<double>(a[count + c])) +
                 v * ((1 - u) * static_cast<double>(b[c]) + u * static_cast<double>(b[count + c]));
    return out;
}

Channels::Sums Channels::sum_over(double left, double top, double right, double bottom) const {
    const auto a = corner(left, top), b = corner(right, top);
    const auto c = corner(left, bottom), d = corner(right, bottom);
    Sums out;
    for (std::size_t i = 0; i < count; ++i) out[i] = d[i] - b[i] - c[i] + a[i];
    return out;
}

void Channels::describe(const ShareBox& window, std::vector<double>& out) const {
    const auto w = static_cast<double>(width_), h = static_cast<double>(height_);
    const double cell_w = window.width * w / (cells - 2), cell_h = window.height * h / (cells - 2);
    const double left = window.x * w - cell_w, top = window.y * h - cell_h;
    const double area = std::max(cell_w * cell_h, 1e-9);
    auto whole = sum_over(window.x * w, window.y * h, window.right() * w, window.bottom() * h);
    for (auto& one : whole) one /= area * (cells - 2) * (cells - 2);
    const double size = whole[size_at] + 0.01;
    std::array<Sums, (cells + 1) * (cells + 1)> corners;
    for (std::size_t y = 0; y <= cells; ++y)
        for (std::size_t x = 0; x <= cells; ++x)
            corners[y * (cells + 1) + x] = corner(
                left + static_cast<double>(x) * cell_w, top + static_cast<double>(y) * cell_h
            );
    for (std::size_t y = 0; y < cells; ++y)
        for (std::size_t x = 0; x < cells; ++x) {
            const auto* a = &corners[y * (cells + 1) + x];
            const auto* b = a + cells + 1;
            for (std::size_t c = 0; c < count; ++c) {
                const double mean = (b[1][c] - b[0][c] - a[1][c] + a[0][c]) / area;
                out.push_back(c < colours_at ? mean / size : mean - whole[c]);
            }
        }
    out.push_back(window.width);
    out.push_back(window.height);
}

void Channels::describe_grid(std::size_t n, std::vector<double>& out) const {
    const double w = static_cast<double>(width_) / static_cast<double>(n);
    const double h = static_cast<double>(height_) / static_cast<double>(n);
    for (std::size_t y = 0; y < n; ++y)
        for (std::size_t x = 0; x < n; ++x) {
            const auto left = static_cast<double>(x) * w, top = static_cast<double>(y) * h;
            for (double one : sum_over(left, top, left + w, top + h)) out.push_back(one / (w * h));
        }
}

}  // namespace training

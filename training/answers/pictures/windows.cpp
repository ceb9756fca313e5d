// Sizes of windows are learnt in logarithms, where a box of half the width is as far away as one of
// twice; windows of a size lie as far apart as a box may be moved and still be the same to a
// person.
#include "training/answers/pictures/windows.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace training {

namespace {

constexpr double steps = 5;             // a window's side over the way to the next
constexpr std::size_t most_along = 40;  // windows of a size in a line

ShareBox in_picture(double x, double y, double width, double height) {
    width = std::clamp(width, 0.005, 1.0);
    height = std::clamp(height, 0.005, 1.0);
    return {std::clamp(x, 0.0, 1 - width), std::clamp(y, 0.0, 1 - height), width, height};
}

std::size_t along(double side) {
    return 1 + std::min(most_along, static_cast<std::size_t>(std::ceil((1 - side) * steps / side)));
}

}  // namespace

std::vector<WindowSize> usual_sizes(std::span<const ShareBox> boxes, std::size_t most) {
    std::vector<std::array<double, 2>> points;
    for (const auto& box : boxes) points.push_back({std::log(box.width), std::log(box.height)});
    std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) {
        const double x = a[0] + a[1], y = b[0] + b[1];
        return x != y ? x < y : a < b;
    });
    std::vector<std::array<double, 2>> centres;
    const auto k = std::min(most, points.size());
    for (std::size_t c = 0; c < k; ++c)
        centres.push_back(points[(2 * c + 1) * points.size() / (2 * k)]);
    for (int round = 0; round < 25; ++round) {
        std::vector<std::array<double, 3>> sums(k);
        for (const auto& point : points) {
            std::size_t best = 0;
            double least = INFINITY;
            for (std::size_t c = 0; c < k; ++c) {
                const double far = std::hypot(point[0] - centres[c][0], point[1] - centres[c][1]);
                if (far >= least) continue;
                least = far;
                best = c;
            }
            sums[best][0] += point[0];
            sums[best][1] += point[1];
            sums[best][2] += 1;
        }
        for (std::size_t c = 0; c < k; ++c)
            if (sums[c][2] > 0) centres[c] = {sums[c][0] / sums[c][2], sums[c][1] / sums[c][2]};
    }
    std::sort(centres.begin(), centres.end());
    // Sizes that are all but the same look at the same windows.
    std::vector<WindowSize> out;
    for (const auto& [w, h] : centres) {
        const bool known = std::any_of(out.begin(), out.end(), [&, x = w, y = h](const auto& one) {
            return std::hypot(std::log(one.width) - x, std::log(one.height) - y) < 0.1;
        });
        if (!known) out.push_back({std::exp(w), std::exp(h)});
    }
    return out;
}

std::vector<ShareBox> windows_of(std::span<const WindowSize> sizes) {
    std::vector<ShareBox> out;
    for (const auto& [width, height] : sizes) {
        const auto across = along(width), down = along(height);
        const auto step = [](double side, std::size_t count) {
            return count > 1 ? (1 - side) / static_cast<double>(count - 1) : 0;
        };
        for (std::size_t y = 0; y < down; ++y)
            for (std::size_t x = 0; x < across; ++x)
                out.push_back(
                    {static_cast<double>(x) * step(width, across),
                     static_cast<double>(y) * step(height, down),
                     width,
                     height}
                );
    }
    return out;
}

ShareBox
jittered(const ShareBox& box, double by, const base::CounterRandom& random, std::uint64_t& at) {
    const auto draw = [&] { return by * (2 * random.unit(at++) - 1); };
    const double width = box.width * std::exp(draw()), height = box.height * std::exp(draw());
    const double x = box.x + box.width * (0.5 + draw()) - width / 2;
    const double y = box.y + box.height * (0.5 + draw()) - height / 2;
    return in_picture(x, y, width, height);
}

std::array<double, 4> offsets_to(const ShareBox& window, const ShareBox& box) {
    return {
        (box.x + box.width / 2 - window.x - window.width / 2) / window.width,
        (box.y + box.height / 2 - window.y - window.height / 2) / window.height,
        std::log(box.width / window.width),
        std::log(box.height / window.height)};
}

ShareBox moved(const ShareBox& window, const std::array<double, 4>& offsets) {
    const auto bound = [](double value) { return std::clamp(value, -0.7, 0.7); };
    const double width = window.width * std::exp(bound(offsets[2]));
    const double height = window.height * std::exp(bound(offsets[3]));
    const double x = window.x + window.width * (0.5 + bound(offsets[0])) - width / 2;
    const double y = window.y + window.height * (0.5 + bound(offsets[1])) - height / 2;
    return in_picture(x, y, width, height);
}

}  // namespace training

#pragma once

#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Pieces of the report's plots: a Plane maps values to the drawing, frame() draws axes and ticks at
// 1, 2 or 5 times a power of ten, and each plot adds lines and dots by the page's classes.
namespace training::drawing {

// Made for half of a page: on a phone letters stay readable, and on a desk they are not large.
constexpr double left = 58;
constexpr double top = 12;
constexpr double wide = 352;
constexpr double high = 220;

// Maps values to the drawing's plane, straight or by logarithm along x.
struct Plane {
    double x0 = 0;
    double x1 = 1;
    double y0 = 0;
    double y1 = 1;
    bool logarithmic = false;

    double x(double v) const {
        const double at = logarithmic ? std::log(v / x0) / std::log(x1 / x0) : (v - x0) / (x1 - x0);
        return left + wide * at;
    }
    double y(double v) const { return top + high * (1 - (v - y0) / (y1 - y0)); }
};

// The beginning of an SVG with its title and description for screen readers; they are escaped.
std::string
open(std::string_view title, std::string_view description, double height = top + high + 52);
// `text` is taken as it is.
std::string label(
    double x,
    double y,
    std::string_view anchor,
    std::string_view text,
    std::string_view extra = ""
);
std::string dot(double x, double y, double r, std::string_view kind, std::string_view title);
// Round steps that cover [low, high] in about four parts.
std::vector<double> ticks(double low, double up);
// As short as it tells them apart: "0.2", "1,500", "20k", "1.5M".
std::string tick_text(double value, double step);
std::string frame(
    const Plane& plane,
    std::string_view x_name,
    std::string_view y_name,
    std::span<const double> x_ticks
);
std::string line(
    const Plane& plane,
    const std::vector<std::pair<double, double>>& points,
    std::string_view kind
);

}  // namespace training::drawing

// Numbers are written with a digit behind the point, which is a tenth of a pixel: the page stays
// small and equal on every machine.
#include "training/report/drawing.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/html/html.hpp"

namespace training::drawing {

using base::escape;
using base::grouped;
using base::number;

std::string open(std::string_view title, std::string_view description, double height) {
    return fmt::format(
        "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\"><title>{}</title><desc>{}</desc>",
        left + wide + 24,
        height,
        escape(title),
        escape(description)
    );
}

std::string
label(double x, double y, std::string_view anchor, std::string_view text, std::string_view extra) {
    return fmt::format(
        "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>", x, y, anchor, extra, text
    );
}

std::string dot(double x, double y, double r, std::string_view kind, std::string_view title) {
    return fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" class=\"{}\"><title>{}</title></circle>",
        x,
        y,
        r,
        kind,
        title
    );
}

std::vector<double> ticks(double low, double up) {
    const double raw = std::max((up - low) / 4, 1e-12);
    const double unit = std::pow(10, std::floor(std::log10(raw)));
    double step = 10 * unit;
    for (double factor : {1.0, 2.0, 5.0}) {
        if (factor * unit >= raw * 0.999) {
            step = factor * unit;
            break;
        }
    }
    std::vector<double> out;
    for (double v = std::ceil(low / step - 1e-9) * step; v <= up + step * 1e-6; v += step)
        out.push_back(std::abs(v) < step * 1e-9 ? 0 : v);
    return out;
}

std::string frame(
    const Plane& plane,
    std::string_view x_name,
    std::string_view y_name,
    std::span<const double> x_ticks
) {
    std::string out;
    for (double v : ticks(plane.y0, plane.y1)) {
        out += fmt::format(
            "<line class=\"rule\" x1=\"{0:.1f}\" x2=\"{1:.1f}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>",
            left,
            left + wide,
            plane.y(v)
        );
        out += label(left - 8, plane.y(v) + 4, "end", number(v));
    }
    for (double v : x_ticks) {
        const auto text = v >= 1000 ? grouped(static_cast<std::size_t>(v)) : number(v);
        out += label(plane.x(v), top + high + 18, "middle", text);
    }
    out += fmt::format(
        "<line class=\"axis\" x1=\"{0:.1f}\" x2=\"{1:.1f}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>",
        left,
        left + wide,
        top + high
    );
    out += label(left + wide / 2, top + high + 40, "middle", x_name);
    out += label(
        0,
        0,
        "middle",
        y_name,
        fmt::format(" transform=\"translate(13 {:.0f}) rotate(-90)\"", top + high / 2)
    );
    return out;
}

std::string line(
    const Plane& plane,
    const std::vector<std::pair<double, double>>& points,
    std::string_view kind
) {
    std::string path;
    for (auto [x, y] : points)
        path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", plane.x(x), plane.y(y));
    return fmt::format("<path class=\"{}\" d=\"{}\"/>", kind, path);
}

}  // namespace training::drawing

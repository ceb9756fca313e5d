// Numbers are written with a digit behind the point, which is a tenth of a pixel: the page stays
// small and equal on every machine.
#include "training/report/drawing.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "base/html/html.hpp"

namespace training::drawing {

using base::escape;
using base::grouped;

std::string open(std::string_view title, std::string_view description, double height) {
    return fmt::format(
        "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\"><title>{}</title><desc>{}</desc>",
        left + wide + 20,
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

std::string tick_text(double value, double step) {
    const double size = std::max(std::abs(value), step);
    const double unit = size >= 1e6 ? 1e6 : size >= 1e4 ? 1e3 : 1;
    const int digits =
        std::clamp(static_cast<int>(std::ceil(-std::log10(step / unit) - 1e-9)), 0, 6);
    if (value == 0) return "0";
    const auto sign = value < 0 ? "&minus;" : "";
    const auto shown = std::abs(value) / unit;
    const auto text = digits == 0 ? grouped(static_cast<std::uint64_t>(std::llround(shown)))
                                  : fmt::format("{:.{}f}", shown, digits);
    return sign + text + (unit >= 1e6 ? "M" : unit >= 1e3 ? "k" : "");
}

std::string frame(
    const Plane& plane,
    std::string_view x_name,
    std::string_view y_name,
    std::span<const double> x_ticks
) {
    std::string out;
    const auto y_ticks = ticks(plane.y0, plane.y1);
    const double y_step = y_ticks.size() > 1 ? y_ticks[1] - y_ticks[0] : 1;
    const double x_step = x_ticks.size() > 1 ? std::abs(x_ticks[1] - x_ticks[0]) : 1;
    for (double v : y_ticks) {
        out += fmt::format(
            "<line class=\"rule\" x1=\"{0:.1f}\" x2=\"{1:.1f}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>",
            left,
            left + wide,
            plane.y(v)
        );
        out += label(left - 8, plane.y(v) + 4, "end", tick_text(v, y_step));
    }
    for (double v : x_ticks)
        out += label(plane.x(v), top + high + 18, "middle", tick_text(v, x_step));
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
        fmt::format(" transform=\"translate(9 {:.0f}) rotate(-90)\"", top + high / 2)
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

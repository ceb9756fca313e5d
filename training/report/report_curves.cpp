// Plots of how a model does at every threshold, and of where values are missed. Ten curves share a
// plot at most; the first is drawn strong, the others pale, and each says its class when pointed
// at.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/html/html.hpp"
#include "training/report/drawing.hpp"
#include "training/report/plots.hpp"

namespace training {

namespace {

const double share_steps[] = {0, 0.2, 0.4, 0.6, 0.8, 1};

std::string named_line(
    const drawing::Plane& plane,
    const CurveOfPoints& points,
    std::string_view kind,
    const std::string& name
) {
    return "<g><title>" + base::escape(name) + "</title>" + drawing::line(plane, points, kind) +
           "</g>";
}

std::string threshold_plot(
    std::string_view title,
    std::string_view description,
    std::span<const ClassCurves> curves,
    CurveOfPoints ClassCurves::*which,
    std::string_view x_name,
    std::string_view y_name
) {
    if (curves.empty()) return {};
    const drawing::Plane plane;
    auto out = drawing::open(title, description);
    out += drawing::frame(plane, x_name, y_name, share_steps);
    for (std::size_t i = curves.size(); i-- > 0;)
        out += named_line(plane, curves[i].*which, i == 0 ? "one" : "two", curves[i].name);
    return out + "</svg>";
}

}  // namespace

std::string roc_plot(std::span<const ClassCurves> curves) {
    return threshold_plot(
        "ROC curves",
        "Share of a class found against the share of the others that is taken for it",
        curves,
        &ClassCurves::roc,
        "share of the others taken",
        "share of the class found"
    );
}

std::string precision_recall_plot(std::span<const ClassCurves> curves) {
    return threshold_plot(
        "Precision and recall",
        "Precision against recall of each class at every threshold",
        curves,
        &ClassCurves::precision_recall,
        "recall",
        "precision"
    );
}

std::string coverage_plot(const CurveOfPoints& curve, const std::optional<double>& answered) {
    if (curve.size() < 2) return {};
    drawing::Plane plane;
    plane.y0 = 1;
    for (const auto& [x, y] : curve) plane.y0 = std::min(plane.y0, y);
    plane.y0 = std::max(0.0, plane.y0 - 0.05);
    auto out = drawing::open(
        "Coverage and accuracy", "Accuracy of the rows answered when only the surest are"
    );
    out += drawing::frame(plane, "share of the rows answered", "accuracy", share_steps);
    out += drawing::line(plane, curve, "one");
    if (answered) {
        const auto at = std::find_if(curve.begin(), curve.end(), [&](const auto& point) {
            return point.first >= *answered;
        });
        if (at != curve.end())
            out += drawing::dot(
                plane.x(at->first),
                plane.y(at->second),
                5,
                "dot",
                fmt::format("answered {:.3f}, accuracy {:.3f}", at->first, at->second)
            );
    }
    return out + "</svg>";
}

std::string residuals_plot(std::span<const std::pair<double, double>> points) {
    if (points.empty()) return {};
    drawing::Plane plane{points[0].second, points[0].second, 0, 0, false};
    for (const auto& [truth, said] : points) {
        plane.x0 = std::min(plane.x0, said);
        plane.x1 = std::max(plane.x1, said);
        plane.y0 = std::min(plane.y0, said - truth);
        plane.y1 = std::max(plane.y1, said - truth);
    }
    if (!(plane.x1 > plane.x0)) plane.x1 = plane.x0 + 1;
    if (!(plane.y1 > plane.y0)) plane.y1 = plane.y0 + 1;
    auto out = drawing::open(
        "Residuals", "Prediction less true value against the prediction; a good model lies about 0"
    );
    out += drawing::frame(
        plane, "predicted", "predicted less true", drawing::ticks(plane.x0, plane.x1)
    );
    out += drawing::line(plane, {{plane.x0, 0}, {plane.x1, 0}}, "two dash");
    const auto step = std::max<std::size_t>(1, points.size() / 1500);
    for (std::size_t i = 0; i < points.size(); i += step)
        out += drawing::dot(
            plane.x(points[i].second), plane.y(points[i].second - points[i].first), 2.2, "faint", ""
        );
    return out + "</svg>";
}

std::string misses_plot(std::span<const std::pair<double, double>> points) {
    if (points.size() < 2) return {};
    std::vector<double> off;
    for (const auto& [truth, said] : points) off.push_back(said - truth);
    std::sort(off.begin(), off.end());
    // A few records far out would press all others into one bar: they stand in the outermost.
    const auto at = [&](double share) {
        return off[static_cast<std::size_t>(share * static_cast<double>(off.size() - 1))];
    };
    const double reach = std::max({std::abs(at(0.01)), std::abs(at(0.99)), 1e-9});
    constexpr std::size_t bins = 25;  // odd, so that one stands about 0
    std::vector<double> counts(bins);
    for (double value : off) {
        const double place = (value + reach) / (2 * reach) * bins;
        counts[static_cast<std::size_t>(std::clamp(place, 0.0, bins - 1.0))] += 1;
    }
    const drawing::Plane plane{
        -reach, reach, 0, 1.05 * *std::max_element(counts.begin(), counts.end()), false};
    auto out = drawing::open("How far off", "How many records are missed by how much");
    out +=
        drawing::frame(plane, "predicted less true", "records", drawing::ticks(plane.x0, plane.x1));
    for (std::size_t i = 0; i < bins; ++i) {
        const double low = -reach + 2 * reach * static_cast<double>(i) / bins;
        const double up = low + 2 * reach / bins;
        if (counts[i] > 0)
            out += fmt::format(
                "<rect class=\"a\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
                "rx=\"1\"><title>{} to {}: {:.0f} records</title></rect>",
                plane.x(low) + 0.5,
                plane.y(counts[i]),
                plane.x(up) - plane.x(low) - 1,
                plane.y(0) - plane.y(counts[i]),
                base::number(low),
                base::number(up),
                counts[i]
            );
    }
    return out + "</svg>";
}

}  // namespace training

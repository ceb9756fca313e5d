// Small SVG plots without a script, by the pieces of drawing.hpp. Colours come from the page's
// classes (one, two, dot, faint), so that dark mode needs nothing here.
//
// Each has a title and a description for screen readers. Scatter plots show 1,500 points at most,
// evenly chosen, or the page would grow with the test set.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/html/html.hpp"
#include "base/text/utf8.hpp"
#include "training/report/drawing.hpp"
#include "training/report/plots.hpp"

namespace training {

namespace {

using base::escape;
using base::grouped;
using base::number;
using namespace drawing;

}  // namespace

std::string
learning_curve_plot(std::span<const CurveSample> samples, const std::optional<PowerLaw>& law) {
    if (samples.empty()) return {};
    Plane plane;
    plane.logarithmic = true;
    plane.x0 = plane.x1 = samples[0].rows;
    plane.y1 = 0;
    for (const auto& s : samples) {
        plane.x0 = std::min(plane.x0, s.rows);
        plane.x1 = std::max(plane.x1, s.rows);
        plane.y1 = std::max(plane.y1, s.error);
    }
    const double last = plane.x1;
    plane.x0 *= 0.85;
    plane.x1 *= law ? 4.2 : 1.15;
    plane.y1 = std::max(plane.y1 * 1.12, 1e-6);
    std::vector<double> sizes;
    for (const auto& s : samples) sizes.push_back(s.rows);
    if (law) sizes.push_back(4 * last);
    while (sizes.size() > 6) {
        std::vector<double> fewer;
        for (std::size_t i = (sizes.size() - 1) % 2; i < sizes.size(); i += 2)
            fewer.push_back(sizes[i]);
        sizes = std::move(fewer);
    }
    auto out = open(
        "Learning curve",
        "Error on held-out rows against the number of training rows, with a fitted power law"
    );
    out += frame(plane, "training rows (logarithmic)", "error", sizes);
    if (law) {
        std::vector<std::pair<double, double>> known;
        std::vector<std::pair<double, double>> ahead;
        for (int i = 0; i <= 40; ++i) {
            const double share = static_cast<double>(i) / 40;
            const double x = plane.x0 * std::pow(last / plane.x0, share);
            known.emplace_back(x, std::min(law->at(x), plane.y1));
            const double y = last * std::pow(4.0, share);
            ahead.emplace_back(y, law->at(y));
        }
        out += line(plane, known, "one") + line(plane, ahead, "two dash");
    }
    for (const auto& s : samples)
        out += dot(
            plane.x(s.rows),
            plane.y(s.error),
            4.5,
            "dot",
            fmt::format("{} rows: {}", grouped(static_cast<std::size_t>(s.rows)), number(s.error))
        );
    return out + "</svg>";
}

std::string epochs_plot(std::span<const Progress> epochs) {
    if (epochs.size() < 2) return {};
    std::vector<std::pair<double, double>> loss;
    std::vector<std::pair<double, double>> held_out;
    for (const auto& e : epochs) {
        loss.emplace_back(static_cast<double>(e.done), e.loss);
        if (e.validation) held_out.emplace_back(static_cast<double>(e.done), *e.validation);
    }
    Plane plane{loss.front().first, loss.back().first, 0, 1e-9, false};
    for (auto& [x, y] : loss) plane.y1 = std::max(plane.y1, y * 1.05);
    for (auto& [x, y] : held_out) plane.y1 = std::max(plane.y1, y * 1.05);
    std::vector<double> steps;
    for (double v : ticks(plane.x0, plane.x1)) {
        if (v == std::floor(v)) steps.push_back(v);
    }
    auto out = open("Training progress", "Loss on training and validation rows after each epoch");
    out += frame(plane, "epoch", "loss", steps) + line(plane, loss, "one");
    if (held_out.size() > 1) out += line(plane, held_out, "two");
    return out + "</svg>";
}

std::string calibration_plot(const ClassReport& report) {
    Plane plane;
    auto out = open(
        "Calibration", "Accuracy against stated confidence; a calibrated model follows the diagonal"
    );
    const double steps[] = {0, 0.2, 0.4, 0.6, 0.8, 1};
    out += frame(plane, "stated confidence", "accuracy", steps);
    out += line(plane, {{0, 0}, {1, 1}}, "two dash");
    std::size_t most = 1;
    for (const auto& bin : report.bins) most = std::max(most, bin.rows);
    std::vector<std::pair<double, double>> points;
    for (const auto& bin : report.bins) {
        if (bin.rows > 0) points.emplace_back(bin.confidence, bin.accuracy);
    }
    if (points.size() > 1) out += line(plane, points, "one");
    for (const auto& bin : report.bins) {
        if (bin.rows == 0) continue;
        const double r =
            3 + 8 * std::sqrt(static_cast<double>(bin.rows) / static_cast<double>(most));
        out +=
            dot(plane.x(bin.confidence),
                plane.y(bin.accuracy),
                r,
                "dot",
                fmt::format(
                    "{} rows: confidence {:.3f}, accuracy {:.3f}",
                    grouped(bin.rows),
                    bin.confidence,
                    bin.accuracy
                ));
    }
    return out + "</svg>";
}

std::string balance_plot(
    std::span<const std::string> names,
    std::span<const std::array<std::size_t, 3>> balance
) {
    constexpr double step = 24;
    constexpr double name_width = 120;
    constexpr double bar = 240;
    std::size_t most = 1;
    for (const auto& parts : balance) most = std::max(most, parts[0] + parts[1] + parts[2]);
    auto out = open(
        "Class balance",
        "Rows of each class in training, validation and test",
        step * static_cast<double>(balance.size()) + 8
    );
    for (std::size_t c = 0; c < balance.size() && c < names.size(); ++c) {
        const double y = 4 + step * static_cast<double>(c);
        auto name = names[c];
        if (name.size() > 18) name = std::string(base::cut_at_character(name, 16)) + "\xe2\x80\xa6";
        out += label(name_width - 8, y + 13, "end", escape(name), " class=\"ink\"");
        double x = name_width;
        constexpr std::string_view kinds[] = {"a", "b", "c"};
        for (std::size_t part = 0; part < 3; ++part) {
            const double width =
                bar * static_cast<double>(balance[c][part]) / static_cast<double>(most);
            if (width <= 0) continue;
            out += fmt::format(
                "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"16\" "
                "rx=\"2\"/>",
                kinds[part],
                x,
                y,
                std::max(0.5, width - 1)
            );
            x += width;
        }
        out +=
            label(x + 8, y + 13, "start", grouped(balance[c][0] + balance[c][1] + balance[c][2]));
    }
    return out + "</svg>";
}

std::string trials_plot(std::span<const Trial> trials) {
    std::vector<std::pair<double, double>> best;
    Plane plane{1, std::max(2.0, static_cast<double>(trials.size())), 1e300, -1e300, false};
    for (const auto& t : trials) {
        if (!std::isfinite(t.cost)) continue;
        plane.y0 = std::min(plane.y0, t.cost);
        plane.y1 = std::max(plane.y1, t.cost);
    }
    if (plane.y0 > plane.y1) return {};
    const double room = std::max((plane.y1 - plane.y0) * 0.08, 1e-6);
    plane.y0 -= room;
    plane.y1 += room;
    auto out =
        open("Search", "Cost on validation of each setting that was tried, and the best so far");
    std::vector<double> steps;
    for (double v : ticks(plane.x0, plane.x1)) {
        if (v >= 1 && v == std::floor(v)) steps.push_back(v);
    }
    out += frame(plane, "trial", "cost on validation", steps);
    for (const auto& t : trials) {
        if (!std::isfinite(t.cost)) continue;
        const auto x = static_cast<double>(t.number + 1);
        if (t.fraction >= 1 && (best.empty() || t.cost < best.back().second)) {
            if (!best.empty()) best.emplace_back(x, best.back().second);
            best.emplace_back(x, t.cost);
        }
        out +=
            dot(plane.x(x),
                plane.y(t.cost),
                t.fraction >= 1 ? 4.5 : 3,
                t.fraction >= 1 ? "dot" : "faint",
                fmt::format("trial {}: {}", t.number + 1, number(t.cost)));
    }
    if (!best.empty()) {
        best.emplace_back(plane.x1, best.back().second);
        out += line(plane, best, "two");
    }
    return out + "</svg>";
}

std::string scatter_plot(std::span<const std::pair<double, double>> points) {
    if (points.empty()) return {};
    double low = points[0].first;
    double up = low;
    for (auto [truth, guess] : points) {
        low = std::min({low, truth, guess});
        up = std::max({up, truth, guess});
    }
    if (!(up > low)) up = low + 1;
    const Plane plane{low, up, low, up, false};
    auto out =
        open("Predictions", "Predicted against true value; a perfect model lies on the diagonal");
    out += frame(plane, "true value", "predicted", ticks(low, up)) +
           line(plane, {{low, low}, {up, up}}, "two dash");
    const auto step = std::max<std::size_t>(1, points.size() / 1500);
    for (std::size_t i = 0; i < points.size(); i += step) {
        out += fmt::format(
            "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.2\" class=\"faint\"/>",
            plane.x(points[i].first),
            plane.y(points[i].second)
        );
    }
    return out + "</svg>";
}

std::string interval_mark(const Estimate& e, double low, double up) {
    const auto at = [&](double v) {
        return 4 + 112 * std::clamp((v - low) / std::max(up - low, 1e-12), 0.0, 1.0);
    };
    return fmt::format(
        "<svg viewBox=\"0 0 120 14\" class=\"inline\" aria-hidden=\"true\">"
        "<line class=\"rule\" x1=\"4\" x2=\"116\" y1=\"7\" y2=\"7\"/><line class=\"one\" "
        "x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"7\" y2=\"7\"/>"
        "<circle class=\"dot\" cx=\"{:.1f}\" cy=\"7\" r=\"4\"/></svg>",
        at(e.interval.low),
        at(e.interval.high),
        at(e.value)
    );
}

}  // namespace training

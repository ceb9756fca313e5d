// An outline is cut by the four sides of a box one after the other (Sutherland and Hodgman 1974).
// Where it is not convex, parts of the cut hang together by lines of no width, which have no area.
#include "training/answers/pictures/outlines.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "schema/labels/spans.hpp"
#include "training/evaluation/set_metrics.hpp"

namespace training {

namespace {

using Corner = std::array<double, 2>;

constexpr double found_outline = 0.5;

double area_of(std::span<const Corner> corners) {
    double twice = 0;
    for (std::size_t i = 0; i < corners.size(); ++i) {
        const auto& a = corners[i];
        const auto& b = corners[(i + 1) % corners.size()];
        twice += a[0] * b[1] - b[0] * a[1];
    }
    return std::abs(twice) / 2;
}

// What lies on the side of `border` that `sign` says, along x (0) or y (1).
std::vector<Corner>
cut(const std::vector<Corner>& corners, std::size_t axis, double border, double sign) {
    std::vector<Corner> out;
    for (std::size_t i = 0; i < corners.size(); ++i) {
        const auto& from = corners[i];
        const auto& to = corners[(i + 1) % corners.size()];
        const double before = sign * (from[axis] - border), behind = sign * (to[axis] - border);
        if (before >= 0) out.push_back(from);
        if ((before < 0) == (behind < 0)) continue;
        const double share = before / (before - behind);
        out.push_back({from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])});
    }
    return out;
}

schema::Overlap counts_of_outlines(
    std::vector<MarkedBox> said,
    const std::vector<MarkedOutline>& truth,
    std::span<const double> thresholds
) {
    std::erase_if(said, [&](const auto& one) { return one.score < thresholds[one.label]; });
    std::stable_sort(said.begin(), said.end(), [](const auto& a, const auto& b) {
        return a.score > b.score;
    });
    schema::Overlap out{0, static_cast<double>(said.size()), static_cast<double>(truth.size())};
    std::vector<char> taken(truth.size());
    for (const auto& one : said) {
        std::size_t best = truth.size();
        double most = found_outline;
        for (std::size_t t = 0; t < truth.size(); ++t) {
            if (taken[t] || truth[t].label != one.label) continue;
            const double common = overlap_of(one.box, truth[t]);
            if (common < most || (best < truth.size() && common == most)) continue;
            most = common;
            best = t;
        }
        if (best == truth.size()) continue;
        taken[best] = 1;
        out.common += 1;
    }
    return out;
}

}  // namespace

double MarkedOutline::area() const {
    return area_of(corners);
}

std::vector<MarkedOutline>
outlines_in(const AskedQuestion& question, const std::string& answer, std::array<int, 2> size) {
    std::vector<MarkedOutline> out;
    const auto parsed = boost::json::parse(answer);
    if (!parsed.is_array()) return out;
    for (const auto& mark : parsed.as_array()) {
        const auto& names = question.classes;
        const auto name = std::find(names.begin(), names.end(), mark.at("label").as_string());
        if (name == names.end()) continue;
        MarkedOutline one{static_cast<std::size_t>(name - names.begin()), {}};
        for (const auto& point : mark.at("points").as_array())
            one.corners.push_back(
                {point.at(0).to_number<double>() / std::max(1, size[0]),
                 point.at(1).to_number<double>() / std::max(1, size[1])}
            );
        if (one.area() > 0) out.push_back(std::move(one));
    }
    return out;
}

double overlap_of(const ShareBox& box, const MarkedOutline& outline) {
    auto left = cut(outline.corners, 0, box.x, 1);
    left = cut(left, 0, box.right(), -1);
    left = cut(left, 1, box.y, 1);
    left = cut(left, 1, box.bottom(), -1);
    const double common = area_of(left);
    const double all = box.area() + outline.area() - common;
    return all > 0 ? common / all : 0;
}

Metric outline_metric(
    std::span<const std::vector<MarkedBox>> said,
    std::span<const std::vector<MarkedOutline>> truth,
    std::span<const double> thresholds,
    const std::stop_token& stop
) {
    std::vector<schema::Overlap> counts;
    for (std::size_t i = 0; i < said.size(); ++i)
        counts.push_back(counts_of_outlines(said[i], truth[i], thresholds));
    std::vector<std::uint32_t> all(counts.size());
    std::iota(all.begin(), all.end(), 0U);
    const auto figure = [&](std::span<const std::uint32_t> rows) {
        if (stop.stop_requested()) throw base::Interrupted();
        double common = 0, both = 0;
        for (auto row : rows) {
            common += counts[row].common;
            both += counts[row].first + counts[row].second;
        }
        return both > 0 ? 2 * common / both : 1.0;
    };
    Metric metric;
    metric.name = "outline_f1";
    metric.estimate = {figure(all), resampled_interval(all.size(), 1, figure)};
    return metric;
}

}  // namespace training

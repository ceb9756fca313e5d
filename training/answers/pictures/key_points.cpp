#include "training/answers/pictures/key_points.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

#include "training/parts/part_differences.hpp"

namespace training {

namespace json = boost::json;

namespace {

constexpr double closeness = 0.144;  // twice the mean of COCO's sigmas, as labels are compared by
constexpr double near_enough = 0.2;  // of the larger side of the truth (PCK: Yang and Ramanan 2013)
constexpr double alike_enough = 0.5;  // of the similarity, for a thing that is in its place

// Width and height of the box around the points that are there; at least a pixel.
std::array<double, 2> extent_of(const KeyPoints& points) {
    double left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;
    for (const auto& [x, y, seen] : points) {
        if (seen == 0) continue;
        left = std::min(left, x);
        right = std::max(right, x);
        top = std::min(top, y);
        bottom = std::max(bottom, y);
    }
    return {std::max(right - left, 1.0), std::max(bottom - top, 1.0)};
}

}  // namespace

std::map<std::string, std::vector<KeyPoints>> things_in(const std::string& answer) {
    std::map<std::string, std::vector<KeyPoints>> out;
    const auto parsed = json::parse(answer);
    if (!parsed.is_array()) return out;
    for (const auto& mark : parsed.as_array()) {
        KeyPoints points;
        for (const auto& one : mark.at("points").as_array())
            points.push_back(
                {one.at(0).to_number<double>(),
                 one.at(1).to_number<double>(),
                 one.at(2).to_number<int>()}
            );
        out[std::string(mark.at("label").as_string())].push_back(std::move(points));
    }
    return out;
}

std::array<double, 2> likeness_of(const KeyPoints& said, const KeyPoints& truth) {
    const auto [width, height] = extent_of(truth);
    double similar = 0, near = 0, counted = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        if (truth[i].seen == 0) continue;
        counted += 1;
        if (i >= said.size() || said[i].seen == 0) continue;
        const double far = std::hypot(said[i].x - truth[i].x, said[i].y - truth[i].y);
        similar += std::exp(-far * far / (2 * width * height * closeness * closeness));
        near += far <= near_enough * std::max(width, height) ? 1 : 0;
    }
    if (counted == 0) return {1, 1};
    return {similar / counted, near / counted};
}

// A thing of a class beside the first that is said of it, by their similarity.
PartsCompared compare_keypoints(
    const AskedQuestion&,
    const std::string& said_text,
    const std::string& truth_text
) {
    const auto said = things_in(said_text), truth = things_in(truth_text);
    PartsCompared out;
    for (const auto& [name, things] : truth)
        for (const auto& thing : things) {
            const auto found = said.find(name);
            const double like =
                found == said.end() ? 0 : likeness_of(found->second.front(), thing)[0];
            out.truth.push_back(name);
            out.score.common += like;
            if (found == said.end())
                out.differences.push_back({PartFault::missed, name, {}, {}});
            else if (like < alike_enough)
                out.differences.push_back({PartFault::boundary, name, name, {}});
        }
    for (const auto& [name, things] : said) {
        out.said.insert(out.said.end(), things.size(), name);
        if (!truth.contains(name)) out.differences.push_back({PartFault::spurious, {}, name, {}});
    }
    out.score.first = out.score.second = static_cast<double>(out.truth.size());
    return out;
}

}  // namespace training

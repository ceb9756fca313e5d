#include "labeling/export/pictures.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text/ascii.hpp"

namespace labeling {

namespace json = boost::json;

namespace {

double number(const json::value& value) {
    return value.to_number<double>();
}

PictureMark read_mark(LabelShape shape, const json::object& item) {
    PictureMark mark{.label = std::string(item.at("label").as_string())};
    if (shape == LabelShape::boxes) {
        const auto* turned = item.if_contains("rotation");
        mark.box = {
            .x = number(item.at("x")),
            .y = number(item.at("y")),
            .width = number(item.at("width")),
            .height = number(item.at("height")),
            .rotation = turned ? number(*turned) : 0};
        return mark;
    }
    std::vector<std::array<double, 2>> there;
    for (const auto& point : item.at("points").as_array()) {
        const auto& numbers = point.as_array();
        std::array<double, 2> at{number(numbers[0]), number(numbers[1])};
        bool seen = numbers.size() < 3 || number(numbers[2]) > 0;
        if (seen) there.push_back(at);
        if (shape == LabelShape::keypoints)
            mark.points.push_back({at[0], at[1], number(numbers[2])});
    }
    mark.box = box_around(there);
    if (shape == LabelShape::polygons) mark.outline = std::move(there);
    return mark;
}

}  // namespace

std::array<std::array<double, 2>, 4> PictureBox::corners() const {
    double cx = x + width / 2, cy = y + height / 2, angle = rotation * std::numbers::pi / 180;
    double cos = std::cos(angle), sin = std::sin(angle);
    std::array<std::array<double, 2>, 4> made{};
    constexpr std::array<std::array<double, 2>, 4> sides{{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}};
    for (std::size_t i = 0; i < 4; ++i) {
        double dx = sides[i][0] * width / 2, dy = sides[i][1] * height / 2;
        made[i] = {cx + dx * cos - dy * sin, cy + dx * sin + dy * cos};
    }
    return made;
}

bool is_of_pictures(LabelShape shape) {
    return shape == LabelShape::boxes || shape == LabelShape::polygons ||
           shape == LabelShape::keypoints;
}

std::vector<PictureMark> picture_marks(LabelShape shape, const std::string& answer) {
    std::vector<PictureMark> marks;
    auto list = json::parse(answer);
    for (const auto& item : list.as_array()) marks.push_back(read_mark(shape, item.as_object()));
    return marks;
}

PictureBox box_around(const std::vector<std::array<double, 2>>& points) {
    if (points.empty()) return {};
    double left = points[0][0], right = left, top = points[0][1], bottom = top;
    for (const auto& [x, y] : points) {
        left = std::min(left, x);
        right = std::max(right, x);
        top = std::min(top, y);
        bottom = std::max(bottom, y);
    }
    return {.x = left, .y = top, .width = right - left, .height = bottom - top};
}

double area_of(const std::vector<std::array<double, 2>>& outline) {
    double twice = 0;
    for (std::size_t i = 0; i < outline.size(); ++i) {
        const auto& a = outline[i];
        const auto& b = outline[(i + 1) % outline.size()];
        twice += a[0] * b[1] - b[0] * a[1];
    }
    return std::abs(twice) / 2;
}

bool box_of_corners(const std::vector<std::array<double, 2>>& corners, PictureBox& box) {
    if (corners.size() != 4) return false;
    double ax = corners[1][0] - corners[0][0], ay = corners[1][1] - corners[0][1];
    double bx = corners[3][0] - corners[0][0], by = corners[3][1] - corners[0][1];
    double width = std::hypot(ax, ay), height = std::hypot(bx, by);
    constexpr double slack = 0.02;  // pixels are rounded
    if (width <= 0 || height <= 0) return false;
    if (std::abs(ax * bx + ay * by) > slack * width * height) return false;
    double far = std::hypot(
        corners[0][0] + ax + bx - corners[2][0], corners[0][1] + ay + by - corners[2][1]
    );
    if (far > slack * (width + height)) return false;
    double cx = (corners[0][0] + corners[2][0]) / 2, cy = (corners[0][1] + corners[2][1]) / 2;
    // Corners that go round the other way begin with the other side.
    bool clockwise = ax * by - ay * bx > 0;
    if (!clockwise) {
        std::swap(ax, bx);
        std::swap(ay, by);
        std::swap(width, height);
    }
    double angle = std::fmod(std::atan2(ay, ax) * 180 / std::numbers::pi + 360, 360);
    constexpr double upright = 1e-4;
    if (angle < upright || angle > 360 - upright) angle = 0;
    box = {
        .x = settled(cx - width / 2),
        .y = settled(cy - height / 2),
        .width = settled(width),
        .height = settled(height),
        .rotation = settled(angle)};
    return true;
}

double settled(double pixels) {
    constexpr double parts = 1e6;
    return std::round(pixels * parts) / parts;
}

std::string picture_path(const std::string& key) {
    std::string path, part;
    auto close = [&] {
        if (part.empty() || part == "." || part == "..") {
            part.clear();
            return;
        }
        path += (path.empty() ? "" : "/") + part;
        part.clear();
    };
    for (char c : key) {
        if (c == '/') {
            close();
            continue;
        }
        bool odd = static_cast<unsigned char>(c) < 0x20 || c == '\\' || c == ':' || c == '*' ||
                   c == '?' || c == '"' || c == '<' || c == '>' || c == '|' || c == '\x7f';
        part += odd ? '_' : c;
    }
    close();
    return path.empty() ? "picture" : path;
}

std::string picture_stem(const std::string& path) {
    auto slash = path.rfind('/');
    auto dot = path.rfind('.');
    if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return path;
    auto ending = base::to_lower(path.substr(dot + 1));
    for (std::string_view known :
         {"jpg",
          "jpeg",
          "png",
          "gif",
          "webp",
          "bmp",
          "tif",
          "tiff",
          "avif",
          "heic",
          "jxl",
          "jp2",
          "svg",
          "ppm",
          "pgm"})
        if (ending == known) return path.substr(0, dot);
    return path;
}

void require_picture(const ExportRow& row) {
    if (row.width > 0 && row.height > 0) return;
    throw base::Error(
        "record '" + row.key + "'",
        "is labeled as a picture and has none, so that the size is not known",
        "take its label away, or choose jsonl"
    );
}

}  // namespace labeling

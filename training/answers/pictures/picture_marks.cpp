// Models look at pictures that were brought to one size, people mark the stored ones: between them
// all places are shares of the sides.
#include "training/answers/pictures/picture_marks.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include <boost/json.hpp>

#include "training/answers/answer_kinds.hpp"

namespace training {

namespace json = boost::json;

namespace {

// The smallest upright box around points.
class Around {
public:
    void add(double x, double y) {
        left_ = std::min(left_, x);
        right_ = std::max(right_, x);
        top_ = std::min(top_, y);
        bottom_ = std::max(bottom_, y);
    }
    // Cut to the picture; nothing of what is outside.
    std::optional<ShareBox> in(std::array<int, 2> size) const {
        const auto share = [](double at, int of) {
            return std::clamp(at / std::max(1.0, static_cast<double>(of)), 0.0, 1.0);
        };
        const double x = share(left_, size[0]), y = share(top_, size[1]);
        const ShareBox box{x, y, share(right_, size[0]) - x, share(bottom_, size[1]) - y};
        if (!(box.width > 0 && box.height > 0)) return std::nullopt;
        return box;
    }

private:
    double left_ = INFINITY, right_ = -INFINITY, top_ = INFINITY, bottom_ = -INFINITY;
};

double number_of(const json::object& mark, const char* name) {
    const auto* value = mark.if_contains(name);
    return value ? value->to_number<double>() : 0;
}

void add_corners(const json::object& mark, Around& around) {
    if (const auto* points = mark.if_contains("points")) {
        for (const auto& point : points->as_array())
            around.add(point.at(0).to_number<double>(), point.at(1).to_number<double>());
        return;
    }
    const double width = number_of(mark, "width"), height = number_of(mark, "height");
    const double x = number_of(mark, "x") + width / 2, y = number_of(mark, "y") + height / 2;
    const double angle = number_of(mark, "rotation") * std::numbers::pi / 180;
    for (double sx : {-0.5, 0.5})
        for (double sy : {-0.5, 0.5}) {
            const double dx = sx * width, dy = sy * height;
            around.add(
                x + dx * std::cos(angle) - dy * std::sin(angle),
                y + dx * std::sin(angle) + dy * std::cos(angle)
            );
        }
}

double to_tenth(double value) {
    return std::round(value * 10) / 10;
}

}  // namespace

double overlap_of(const ShareBox& a, const ShareBox& b) {
    const double width = std::min(a.right(), b.right()) - std::max(a.x, b.x);
    const double height = std::min(a.bottom(), b.bottom()) - std::max(a.y, b.y);
    if (width <= 0 || height <= 0) return 0;
    const double common = width * height;
    return common / (a.area() + b.area() - common);
}

std::vector<MarkedBox>
boxes_in(const AskedQuestion& question, const std::string& answer, std::array<int, 2> size) {
    std::vector<MarkedBox> out;
    const auto parsed = json::parse(answer);
    if (!parsed.is_array()) return out;
    for (const auto& one : parsed.as_array()) {
        const auto& mark = one.as_object();
        const auto& names = question.classes;
        const auto name = std::find(names.begin(), names.end(), mark.at("label").as_string());
        if (name == names.end()) continue;
        Around around;
        add_corners(mark, around);
        if (const auto box = around.in(size))
            out.push_back({static_cast<std::size_t>(name - names.begin()), *box, 1});
    }
    return out;
}

std::string answer_of_boxes(
    const AskedQuestion& question,
    const std::vector<MarkedBox>& boxes,
    std::array<int, 2> size
) {
    json::array list;
    const double w = size[0], h = size[1];
    for (const auto& [label, box, score] : boxes) {
        const double x = to_tenth(box.x * w), y = to_tenth(box.y * h);
        const double right = to_tenth(box.right() * w), bottom = to_tenth(box.bottom() * h);
        if (right <= x || bottom <= y) continue;
        json::object mark;
        if (question.kind == polygon_answers().name) {
            mark["points"] = json::array{
                json::array{x, y},
                json::array{right, y},
                json::array{right, bottom},
                json::array{x, bottom}};
        } else {
            mark = {
                {"x", x},
                {"y", y},
                {"width", to_tenth(right - x)},
                {"height", to_tenth(bottom - y)}};
        }
        mark["label"] = question.classes.at(label);
        list.push_back(std::move(mark));
    }
    return json::serialize(list);
}

std::vector<MarkedBox> without_doubles(std::vector<MarkedBox> boxes, double most) {
    std::stable_sort(boxes.begin(), boxes.end(), [](const auto& a, const auto& b) {
        return a.score > b.score;
    });
    std::vector<MarkedBox> kept;
    for (const auto& one : boxes)
        if (std::none_of(kept.begin(), kept.end(), [&](const auto& other) {
                return other.label == one.label && overlap_of(other.box, one.box) > most;
            }))
            kept.push_back(one);
    return kept;
}

}  // namespace training

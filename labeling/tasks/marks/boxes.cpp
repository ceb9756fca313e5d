// Boxes in a picture: {"x","y","width","height","rotation","label"}. x and y are the left upper
// corner before the box is turned; rotation, left out if 0, is in degrees clockwise about its
// centre.
#include <algorithm>
#include <cmath>
#include <numbers>

#include <boost/json.hpp>

#include "labeling/tasks/answer_json.hpp"
#include "labeling/tasks/marks/marks.hpp"
#include "labeling/tasks/marks/shapes.hpp"
#include "labeling/tasks/task_types.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

struct Box {
    double x = 0, y = 0, width = 0, height = 0, rotation = 0;
};

Box box_of(const Mark& mark) {
    const auto& n = mark.numbers;
    return {.x = n[0], .y = n[1], .width = n[2], .height = n[3], .rotation = n[4]};
}

std::vector<Point> corners_of(const Box& box) {
    double cx = box.x + box.width / 2, cy = box.y + box.height / 2;
    double angle = box.rotation * std::numbers::pi / 180;
    double cos = std::cos(angle), sin = std::sin(angle);
    std::vector<Point> points;
    for (auto [sx, sy] : {Point{-1, -1}, Point{1, -1}, Point{1, 1}, Point{-1, 1}}) {
        double dx = sx * box.width / 2, dy = sy * box.height / 2;
        points.push_back({cx + dx * cos - dy * sin, cy + dx * sin + dy * cos});
    }
    return points;
}

double upright_overlap(const Box& a, const Box& b) {
    double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
    double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
    if (width <= 0 || height <= 0) return 0;
    double common = width * height;
    return common / (a.width * a.height + b.width * b.height - common);
}

class BoxesTask : public PictureMarksTask {
public:
    std::string_view name() const override { return "boxes"; }
    std::string_view meaning() const override { return "labeled boxes in a picture"; }
    LabelShape shape() const override { return LabelShape::boxes; }

    double alike(const Mark& a, const Mark& b) const override {
        auto first = box_of(a), second = box_of(b);
        if (first.rotation == 0 && second.rotation == 0) return upright_overlap(first, second);
        return intersection_over_union(corners_of(first), corners_of(second));
    }

    // The mean of each side; turned boxes are not averaged, since one box has several angles.
    Mark middle(const std::vector<const Mark*>& marks) const override {
        auto turned = std::any_of(marks.begin(), marks.end(), [](const Mark* mark) {
            return box_of(*mark).rotation != 0;
        });
        if (turned) return most_alike(marks);
        Mark made{.label = marks.front()->label, .numbers = std::vector<double>(5)};
        for (const auto* mark : marks)
            for (std::size_t i = 0; i < 5; ++i)
                made.numbers[i] += mark->numbers[i] / static_cast<double>(marks.size());
        return made;
    }

protected:
    std::string_view likeness_meaning() const override {
        return "intersection over union of the boxes that belong together";
    }
    std::vector<double> numbers_of(const json::object& mark, const std::string&, const Question*)
        const override {
        check_members(
            mark, {"x", "y", "width", "height", "rotation"}, "x, y, width, height and label"
        );
        Box box{
            .x = mark_number(mark, "x"),
            .y = mark_number(mark, "y"),
            .width = mark_number(mark, "width"),
            .height = mark_number(mark, "height"),
            .rotation = mark.contains("rotation") ? mark_number(mark, "rotation") : 0};
        if (box.width <= 0 || box.height <= 0)
            not_an_answer("has a box without area", "leave it out");
        box.rotation = std::fmod(std::fmod(box.rotation, 360) + 360, 360);
        return {box.x, box.y, box.width, box.height, box.rotation};
    }
    void write(const Mark& mark, json::object& to) const override {
        auto box = box_of(mark);
        to["x"] = box.x;
        to["y"] = box.y;
        to["width"] = box.width;
        to["height"] = box.height;
        if (box.rotation != 0) to["rotation"] = box.rotation;
    }
    std::vector<Point> corners(const Mark& mark) const override { return corners_of(box_of(mark)); }

private:
    Mark most_alike(const std::vector<const Mark*>& marks) const {
        const Mark* best = marks.front();
        double most = -1;
        for (const auto* one : marks) {
            double sum = 0;
            for (const auto* other : marks) sum += alike(*one, *other);
            if (sum <= most) continue;
            most = sum;
            best = one;
        }
        return *best;
    }
};

}  // namespace

const TaskType& boxes_task() {
    static const BoxesTask type;
    return type;
}

}  // namespace labeling

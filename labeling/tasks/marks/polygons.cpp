// Outlines in a picture: {"points":[[x,y],..],"label"}, of three points or more, not crossing
// themselves. The last point need not be the first.
#include <boost/json.hpp>

#include "labeling/tasks/answer_json.hpp"
#include "labeling/tasks/marks/marks.hpp"
#include "labeling/tasks/marks/shapes.hpp"
#include "labeling/tasks/task_types.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

constexpr std::size_t most_points = 10'000;

std::vector<Point> points_of(const Mark& mark) {
    std::vector<Point> points;
    for (std::size_t i = 0; i + 1 < mark.numbers.size(); i += 2)
        points.push_back({mark.numbers[i], mark.numbers[i + 1]});
    return points;
}

class PolygonsTask : public PictureMarksTask {
public:
    std::string_view name() const override { return "polygons"; }
    std::string_view meaning() const override { return "labeled outlines in a picture"; }
    LabelShape shape() const override { return LabelShape::polygons; }

    double alike(const Mark& a, const Mark& b) const override {
        return intersection_over_union(points_of(a), points_of(b));
    }

    // The one that is most like the others: points of two outlines do not belong together.
    Mark middle(const std::vector<const Mark*>& marks) const override {
        const Mark* best = marks.front();
        double most = -1;
        for (const auto* one : marks) {
            double sum = 0;
            for (const auto* other : marks) sum += one == other ? 1 : alike(*one, *other);
            if (sum <= most) continue;
            most = sum;
            best = one;
        }
        return *best;
    }

protected:
    std::string_view likeness_meaning() const override {
        return "intersection over union of the outlines that belong together";
    }
    std::vector<double> numbers_of(const json::object& mark, const std::string&, const Question*)
        const override {
        constexpr auto wanted = "points as a list of [x, y], and a label";
        check_members(mark, {"points"}, wanted);
        const auto* points = mark.if_contains("points");
        if (!points) not_an_answer(wanted);
        Mark read;
        for (const auto& point : list_of(*points, wanted)) {
            const auto& pair = list_of(point, wanted);
            if (pair.size() != 2) not_an_answer(wanted);
            for (const auto& number : pair)
                read.numbers.push_back(mark_number({{"x", number}}, "x"));
        }
        auto outline = points_of(read);
        if (outline.size() > 1 && outline.front() == outline.back()) {
            outline.pop_back();
            read.numbers.resize(read.numbers.size() - 2);
        }
        if (outline.size() > most_points) not_an_answer("has more than 10,000 points", "use fewer");
        if (!is_plain_polygon(outline))
            not_an_answer("has an outline that crosses itself or has no area", "draw it anew");
        return read.numbers;
    }
    void write(const Mark& mark, json::object& to) const override {
        json::array points;
        for (const auto& [x, y] : points_of(mark)) points.push_back(json::array{x, y});
        to["points"] = std::move(points);
    }
    std::vector<Point> corners(const Mark& mark) const override { return points_of(mark); }
};

}  // namespace

const TaskType& polygons_task() {
    static const PolygonsTask type;
    return type;
}

}  // namespace labeling

// Things in a picture by their points: {"points":[[x,y,visible],..],"label"}, a point for each name
// in the class's `keypoints`. visible is 2 for a point that is seen, 1 for one that is hidden, 0
// for one that is not there, whose place means nothing.
//
// Likeness is COCO's object keypoint similarity: the mean over points of exp(-d^2 / 2 s^2 k^2),
// with the area of the points for s^2, since nobody draws an outline, and the mean of COCO's own
// constants, 0.144, for k.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "labeling/tasks/answer_json.hpp"
#include "labeling/tasks/marks/marks.hpp"
#include "labeling/tasks/marks/shapes.hpp"
#include "labeling/tasks/task_types.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

constexpr double closeness = 0.144;  // twice the mean of COCO's sigmas
constexpr std::size_t per_point = 3;

std::size_t points_in(const Mark& mark) {
    return mark.numbers.size() / per_point;
}
const double* point(const Mark& mark, std::size_t i) {
    return &mark.numbers[i * per_point];
}

// Of the box around the points that are there; at least a pixel each way.
double area_of(const Mark& mark) {
    double left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;
    for (std::size_t i = 0; i < points_in(mark); ++i) {
        const double* at = point(mark, i);
        if (at[2] == 0) continue;
        left = std::min(left, at[0]);
        right = std::max(right, at[0]);
        top = std::min(top, at[1]);
        bottom = std::max(bottom, at[1]);
    }
    return std::max(right - left, 1.0) * std::max(bottom - top, 1.0);
}

class KeypointsTask : public PictureMarksTask {
public:
    std::string_view name() const override { return "keypoints"; }
    std::string_view meaning() const override { return "named points of things in a picture"; }
    std::string_view example() const override {
        return R"([[class]]
name = "person"
keypoints = ["head", "left hand", "right hand"]
)";
    }
    std::span<const std::string_view> settings() const override { return acting; }
    std::optional<base::Fault> check(const Question& question) const override {
        if (auto fault = MarksTask::check(question)) return fault;
        for (std::size_t i = 0; i < question.classes.size(); ++i)
            if (question.classes[i].keypoints.empty())
                return base::Fault{
                    .reason = "is missing",
                    .mend = "name the points of the class",
                    .at = fmt::format("class[{}].keypoints", i)};
        return std::nullopt;
    }
    LabelShape shape() const override { return LabelShape::keypoints; }

    double alike(const Mark& a, const Mark& b) const override {
        auto n = std::min(points_in(a), points_in(b));
        double scale = (area_of(a) + area_of(b)) / 2, sum = 0, counted = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double *x = point(a, i), *y = point(b, i);
            if (x[2] == 0 && y[2] == 0) continue;
            counted += 1;
            if (x[2] == 0 || y[2] == 0) continue;
            double far = (x[0] - y[0]) * (x[0] - y[0]) + (x[1] - y[1]) * (x[1] - y[1]);
            sum += std::exp(-far / (2 * scale * closeness * closeness));
        }
        return counted > 0 ? sum / counted : 1;
    }

    // Each point where it is on the mean of those who saw it, if most did.
    Mark middle(const std::vector<const Mark*>& marks) const override {
        Mark made = *marks.front();
        for (std::size_t i = 0; i < points_in(made); ++i) {
            double x = 0, y = 0, seen = 0, there = 0;
            for (const auto* mark : marks) {
                const double* at = point(*mark, i);
                if (at[2] == 0) continue;
                x += at[0];
                y += at[1];
                there += 1;
                seen += at[2] == 2 ? 1 : 0;
            }
            double* to = &made.numbers[i * per_point];
            bool kept = there * 2 >= static_cast<double>(marks.size()) && there > 0;
            to[0] = kept ? x / there : 0;
            to[1] = kept ? y / there : 0;
            to[2] = kept ? (seen * 2 >= there ? 2 : 1) : 0;
        }
        return made;
    }

protected:
    std::string_view likeness_meaning() const override {
        return "object keypoint similarity of what belongs together";
    }
    std::vector<double> numbers_of(
        const json::object& mark,
        const std::string& label,
        const Question* question
    ) const override {
        constexpr auto wanted = "points as a list of [x, y, visible], and a label";
        check_members(mark, {"points"}, wanted);
        const auto* points = mark.if_contains("points");
        if (!points) not_an_answer(wanted);
        std::vector<double> numbers;
        bool any = false;
        for (const auto& each : list_of(*points, wanted)) {
            const auto& three = list_of(each, wanted);
            if (three.size() != per_point) not_an_answer(wanted);
            for (const auto& number : three) numbers.push_back(mark_number({{"x", number}}, "x"));
            auto visible = numbers.back();
            if (visible != 0 && visible != 1 && visible != 2)
                not_an_answer(
                    "has a point whose third number is none of 0, 1 and 2", "say how it is seen"
                );
            any = any || visible != 0;
            if (visible == 0) numbers[numbers.size() - 3] = numbers[numbers.size() - 2] = 0;
        }
        if (!any) not_an_answer("has a mark none of whose points is there", "leave it out");
        if (question)
            for (const auto& item : question->classes)
                if (item.name == label && item.keypoints.size() * per_point != numbers.size())
                    not_an_answer(
                        fmt::format("has {} points of a {}", numbers.size() / per_point, label),
                        fmt::format("give all {}", item.keypoints.size())
                    );
        return numbers;
    }
    void write(const Mark& mark, json::object& to) const override {
        json::array points;
        for (std::size_t i = 0; i < points_in(mark); ++i) {
            const double* at = point(mark, i);
            points.push_back(json::array{at[0], at[1], static_cast<int>(at[2])});
        }
        to["points"] = std::move(points);
    }
    std::vector<Point> corners(const Mark& mark) const override {
        std::vector<Point> there;
        for (std::size_t i = 0; i < points_in(mark); ++i)
            if (point(mark, i)[2] != 0) there.push_back({point(mark, i)[0], point(mark, i)[1]});
        return there;
    }

private:
    static constexpr std::array<std::string_view, 4> acting{
        "class",
        "class.keypoints",
        "at_least",
        "at_most"};
};

}  // namespace

const TaskType& keypoints_task() {
    static const KeypointsTask type;
    return type;
}

}  // namespace labeling

// Label Studio's results, as its documentation has them by tag.
//
// Its places in pictures are per cent of the sides, its boxes are turned about their left upper
// corner, ours about their centre. It knows no named points of one thing: these are a box of the
// class, and for each point that is there a keypoint of the point's name whose parent is the box.
// A relation names the ends by the ids of their results. Of two candidates that are level nothing
// is selected.
#include "labeling/export/label_studio_results.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/text/utf8.hpp"
#include "labeling/export/pictures.hpp"
#include "labeling/tasks/spans.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace json = boost::json;

namespace {

constexpr double per_cent = 100;

LabelShape shape_of(const Question& question) {
    return task_type(question.kind).shape();
}

// A number of stars, as opposed to a number.
bool is_rating(const Question& question) {
    return question.low && question.high && question.step && *question.step == 1 &&
           (*question.low == 0 || *question.low == 1);
}

// The part of a text between two code points.
std::string part_of(const std::string& text, std::size_t start, std::size_t end) {
    auto head = base::first_characters(text, end);
    return std::string(head.substr(base::first_characters(text, start).size()));
}

bool stands_in_a_tree(const Question& question) {
    return std::any_of(
        question.classes.begin(),
        question.classes.end(),
        [](const LabelClass& item) { return !item.parent.empty(); }
    );
}

// The names from the top of a hierarchy down to a class.
json::array path_to(const Question& question, const std::string& name) {
    std::vector<std::string> up{name};
    for (std::size_t i = 0; i < question.classes.size(); ++i) {
        auto at = std::find_if(
            question.classes.begin(),
            question.classes.end(),
            [&](const LabelClass& item) { return item.name == up.back(); }
        );
        if (at == question.classes.end() || at->parent.empty()) break;
        up.push_back(at->parent);
    }
    return json::array(up.rbegin(), up.rend());
}

class Results {
public:
    Results(const Question& question, std::string name, const StudioTask& task, json::array& out)
        : question_(question), name_(std::move(name)), task_(task), out_(out) {}

    void write(const json::value& answer) {
        switch (shape_of(question_)) {
            case LabelShape::classes:
                return write_class(answer);
            case LabelShape::class_set:
                return put("choices", {{"choices", answer}});
            case LabelShape::spans:
                return write_spans(answer.as_array());
            case LabelShape::relations:
                return write_relations(answer.as_object());
            case LabelShape::text:
                return put("textarea", {{"text", {answer}}});
            case LabelShape::number:
                if (is_rating(question_)) return put("rating", {{"rating", answer}});
                return put("number", {{"number", answer}});
            case LabelShape::preference:
                return write_preference(answer);
            case LabelShape::ranking:
                return put("ranker", {{"ranker", {{"rank", answer}}}});
            case LabelShape::boxes:
            case LabelShape::polygons:
            case LabelShape::keypoints:
                for (const auto& mark : picture_marks(shape_of(question_), json::serialize(answer)))
                    write_mark(mark);
                return;
            case LabelShape::segments:
                return write_segments(answer.as_array());
            case LabelShape::rows:
            case LabelShape::form:
                return;
        }
    }

private:
    const std::string& shown() const {
        const auto shape = shape_of(question_);
        if (is_of_pictures(shape)) return task_.picture;
        return shape == LabelShape::segments ? task_.recording : task_.shown;
    }
    void put(std::string_view type, json::object value) { add(type, std::move(value)); }
    json::object& add(std::string_view type, json::object value) {
        json::object made{
            {"id", fmt::format("{}-{}", task_.id, out_.size() + 1)},
            {"from_name", name_},
            {"to_name", shown()},
            {"type", type},
            {"origin", "manual"},
            {"value", std::move(value)}};
        return out_.emplace_back(std::move(made)).as_object();
    }

    void write_class(const json::value& answer) {
        if (stands_in_a_tree(question_))
            add("taxonomy", {{"taxonomy", {path_to(question_, std::string(answer.as_string()))}}});
        else
            add("choices", {{"choices", {answer}}});
    }

    void write_spans(const json::array& spans) {
        for (const auto& span : spans) {
            auto start = span.at("start").to_number<std::size_t>();
            auto end = span.at("end").to_number<std::size_t>();
            json::object value{{"start", start}, {"end", end}};
            const auto* field = span.as_object().if_contains("field");
            if (!task_.text.empty() && !field) value["text"] = part_of(task_.text, start, end);
            value["labels"] = json::array{span.at("label")};
            auto& made = add("labels", std::move(value));
            if (field) made["to_name"] = *field;
        }
    }

    // What is said in a range is a result of its own, with the range's id.
    void write_segments(const json::array& segments) {
        for (const auto& one : segments) {
            json::object range{{"start", one.at("from")}, {"end", one.at("to")}, {"channel", 0}};
            auto labelled = range;
            labelled["labels"] = json::array{one.at("label")};
            auto id = add("labels", std::move(labelled)).at("id");
            const auto* text = one.as_object().if_contains("text");
            if (!text) continue;
            range["text"] = json::array{*text};
            auto& said = add("textarea", std::move(range));
            said["id"] = id;
            said["from_name"] = name_ + std::string(studio_said);
        }
    }

    void write_relations(const json::object& graph) {
        auto first = out_.size();
        write_spans(graph.at("spans").as_array());
        for (const auto& one : graph.at("relations").as_array()) {
            auto end = [&](std::string_view which) {
                return out_[first + one.at(which).to_number<std::size_t>()].at("id");
            };
            out_.push_back(json::object{
                {"from_id", end("from")},
                {"to_id", end("to")},
                {"type", "relation"},
                {"direction", "right"},
                {"labels", {one.at("label")}}});
        }
    }

    void write_preference(const json::value& answer) {
        const auto& names = question_.candidates;
        std::string_view name(answer.as_string());
        if (std::find(names.begin(), names.end(), name) == names.end()) return;
        auto& made = add("pairwise", {{"selected", names[0] == name ? "left" : "right"}});
        made["to_name"] = names[0] + "," + names[1];
    }

    json::object& add_mark(std::string_view type, json::object value) {
        auto& made = add(type, std::move(value));
        made["original_width"] = static_cast<std::int64_t>(task_.width);
        made["original_height"] = static_cast<std::int64_t>(task_.height);
        made["image_rotation"] = 0;
        return made;
    }
    double across(double x) const { return x / task_.width * per_cent; }
    double down(double y) const { return y / task_.height * per_cent; }

    void write_mark(const PictureMark& mark) {
        if (!mark.outline.empty()) {
            json::array points;
            for (const auto& [x, y] : mark.outline)
                points.push_back(json::array{across(x), down(y)});
            add_mark(
                "polygonlabels",
                {{"points", std::move(points)}, {"closed", true}, {"polygonlabels", {mark.label}}}
            );
            return;
        }
        auto corner = mark.box.corners()[0];
        auto& box = add_mark(
            "rectanglelabels",
            {{"x", across(corner[0])},
             {"y", down(corner[1])},
             {"width", across(mark.box.width)},
             {"height", down(mark.box.height)},
             {"rotation", mark.box.rotation},
             {"rectanglelabels", {mark.label}}}
        );
        auto id = box.at("id");
        write_points(mark, id);
    }

    void write_points(const PictureMark& mark, const json::value& parent) {
        auto item = std::find_if(
            question_.classes.begin(),
            question_.classes.end(),
            [&](const LabelClass& one) { return one.name == mark.label; }
        );
        for (std::size_t i = 0; i < mark.points.size(); ++i) {
            const auto& [x, y, visible] = mark.points[i];
            if (visible == 0 || item == question_.classes.end()) continue;
            auto& made = add_mark(
                "keypointlabels",
                {{"x", across(x)},
                 {"y", down(y)},
                 {"width", 0.5},
                 {"keypointlabels", {item->keypoints.at(i)}}}
            );
            made["parentID"] = parent;
            if (visible == 1) made["meta"] = {{"text", {"hidden"}}};
        }
    }

    const Question& question_;
    std::string name_;
    const StudioTask& task_;
    json::array& out_;
};

}  // namespace

std::optional<std::string> studio_lacks(const Question& question) {
    switch (shape_of(question)) {
        case LabelShape::rows:
            return "classes of the rows of a table";
        case LabelShape::ranking:
            if (question.ties) return "rankings with level candidates";
            return std::nullopt;
        case LabelShape::form:
            for (const auto& part : question.parts)
                if (auto lacks = studio_lacks(part.question)) return lacks;
            return std::nullopt;
        default:
            return std::nullopt;
    }
}

json::array
studio_results(const Question& question, const std::string& answer, const StudioTask& task) {
    json::array results;
    auto said = json::parse(answer);
    if (shape_of(question) != LabelShape::form) {
        Results(question, "label", task, results).write(said);
        return results;
    }
    for (const auto& part : question.parts)
        if (const auto* one = said.as_object().if_contains(part.name))
            Results(part.question, part.name, task, results).write(*one);
    return results;
}

}  // namespace labeling

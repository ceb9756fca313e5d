// Results of Label Studio, its own or ours, as answers to a question.
//
// Projects there name their controls as they like, so that results are told by their types; only
// the parts of a form are told by names. What a box or a point is called stands under the name of
// the type; a region that was drawn and not labeled has none and is left out. A list of regions is
// empty only where no result is: results of other types are no answer. What is said of one region
// bears the region's id, and is nothing that is said of the record.
#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "labeling/export/imports/studio_regions.hpp"
#include "labeling/export/label_studio_results.hpp"
#include "labeling/export/pictures.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace json = boost::json;

namespace {

[[noreturn]] void odd_result(std::string_view reason) {
    throw base::UsageError("a result", std::string(reason), "export it anew");
}

double number_in(const json::object& value, std::string_view name) {
    const auto* found = value.if_contains(name);
    if (!found || !found->is_number()) odd_result(fmt::format("has no number '{}'", name));
    return found->to_number<double>();
}

// A place in a text, which no text is too long for.
std::int64_t character_in(const json::object& value, std::string_view name) {
    constexpr double beyond = 9e15;
    auto number = number_in(value, name);
    if (!(number >= 0 && number < beyond) || number != std::floor(number))
        odd_result(fmt::format("has no whole number '{}'", name));
    return static_cast<std::int64_t>(number);
}

class ResultReader {
public:
    ResultReader(const Question& question, const json::array& results, const StudioTask& task)
        : question_(question), results_(results), task_(task) {}

    std::optional<json::value> read() const {
        switch (task_type(question_.kind).shape()) {
            case LabelShape::classes:
                return one_class();
            case LabelShape::class_set:
                return several();
            case LabelShape::spans:
                return listed(spans_of(nullptr));
            case LabelShape::relations:
                return graph();
            case LabelShape::text:
                return text();
            case LabelShape::number:
                return single({{"rating", "rating"}, {"number", "number"}});
            case LabelShape::preference:
                return preference();
            case LabelShape::ranking:
                return ranking();
            case LabelShape::boxes:
                return listed(marks("rectanglelabels"));
            case LabelShape::polygons:
                return listed(marks("polygonlabels"));
            case LabelShape::keypoints:
                return listed(keypoints());
            case LabelShape::segments:
                return listed(segments());
            case LabelShape::rows:
            case LabelShape::form:
                return std::nullopt;
        }
        return std::nullopt;
    }

private:
    template <typename Visit>
    void each(std::string_view type, Visit visit) const {
        for (const auto& item : results_) {
            const auto* result = item.if_object();
            if (!result || text_at(*result, "type") != type) continue;
            const auto* value = result->if_contains("value");
            visit(*result, value && value->is_object() ? value->get_object() : json::object());
        }
    }

    // The value of the first result of one of the types, at the member beside it.
    std::optional<json::value> single(
        std::initializer_list<std::pair<std::string_view, std::string_view>> types
    ) const {
        std::optional<json::value> found;
        for (const auto& [type, member] : types)
            each(type, [&name = member, &found](const json::object&, const json::object& value) {
                if (const auto* one = value.if_contains(name); one && !found) found = *one;
            });
        return found;
    }

    static std::optional<json::value> only(std::optional<json::value> list) {
        if (!list || !list->is_array()) return list;
        const auto& items = list->get_array();
        if (items.empty()) return std::nullopt;
        if (items.size() > 1) odd_result("holds several where one is asked for");
        return items[0];
    }

    std::optional<json::value> one_class() const {
        auto path = only(single({{"taxonomy", "taxonomy"}}));
        if (path && path->is_array() && !path->get_array().empty()) return path->get_array().back();
        return only(single({{"choices", "choices"}, {"labels", "labels"}}));
    }

    std::optional<json::value> several() const {
        auto found = single({{"choices", "choices"}});
        if (found && found->is_string()) return json::array{*found};
        return found;
    }

    std::optional<json::value> listed(json::array made) const {
        if (made.empty() && !results_.empty()) return std::nullopt;
        return made;
    }

    std::optional<json::value> text() const { return joined(single({{"textarea", "text"}})); }

    // A text that was entered line by line.
    static std::optional<json::value> joined(std::optional<json::value> lines) {
        if (!lines || !lines->is_array() || lines->get_array().size() < 2) return only(lines);
        std::string all;
        for (const auto& line : lines->get_array())
            if (line.is_string()) all += (all.empty() ? "" : "\n") + std::string(line.get_string());
        return json::value(all);
    }

    static std::optional<json::value> label_in(const json::object& value, std::string_view type) {
        const auto* names = value.if_contains(type);
        if (!names) return std::nullopt;
        return only(*names);
    }

    // The field of the question that a result is about.
    std::optional<std::string> field_of(const json::object& result) const {
        auto name = text_at(result, "to_name");
        const auto& fields = question_.text_fields;
        if (std::find(fields.begin(), fields.end(), name) == fields.end()) return std::nullopt;
        return name;
    }

    // `places`: of each result's id in the list.
    json::array spans_of(std::map<std::string, std::size_t>* places) const {
        json::array spans;
        each("labels", [&](const json::object& result, const json::object& value) {
            auto label = label_in(value, "labels");
            if (!label) return;
            if (auto id = id_of(result); places && !id.empty()) (*places)[id] = spans.size();
            json::object span{
                {"start", character_in(value, "start")},
                {"end", character_in(value, "end")},
                {"label", *label}};
            if (auto field = field_of(result)) span["field"] = *field;
            spans.push_back(std::move(span));
        });
        return spans;
    }

    // A range has one class; what is said in it is another result of its id.
    json::array segments() const {
        each("timelinelabels", [](const json::object&, const json::object&) {
            odd_result("has ranges in frames, which are no seconds");
        });
        std::map<std::string, json::value> texts;
        each("textarea", [&](const json::object& result, const json::object& value) {
            const auto* lines = value.if_contains("text");
            auto id = id_of(result);
            if (auto text = lines && !id.empty() ? joined(*lines) : std::nullopt) texts[id] = *text;
        });
        json::array made;
        each("labels", [&](const json::object& result, const json::object& value) {
            auto label = label_in(value, "labels");
            if (!label) return;
            json::object one{
                {"from", number_in(value, "start")},
                {"to", number_in(value, "end")},
                {"label", *label}};
            if (auto text = texts.find(id_of(result)); text != texts.end())
                one["text"] = text->second;
            made.push_back(std::move(one));
        });
        return made;
    }

    std::optional<json::value> graph() const {
        std::map<std::string, std::size_t> places;
        auto spans = spans_of(&places);
        if (!listed(spans)) return std::nullopt;
        json::array relations;
        each("relation", [&](const json::object& result, const json::object&) {
            auto end = [&](std::string_view name, std::string_view other) {
                auto at = places.find(text_at(result, name));
                if (at == places.end()) odd_result("relates what is no span");
                const auto* way = result.if_contains("direction");
                bool back = way && *way == json::value("left");
                return std::pair(back ? other : name, at->second);
            };
            auto label = label_in(result, "labels");
            if (!label && question_.relations.size() == 1) label = question_.relations[0].name;
            if (!label) odd_result("is a relation without a label");
            auto from = end("from_id", "to_id"), to = end("to_id", "from_id");
            bool straight = from.first == "from_id";
            relations.push_back(
                {{"from", straight ? from.second : to.second},
                 {"to", straight ? to.second : from.second},
                 {"label", *label}}
            );
        });
        return json::object{{"spans", std::move(spans)}, {"relations", std::move(relations)}};
    }

    std::optional<json::value> preference() const {
        auto selected = single({{"pairwise", "selected"}});
        if (selected && question_.candidates.size() == 2) {
            if (*selected == json::value("left")) return json::value(question_.candidates[0]);
            if (*selected == json::value("right")) return json::value(question_.candidates[1]);
        }
        bool compared = results_.empty();  // a tie is written as nothing at all
        each("pairwise", [&](const json::object&, const json::object& value) {
            compared = compared || !value.contains("selected");
        });
        if (question_.ties && compared) return json::value("tie");
        return std::nullopt;
    }

    std::optional<json::value> ranking() const {
        auto found = single({{"ranker", "ranker"}});
        if (found && found->is_object() && !found->get_object().empty())
            return found->get_object().begin()->value();
        return found;
    }

    struct Sides {
        double width = 0, height = 0;
    };
    Sides sides(const json::object& result) const {
        Sides own{.width = task_.width, .height = task_.height};
        if (own.width <= 0 && result.contains("original_width"))
            own = {
                .width = number_in(result, "original_width"),
                .height = number_in(result, "original_height")};
        if (own.width <= 0) odd_result("does not say how large its picture is");
        return own;
    }

    static json::object box_in(const json::object& value, const Sides& sides) {
        PictureBox box{
            .width = number_in(value, "width") / 100 * sides.width,
            .height = number_in(value, "height") / 100 * sides.height,
            .rotation = value.contains("rotation") ? number_in(value, "rotation") : 0};
        // From the corner about which it is turned to the middle, and back without the turn.
        double angle = box.rotation * std::numbers::pi / 180;
        double dx = box.width / 2, dy = box.height / 2;
        double cx =
            number_in(value, "x") / 100 * sides.width + dx * std::cos(angle) - dy * std::sin(angle);
        double cy = number_in(value, "y") / 100 * sides.height + dx * std::sin(angle) +
                    dy * std::cos(angle);
        json::object made{
            {"x", settled(cx - dx)},
            {"y", settled(cy - dy)},
            {"width", settled(box.width)},
            {"height", settled(box.height)}};
        if (box.rotation != 0) made["rotation"] = box.rotation;
        return made;
    }

    static json::object outline_in(const json::object& value, const Sides& sides) {
        json::array points;
        const auto* given = value.if_contains("points");
        if (!given || !given->is_array()) odd_result("has no points");
        for (const auto& point : given->get_array()) {
            const auto* pair = point.if_array();
            if (!pair || pair->size() < 2 || !(*pair)[0].is_number() || !(*pair)[1].is_number())
                odd_result("has a point that is none");
            points.push_back(json::array{
                settled((*pair)[0].to_number<double>() / 100 * sides.width),
                settled((*pair)[1].to_number<double>() / 100 * sides.height)});
        }
        return {{"points", std::move(points)}};
    }

    json::array marks(std::string_view type) const {
        json::array made;
        bool outlines = type == "polygonlabels";
        // Where the shape and its label are controls of their own, labels bear the shape too.
        for (auto labels : {type, std::string_view("labels")})
            each(labels, [&](const json::object& result, const json::object& value) {
                auto label = label_in(value, labels);
                if (!label || !value.contains(outlines ? "points" : "width")) return;
                auto size = sides(result);
                auto mark = outlines ? outline_in(value, size) : box_in(value, size);
                mark["label"] = *label;
                made.push_back(std::move(mark));
            });
        return made;
    }

    // Points by the box that is their parent; those without one are of the only class there is.
    json::array keypoints() const {
        std::map<std::string, const LabelClass*> classes;
        std::map<std::string, std::string> boxes;  // label by id
        each("rectanglelabels", [&](const json::object& result, const json::object& value) {
            auto label = label_in(value, "rectanglelabels");
            if (auto id = id_of(result); label && label->is_string() && !id.empty())
                boxes[id] = std::string(label->get_string());
        });
        std::vector<std::string> order;
        std::map<std::string, json::array> points;
        std::map<std::string, std::string> labels;
        each("keypointlabels", [&](const json::object& result, const json::object& value) {
            auto name = label_in(value, "keypointlabels");
            if (!name || !name->is_string()) return;
            auto of = text_at(result, "parentID");
            const auto* item = class_for(boxes.contains(of) ? boxes.at(of) : "");
            if (!item) odd_result("is a point of an unknown class");
            auto [at, added] = points.try_emplace(of);
            if (added) {
                order.push_back(of);
                labels[of] = item->name;
                for (std::size_t i = 0; i < item->keypoints.size(); ++i)
                    at->second.push_back(json::array{0, 0, 0});
            }
            auto size = sides(result);
            bool hidden = result.contains("meta");
            for (std::size_t i = 0; i < item->keypoints.size(); ++i)
                if (item->keypoints[i] == std::string_view(name->get_string()))
                    at->second[i] = json::array{
                        settled(number_in(value, "x") / 100 * size.width),
                        settled(number_in(value, "y") / 100 * size.height),
                        hidden ? 1 : 2};
        });
        json::array made;
        for (const auto& of : order)
            made.push_back({{"points", points[of]}, {"label", labels[of]}});
        return made;
    }

    const LabelClass* class_for(const std::string& name) const {
        if (name.empty() && question_.classes.size() == 1) return &question_.classes[0];
        for (const auto& item : question_.classes)
            if (item.name == name || (!item.value.empty() && item.value == name)) return &item;
        return nullptr;
    }

    const Question& question_;
    const json::array& results_;
    const StudioTask& task_;
};

}  // namespace

std::optional<json::value>
answer_of_results(const Question& question, const json::array& results, const StudioTask& task) {
    if (task_type(question.kind).shape() != LabelShape::form)
        return ResultReader(question, results_of(question, results), task).read();
    json::object answers;
    for (const auto& part : question.parts) {
        auto own = results_of(part.question, results, part.name);
        if (own.empty()) continue;
        if (auto said = ResultReader(part.question, own, task).read()) answers[part.name] = *said;
    }
    if (answers.empty()) return std::nullopt;
    return answers;
}

}  // namespace labeling

// Label Studio's short exports, JSON_MIN and CSV: an annotation a row, in which what the task shows
// and what was said of it stand side by side.
//
// What was said tells itself where it is a list of regions or an object of choices. A plain text or
// number may be data as well: it is taken by the name of the control, if the project's form has a
// question of that name, else it is the only member that can answer the question.
#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "labeling/export/imports/imports.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 6> about_the_annotation{
    "annotation_id",
    "annotator",
    "created_at",
    "updated_at",
    "lead_time",
    "id"};
constexpr std::array<std::string_view, 11> usual_data{
    "key",
    "text",
    "title",
    "image",
    "audio",
    "video",
    "pdf",
    "url",
    "fields",
    "agreement",
    "html"};
// What a region's or choice's value has its labels by.
constexpr std::array<std::string_view, 8> value_types{
    "labels",
    "rectanglelabels",
    "polygonlabels",
    "keypointlabels",
    "choices",
    "taxonomy",
    "rating",
    "number"};

template <std::size_t n>
bool is_one_of(std::string_view name, const std::array<std::string_view, n>& names) {
    for (auto each : names)
        if (each == name) return true;
    return false;
}

std::string_view value_type_of(const json::object& value) {
    for (auto type : value_types)
        if (value.contains(type)) return type;
    return {};
}

json::object made_result(std::string_view from, std::string_view type, const json::value& value) {
    json::object made{{"from_name", from}, {"type", type}, {"value", value}};
    if (const auto* object = value.if_object())
        for (auto name : {"original_width", "original_height", "id"})
            if (const auto* size = object->if_contains(name)) made[name] = *size;
    return made;
}

// Results that a member tells by what it is.
json::array told_by_itself(std::string_view name, const json::value& value) {
    json::array results;
    if (const auto* object = value.if_object())
        if (auto type = value_type_of(*object); !type.empty())
            results.push_back(made_result(name, type, value));
    if (const auto* list = value.if_array())
        for (const auto& each : *list) {
            const auto* region = each.if_object();
            auto type = region ? value_type_of(*region) : std::string_view();
            if (type.empty()) return {};
            results.push_back(made_result(name, type, each));
        }
    return results;
}

// The result of a plain value to a question; null: it can be none.
json::value
plain_result(std::string_view name, const json::value& value, const Question& question) {
    auto as = [&](std::string_view type, const json::value& said) -> json::value {
        return made_result(name, type, json::object{{type == "textarea" ? "text" : type, said}});
    };
    switch (task_type(question.kind).shape()) {
        case LabelShape::classes:
        case LabelShape::class_set:
            if (value.is_string()) return as("choices", json::array{value});
            return value.is_array() ? as("choices", value) : json::value();
        case LabelShape::text:
            if (value.is_string()) return as("textarea", json::array{value});
            return value.is_array() ? as("textarea", value) : json::value();
        case LabelShape::number:
            if (value.is_number()) return as("number", value);
            return json::value();
        default:
            return json::value();
    }
}

bool names_a_class(const json::value& value, const Question& question) {
    if (!value.is_string()) return false;
    for (const auto& item : question.classes)
        if (value.get_string() == std::string_view(item.name) ||
            (!item.value.empty() && value.get_string() == std::string_view(item.value)))
            return true;
    return false;
}

json::array results_in(const json::object& row, const Question& question) {
    json::array results;
    json::array plain;
    for (const auto& [name, value] : row) {
        if (is_one_of(name, about_the_annotation)) continue;
        auto told = told_by_itself(name, value);
        for (auto& each : told) results.push_back(std::move(each));
        if (!told.empty()) continue;
        for (const auto& part : question.parts)
            if (part.name == std::string_view(name))
                if (auto said = plain_result(name, value, part.question); !said.is_null())
                    results.push_back(std::move(said));
        if (!question.parts.empty() || is_one_of(name, usual_data)) continue;
        auto said = plain_result(name, value, question);
        if (said.is_null()) continue;
        if (names_a_class(value, question))
            plain.insert(plain.begin(), std::move(said));
        else
            plain.push_back(std::move(said));
    }
    if (results.empty() && !plain.empty()) results.push_back(std::move(plain.front()));
    return results;
}

}  // namespace

bool is_studio_row(const std::vector<std::string>& members) {
    auto has = [&](std::string_view name) {
        return std::find(members.begin(), members.end(), name) != members.end();
    };
    return has("annotation_id") && has("annotator") && has("lead_time");
}

bool is_studio_row(const json::object& row) {
    return row.contains("annotation_id") && row.contains("annotator") && row.contains("lead_time");
}

json::object studio_task(const json::object& row, const Question& question) {
    json::object annotation, data = row;
    for (auto name : about_the_annotation) {
        data.erase(name);
        if (const auto* found = row.if_contains(name); found && !found->is_null())
            annotation[name == "annotator" ? "completed_by" : name] = *found;
    }
    annotation["id"] = row.at("annotation_id");
    annotation["result"] = results_in(row, question);
    json::object task{
        {"data", std::move(data)}, {"annotations", json::array{std::move(annotation)}}};
    if (const auto* id = row.if_contains("id")) task["id"] = *id;
    return task;
}

json::object studio_row_of_cells(
    const std::vector<std::string>& columns,
    const std::function<const std::string&(std::size_t column)>& cell
) {
    json::object row;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto& text = cell(i);
        if (text.empty()) continue;
        boost::system::error_code none;
        bool structured = text.front() == '[' || text.front() == '{';
        bool number = columns[i] == "lead_time" || columns[i] == "id";
        auto value = structured || number ? json::parse(text, none) : json::value(text);
        row[columns[i]] = none ? json::value(text) : std::move(value);
    }
    for (auto name : {"annotation_id", "annotator", "lead_time"})
        if (!row.contains(name)) row[name] = nullptr;
    return row;
}

}  // namespace labeling

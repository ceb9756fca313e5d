#include <boost/json.hpp>

#include "base/error.hpp"
#include "labeling/projects/project.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

constexpr std::pair<std::string_view, Project::Show> shows[] = {
    {"text", Project::Show::text},
    {"image", Project::Show::image},
    {"fields", Project::Show::fields}};

std::string text(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

double number(const json::object& object, std::string_view key, double otherwise) {
    const auto* value = object.if_contains(key);
    return value && value->is_number() ? value->to_number<double>() : otherwise;
}

}  // namespace

std::string to_json(const Project& project) {
    json::array show, fields;
    for (auto wanted : project.show)
        for (auto [name, known] : shows)
            if (known == wanted) show.emplace_back(name);
    for (const auto& field : project.fields) fields.emplace_back(field);
    json::object values;
    for (const auto& item : project.classes)
        if (!item.value.empty()) values[item.value] = item.name;
    return json::serialize(json::object{
        {"name", project.name},
        {"kind", project.kind},
        {"source", project.source},
        {"instructions", project.instructions},
        {"show", std::move(show)},
        {"fields", std::move(fields)},
        {"overlap", project.overlap},
        {"truth_method", method_name(project.truth_method)},
        {"truth_target", project.truth_target},
        {"hidden_gold", project.hidden_gold},
        {"values", std::move(values)},
    });
}

Project project_from_json(std::string_view text_form) {
    auto object = json::parse(json::string_view(text_form.data(), text_form.size())).as_object();
    Project project;
    project.name = text(object, "name");
    project.kind = text(object, "kind");
    project.source = text(object, "source");
    project.instructions = text(object, "instructions");
    if (const auto* show = object.if_contains("show"))
        for (const auto& element : show->as_array())
            for (auto [name, known] : shows)
                if (element.as_string() == name) project.show.push_back(known);
    if (const auto* fields = object.if_contains("fields"))
        for (const auto& element : fields->as_array())
            project.fields.emplace_back(element.as_string());
    project.overlap = static_cast<int>(number(object, "overlap", 1));
    project.truth_method = parse_method(text(object, "truth_method")).value_or(Method::automatic);
    project.truth_target = number(object, "truth_target", 0.95);
    project.hidden_gold = number(object, "hidden_gold", 0);
    return project;
}

}  // namespace labeling

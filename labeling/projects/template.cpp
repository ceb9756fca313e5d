#include "labeling/projects/template.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/settings/settings.hpp"
#include "labeling/projects/project.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace {

std::string quoted(std::string_view text) {
    return answer_of_class(text);
}

// "name = value" and what it is for, as the declaration says it.
std::string template_line(
    const std::vector<base::SettingInfo>& known,
    std::string_view path,
    const std::string& value,
    bool is_set = true
) {
    auto found =
        std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.path == path; });
    auto text = fmt::format("{}{} = {}", is_set ? "" : "# ", path, value);
    return fmt::format("{:<36}  # {}\n", text, found == known.end() ? "" : found->words);
}

// What may be set for the kind, whether or not the example does.
std::string acting_settings(const TaskType& type) {
    std::string lines;
    auto acts = [&](std::string_view path) {
        auto known = type.settings();
        return std::find(known.begin(), known.end(), path) != known.end();
    };
    auto add = [&](std::string_view before, const std::vector<base::SettingInfo>& known) {
        for (const auto& one : known)
            lines +=
                fmt::format("#     {:<20} {}\n", fmt::format("{}{}", before, one.path), one.words);
    };
    for (const auto& one : Question::settings.list())
        if (acts(one.path) && one.path != "class")
            lines += fmt::format("#     {:<20} {}\n", one.path, one.words);
    if (acts("class")) {
        auto of_class = LabelClass::settings.list();
        std::erase_if(of_class, [&](const auto& one) {
            return (one.path == "parent" || one.path == "keypoints") && !acts("class." + one.path);
        });
        add("class.", of_class);
    }
    if (acts("relation")) add("relation.", RelationKind::settings.list());
    if (type.shape() == LabelShape::form) add("question.", FormPart::settings.list());
    return lines;
}

}  // namespace

std::string project_template(const TaskType& type, std::string_view name, std::string_view source) {
    auto known = Project::settings.list();
    auto truth = TruthSettings::settings.list();
    std::string methods = "auto";
    for (auto each : type.methods()) methods += fmt::format(", {}", base::name_of(each));
    const Project usual;
    auto text = fmt::format("# A labeling project: {}.\n", type.meaning());
    text += "# Make it by: tilth label project create FILE\n\n";
    text += template_line(known, "name", quoted(name));
    text += template_line(known, "title", quoted(name), false);
    text += template_line(known, "kind", quoted(type.name()));
    text += template_line(known, "source", quoted(source));
    text += template_line(known, "instructions", "\"What is asked, and how\"");
    text += template_line(known, "show", R"(["text", "image", "fields"])", false);
    text += template_line(known, "fields", R"(["title"])", false);
    text += template_line(known, "overlap", fmt::format("{}", usual.overlap));
    text += template_line(known, "hidden_gold", "0.05", false);
    text += "\n# The question. What may be set:\n" + acting_settings(type);
    text += type.example();
    text += "\n[truth]\n";
    text += template_line(truth, "method", "\"auto\"");
    text += fmt::format("# the methods of this kind: {}\n", methods);
    text += template_line(truth, "target", fmt::format("{}", usual.truth.target));
    return text;
}

}  // namespace labeling

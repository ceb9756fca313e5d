// The declaration of a labeling project: what its file may say, and what must hold between its
// parts.
//
// The same declaration reads the file and the form in the database, so that neither can know a
// setting that the other does not. A class's number is its place in the file: answers are stored
// under it, which is why a project's classes are only ever added to.
#include "labeling/projects/project.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/settings/settings.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace {

using base::Fault;

std::optional<Fault> check_colour(const std::string& text) {
    bool good = text.size() == 7 && text[0] == '#' &&
                std::all_of(text.begin() + 1, text.end(), [](unsigned char c) {
                    return std::isxdigit(c) != 0;
                });
    if (good || text.empty()) return std::nullopt;
    return Fault{
        .reason = fmt::format("'{}' is not of the form #rrggbb", text),
        .mend = "write it as \"#4477aa\""};
}

// A key that types one character: an ASCII one that shows.
std::optional<Fault> check_hotkey(const std::string& text) {
    bool good = text.size() == 1 && std::isgraph(static_cast<unsigned char>(text[0])) != 0;
    if (good || text.empty()) return std::nullopt;
    return Fault{
        .reason = fmt::format("'{}' is not one visible ASCII character", text),
        .mend = "choose a letter or a digit"};
}

std::optional<Fault> check_truth(TruthSettings& truth) {
    if (!is_numeric(truth.method)) return std::nullopt;
    return Fault{
        .reason = fmt::format("'{}' is for numbers, not for classes", base::name_of(truth.method)),
        .mend = "choose auto, mv, wawa, ds, onecoin, glad, mace or lfc",
        .at = "method"};
}

// Also numbers the classes.
std::optional<Fault> check_classes(Project& project) {
    std::set<std::string> names, values;
    std::map<int, std::string> keys;
    for (std::size_t i = 0; i < project.classes.size(); ++i) {
        auto& item = project.classes[i];
        auto at = fmt::format("class[{}]", i);
        item.id = static_cast<std::int32_t>(i);
        if (!names.insert(item.name).second)
            return Fault{
                .reason = fmt::format("'{}' appears twice", item.name),
                .mend = "give each class a name of its own",
                .at = at + ".name"};
        if (!item.value.empty() && !values.insert(item.value).second)
            return Fault{
                .reason = fmt::format("'{}' is that of two classes", item.value),
                .mend = "give each class a value of its own",
                .at = at + ".value"};
        if (item.hotkey.empty()) continue;
        int key = std::tolower(static_cast<unsigned char>(item.hotkey[0]));
        auto [holder, free] = keys.try_emplace(key, item.name);
        if (!free)
            return Fault{
                .reason = fmt::format(
                    "'{}' of class '{}' is taken by class '{}'",
                    item.hotkey,
                    item.name,
                    holder->second
                ),
                .mend = "choose another key",
                .at = at + ".hotkey"};
    }
    for (std::size_t i = 0; i < project.classes.size(); ++i) {
        const auto& item = project.classes[i];
        if (item.value != item.name && names.contains(item.value))
            return Fault{
                .reason = fmt::format(
                    "'{}' of class '{}' is the name of another class", item.value, item.name
                ),
                .mend = "give it the value of no other class",
                .at = fmt::format("class[{}].value", i)};
    }
    return std::nullopt;
}

std::optional<Fault> check_project(Project& project) {
    if (auto fault = check_classes(project)) return fault;
    return task_type(project.kind).check(project);
}

}  // namespace

const base::Settings<LabelClass> LabelClass::settings{
    {"name", &LabelClass::name, "what is stored and exported", {.required = true}},
    {"description", &LabelClass::description, "for the people who label"},
    {"hotkey", &LabelClass::hotkey, "one character that answers so", {.check = &check_hotkey}},
    {"colour", &LabelClass::colour, "of its button, #rrggbb", {.check = &check_colour}},
    {"value", &LabelClass::value, "how the source's data spell it, if not by its name"},
};

const base::Settings<TruthSettings> TruthSettings::settings{
    {{"method", &TruthSettings::method, "how answers become truth"},
     {"target",
      &TruthSettings::target,
      "a record whose likeliest class is less probable wants another answer",
      {.low = 0.5, .high = 1}}},
    &check_truth,
};

const base::Settings<Project> Project::settings{
    {{"name", &Project::name, "what commands call it", {.required = true}},
     {"title",
      &Project::title,
      "what the page calls it; the name by default",
      {.check = &check_title}},
     {"kind", &Project::kind, "what is asked", {.choices = kinds()}},
     {"source", &Project::source, "the source whose records are labeled", {.required = true}},
     {"instructions",
      &Project::instructions,
      "Markdown, for the people who label",
      {.check = &check_instructions}},
     {"show", &Project::show, "what they see, in this order; all that there is by default"},
     {"fields", &Project::fields, "which of the payload; all by default"},
     {"overlap", &Project::overlap, "answers of different people", {.low = 1, .high = 100}},
     {"overlapping_spans",
      &Project::overlapping_spans,
      "whether the spans of one answer may overlap"},
     {"hidden_gold",
      &Project::hidden_gold,
      "share of tasks whose truth is known, mixed in unseen",
      {.low = 0, .high = 0.5}},
     {"truth", &Project::truth, "how answers become truth"},
     {"class", &Project::classes, "an answer"}},
    &check_project,
};

std::optional<base::Fault> check_title(const std::string& title) {
    if (title.size() <= 300) return std::nullopt;
    return base::Fault{"is too long", "use at most 300 bytes"};
}

std::optional<base::Fault> check_instructions(const std::string& instructions) {
    if (instructions.size() <= 200'000) return std::nullopt;
    return base::Fault{"are too long", "use at most 200,000 bytes"};
}

}  // namespace labeling

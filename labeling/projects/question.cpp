// The declaration of a question: what a project's file may say of it, and what must hold between
// its members.
//
// The same declaration reads the file and the form in the database, so that neither can know a
// setting that the other does not. Names are put into one form here, at the door: "cat " and "cat",
// and two ways to write "café", would be two classes for ever after. A class's number is its place
// in the file; answers are stored under it, which is why classes are only ever added to.
#include "labeling/projects/question.hpp"
#include "labeling/projects/page_keys.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/settings/settings.hpp"
#include "base/text/unicode.hpp"
#include "base/text/utf8.hpp"
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

// One character that a key types and that shows, of any alphabet.
std::optional<Fault> check_hotkey(const std::string& text) {
    bool shows = base::count_code_points(base::nfc(text)) == 1 &&
                 static_cast<unsigned char>(text[0]) > 0x20 && text[0] != 0x7f &&
                 !base::tidy_name(text).empty();
    if (shows || text.empty()) return std::nullopt;
    return Fault{
        .reason = fmt::format("'{}' is not one visible character", text),
        .mend = "choose a letter or a digit"};
}

// A name that answers carry as a member of JSON.
std::optional<Fault> check_part_name(const std::string& text) {
    bool good = !text.empty() && text.size() <= 100 &&
                std::all_of(text.begin(), text.end(), [](unsigned char c) {
                    return std::isalnum(c) != 0 || c == '_' || c == '-';
                });
    if (good) return std::nullopt;
    return Fault{
        .reason = fmt::format("'{}' is no plain name", text),
        .mend = "use letters, digits, - and _"};
}

// A fault of the class at `index`.
Fault of_class(std::size_t index, std::string_view member, std::string reason, std::string mend) {
    return {
        .reason = std::move(reason),
        .mend = std::move(mend),
        .at = fmt::format("class[{}]{}", index, member)};
}

std::optional<Fault> check_names(const std::vector<LabelClass>& classes) {
    std::set<std::string> names, values;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        const auto& item = classes[i];
        if (item.name.empty()) return of_class(i, ".name", "is missing", "give the class a name");
        if (!names.insert(item.name).second)
            return of_class(
                i,
                ".name",
                fmt::format("'{}' appears twice", item.name),
                "give each class a name of its own"
            );
        if (!item.value.empty() && !values.insert(item.value).second)
            return of_class(
                i,
                ".value",
                fmt::format("'{}' is that of two classes", item.value),
                "give each class a value of its own"
            );
    }
    for (std::size_t i = 0; i < classes.size(); ++i) {
        const auto& item = classes[i];
        if (item.value != item.name && names.contains(item.value))
            return of_class(
                i,
                ".value",
                fmt::format(
                    "'{}' of class '{}' is the name of another class", item.value, item.name
                ),
                "give it the value of no other class"
            );
    }
    return std::nullopt;
}

std::optional<Fault> check_hotkeys(const std::vector<LabelClass>& classes) {
    std::map<std::string, std::string> keys;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        const auto& item = classes[i];
        if (item.hotkey.empty()) continue;
        auto [holder, free] = keys.try_emplace(base::folded(item.hotkey), item.name);
        if (!free)
            return of_class(
                i,
                ".hotkey",
                fmt::format(
                    "'{}' of class '{}' is taken by class '{}'",
                    item.hotkey,
                    item.name,
                    holder->second
                ),
                "choose another key"
            );
    }
    return std::nullopt;
}

// Settings that were given and do nothing for this kind.
std::optional<Fault> check_settings(const Question& question, const TaskType& type) {
    auto acts = [&](std::string_view name) {
        auto known = type.settings();
        return std::find(known.begin(), known.end(), name) != known.end();
    };
    auto idle = [&](std::string at) {
        return Fault{
            .reason = fmt::format("does nothing for a {} question", question.kind),
            .mend = "leave it out",
            .at = std::move(at)};
    };
    auto given = Question::settings.write<boost::json::value>(question);
    for (const auto& member : given.as_object()) {
        std::string name(member.key());
        if (name != "kind" && !acts(name)) return idle(name);
    }
    for (std::size_t i = 0; i < question.classes.size(); ++i) {
        const auto& item = question.classes[i];
        if (!item.parent.empty() && !acts("class.parent"))
            return idle(fmt::format("class[{}].parent", i));
        if (!item.keypoints.empty() && !acts("class.keypoints"))
            return idle(fmt::format("class[{}].keypoints", i));
    }
    return std::nullopt;
}

std::optional<Fault> check_condition(const Question& form, std::size_t index) {
    const auto& when = form.parts[index].when;
    if (!when) return std::nullopt;
    for (std::size_t i = 0; i < index; ++i)
        if (form.parts[i].name == when->question) return std::nullopt;
    return Fault{
        .reason = fmt::format("'{}' is no earlier question", when->question),
        .mend = "name one that stands before",
        .at = ".when.question"};
}

// A question without its parts, whose classes are numbered from `next` on.
std::optional<Fault> check_alone(Question& question, std::int32_t& next) {
    for (auto& item : question.classes) {
        item.id = next++;
        item.name = base::tidy_name(item.name);
        item.parent = base::tidy_name(item.parent);
        item.hotkey = base::nfc(item.hotkey);
    }
    for (auto& item : question.relations) {
        item.name = base::tidy_name(item.name);
        for (auto* ends : {&item.from, &item.to})
            for (auto& name : *ends) name = base::tidy_name(name);
    }
    const auto& type = task_type(question.kind);
    if (auto fault = check_names(question.classes)) return fault;
    if (auto fault = check_hotkeys(question.classes)) return fault;
    if (auto fault = check_page_keys(question.classes)) return fault;
    if (auto fault = check_settings(question, type)) return fault;
    return type.check(question);
}

}  // namespace

const base::Settings<LabelClass> LabelClass::settings{
    {"name", &LabelClass::name, "what is stored and exported", {.required = true}},
    {"description", &LabelClass::description, "for the people who label"},
    {"hotkey", &LabelClass::hotkey, "one character that answers so", {.check = &check_hotkey}},
    {"colour", &LabelClass::colour, "of its button, #rrggbb", {.check = &check_colour}},
    {"value", &LabelClass::value, "how the source's data spell it, if not by its name"},
    {"parent", &LabelClass::parent, "in a hierarchy, the class above it"},
    {"keypoints", &LabelClass::keypoints, "points that make one of it up, in order"},
};

const base::Settings<RelationKind> RelationKind::settings{
    {"name", &RelationKind::name, "what is stored and exported", {.required = true}},
    {"from", &RelationKind::from, "classes that it may start at; any by default"},
    {"to", &RelationKind::to, "classes that it may lead to; any by default"},
};

const base::Settings<Question> Question::settings{
    {"kind", &Question::kind, "what is asked", {.choices = kinds()}},
    {"class", &Question::classes, "an answer, or what a mark may be"},
    {"relation", &Question::relations, "how two marks may be related"},
    {"overlapping_spans",
     &Question::overlapping_spans,
     "whether the spans, or ranges, of one answer may overlap"},
    {"text_fields",
     &Question::text_fields,
     "fields of the record in which spans are marked too, beside its text"},
    {"at_least", &Question::at_least, "so many classes, marks or characters in an answer"},
    {"at_most", &Question::at_most, "not more than so many"},
    {"low", &Question::low, "the lowest number that is an answer"},
    {"high", &Question::high, "the highest"},
    {"step", &Question::step, "between two numbers that are answers", {.low = 1e-9}},
    {"unit", &Question::unit, "of the number, as people read it"},
    {"transcribe", &Question::transcribe, "whether a range of time may carry a text"},
    {"candidates", &Question::candidates, "fields of the record that are compared or ranked"},
    {"ties", &Question::ties, "whether candidates may be level"},
    {"table", &Question::table, "field of the record whose rows are labeled"},
};

const base::Settings<Condition> Condition::settings{
    {"question", &Condition::question, "an earlier one, by its name", {.required = true}},
    {"is", &Condition::is, "answers to it, any of them", {.required = true, .scalars = true}},
};

const base::Settings<FormPart> FormPart::settings{
    {"name",
     &FormPart::name,
     "what answers call it",
     {.required = true, .check = &check_part_name}},
    {"title", &FormPart::title, "as people read it; the name by default"},
    {"required", &FormPart::required, "whether it must be answered where it is asked"},
    {"when", &FormPart::when, "asked only if an earlier question is answered so"},
    {&FormPart::question},
};

std::optional<Fault> check_question(Question& question) {
    std::int32_t next = 0;
    if (auto fault = check_alone(question, next)) return fault;
    if (!question.parts.empty() && task_type(question.kind).shape() != LabelShape::form)
        return Fault{
            .reason = fmt::format("does nothing for a {} question", question.kind),
            .mend = "say kind = \"form\"",
            .at = "question"};
    std::set<std::string> names;
    for (std::size_t i = 0; i < question.parts.size(); ++i) {
        auto& part = question.parts[i];
        auto fault = check_alone(part.question, next);
        if (!fault) fault = check_condition(question, i);
        if (!fault && !names.insert(part.name).second)
            fault = Fault{
                .reason = fmt::format("'{}' appears twice", part.name),
                .mend = "give each question a name of its own",
                .at = ".name"};
        if (!fault && task_type(part.question.kind).shape() == LabelShape::form)
            fault = Fault{
                .reason = "a form can not stand within a form",
                .mend = "put its questions into the outer one",
                .at = ".kind"};
        if (!fault) continue;
        auto dot = fault->at.starts_with('.') ? "" : ".";
        fault->at = fmt::format("question[{}]{}{}", i, dot, fault->at);
        return fault;
    }
    return std::nullopt;
}

std::vector<std::string> asked_fields(const Question& question) {
    auto names = question.candidates;
    if (!question.table.empty()) names.push_back(question.table);
    std::ranges::copy(question.text_fields, std::back_inserter(names));
    for (const auto& part : question.parts)
        std::ranges::copy(asked_fields(part.question), std::back_inserter(names));
    return names;
}

std::vector<std::string> needed_fields(const Question& question) {
    auto always = question;
    std::erase_if(always.parts, [](const FormPart& part) { return !part.required || part.when; });
    always.text_fields.clear();
    for (auto& part : always.parts) part.question.text_fields.clear();
    return asked_fields(always);
}

}  // namespace labeling

// Edits of projects.
//
// An edit names members as the project's file does, so that the file itself, changed, is an edit:
// of classes and questions by their names. What would make other questions of those that people
// have answered (kind, source, names, which classes there are) is told of and not done.
#include "labeling/projects/project_edit.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "base/text/unicode.hpp"
#include "labeling/projects/schema_change.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace {

template <typename T, typename U>
void take(const std::optional<T>& edited, U& into) {
    if (edited) into = *edited;
}

void want_same(
    const std::optional<std::string>& given,
    const std::string& present,
    std::string_view member
) {
    if (given && base::tidy_name(*given) != present)
        throw base::UsageError(
            member,
            fmt::format("is '{}' and can not be changed", present),
            "leave it out, or make another project"
        );
}

void edit_class(const ClassEdit& edit, Question& question) {
    auto name = base::tidy_name(edit.name);
    auto found = std::find_if(question.classes.begin(), question.classes.end(), [&](const auto& c) {
        return c.name == name;
    });
    if (found == question.classes.end())
        throw base::UsageError(
            "class '" + name + "'",
            "the project has no such class",
            "add it by 'tilth label schema NAME add', rename by 'rename'"
        );
    take(edit.description, found->description);
    take(edit.hotkey, found->hotkey);
    take(edit.colour, found->colour);
    take(edit.value, found->value);
    take(edit.parent, found->parent);
    take(edit.keypoints, found->keypoints);
}

void edit_question(const QuestionEdit& edit, Question& question) {
    want_same(edit.kind, question.kind, "kind");
    for (const auto& item : edit.classes) edit_class(item, question);
    take(edit.relations, question.relations);
    take(edit.overlapping_spans, question.overlapping_spans);
    take(edit.text_fields, question.text_fields);
    take(edit.at_least, question.at_least);
    take(edit.at_most, question.at_most);
    take(edit.low, question.low);
    take(edit.high, question.high);
    take(edit.step, question.step);
    take(edit.unit, question.unit);
    take(edit.candidates, question.candidates);
    take(edit.ties, question.ties);
    take(edit.transcribe, question.transcribe);
    take(edit.table, question.table);
}

void edit_part(const PartEdit& edit, Project& project) {
    auto& parts = project.question.parts;
    auto found = std::find_if(parts.begin(), parts.end(), [&](const auto& part) {
        return part.name == edit.name;
    });
    if (found == parts.end())
        throw base::UsageError("question '" + edit.name + "'", "the project has no such question");
    take(edit.title, found->title);
    take(edit.required, found->required);
    take(edit.when, found->when);
    edit_question(edit.question, found->question);
}

}  // namespace

const base::Settings<ClassEdit> ClassEdit::settings{
    {"name", &ClassEdit::name, "which class", {.required = true}},
    {"description", &ClassEdit::description, "for the people who label"},
    {"hotkey", &ClassEdit::hotkey, "one character that answers so"},
    {"colour", &ClassEdit::colour, "of its button, #rrggbb"},
    {"value", &ClassEdit::value, "how the source's data spell it, if not by its name"},
    {"parent", &ClassEdit::parent, "in a hierarchy, the class above it"},
    {"keypoints", &ClassEdit::keypoints, "points that make one of it up, in order"},
};
const base::Settings<QuestionEdit> QuestionEdit::settings{
    {"kind", &QuestionEdit::kind, "as it is: it can not be changed", {.choices = kinds()}},
    {"class", &QuestionEdit::classes, "classes that are edited, by their names"},
    {"relation", &QuestionEdit::relations, "how two marks may be related"},
    {"overlapping_spans", &QuestionEdit::overlapping_spans, "whether spans may overlap"},
    {"text_fields", &QuestionEdit::text_fields, "fields in which spans are marked too"},
    {"at_least", &QuestionEdit::at_least, "so many classes, marks or characters in an answer"},
    {"at_most", &QuestionEdit::at_most, "not more than so many"},
    {"low", &QuestionEdit::low, "the lowest number that is an answer"},
    {"high", &QuestionEdit::high, "the highest"},
    {"step", &QuestionEdit::step, "between two numbers that are answers", {.low = 1e-9}},
    {"unit", &QuestionEdit::unit, "of the number, as people read it"},
    {"candidates", &QuestionEdit::candidates, "fields that are compared or ranked"},
    {"ties", &QuestionEdit::ties, "whether candidates may be level"},
    {"transcribe", &QuestionEdit::transcribe, "whether a range of time may carry a text"},
    {"table", &QuestionEdit::table, "field of the record whose rows are labeled"},
};
const base::Settings<PartEdit> PartEdit::settings{
    {"name", &PartEdit::name, "which question", {.required = true}},
    {"title", &PartEdit::title, "as people read it"},
    {"required", &PartEdit::required, "whether it must be answered where it is asked"},
    {"when", &PartEdit::when, "asked only if an earlier question is answered so"},
    {&PartEdit::question},
};
const base::Settings<TruthEdit> TruthEdit::settings{
    {"method", &TruthEdit::method, "how answers become truth"},
    {"target",
     &TruthEdit::target,
     "a record whose likeliest class is less probable wants another answer",
     {.low = 0.5, .high = 1}},
};
const base::Settings<MemberRulesEdit> MemberRulesEdit::settings{
    {"required",
     &MemberRulesEdit::required,
     "skills or languages that a labeler must have",
     {.check = &check_skill}},
};
const base::Settings<WorkLimitsEdit> WorkLimitsEdit::settings{
    {"in_hand", &WorkLimitsEdit::in_hand, "tasks at once; 0: no limit", {.low = 0}},
    {"in_all", &WorkLimitsEdit::in_all, "answers in the project", {.low = 0}},
    {"per_day", &WorkLimitsEdit::per_day, "answers in the project a day of UTC", {.low = 0}},
};
const base::Settings<ProjectEdit> ProjectEdit::settings{
    {"name", &ProjectEdit::name, "as it is: it can not be changed"},
    {"source", &ProjectEdit::source, "as it is: it can not be changed"},
    {"title", &ProjectEdit::title, "what the page calls it", {.check = &check_title}},
    {"instructions",
     &ProjectEdit::instructions,
     "Markdown, for the people who label",
     {.check = &check_instructions}},
    {"state", &ProjectEdit::state, "whether its tasks are given out"},
    {"overlap", &ProjectEdit::overlap, "answers of different people", {.low = 1, .high = 100}},
    {"max_overlap",
     &ProjectEdit::max_overlap,
     "so many answers of records less probable than truth.target; 0: never more than 'overlap'",
     {.low = 0, .high = 100}},
    {"show", &ProjectEdit::show, "what people see, in this order"},
    {"fields", &ProjectEdit::fields, "which of the payload"},
    {"hidden_gold",
     &ProjectEdit::hidden_gold,
     "share of tasks whose truth is known, mixed in unseen",
     {.low = 0, .high = 0.5}},
    {"gold_feedback",
     &ProjectEdit::gold_feedback,
     "tell who answered one of these the truth at once"},
    {"truth", &ProjectEdit::truth, "how answers become truth"},
    {"limits", &ProjectEdit::limits, "of each person"},
    {&ProjectEdit::machine},
    {"members", &ProjectEdit::members, "what people must know"},
    {&ProjectEdit::question},
    {"question", &ProjectEdit::parts, "questions of a form that are edited, by their names"},
};

void apply(const ProjectEdit& edit, Project& present) {
    auto project = present;
    want_same(edit.name, project.name, "name");
    want_same(edit.source, project.source, "source");
    take(edit.title, project.title);
    take(edit.instructions, project.instructions);
    take(edit.overlap, project.overlap);
    take(edit.max_overlap, project.max_overlap);
    take(edit.show, project.show);
    take(edit.fields, project.fields);
    take(edit.hidden_gold, project.hidden_gold);
    take(edit.gold_feedback, project.gold_feedback);
    take(edit.limits.in_hand, project.limits.in_hand);
    take(edit.limits.in_all, project.limits.in_all);
    take(edit.limits.per_day, project.limits.per_day);
    take(edit.truth.method, project.truth.method);
    take(edit.truth.target, project.truth.target);
    apply(edit.machine, project.machine);
    take(edit.members.required, project.members.required);
    edit_question(edit.question, project.question);
    for (const auto& part : edit.parts) edit_part(part, project);
    check_edited(project);
    present = std::move(project);
}

}  // namespace labeling

// The declaration of a labeling project: what its file may say, and what must hold between its
// parts.
//
// The same declaration reads the file and the form in the database, so that neither can know a
// setting that the other does not.
#include "labeling/projects/project.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/settings/settings.hpp"
#include "base/text/unicode.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace {

using base::Fault;

std::optional<Fault> check_method(const Project& project) {
    auto known = task_type(project.question.kind).methods();
    auto method = project.truth.method;
    if (method == Method::automatic || std::find(known.begin(), known.end(), method) != known.end())
        return std::nullopt;
    std::vector<std::string> names{std::string(base::name_of(Method::automatic))};
    for (auto each : known) names.emplace_back(base::name_of(each));
    return Fault{
        .reason = fmt::format(
            "'{}' does not merge the answers of a {} project",
            base::name_of(method),
            project.question.kind
        ),
        .mend = "choose " + base::one_of(names),
        .at = "truth.method"};
}

std::optional<Fault> check_project(Project& project) {
    project.name = base::tidy_name(project.name);
    if (project.max_overlap != 0 && project.max_overlap < project.overlap)
        return Fault{
            .reason = "is less than 'overlap'",
            .mend = "raise it, or leave it out",
            .at = "max_overlap"};
    if (auto fault = check_question(project.question)) return fault;
    return check_method(project);
}

}  // namespace

const base::Settings<TruthSettings> TruthSettings::settings{
    {"method", &TruthSettings::method, "how answers become truth"},
    {"target",
     &TruthSettings::target,
     "a record whose likeliest class is less probable wants another answer",
     {.low = 0.5, .high = 1}},
};

const base::Settings<WorkLimits> WorkLimits::settings{
    {"in_hand", &WorkLimits::in_hand, "tasks at once", {.low = 0}},
    {"in_all", &WorkLimits::in_all, "answers in the project", {.low = 0}},
    {"per_day", &WorkLimits::per_day, "answers in the project a day of UTC", {.low = 0}},
};

const base::Settings<MemberRules> MemberRules::settings{
    {"required",
     &MemberRules::required,
     "skills or languages that a labeler must have, as 'label members' says",
     {.check = &check_skill}},
};

const base::Settings<Project> Project::settings{
    {{"name", &Project::name, "what commands call it", {.required = true}},
     {"title",
      &Project::title,
      "what the page calls it; the name by default",
      {.check = &check_title}},
     {"source", &Project::source, "the source whose records are labeled", {.required = true}},
     {"instructions",
      &Project::instructions,
      "Markdown, for the people who label",
      {.check = &check_instructions}},
     {"show", &Project::show, "what they see, in this order; all that there is by default"},
     {"fields", &Project::fields, "which of the payload; all by default"},
     {"overlap", &Project::overlap, "answers of different people", {.low = 1, .high = 100}},
     {"max_overlap",
      &Project::max_overlap,
      "so many answers of records less probable than truth.target, one more at a time; never more "
      "than 'overlap' by default",
      {.low = 0, .high = 100}},
     {"hidden_gold",
      &Project::hidden_gold,
      "share of tasks whose truth is known, mixed in unseen",
      {.low = 0, .high = 0.5}},
     {"gold_feedback", &Project::gold_feedback, "tell who answered one of these the truth at once"},
     {"truth", &Project::truth, "how answers become truth"},
     {"limits", &Project::limits, "of each person; none by default"},
     {&Project::machine},
     {"members", &Project::members, "what people must know"},
     {&Project::question},
     {"question", &Project::question, &Question::parts, "one of several, of a form"}},
    &check_project,
};

void check_edited(Project& project) {
    auto each_class = [&](auto use) {
        for (auto& item : project.question.classes) use(item);
        for (auto& part : project.question.parts)
            for (auto& item : part.question.classes) use(item);
    };
    std::vector<std::int32_t> numbers;
    each_class([&](const LabelClass& item) { numbers.push_back(item.id); });
    // Read again as a whole, since checks of what stands within run when it is read.
    auto document = base::Document::of(Project::settings.write<boost::json::value>(project));
    auto edited = Project::settings.read(document);
    edited.question.retired = std::move(project.question.retired);
    for (std::size_t i = 0; i < edited.question.parts.size(); ++i)
        edited.question.parts[i].question.retired =
            std::move(project.question.parts[i].question.retired);
    project = std::move(edited);
    auto next = numbers.begin();
    each_class([&](LabelClass& item) { item.id = *next++; });
}

std::optional<base::Fault> check_title(const std::string& title) {
    if (title.size() <= 300) return std::nullopt;
    return base::Fault{"is too long", "use at most 300 bytes"};
}

std::optional<base::Fault> check_instructions(const std::string& instructions) {
    if (instructions.size() <= 200'000) return std::nullopt;
    return base::Fault{"are too long", "use at most 200,000 bytes"};
}

std::optional<base::Fault> check_skill(const std::string& name) {
    bool good = !name.empty() && name.size() <= 64 &&
                std::none_of(name.begin(), name.end(), [](unsigned char c) {
                    return c <= ' ' || c == 0x7f || c == ',';
                });
    if (good) return std::nullopt;
    return base::Fault{"is no name of a skill", "use 1 to 64 characters without blanks and commas"};
}

}  // namespace labeling

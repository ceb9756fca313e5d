// Labeling rules as verbs over labeling/rules; running them is in rule_run.cpp.
//
// Votes by an older version of the rules are still reported, as such, but are made no labels of:
// who set other rules wants labels by those.
#include "service/labels/rules/rules.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "labeling/tasks/task_type.hpp"
#include "service/labels/machine/project_model.hpp"
#include "service/labels/projects.hpp"
#include "service/refusal.hpp"

namespace service {

namespace {

constexpr auto rules_project_words = "its name";

std::string of_project_called(const labeling::StoredProject& project) {
    return fmt::format("the rules of project '{}'", project.project.name);
}

RulesState state_of(
    const labeling::StoredProject& project,
    const labeling::RuleSetState& state,
    std::size_t n
) {
    return {
        .project = project.project.name,
        .version = state.version,
        .rules = static_cast<std::int64_t>(n),
        .votes_of = state.run_version,
        .outdated = state.run_version && *state.run_version != state.version};
}

// With the votes of a whole run.
labeling::RuleSetState rules_that_ran(Work& work, const labeling::StoredProject& project) {
    auto state = known_rules(work, project);
    if (!state.run_version)
        throw Refusal(
            Refusal::Kind::conflict,
            of_project_called(project),
            "were not run yet",
            "see 'tilth label rules run " + project.project.name + "'"
        );
    return state;
}

// A model that is not there, or does not know the class, is told of before the rules are stored.
void check_models(
    Work& work,
    const labeling::StoredProject& project,
    const labeling::RuleSet& set
) {
    for (const auto& rule : set.rules) {
        if (rule.kind != labeling::RuleKind::model) continue;
        auto check = [&](const ProjectModel& model) {
            if (model.knows(rule.label)) return;
            throw base::UsageError(
                fmt::format("rule '{}'", rule.name),
                fmt::format("votes for class '{}', which its model never predicts", rule.label),
                "take a model that learnt it"
            );
        };
        if (rule.run != 0)
            check({work, project, rule.run});
        else
            check({work, project, rule.model});
    }
}

std::string said_by(const labeling::Rule& rule) {
    switch (rule.kind) {
        case labeling::RuleKind::keyword:
            return fmt::format("{}", fmt::join(rule.words, ", "));
        case labeling::RuleKind::regex:
            return rule.pattern;
        case labeling::RuleKind::field:
            return rule.where;
        case labeling::RuleKind::model:
            return fmt::format(
                "{} at {}",
                rule.run != 0 ? fmt::format("run {}", rule.run) : "model " + rule.model,
                rule.threshold
            );
    }
    return {};
}

RulesState
store_rules(Work& work, const labeling::StoredProject& project, const labeling::RuleSet& set) {
    const auto& name = work.caller.name;
    labeling::put_rules(work.tx, project, set, name.empty() ? "command line" : name, work.now);
    return state_of(project, known_rules(work, project), set.rules.size());
}

}  // namespace

const base::Settings<SetRules> SetRules::settings{
    {"project", &SetRules::project, rules_project_words, {.required = true}},
    {&SetRules::set},
};
const base::Settings<OfRules> OfRules::settings{
    {"project", &OfRules::project, rules_project_words, {.required = true}},
};
const base::Settings<RemoveRule> RemoveRule::settings{
    {"project", &RemoveRule::project, rules_project_words, {.required = true}},
    {"rule", &RemoveRule::rule, "its name", {.required = true}},
};
const base::Settings<ApplyRules> ApplyRules::settings{
    {"project", &ApplyRules::project, rules_project_words, {.required = true}},
    {"min_confidence",
     &ApplyRules::min_confidence,
     "label no record whose class is less probable",
     {.low = 0, .high = 1}},
};

labeling::RuleSetState known_rules(Work& work, const labeling::StoredProject& project) {
    if (auto state = labeling::rule_set_state(work.tx, project)) return *state;
    throw Refusal(
        Refusal::Kind::not_found,
        fmt::format("project '{}'", project.project.name),
        "has no rules",
        "see 'tilth label rules set --help'"
    );
}

RulesState set_rules(Work& work, const SetRules& request) {
    auto project = known_project(work, request.project);
    labeling::check_rules(project.project, request.set);
    check_models(work, project, request.set);
    return store_rules(work, project, request.set);
}

Page<ListedRule> list_rules(Work& work, const OfRules& request) {
    auto project = known_project(work, request.project);
    Page<ListedRule> page;
    auto state = labeling::rule_set_state(work.tx, project);
    if (!state) return page;
    for (const auto& rule :
         labeling::rules_of(work.tx, project, *state, state->version, false).rules)
        page.items.push_back(
            {.rule = rule.name,
             .kind = std::string(base::name_of(rule.kind)),
             .label = rule.label,
             .field = rule.field,
             .says = said_by(rule)}
        );
    return page;
}

RulesShown show_rules(Work& work, const OfRules& request) {
    auto project = known_project(work, request.project);
    auto state = known_rules(work, project);
    auto set = labeling::rules_of(work.tx, project, state, state.version, false);
    RulesShown shown;
    static_cast<RulesState&>(shown) = state_of(project, state, set.rules.size());
    shown.set_at = state.set_at;
    shown.set_by = state.set_by;
    shown.balance = std::move(set.balance);
    shown.run_at = state.run_at;
    shown.records = state.records;
    shown.voted = state.voted;
    shown.labels = state.labels;
    shown.definitions = std::move(set.rules);
    return shown;
}

RulesState remove_rule(Work& work, const RemoveRule& request) {
    auto project = known_project(work, request.project);
    auto state = known_rules(work, project);
    auto set = labeling::rules_of(work.tx, project, state, state.version, false);
    std::vector<std::string> known;
    for (const auto& rule : set.rules) known.push_back(rule.name);
    auto gone =
        std::erase_if(set.rules, [&](const auto& rule) { return rule.name == request.rule; });
    if (gone == 0)
        throw Refusal(
            Refusal::Kind::not_found,
            fmt::format("rule '{}'", request.rule),
            fmt::format("is none of project '{}'", request.project),
            base::mend_of_unknown(request.rule, known)
        );
    if (set.rules.empty())
        throw Refusal(
            Refusal::Kind::conflict,
            fmt::format("rule '{}'", request.rule),
            "is the only one",
            "'tilth label rules clear' takes its votes and labels away"
        );
    labeling::check_rules(project.project, set);
    return store_rules(work, project, set);
}

RulesReport report_rules(Work& work, const OfRules& request) {
    auto project = known_project(work, request.project);
    auto state = rules_that_ran(work, project);
    auto stored = labeling::votes_of(work.tx, project, state);
    auto found = labeling::report_rules(stored, state.records);
    RulesReport report;
    static_cast<RulesState&>(report) = state_of(project, state, stored.set.rules.size());
    report.records = state.records;
    report.voted = state.voted;
    report.conflicts = found.conflicts;
    report.balance_by = stored.balance_by;
    for (const auto& item : project.project.question.classes)
        report.balance[item.name] = found.balance[static_cast<std::size_t>(item.id)];
    report.majority = found.majority;
    report.model = found.model;
    report.by_rule = std::move(found.rules);
    return report;
}

RulesApplied apply_rules(Work& work, const ApplyRules& request) {
    auto project = known_project(work, request.project);
    auto state = rules_that_ran(work, project);
    if (*state.run_version != state.version)
        throw Refusal(
            Refusal::Kind::conflict,
            of_project_called(project),
            fmt::format(
                "have votes of version {}, and version {} was set since",
                *state.run_version,
                state.version
            ),
            "see 'tilth label rules run " + request.project + "'"
        );
    labeling::rules_of(work.tx, project, state, state.version, true);  // no class is retired
    auto stored = labeling::votes_of(work.tx, project, state);
    auto model = labeling::fit_label_model(stored.votes);
    RulesApplied applied{.project = request.project, .version = state.version};
    std::vector<labeling::PatternLabel> labels;
    for (const auto& pattern : stored.votes.patterns) {
        auto label = labeling::label_by_model(model, stored.votes, pattern.rules);
        applied.records += pattern.records;
        if (label.probability < request.min_confidence)
            applied.unsure += pattern.records;
        else
            labels.push_back({.rules = pattern.rules, .label = label});
    }
    auto put = labeling::put_rule_labels(work.tx, project, state, labels, work.now);
    applied.people_said = put.people_said;
    applied.labels = put.given - put.people_said;
    applied.added = put.added;
    applied.changed = put.changed;
    applied.withdrawn = put.withdrawn;
    return applied;
}

RulesCleared clear_rules(Work& work, const OfRules& request) {
    auto project = known_project(work, request.project);
    known_rules(work, project);
    auto gone = labeling::clear_rules(work.tx, project);
    return {.project = request.project, .votes = gone.votes, .labels = gone.labels};
}

}  // namespace service

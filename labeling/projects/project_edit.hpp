#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "labeling/projects/project.hpp"

// What may be edited of a project that people work on: all but what its answers depend on. Classes
// come and go by changes of its schema: see schema_change.hpp. What is absent stays as it is.
namespace labeling {

// Of the class of this name.
struct ClassEdit {
    std::string name;
    std::optional<std::string> description, hotkey, colour, value, parent;
    std::optional<std::vector<std::string>> keypoints;

    static const base::Settings<ClassEdit> settings;
};

// Of a question, alone or as part of a form.
struct QuestionEdit {
    std::optional<std::string> kind;  // as it is
    std::vector<ClassEdit> classes;
    std::optional<std::vector<RelationKind>> relations;
    std::optional<bool> overlapping_spans;
    std::optional<std::size_t> at_least, at_most;
    std::optional<double> low, high, step;
    std::optional<std::string> unit;
    std::optional<std::vector<std::string>> text_fields;
    std::optional<std::vector<std::string>> candidates;
    std::optional<bool> ties;
    std::optional<bool> transcribe;
    std::optional<std::string> table;

    static const base::Settings<QuestionEdit> settings;
};

// Of the question of this name of a form.
struct PartEdit {
    std::string name;
    std::optional<std::string> title;
    std::optional<bool> required;
    std::optional<Condition> when;
    QuestionEdit question;

    static const base::Settings<PartEdit> settings;
};

struct TruthEdit {
    std::optional<Method> method;
    std::optional<double> target;

    static const base::Settings<TruthEdit> settings;
};

struct MemberRulesEdit {
    std::optional<std::vector<std::string>> required;

    static const base::Settings<MemberRulesEdit> settings;
};

struct WorkLimitsEdit {
    std::optional<int> in_hand, in_all, per_day;

    static const base::Settings<WorkLimitsEdit> settings;
};

struct ProjectEdit {
    std::optional<std::string> name{}, source{};  // as they are: a whole file may be given again
    std::optional<std::string> title{}, instructions{};
    std::optional<ProjectState> state{};
    std::optional<int> overlap{}, max_overlap{};
    std::optional<std::vector<Project::Show>> show{};
    std::optional<std::vector<std::string>> fields{};
    std::optional<double> hidden_gold{};
    std::optional<bool> gold_feedback{};
    TruthEdit truth{};
    WorkLimitsEdit limits{};
    MachineHelpEdit machine{};
    MemberRulesEdit members{};
    QuestionEdit question{};
    std::vector<PartEdit> parts{};

    static const base::Settings<ProjectEdit> settings;
};

// Edits the project. Throws base::UsageError if it would be none, or another than it is; it is as
// before then.
void apply(const ProjectEdit& edit, Project& project);

}  // namespace labeling

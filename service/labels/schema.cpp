// Changes of the classes of a project, each one request: they are steps and not a new list of
// classes, since from two lists nobody can tell a renamed class from one that went and one that
// came.
#include "service/labels/schema.hpp"

#include "base/error.hpp"

namespace service {

namespace {

using labeling::SchemaChange;

labeling::SchemaLine change(Work& work, const std::string& project, const SchemaChange& wanted) {
    known_project(work, project);
    const auto& name = work.caller.name;
    return labeling::change_schema(
        work.tx, project, wanted, name.empty() ? "command line" : name, work.now
    );
}

constexpr auto of_form = "of a form: which of its questions";

}  // namespace

const base::Settings<RenameClass> RenameClass::settings{
    {"project", &RenameClass::project, "its name", {.required = true}},
    {"from", &RenameClass::from, "the class", {.required = true}},
    {"to", &RenameClass::to, "its new name", {.required = true}},
    {"question", &RenameClass::question, of_form},
};
const base::Settings<MergeClasses> MergeClasses::settings{
    {"project", &MergeClasses::project, "its name", {.required = true}},
    {"classes", &MergeClasses::classes, "that become one", {.required = true}},
    {"into", &MergeClasses::into, "one of them, another, or a new one", {.required = true}},
    {"question", &MergeClasses::question, of_form},
};
const base::Settings<SplitClass> SplitClass::settings{
    {"project", &SplitClass::project, "its name", {.required = true}},
    {"name", &SplitClass::name, "the class", {.required = true}},
    {"into",
     &SplitClass::into,
     "what it becomes: new classes, or some that are there",
     {.required = true}},
    {"question", &SplitClass::question, of_form},
};
const base::Settings<OneClass> OneClass::settings{
    {"project", &OneClass::project, "its name", {.required = true}},
    {"name", &OneClass::name, "the class", {.required = true}},
    {"question", &OneClass::question, of_form},
};

labeling::SchemaLine rename_class(Work& work, const RenameClass& request) {
    return change(
        work,
        request.project,
        {.action = SchemaChange::Action::rename,
         .question = request.question,
         .from = {request.from},
         .to = {request.to}}
    );
}

labeling::SchemaLine merge_classes(Work& work, const MergeClasses& request) {
    return change(
        work,
        request.project,
        {.action = SchemaChange::Action::merge,
         .question = request.question,
         .from = request.classes,
         .to = {request.into}}
    );
}

labeling::SchemaLine split_class(Work& work, const SplitClass& request) {
    return change(
        work,
        request.project,
        {.action = SchemaChange::Action::split,
         .question = request.question,
         .from = {request.name},
         .to = request.into}
    );
}

labeling::SchemaLine add_class(Work& work, const OneClass& request) {
    return change(
        work,
        request.project,
        {.action = SchemaChange::Action::add,
         .question = request.question,
         .from = {},
         .to = {request.name}}
    );
}

labeling::SchemaLine retire_class(Work& work, const OneClass& request) {
    return change(
        work,
        request.project,
        {.action = SchemaChange::Action::retire,
         .question = request.question,
         .from = {request.name},
         .to = {}}
    );
}

labeling::SchemaLine undo_schema(Work& work, const ProjectName& request) {
    return change(
        work,
        request.project,
        {.action = SchemaChange::Action::undo, .question = {}, .from = {}, .to = {}}
    );
}

SchemaLog schema_log(Work& work, const ProjectName& request) {
    auto stored = known_project(work, request.project);
    return {
        .version = stored.schema_version, .changes = labeling::schema_changes(work.tx, stored.id)};
}

}  // namespace service

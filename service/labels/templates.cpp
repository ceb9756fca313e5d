#include "service/labels/templates.hpp"

#include "labeling/projects/studio_config.hpp"
#include "labeling/projects/template.hpp"
#include "labeling/tasks/task_type.hpp"
#include "schema/sources/source_store.hpp"

namespace service {

const base::Settings<LabelTemplate> LabelTemplate::settings{
    {"kind",
     &LabelTemplate::kind,
     "what is asked",
     {.choices = labeling::kinds(), .required = true}},
    {"name", &LabelTemplate::name, "of the project; the kind's by default"},
    {"source", &LabelTemplate::source, "of the records; the first that is there by default"},
};

const base::Settings<ConvertProject> ConvertProject::settings{
    {"config",
     &ConvertProject::config,
     "the labeling config of a project of Label Studio: XML",
     {.required = true}},
    {"name", &ConvertProject::name, "of the project", {.required = true}},
    {"source", &ConvertProject::source, "of the records", {.required = true}},
};

ConvertedProject convert_project(Work&, const ConvertProject& request) {
    auto made = labeling::project_of_studio_config(request.config, request.name, request.source);
    return {
        .kind = std::move(made.kind), .file = std::move(made.file), .lacks = std::move(made.lacks)};
}

TemplateFile label_template(Work& work, const LabelTemplate& request) {
    const auto& type = labeling::task_type(request.kind);
    auto source = request.source;
    if (source.empty()) {
        auto sources = schema::list_sources(work.tx, "", 1);
        source = sources.empty() ? "pages" : sources.front().name;
    }
    return {
        .kind = request.kind,
        .meaning = std::string(type.meaning()),
        .file = labeling::project_template(
            type, request.name.empty() ? request.kind : request.name, source
        )};
}

}  // namespace service

// What people do with whole projects, as verbs over labeling/projects and labeling/export.
//
// An edit names the version that its author saw, so that of two people who edit at once the second
// is told instead of the first overwritten. Whoever can not have seen one, as on the command line,
// leaves it out and edits the present version.
#include "service/labels/projects.hpp"

#include <sstream>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "formats/csv/guard.hpp"
#include "labeling/export/exporter.hpp"
#include "labeling/export/import_store.hpp"
#include "labeling/tasks/task_type.hpp"
#include "labeling/truth/truth_store.hpp"
#include "service/refusal.hpp"

namespace service {

namespace {

[[noreturn]] void no_project(const std::string& name) {
    throw Refusal(
        Refusal::Kind::not_found,
        "project '" + name + "'",
        "no such project",
        "see 'tilth label project list'"
    );
}

labeling::ProjectPage page_of_project(Work& work, const std::string& name) {
    auto page = labeling::project_page(work.tx, name);
    if (!page) no_project(name);
    return *std::move(page);
}

std::optional<base::Fault> one_origin(ImportLabels& request) {
    if (request.field.empty() == request.labels.has_value()) return std::nullopt;
    return base::Fault{
        .reason = "needs labels or a field of the records, one of them", .at = "field"};
}

}  // namespace

const base::Settings<ListProjects> ListProjects::settings{{&ListProjects::page}};
const base::Settings<ProjectName> ProjectName::settings{
    {"project", &ProjectName::project, "its name", {.required = true}},
};
const base::Settings<EditProject> EditProject::settings{
    {"project", &EditProject::project, "its name", {.required = true}},
    {"version", &EditProject::version, "that was edited; the present one by default"},
    {&EditProject::edit},
};
const base::Settings<ImportLabels> ImportLabels::settings{
    {{"project", &ImportLabels::project, "its name", {.required = true}},
     {"field", &ImportLabels::field, "a field of the records that holds the class"},
     {"labels", &ImportLabels::labels, "labels by the keys of records, instead of a field"},
     {"add_classes", &ImportLabels::add_classes, "make classes of values that are none"},
     {"max_classes", &ImportLabels::max_classes, "with add_classes: the most frequent so many"},
     {"share",
      &ImportLabels::share,
      "with field: only this share of the records, always the same ones",
      {.low = 0, .high = 1}}},
    &one_origin,
};
namespace {

labeling::ExportRow guarded(labeling::ExportRow row) {
    for (auto* cell : {&row.key, &row.label, &row.value, &row.title, &row.text, &row.url})
        formats::guard_formula(*cell);
    return row;
}

}  // namespace

const base::Settings<ExportLabels> ExportLabels::settings{
    {"project", &ExportLabels::project, "its name", {.required = true}},
    {"format", &ExportLabels::format, "of the file", {.choices = labeling::export_format_names()}},
    {"guard_formulas", &ExportLabels::guard_formulas, formats::guard_words},
};

labeling::StoredProject known_project(Work& work, const std::string& name) {
    auto found = labeling::find_project(work.tx, name);
    if (!found) no_project(name);
    return *std::move(found);
}

labeling::ProjectPage create_project(Work& work, const labeling::Project& request) {
    labeling::create_project(work.tx, request, work.now);
    return page_of_project(work, request.name);
}

Page<labeling::ProjectLine> list_projects(Work& work, const ListProjects& request) {
    const auto& page = request.page;
    return page_of(
        labeling::project_lines(work.tx, page.after, page.limit),
        page,
        [](const labeling::ProjectLine& line) { return line.name; }
    );
}

labeling::ProjectPage show_project(Work& work, const ProjectName& request) {
    return page_of_project(work, request.project);
}

labeling::ProjectPage edit_project(Work& work, const EditProject& request) {
    const auto& name = request.project;
    auto version = request.version ? *request.version : page_of_project(work, name).version;
    if (!labeling::edit_project(work.tx, name, version, request.edit, work.now))
        throw Outdated("project '" + name + "'", page_of_project(work, name).version);
    return page_of_project(work, name);
}

ImportedLabels import_labels(Work& work, const ImportLabels& request) {
    known_project(work, request.project);
    labeling::ImportOptions options{
        .add_classes = request.add_classes,
        .at_most_classes = request.max_classes,
        .share = request.share};
    auto done =
        request.field.empty()
            ? labeling::import_labels(work.tx, request.project, *request.labels, options, work.now)
            : labeling::import_field(work.tx, request.project, request.field, options, work.now);
    return {
        .added = done.added,
        .changed = done.changed,
        .unchanged = done.unchanged,
        .no_record = done.no_record,
        .no_value = done.no_value,
        .rejected = std::move(done.rejected),
        .new_classes = std::move(done.new_classes)};
}

Download export_labels(Work& work, const ExportLabels& request) {
    known_project(work, request.project);
    const auto& format = labeling::export_format(request.format);
    std::ostringstream out;
    write_labels(work.tx, request, out);
    return {
        .name = std::string(format.file_name()),
        .media_type = std::string(format.media_type()),
        .bytes = std::move(out).str()};
}

std::int64_t write_labels(base::Steps steps, const ExportLabels& request, std::ostream& out) {
    auto stored =
        steps.call([&](base::Tx& tx) { return labeling::load_project(tx, request.project); });
    const auto& format = labeling::export_format(request.format);
    auto exporter = labeling::make_exporter(
        format, stored.project, labeling::task_type(stored.project.question.kind).shape(), out
    );
    bool guard = request.guard_formulas && format.opens_in_spreadsheets();
    auto rows = labeling::each_label(steps, stored, [&](const labeling::ExportRow& row) {
        exporter->write(guard ? guarded(row) : row);
    });
    exporter->finish();
    return rows;
}

}  // namespace service

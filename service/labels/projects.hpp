#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/database/steps.hpp"
#include "labeling/export/label_file.hpp"
#include "labeling/projects/project_view_store.hpp"
#include "service/paging.hpp"

// Labeling projects: what is asked, and labels that come and go as files.
namespace service {

// The project, or a refusal that says where to look.
labeling::StoredProject known_project(Work& work, const std::string& name);

// Refused if the name is taken or there is no such source.
labeling::ProjectPage create_project(Work& work, const labeling::Project& request);

struct ListProjects {
    Paging page;
    static const base::Settings<ListProjects> settings;
};
Page<labeling::ProjectLine> list_projects(Work& work, const ListProjects& request);

struct ProjectName {
    std::string project;
    static const base::Settings<ProjectName> settings;
};
labeling::ProjectPage show_project(Work& work, const ProjectName& request);

struct EditProject {
    std::string project;
    std::optional<std::int64_t> version;  // that was edited; without one, the present
    labeling::ProjectEdit edit;
    static const base::Settings<EditProject> settings;
};
// Throws Outdated if the version is not the present one.
labeling::ProjectPage edit_project(Work& work, const EditProject& request);

struct ImportLabels {
    std::string project;
    std::string field;                                        // of the records; or
    std::optional<std::vector<labeling::GivenLabel>> labels;  // written out
    bool add_classes = false;
    std::size_t max_classes = 1'000;
    double share = 1;
    static const base::Settings<ImportLabels> settings;
};
struct ImportedLabels {
    std::int64_t added = 0, changed = 0, unchanged = 0;
    std::int64_t no_record = 0;  // keys that are no record of the source
    std::int64_t no_value = 0;   // records without the field
    // Values that are no class, with how often; most frequent first.
    std::vector<std::pair<std::string, std::int64_t>> rejected;
    std::vector<std::string> new_classes;
};
BOOST_DESCRIBE_STRUCT(
    ImportedLabels,
    (),
    (added, changed, unchanged, no_record, no_value, rejected, new_classes)
)
ImportedLabels import_labels(Work& work, const ImportLabels& request);

struct ExportLabels {
    std::string project;
    std::string format = "jsonl";  // one of labeling::export_formats()
    bool guard_formulas = false;
    static const base::Settings<ExportLabels> settings;
};
Download export_labels(Work& work, const ExportLabels& request);
// The same, a page at a time. Returns how many labels there were. Throws base::UsageError for a
// format that can not hold what the project asks.
std::int64_t write_labels(base::Steps steps, const ExportLabels& request, std::ostream& out);

}  // namespace service

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "labeling/projects/project_view_store.hpp"
#include "service/paging.hpp"

// Labeling projects: what is asked.
namespace service {

// The project, or a refusal that says where to look; so for a caller who must not see it.
labeling::StoredProject known_project(Work& work, const std::string& name);
// Also refused if the person whose work it is must not see it.
labeling::StoredProject known_project(Work& work, const std::string& name, const schema::User& of);
// The same of what was found by the name.
labeling::StoredProject known_project(
    Work& work,
    std::optional<labeling::StoredProject> found,
    const std::string& name,
    const schema::User& of
);

// Somebody who may work in the project; refused if they do not see it.
std::int64_t
known_worker(Work& work, const labeling::StoredProject& project, const std::string& user);

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
struct ShowProject {
    std::string project;
    std::optional<int> classes;  // nothing: all
    static const base::Settings<ShowProject> settings;
};
// A project may have very many classes: whoever wants to see the project only bounds them.
labeling::ProjectPage show_project(Work& work, const ShowProject& request);

struct ListClasses {
    std::string project;
    std::string find;
    Paging page;
    static const base::Settings<ListClasses> settings;
};
Page<labeling::ClassLine> list_classes(Work& work, const ListClasses& request);

struct Guidelines {
    std::vector<labeling::Guideline> items;
};
BOOST_DESCRIBE_STRUCT(Guidelines, (), (items))
// Every wording that they had, the newest first.
Guidelines list_guidelines(Work& work, const ProjectName& request);

struct EditProject {
    std::string project;
    std::optional<std::int64_t> version;  // that was edited; without one, the present
    labeling::ProjectEdit edit;
    static const base::Settings<EditProject> settings;
};
// Throws Outdated if the version is not the present one.
labeling::ProjectPage edit_project(Work& work, const EditProject& request);

}  // namespace service

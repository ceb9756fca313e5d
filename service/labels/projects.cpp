// What people do with whole projects, as verbs over labeling/projects.
//
// An edit names the version that its author saw, so that of two people who edit at once the second
// is told instead of the first overwritten. Whoever can not have seen one, as on the command line,
// leaves it out and edits the present version.
#include "service/labels/projects.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "ingest/mapping/contract_store.hpp"
#include "labeling/quality/audit_store.hpp"
#include "schema/sources/source_store.hpp"
#include "service/people/people.hpp"
#include "service/project_access.hpp"
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

// What a project shows or asks about and no record of its source has had so far.
void note_unknown_fields(Work& work, labeling::ProjectPage& page) {
    std::set<std::string, std::less<>> known;
    auto source = schema::require_source(work.tx, page.source);
    for (const auto& field : ingest::load_fields(work.tx, source.id)) known.insert(field.name);
    if (known.empty()) return;
    auto named = labeling::asked_fields(page.definition.question);
    std::ranges::copy(page.definition.fields, std::back_inserter(named));
    for (const auto& name : named)
        if (!known.contains(name))
            page.notes.push_back(fmt::format(
                "no record of source '{}' has a field '{}' so far; see 'tilth source fields {}'",
                page.source,
                name,
                page.source
            ));
}

labeling::ProjectPage
page_of_project(Work& work, const std::string& name, std::optional<int> classes = std::nullopt) {
    auto id = known_project(work, name).id;
    auto page = labeling::project_page(work.tx, name, classes);
    if (!page) no_project(name);
    note_unknown_fields(work, *page);
    page->audited = labeling::last_audit(work.tx, id).has_value();
    page->owns = owns(work.tx, work.caller, id);
    page->reviews = page->owns || reviews(work.tx, work.caller, id);
    return *std::move(page);
}

}  // namespace

const base::Settings<ListProjects> ListProjects::settings{{&ListProjects::page}};
const base::Settings<ProjectName> ProjectName::settings{
    {"project", &ProjectName::project, "its name", {.required = true}},
};
const base::Settings<ShowProject> ShowProject::settings{
    {"project", &ShowProject::project, "its name", {.required = true}},
    {"classes",
     &ShowProject::classes,
     "tell no more than so many classes; all by default",
     {.low = 0, .high = 100'000}},
};
const base::Settings<ListClasses> ListClasses::settings{
    {"project", &ListClasses::project, "its name", {.required = true}},
    {"find", &ListClasses::find, "only those whose names hold this text"},
    {&ListClasses::page},
};
const base::Settings<EditProject> EditProject::settings{
    {"project", &EditProject::project, "its name", {.required = true}},
    {"version", &EditProject::version, "that was edited; the present one by default"},
    {&EditProject::edit},
};

labeling::StoredProject known_project(Work& work, const std::string& name) {
    auto found = labeling::find_project(work.tx, name);
    const auto& caller = work.caller;
    if (!found || !sees_project(work.tx, caller.id, caller.role, *found)) no_project(name);
    return *std::move(found);
}

labeling::StoredProject known_project(
    Work& work,
    std::optional<labeling::StoredProject> found,
    const std::string& name,
    const schema::User& of
) {
    const auto& caller = work.caller;
    if (!found || !sees_project(work.tx, caller.id, caller.role, *found)) no_project(name);
    if (of.id != caller.id && !sees_project(work.tx, of.id, of.role, *found)) no_project(name);
    return *std::move(found);
}

labeling::StoredProject known_project(Work& work, const std::string& name, const schema::User& of) {
    return known_project(work, labeling::find_project(work.tx, name), name, of);
}

std::int64_t
known_worker(Work& work, const labeling::StoredProject& project, const std::string& user) {
    auto who = known_user(work, user);
    if (sees_project(work.tx, who.id, who.role, project)) return who.id;
    const auto& name = project.project.name;
    throw Refusal(
        Refusal::Kind::conflict,
        "user '" + user + "'",
        "is no member of project '" + name + "'",
        "see 'tilth label members list " + name + "'"
    );
}

labeling::ProjectPage create_project(Work& work, const labeling::Project& request) {
    labeling::create_project(work.tx, request, work.now);
    return page_of_project(work, request.name);
}

Page<labeling::ProjectLine> list_projects(Work& work, const ListProjects& request) {
    const auto& page = request.page;
    return page_of(
        labeling::project_lines(work.tx, page.after, page.limit, sees_only(work.caller)),
        page,
        [](const labeling::ProjectLine& line) { return line.name; }
    );
}

labeling::ProjectPage show_project(Work& work, const ShowProject& request) {
    return page_of_project(work, request.project, request.classes);
}

Page<labeling::ClassLine> list_classes(Work& work, const ListClasses& request) {
    auto project = known_project(work, request.project).id;
    auto after = request.page.after_number().value_or(-1);
    if (after > std::numeric_limits<std::int32_t>::max()) return {};
    return page_of(
        labeling::class_lines(
            work.tx, project, request.find, static_cast<std::int32_t>(after), request.page.limit
        ),
        request.page,
        [](const labeling::ClassLine& last) { return std::to_string(last.id); }
    );
}

Guidelines list_guidelines(Work& work, const ProjectName& request) {
    return {labeling::guidelines(work.tx, known_project(work, request.project).id)};
}

labeling::ProjectPage edit_project(Work& work, const EditProject& request) {
    const auto& name = request.project;
    auto version = request.version ? *request.version : page_of_project(work, name).version;
    if (!labeling::edit_project(work.tx, name, version, request.edit, work.now))
        throw Outdated("project '" + name + "'", page_of_project(work, name).version);
    return page_of_project(work, name);
}

}  // namespace service

// Labeling projects in the database: settings as JSON, classes as rows of their own.
//
// Classes are rows because answers and labels refer to them by a foreign key; adding some locks the
// project first, so that two imports at once do not give one number to two names.
#include "labeling/projects/project_store.hpp"

#include <algorithm>
#include <utility>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "labeling/sql.hpp"
#include "schema/records/values.hpp"
#include "schema/sources/source_store.hpp"

namespace labeling {

namespace {

StoredProject read(base::Tx& tx, const pqxx::row& row) {
    StoredProject stored;
    stored.id = row[0].as<std::int64_t>();
    stored.source_id = row[2].as<std::int64_t>();
    Project::settings.read(base::Document::json(row[4].as<std::string>()), stored.project);
    auto spelled = std::exchange(stored.project.classes, {});
    stored.project.name = row[1].as<std::string>();
    stored.project.source = row[3].as<std::string>();
    stored.project.overlap = row[5].as<int>();
    stored.version = row[6].as<int>();
    stored.state = row[7].as<std::string>();
    stored.created_at = row[8].as<std::string>();

    for (const auto& item : tx.exec(sql::file["project_classes"], stored.id)) {
        LabelClass one{
            .id = item[0].as<std::int32_t>(),
            .name = item[1].as<std::string>(),
            .description = item[2].as<std::string>(),
            .hotkey = item[3].as<std::string>(),
            .colour = item[4].as<std::string>()};
        for (const auto& known : spelled)
            if (known.name == one.name) one.value = known.value;
        stored.project.classes.push_back(std::move(one));
    }
    return stored;
}

// What the store keeps of a project besides its columns and its table of classes: settings, and of
// classes how the data spell them.
std::string spec_of(Project project) {
    auto classes = std::exchange(project.classes, {});
    for (auto& item : classes)
        if (!item.value.empty())
            project.classes.push_back({.name = item.name, .value = item.value});
    return Project::settings.text(project);
}

void add_class(base::Tx& tx, std::int64_t project_id, const LabelClass& item) {
    tx.exec(
        sql::file["add_class"],
        project_id,
        item.id,
        item.name,
        item.description,
        schema::filled(item.hotkey),
        schema::filled(item.colour)
    );
}

}  // namespace

StoredProject create_project(base::Tx& tx, const Project& project, Time now) {
    auto source = schema::require_source(tx, project.source);
    auto id = tx.value<std::int64_t>(
        sql::file["add_project"],
        project.name,
        source.id,
        project.kind,
        spec_of(project),
        project.overlap,
        schema::timestamp(now)
    );
    if (!id)
        throw base::Error(
            "project '" + project.name + "'", "the name is taken", "choose another name"
        );
    for (const auto& item : project.classes) add_class(tx, *id, item);
    return load_project(tx, *id);
}

StoredProject load_project(base::Tx& tx, const std::string& name) {
    auto rows = tx.exec(sql::file["find_project"], name);
    if (rows.empty())
        throw base::Error(
            "project '" + name + "'", "no such project", "see 'tilth label project list'"
        );
    return read(tx, rows[0]);
}

StoredProject load_project(base::Tx& tx, std::int64_t id) {
    auto rows = tx.exec(sql::file["find_project_by_id"], id);
    if (rows.empty()) throw base::Error("project " + std::to_string(id), "no such project");
    return read(tx, rows[0]);
}

std::vector<StoredProject> list_projects(base::Tx& tx) {
    std::vector<StoredProject> projects;
    for (const auto& row : tx.exec(sql::file["list_projects"]))
        projects.push_back(load_project(tx, row[0].as<std::string>()));
    return projects;
}

void set_project_state(base::Tx& tx, std::int64_t project_id, const std::string& state) {
    tx.exec(sql::file["set_project_state"], project_id, state);
}

StoredProject
add_classes(base::Tx& tx, std::int64_t project_id, const std::vector<std::string>& names) {
    tx.exec(sql::file["lock_project"], project_id);
    auto stored = load_project(tx, project_id);
    auto& classes = stored.project.classes;
    bool any = false;
    for (const auto& name : names) {
        if (std::any_of(classes.begin(), classes.end(), [&](const auto& c) {
                return c.name == name;
            }))
            continue;
        LabelClass item{.name = name};
        item.id = classes.empty() ? 0 : classes.back().id + 1;
        add_class(tx, project_id, item);
        classes.push_back(std::move(item));
        any = true;
    }
    if (any) tx.exec(sql::file["raise_project_version"], project_id);
    return load_project(tx, project_id);
}

Progress progress(base::Tx& tx, std::int64_t project_id) {
    Progress result;
    for (const auto& row : tx.exec(sql::file["task_counts"], project_id)) {
        auto state = row[0].as<std::string>();
        (state == "open"   ? result.open
         : state == "done" ? result.done
                           : result.cancelled) = row[1].as<std::int64_t>();
        result.answers += row[2].as<std::int64_t>();
        result.leased += row[3].as<std::int64_t>();
        result.wanted += row[4].as<std::int64_t>();
    }
    for (const auto& row : tx.exec(sql::file["truth_counts"], project_id)) {
        result.classes.push_back(
            {row[0].as<std::string>(), row[1].as<std::int64_t>(), row[2].as<double>()}
        );
        result.labeled += result.classes.back().records;
    }
    for (const auto& row : tx.exec(sql::file["annotator_counts"], project_id)) {
        AnnotatorCount one;
        one.user_id = row[0].as<std::int64_t>();
        one.name = row[1].as<std::string>();
        one.simulated = row[2].as<bool>();
        one.answers = row[3].as<std::int64_t>();
        one.withdrawn = row[4].as<std::int64_t>();
        one.median_milliseconds = row[5].as<double>();
        one.skipped = row[6].as<std::int64_t>();
        result.annotators.push_back(std::move(one));
    }
    return result;
}

}  // namespace labeling

// Labeling projects in the database: settings as JSON, classes as rows of their own.
//
// A project and its classes are one row, as each claim and each answer reads them. Classes are rows
// because answers and labels refer to them by a foreign key; adding some locks the project first,
// so that two imports at once do not give one number to two names.
#include "labeling/projects/project_store.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "base/not_found.hpp"
#include "base/settings/settings.hpp"
#include "labeling/projects/schema_change.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/sql.hpp"
#include "schema/records/values.hpp"
#include "schema/sources/source_store.hpp"

namespace labeling {

namespace {

struct ProjectRow {
    std::int64_t id = 0, source_id = 0;
    int version = 1, schema_version = 1;
    ProjectState state = ProjectState::active;
    Time created_at;
    std::string name, source;
    int overlap = 1;
    std::string spec;
    bool has_members = false;
    base::JsonText classes;
};
BOOST_DESCRIBE_STRUCT(
    ProjectRow,
    (),
    (id,
     source_id,
     version,
     schema_version,
     state,
     created_at,
     name,
     source,
     overlap,
     spec,
     has_members,
     classes)
)

// Rows of label_class as find_project gives them: number, question, name, settings, retired.
void read_classes(const base::JsonText& rows, Project& project) {
    if (rows.text.empty()) return;
    const auto all = boost::json::parse(rows.text);
    for (const auto& row : all.as_array()) {
        const auto& cells = row.as_array();
        LabelClass one;
        LabelClass::settings.read(base::Document::json(std::string(cells.at(3).as_string())), one);
        one.id = cells.at(0).to_number<std::int32_t>();
        one.name = cells.at(2).as_string();
        auto& question = question_named(project, std::string(cells.at(1).as_string()));
        (cells.at(4).as_bool() ? question.retired : question.classes).push_back(std::move(one));
    }
}

template <typename Rows>
std::optional<StoredProject> read_project(const Rows& rows) {
    auto row = base::first_as<ProjectRow>(rows);
    if (!row) return std::nullopt;
    StoredProject stored{
        .id = row->id,
        .source_id = row->source_id,
        .version = row->version,
        .schema_version = row->schema_version,
        .state = row->state,
        .created_at = row->created_at,
        .has_members = row->has_members};
    Project::settings.read(base::Document::json(row->spec), stored.project);
    stored.project.name = row->name;
    stored.project.source = row->source;
    stored.project.overlap = row->overlap;
    read_classes(row->classes, stored.project);
    return stored;
}

constexpr std::optional<std::int64_t> of_no_task;

// What the store keeps of a project besides its columns and its table of classes.
std::string spec_of(Project project) {
    project.question.classes.clear();
    for (auto& part : project.question.parts) part.question.classes.clear();
    return Project::settings.text(project);
}

// In one statement: there may be a hundred thousand.
void put_classes(base::Tx& tx, std::int64_t project_id, const Project& project) {
    std::vector<std::int32_t> ids;
    std::vector<std::string> questions, names, specs;
    const auto take = [&](const std::string& question, const std::vector<LabelClass>& classes) {
        for (const auto& item : classes) {
            ids.push_back(item.id);
            questions.push_back(question);
            names.push_back(item.name);
            specs.push_back(LabelClass::settings.text(item));
        }
    };
    take("", project.question.classes);
    for (const auto& part : project.question.parts) take(part.name, part.question.classes);
    tx.exec(
        sql::file["put_classes"],
        project_id,
        schema::array_of(ids),
        schema::array_of(questions),
        schema::array_of(names),
        schema::array_of(specs)
    );
}

}  // namespace

StoredProject create_project(base::Tx& tx, const Project& project, Time now) {
    auto source = schema::require_source(tx, project.source);
    auto id = tx.value<std::int64_t>(
        sql::file["add_project"],
        project.name,
        source.id,
        project.question.kind,
        spec_of(project),
        project.overlap,
        schema::timestamp(now)
    );
    if (!id)
        throw base::Error(
            "project '" + project.name + "'", "the name is taken", "choose another name"
        );
    put_classes(tx, *id, project);
    tx.exec(sql::file["put_guideline"], *id, project.instructions, schema::timestamp(now));
    return load_project(tx, *id);
}

std::optional<StoredProject> find_project(base::Tx& tx, const std::string& name) {
    return read_project(tx.exec(sql::file["find_project"], name));
}

base::Later<std::optional<StoredProject>>
find_project(base::Batch& batch, const std::string& name) {
    return {batch, batch.add(sql::file["find_project"], name), &read_project<base::Rows>};
}

StoredProject load_project(base::Tx& tx, const std::string& name) {
    auto found = find_project(tx, name);
    if (!found)
        throw base::NotFound(
            "project '" + name + "'", "no such project", "see 'tilth label project list'"
        );
    return *std::move(found);
}

StoredProject load_project(base::Tx& tx, std::int64_t id) {
    auto found = read_project(tx.exec(sql::file["find_project_by_id"], id, of_no_task));
    if (!found) throw base::NotFound("project " + std::to_string(id), "no such project");
    return *std::move(found);
}

StoredProject project_to_answer(base::Tx& tx, std::int64_t id) {
    tx.exec(sql::file["keep_classes"], id, of_no_task);
    return load_project(tx, id);
}

base::Later<std::optional<StoredProject>> project_to_answer(base::Batch& batch, std::int64_t task) {
    constexpr std::optional<std::int64_t> of_task;
    batch.add(sql::file["keep_classes"], of_task, task);
    return {
        batch,
        batch.add(sql::file["find_project_by_id"], of_task, task),
        &read_project<base::Rows>};
}

StoredProject lock_project(base::Tx& tx, const std::string& name) {
    auto id = load_project(tx, name).id;
    tx.exec(sql::file["lock_project"], id);
    return load_project(tx, id);
}

void save_project(base::Tx& tx, const StoredProject& stored) {
    tx.exec(
        sql::file["put_definition"],
        stored.id,
        spec_of(stored.project),
        stored.project.overlap,
        std::string(base::name_of(stored.state))
    );
    put_classes(tx, stored.id, stored.project);
}

bool edit_project(
    base::Tx& tx,
    const std::string& name,
    std::int64_t version,
    const ProjectEdit& edit,
    Time now
) {
    if (!find_project(tx, name)) return false;
    auto stored = lock_project(tx, name);
    if (stored.version != version) return false;
    auto overlap = stored.project.overlap;
    apply(edit, stored.project);
    if (edit.state) stored.state = *edit.state;
    save_project(tx, stored);
    tx.exec(
        sql::file["put_guideline"], stored.id, stored.project.instructions, schema::timestamp(now)
    );
    if (stored.project.overlap != overlap) {
        tx.exec(
            sql::file["change_overlap"], stored.id, stored.project.overlap, schema::timestamp(now)
        );
        count_anew(tx, stored.id);
    }
    return true;
}

Progress progress(base::Tx& tx, std::int64_t project_id) {
    return base::first_as<Progress>(tx.exec(sql::file["task_progress"], project_id)).value();
}

std::vector<ProjectOfSource> projects_of_source(base::Tx& tx, std::int64_t source_id) {
    return base::rows_as<ProjectOfSource>(tx.exec(sql::file["projects_of_source"], source_id));
}

std::uint64_t drop_projects(base::Tx& tx, const std::vector<std::int64_t>& ids) {
    auto projects = schema::array_of(ids);
    tx.exec(sql::file["drop_leases"], projects);
    tx.exec(sql::file["drop_drafts"], projects);
    tx.exec(sql::file["drop_bookmarks"], projects);
    tx.exec(sql::file["drop_suggestions"], projects);
    tx.exec(sql::file["drop_rules"], projects);
    tx.exec(sql::file["drop_gold"], projects);
    tx.exec(sql::file["drop_audits"], projects);
    tx.exec(sql::file["drop_people"], projects);
    tx.exec(sql::file["drop_pace"], projects);
    tx.exec(sql::file["drop_marks"], projects);
    tx.exec(sql::file["drop_tally"], projects);
    tx.exec(sql::file["drop_comments"], projects);
    tx.exec(sql::file["drop_reviews"], projects);
    tx.exec(sql::file["drop_invalidations"], projects);
    tx.exec(sql::file["drop_tasks"], projects);
    auto labels = tx.change(sql::file["drop_annotations"], projects) +
                  tx.change(sql::file["drop_truths"], projects);
    tx.exec(sql::file["drop_trust"], projects);
    tx.exec(sql::file["drop_guidelines"], projects);
    tx.exec(sql::file["drop_schema_changes"], projects);
    tx.exec(sql::file["drop_classes"], projects);
    tx.exec(sql::file["drop_projects"], projects);
    return labels;
}

}  // namespace labeling

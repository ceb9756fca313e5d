#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "labeling/projects/project.hpp"
#include "labeling/projects/project_edit.hpp"
#include "labeling/queue/assignment.hpp"

namespace base {
class Batch;
class Rows;
template <typename T>
class Later;
class Tx;
}  // namespace base

// Each function is one step inside the caller's transaction.
namespace labeling {

struct StoredProject {
    std::int64_t id = 0;
    std::int64_t source_id = 0;
    int version = 1;         // raised by every edit, and when classes are added
    int schema_version = 1;  // raised by every change of its classes: see schema_store.hpp
    ProjectState state = ProjectState::active;
    Time created_at;
    bool has_members = false;  // then only they and the service's own roles see it
    Project project{};         // with its classes
};

// Throws base::Error if the name is taken or the source is not there.
StoredProject create_project(base::Tx& tx, const Project& project, Time now);
std::optional<StoredProject> find_project(base::Tx& tx, const std::string& name);
base::Later<std::optional<StoredProject>> find_project(base::Batch& batch, const std::string& name);
// Throws base::Error if there is none; so does the next.
StoredProject load_project(base::Tx& tx, const std::string& name);
StoredProject load_project(base::Tx& tx, std::int64_t id);
// The same, for an answer to it: until the transaction ends its classes stay what they are, so that
// no answer is written in words that a change of them has passed already.
StoredProject project_to_answer(base::Tx& tx, std::int64_t id);
// Likewise the project of a task; nothing if there is no such task.
base::Later<std::optional<StoredProject>> project_to_answer(base::Batch& batch, std::int64_t task);
// The project, which nobody else edits until the transaction ends. Throws base::Error.
StoredProject lock_project(base::Tx& tx, const std::string& name);
// Stores what is edited in a locked project, but which classes are retired.
void save_project(base::Tx& tx, const StoredProject& stored);
// False if there is no such project, or `version` is no longer its present one. Another overlap is
// wanted of waiting tasks too; those that have as many answers are done. Throws base::UsageError if
// the project would be none.
bool edit_project(
    base::Tx& tx,
    const std::string& name,
    std::int64_t version,
    const ProjectEdit& edit,
    Time now
);

struct Progress {
    std::int64_t open = 0;  // tasks
    std::int64_t done = 0;
    std::int64_t cancelled = 0;
    std::int64_t answers = 0;
    std::int64_t wanted = 0;  // answers, over all tasks
    std::int64_t leased =
        0;  // answers that people are at, as far as their leases have been looked at
    std::int64_t labeled = 0;  // records with a ground truth
};
BOOST_DESCRIBE_STRUCT(Progress, (), (open, done, cancelled, answers, wanted, leased, labeled))
Progress progress(base::Tx& tx, std::int64_t project_id);

struct ProjectOfSource {
    std::int64_t id = 0;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(ProjectOfSource, (), (id, name))
// By name. None is edited until the transaction ends.
std::vector<ProjectOfSource> projects_of_source(base::Tx& tx, std::int64_t source_id);
// Ends projects with their tasks, answers and labels. Nothing may refer to them any more. Returns
// how many answers and labels went.
std::uint64_t drop_projects(base::Tx& tx, const std::vector<std::int64_t>& ids);

}  // namespace labeling

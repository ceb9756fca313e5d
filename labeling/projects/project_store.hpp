#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "labeling/queue/assignment.hpp"
#include "labeling/projects/project.hpp"

namespace base {
class Tx;
}

// Each function is one step inside the caller's transaction.
namespace labeling {

struct StoredProject {
    std::int64_t id = 0;
    std::int64_t source_id = 0;
    int version = 1;         // raised when classes are added
    std::string state;       // active, paused, closed
    std::string created_at;  // ISO 8601
    Project project;         // with its classes
};

// Throws base::Error if the name is taken or the source is not there.
StoredProject create_project(base::Tx& tx, const Project& project, Time now);
// Throws base::Error if there is none; so does the next.
StoredProject load_project(base::Tx& tx, const std::string& name);
StoredProject load_project(base::Tx& tx, std::int64_t id);
std::vector<StoredProject> list_projects(base::Tx& tx);
// "active", "paused" (no task can be claimed) or "closed".
void set_project_state(base::Tx& tx, std::int64_t project_id, const std::string& state);
// Adds classes of these names that the project lacks, with no hotkey. Returns the project as it is
// then.
StoredProject
add_classes(base::Tx& tx, std::int64_t project_id, const std::vector<std::string>& names);

struct ClassCount {
    std::string name;
    std::int64_t records = 0;
    double mean_probability = 0;
};
struct AnnotatorCount {
    std::int64_t user_id = 0;
    std::string name;
    bool simulated = false;
    std::int64_t answers = 0;  // that count
    std::int64_t withdrawn = 0;
    std::int64_t skipped = 0;
    double median_milliseconds = 0;  // 0 if no answer carries a time
};
struct Progress {
    std::int64_t open = 0;  // tasks
    std::int64_t done = 0;
    std::int64_t cancelled = 0;
    std::int64_t answers = 0;
    std::int64_t wanted = 0;  // answers, over all tasks
    std::int64_t leased =
        0;  // answers that people are at, as far as their leases have been looked at
    std::int64_t labeled = 0;                // records with a ground truth
    std::vector<ClassCount> classes;         // in the order of the classes
    std::vector<AnnotatorCount> annotators;  // by name; people who have answered
};
Progress progress(base::Tx& tx, std::int64_t project_id);

}  // namespace labeling

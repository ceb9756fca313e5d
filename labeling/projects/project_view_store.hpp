#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/settings/settings.hpp"
#include "labeling/projects/page_keys.hpp"
#include "labeling/projects/project_store.hpp"

// Projects as people see them, with their progress.
namespace labeling {

struct ProjectLine {
    std::int64_t id = 0;
    std::string name, title, kind;
    ProjectState state = ProjectState::active;
    int overlap = 1;
    int version = 1;
    Time created_at;
    std::string source;
    std::int64_t tasks = 0;  // open or done
    std::int64_t open = 0;
    std::int64_t done = 0;
    std::int64_t answers = 0;
    std::int64_t truths = 0;  // records whose label is held true
};
BOOST_DESCRIBE_STRUCT(
    ProjectLine,
    (),
    (id,
     name,
     title,
     kind,
     state,
     overlap,
     version,
     created_at,
     source,
     tasks,
     open,
     done,
     answers,
     truths)
)

struct ClassLine {
    std::int32_t id = 0;
    std::string name;
    std::string question;  // of a form that it answers; empty: the project's own
    std::string description;
    std::optional<std::string> hotkey, colour;
    std::int64_t truths = 0;
    std::optional<double> mean_probability;  // of these
};
BOOST_DESCRIBE_STRUCT(
    ClassLine,
    (),
    (id, name, question, description, hotkey, colour, truths, mean_probability)
)

struct ProjectPage : ProjectLine {
    std::string instructions;
    std::vector<ClassLine> classes;
    std::int64_t class_count = 0;      // of those offered; `classes` may be the first of them
    Project definition;                // as its file would say it
    std::vector<PageKey> keys{};       // by which the labeling page is commanded
    std::vector<std::string> notes{};  // what its owner should know
    bool audited = false;              // or being audited
    // Whether who asks may edit it, and see what others said of its tasks.
    bool owns = false, reviews = false;
};
BOOST_DESCRIBE_STRUCT(
    ProjectPage,
    (ProjectLine),
    (instructions, classes, class_count, definition, keys, notes, audited, owns, reviews)
)

// A wording of the guidelines.
struct Guideline {
    int version = 1;
    Time since;
    std::string text;  // Markdown
};
BOOST_DESCRIBE_STRUCT(Guideline, (), (version, since, text))
// The newest first.
std::vector<Guideline> guidelines(base::Tx& tx, std::int64_t project_id);

// By name, those behind `after`; of `only_for`, those without members and those he is a member of.
std::vector<ProjectLine> project_lines(
    base::Tx& tx,
    const std::string& after,
    int at_most,
    std::optional<std::int64_t> only_for = std::nullopt
);
// With `classes` no list of classes in it is longer; class_count tells how many there are.
std::optional<ProjectPage>
project_page(base::Tx& tx, const std::string& name, std::optional<int> classes = std::nullopt);
// Classes that the project offers, by number behind `after`, whose names hold `text` however it is
// written.
std::vector<ClassLine> class_lines(
    base::Tx& tx,
    std::int64_t project_id,
    const std::string& text,
    std::int32_t after,
    int at_most
);

}  // namespace labeling

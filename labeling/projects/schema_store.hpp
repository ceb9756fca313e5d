#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/json/shape.hpp"
#include "labeling/projects/project_store.hpp"
#include "labeling/projects/schema_change.hpp"

// The history of a project's classes. Each function is one step inside the caller's transaction.
namespace labeling {

// A change that was made.
struct SchemaLine {
    int version = 0;  // of the schema, that it made
    SchemaChange::Action action = SchemaChange::Action::rename;
    std::string question;      // of a form
    base::JsonText from, to;   // names of classes
    std::int64_t answers = 0;  // that are read otherwise since, or asked again
    std::int64_t labels = 0;   // likewise
    std::int64_t queued = 0;   // records that wait to be asked again
    std::string by;
    Time at;
    std::optional<int> undone_by;  // version of the undo
};
BOOST_DESCRIBE_STRUCT(
    SchemaLine,
    (),
    (version, action, question, from, to, answers, labels, queued, by, at, undone_by)
)

// Changes the classes of a project, and its answers and labels with them; an undo takes the last
// change that stands back. What was answered since with a class that an undo retires stays. Throws
// base::Error if the change cannot be made.
SchemaLine change_schema(
    base::Tx& tx,
    const std::string& project,
    const SchemaChange& change,
    const std::string& by,
    Time now
);
// Adds those of these classes that the project lacks, as a change of its own. The project as it is
// then.
StoredProject add_classes(
    base::Tx& tx,
    const std::string& project,
    const std::vector<std::string>& names,
    const std::string& by,
    Time now
);
// The oldest first.
std::vector<SchemaLine> schema_changes(base::Tx& tx, std::int64_t project_id);

}  // namespace labeling

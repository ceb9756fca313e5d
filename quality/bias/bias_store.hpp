#pragma once

#include <string>
#include <vector>

#include "quality/bias/bias.hpp"

namespace base {
class Database;
}

namespace ingest::quality {

// Labels of a project in the order of a table's rows, "" where a record has none. Nothing if there
// is no project of that name.
std::optional<std::vector<std::string>> labels_of_project(
    base::Database& database,
    const std::string& project,
    std::int64_t source_id,
    const Table& table
);

// Labels by who gave them (annotators) or by where the labelled records came from (host of the URL,
// else file): groups of one field, "annotator" or "origin".
Breakdown annotators_of_project(base::Database& database, const std::string& project);
Breakdown origins_of_project(base::Database& database, const std::string& project);

}  // namespace ingest::quality

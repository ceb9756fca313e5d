#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/database/database.hpp"

namespace test {

// The project "p" of a source, with these classes. Returns its number.
inline std::int64_t add_project(
    base::Tx& tx,
    std::int64_t source,
    const std::string& kind,
    const std::string& spec,
    const std::vector<std::string>& classes
) {
    const auto project = *tx.value<std::int64_t>(
        "INSERT INTO label_project (name, source_id, kind, spec, created_at) VALUES ('p', $1, $2, "
        "$3::jsonb, now()) RETURNING id",
        source,
        kind,
        spec
    );
    for (std::size_t c = 0; c < classes.size(); ++c)
        tx.exec(
            "INSERT INTO label_class (project_id, class_id, name) VALUES ($1, $2, $3)",
            project,
            static_cast<std::int64_t>(c),
            classes[c]
        );
    return project;
}

}  // namespace test

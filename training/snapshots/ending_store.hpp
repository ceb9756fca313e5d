#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace base {
class Tx;
}

namespace training {

// What ended with projects.
struct Ended {
    std::vector<std::string> snapshots;  // their names
    std::vector<std::string> models;     // "spam 2 (production)"
    std::uint64_t runs = 0;
    std::uint64_t predictions = 0;
    std::vector<std::string> artefacts;  // SHA-256 of the models' bytes, which may be used no more
};

// Ends the snapshots of projects and of their source, with the runs, models and predictions that
// were made of them, and the preparations of their source. One step inside the caller's
// transaction.
Ended end_projects(
    base::Tx& tx,
    std::int64_t source_id,
    const std::vector<std::int64_t>& project_ids
);

}  // namespace training

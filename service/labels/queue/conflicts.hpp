#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "labeling/projects/project_store.hpp"
#include "service/verb.hpp"
#include "training/analysis/analysis.hpp"

// Records on which the labeling rules of a project vote for different classes.
namespace service {

struct Conflict {
    std::string key;
    // 1 less the probability of the likeliest class, as the label model has it; above 0. Of a
    // record without a conflict: 0.
    double doubt = 0;
};

// The most doubtful first; of equally doubtful ones in an order that is random but always the
// same. Those that have labels or tasks, too. Throws base::Error where no rules have run.
std::vector<Conflict> conflicts(Work& work, const labeling::StoredProject& project);

// So many of these records at most: those with a conflict by their doubt, and a random arm from all
// among them. What neither picked is left out.
training::NextFound mix_conflicts(
    const std::vector<Conflict>& rows,
    std::size_t most,
    double random_share,
    std::uint64_t seed
);

}  // namespace service

#pragma once

#include <string>
#include <vector>

#include "training/candidates/candidate_store.hpp"
#include "training/snapshots/split.hpp"

// What is told of a snapshot: how many members of which class are where, and what to mind.
namespace training {

// What of the records says their label: never features.
struct LabelParts {
    std::vector<std::string> columns;  // made of a field that labels were imported from, or a copy
    std::vector<std::string> in_text;  // such fields, that are a part of the texts
};

// JSON of SnapshotInfo::counts.
std::string counts_of(
    const Split& split,
    const Candidates& choice,
    const std::vector<std::string>& classes,
    const LabelParts& label
);

}  // namespace training

#pragma once

#include "training/candidates/candidate_store.hpp"

namespace training {

// Tells the splitter where the newest of the earlier snapshots of the same kind have the candidates
// (Members::kept, kept_fold): strata alone can not keep a record on its side when others come.
void keep_sides(
    base::Database& database,
    const SnapshotProject& project,
    const SnapshotSpec& spec,
    Candidates& choice
);

}  // namespace training

#pragma once

#include <cstdint>

#include "training/snapshots/example_store.hpp"
#include "training/report/report.hpp"

namespace training {

// Gathers what the page about a run shows: its metrics beside those of the other runs on the same
// snapshot (the baseline first), its confusion, learning curve, class balance, slices, worst
// errors, suspected labels and trials. Throws base::Error if there is no such run or it did not
// finish.
Report report_of(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    std::int64_t run_id
);

}  // namespace training

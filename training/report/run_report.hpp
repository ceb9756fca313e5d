#pragma once

#include <cstdint>
#include <stop_token>

#include "training/report/report.hpp"
#include "training/snapshots/example_store.hpp"

namespace training {

// Gathers what the page about a run shows: its metrics beside those of the other runs on the same
// snapshot (the baseline first), its confusion, learning curve, class balance, slices, worst
// errors, suspected labels and trials, curves by threshold, the importance of columns and where the
// data comes from. Throws base::Error if there is no such run or it did not finish,
// base::Interrupted at a stop.
Report report_of(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    std::int64_t run_id,
    std::stop_token stop = {}
);

}  // namespace training

#pragma once

#include <cstdint>
#include <ostream>

#include "base/words.hpp"
#include "training/preparation/preparation.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace training {

enum class SnapshotFormat { jsonl, csv };

constexpr auto words_of(SnapshotFormat) {
    return std::to_array<base::Word<SnapshotFormat>>({
        {SnapshotFormat::jsonl, "jsonl", "a line of JSON a member"},
        {SnapshotFormat::csv, "csv", "a table, RFC 4180"},
    });
}

// Writes the members with label, split and text: as they were stored, or, given a preparation, as
// models see them, with the numbers too. Returns how many there were.
std::uint64_t export_snapshot(
    base::Database& database,
    const SnapshotInfo& snapshot,
    SnapshotFormat format,
    std::ostream& out,
    const FittedPreparation& prepared = {},
    bool guard_formulas = false  // in CSV: see formats/csv/guard.hpp
);

}  // namespace training

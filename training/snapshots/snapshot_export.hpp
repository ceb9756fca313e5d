#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "formats/dataset/dataset_writer.hpp"
#include "schema/blobs/blobs.hpp"
#include "training/preparation/preparation.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace training {

struct SnapshotFiles {
    std::uint64_t members = 0;
    std::vector<std::filesystem::path> files;  // below the folder; the first is that of the rows
};

struct ExportOptions {
    formats::DatasetFormat format = formats::DatasetFormat::jsonl;
    formats::RowOptions rows = {};
};

// Writes the members into a folder that is there: their rows (schema/rows/row_maker.hpp) with
// split, fold and label, and the data card. They are as they were stored, or, given a preparation,
// as models see them: text and columns alone.
SnapshotFiles export_snapshot(
    base::Database& database,
    const schema::Blobs& blobs,
    const SnapshotInfo& snapshot,
    const std::filesystem::path& folder,
    const ExportOptions& options,
    const FittedPreparation& prepared = {}
);

}  // namespace training

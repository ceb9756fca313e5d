#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "formats/dataset/dataset_writer.hpp"

// The formats that are folders.
namespace formats {

// For the `datasets` library: README.md with its YAML head, data/PART-00000-of-00001.parquet.
std::unique_ptr<DatasetWriter> write_huggingface(
    const std::filesystem::path& folder,
    DatasetAbout about,
    std::vector<DataColumn> columns
);

// Tars of samples: NUMBER.json has the cells, NUMBER.png (.wav, .mp4, .pdf, as it is) the picture,
// sound, film or document. A part has a tar of each ten thousand samples or gigabyte.
std::unique_ptr<DatasetWriter> write_webdataset(
    const std::filesystem::path& folder,
    DatasetAbout about,
    std::vector<DataColumn> columns
);

// MLCommons Croissant 1.0: croissant.json describes data.csv and the folders of the pictures,
// sounds, films and documents.
std::unique_ptr<DatasetWriter> write_croissant(
    const std::filesystem::path& folder,
    DatasetAbout about,
    std::vector<DataColumn> columns,
    const RowOptions& options
);

}  // namespace formats

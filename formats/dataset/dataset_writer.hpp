#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/words.hpp"
#include "formats/dataset/row_writer.hpp"

namespace formats {

// How a data set of parts is laid out.
enum class DatasetFormat { jsonl, csv, parquet, arrow, huggingface, webdataset, croissant };

constexpr auto words_of(DatasetFormat) {
    return std::to_array<base::Word<DatasetFormat>>({
        {DatasetFormat::jsonl, "jsonl", "a line of JSON a member"},
        {DatasetFormat::csv, "csv", "a table, RFC 4180"},
        {DatasetFormat::parquet, "parquet", "Apache Parquet, columns typed"},
        {DatasetFormat::arrow, "arrow", "an Apache Arrow file (Feather 2), columns typed"},
        {DatasetFormat::huggingface,
         "huggingface",
         "a folder for the datasets library: README.md, Parquet files of the parts"},
        {DatasetFormat::webdataset, "webdataset", "a folder of tars, a sample a member"},
        {DatasetFormat::croissant,
         "croissant",
         "a folder that Croissant metadata (JSON-LD) describe: CSV and files"},
    });
}

// The parts of a data set by their numbers.
inline constexpr std::array<const char*, 3> part_names{"train", "validation", "test"};

// What is said of a data set beside its rows.
struct DatasetAbout {
    std::string name;
    std::string description;            // one sentence
    std::string hash;                   // hexadecimal
    std::string created_at;             // RFC 3339
    std::vector<std::string> licences;  // SPDX names or addresses
    std::string card;                   // Markdown; the columns are added to it
};

// Writes rows and a data card into a folder that is there.
class DatasetWriter {
public:
    virtual ~DatasetWriter() = default;
    // `part`: 0 .. 2.
    virtual void write(std::size_t part, std::span<const DataCell> row) = 0;
    // Completes all files; the paths of the main ones below the folder, first that of the rows.
    virtual std::vector<std::filesystem::path> finish() = 0;
};

std::unique_ptr<DatasetWriter> write_dataset(
    DatasetFormat format,
    const std::filesystem::path& folder,
    DatasetAbout about,
    std::vector<DataColumn> columns,
    const RowOptions& options = {}
);

// The card with a table of the columns.
std::string card_with_columns(const DatasetAbout& about, std::span<const DataColumn> columns);

// Writes a whole file. Throws base::Error if it cannot be written.
void write_text(const std::filesystem::path& path, std::string_view text);

}  // namespace formats

#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "formats/dataset/cell.hpp"

namespace formats {

// The formats of one file.
enum class RowFormat { jsonl, csv, parquet, arrow };

constexpr auto words_of(RowFormat) {
    return std::to_array<base::Word<RowFormat>>({
        {RowFormat::jsonl, "jsonl", "a line of JSON a row"},
        {RowFormat::csv, "csv", "a table, RFC 4180"},
        {RowFormat::parquet, "parquet", "Apache Parquet, columns typed"},
        {RowFormat::arrow, "arrow", "an Apache Arrow file (Feather 2), columns typed"},
    });
}

std::string_view media_type_of(RowFormat format);

// Writes rows of cells as one file, in the memory of some rows.
class RowWriter {
public:
    virtual ~RowWriter() = default;
    // A cell for each column. Throws base::Error if the file cannot be written.
    virtual void write(std::span<const DataCell> row) = 0;
    // When all are written; a file without it is not whole.
    virtual void finish() = 0;
};

struct RowOptions {
    bool guard_formulas = false;  // in CSV: see formats/csv/guard.hpp
};

// Makes the file anew.
//
// JSON lines leave out what is missing. In CSV what is missing is nothing between two commas, and
// an empty text is "": who reads CSV mostly does not tell these apart. Pictures, sounds, films and
// documents are data: URIs in both, and in Parquet and Arrow the struct (bytes, path) that Hugging
// Face's Image, Audio, Video and Pdf are; JSON has the logical type of that name in Parquet, and in
// Arrow its extension arrow.json. Throws
// base::Error if the file cannot be made, and for Parquet if DuckDB is missing
// (formats/parquet/duckdb.hpp).
std::unique_ptr<RowWriter> write_rows(
    RowFormat format,
    const std::filesystem::path& path,
    std::vector<DataColumn> columns,
    const RowOptions& options = {}
);

}  // namespace formats

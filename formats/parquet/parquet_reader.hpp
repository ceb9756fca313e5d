#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace formats {

// What the values of a column are given as: texts; spelled as JSON spells numbers, true and false,
// or any value; bytes; or the bytes of a file.
enum class ParquetKind { text, number, flag, json, bytes, file };

struct ParquetColumn {
    std::string name;
    ParquetKind kind = ParquetKind::text;
};

// The rows of an Apache Parquet file in the memory of one of its row groups.
//
// The file is not trusted: no other file can be opened by what it says, nor the network; no
// extension is loaded; one thread and 1 GB are what it gets. Needs DuckDB (duckdb.hpp).
//
// Days and times are texts as ISO 8601 has them, lists, structs and maps are JSON; the struct
// (bytes, path) of Hugging Face's Image, Audio, Video and Pdf is a file. What is no finite number
// is missing.
class ParquetRows {
public:
    // `shown`: what the file is called where something is wrong, if not by its path. Throws
    // base::Error if DuckDB is missing or the file cannot be read.
    explicit ParquetRows(const std::filesystem::path& path, std::string shown = {});
    ~ParquetRows();
    ParquetRows(const ParquetRows&) = delete;

    const std::vector<ParquetColumn>& columns() const;
    // The next row will be this one, from 0.
    void begin(std::int64_t row);
    // A value of each column, nothing for NULL; the views live until the next call. Null at the
    // end. Throws base::Error for what is damaged.
    const std::vector<std::optional<std::string_view>>* next();
    // Of the row that next() gave: what a file of this column is called; nothing if it has no name.
    std::optional<std::string_view> path(std::size_t column) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace formats

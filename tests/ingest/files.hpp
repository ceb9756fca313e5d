#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ingest/sources/connector.hpp"

namespace test {

// A folder of its own for one test, removed at the end.
class DataFolder {
public:
    DataFolder();
    ~DataFolder();
    DataFolder(const DataFolder&) = delete;

    // Writes a file, making folders as needed; returns its path.
    std::string write(const std::string& name, std::string_view content) const;
    std::string path(const std::string& name = {}) const;

private:
    std::filesystem::path path_;
};

// `content` packed by libarchive: filter "none", "gzip", "zstd", "xz", "bzip2" or "lz4"; format
// "raw", "tar" or "zip".
struct Member {
    std::string name;
    std::string content;
};
std::string
pack(const std::string& format, const std::string& filter, const std::vector<Member>& members);

// One record in a form that can be compared and printed: "name=value|..", with its place.
struct Line {
    std::string fields;
    std::string raw;
    std::string member;
    std::int64_t line;
    std::int64_t offset;
    bool operator==(const Line&) const = default;
};

struct Everything {
    std::vector<Line> records;
    std::vector<schema::Reject> rejects;
    std::vector<std::string> cursors;  // behind each page
    std::vector<std::size_t> records_before_cursor;
    std::vector<std::size_t> rejects_before_cursor;
};

// Reads to the end, `page_size` records a page.
Everything read_all(
    const std::vector<std::string>& inputs,
    const ingest::ReadOptions& options = {},
    const std::string& cursor = {},
    std::size_t page_size = 2
);

// Data beside the source tree, which not every machine has; empty if it is absent.
std::string shared_data(const std::string& name);

}  // namespace test

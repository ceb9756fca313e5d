#pragma once

#include <iosfwd>
#include <string>

#include "ingest/sources/connector.hpp"

// What `tilth inspect` answers about a file, without a database. Paths may be "-" and compressed
// files.
namespace ingest {

// {"dialect":{"delimiter","quote","escape","trim","header","header_rows","skip","encoding","bom"},"columns":[{"name","type"}],"why":[..]}
// Throws base::Error if the file cannot be read.
std::string inspect_csv(const std::string& path, const ReadOptions& options);

// Writes the table's rows as RFC 4180 CSV in UTF-8, the header (if there is one) first; ragged rows
// as they are. Empty lines, and what stands above and below the table, are left out; options.skip =
// 0 keeps what is above. Returns the number of rows.
std::size_t write_csv_rows(
    const std::string& path,
    const ReadOptions& options,
    std::ostream& out,
    bool guard_formulas = false  // see formats/csv/guard.hpp
);

struct JsonVerdict {
    bool valid = false;
    std::string reason;  // why not
};
// Whether the file is one JSON text (RFC 8259).
JsonVerdict inspect_json(const std::string& path);

// {"format","width","height","channels","phash","bytes","sha256","media_type"}; phash and sha256 in
// hexadecimal. Throws base::Error, saying what is wrong, if it is no whole image.
std::string inspect_image(const std::string& path);

}  // namespace ingest

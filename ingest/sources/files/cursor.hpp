#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/sources/files/reader.hpp"

namespace ingest {

// Where a page ended: the file as it was then, the member, and the place in it.
struct Cursor {
    std::string file;
    std::int64_t size = 0;
    std::int64_t changed = 0;  // nanoseconds
    std::string member;
    std::int64_t members_before = 0;
    Position at;
};

std::string write_cursor(const Cursor& cursor);
// Nothing if the text is empty. Throws base::Error if it is no cursor.
std::optional<Cursor> read_cursor(std::string_view text);

// Notes the size and time of change of the file, as they are now; 0 for standard input.
void stamp(const std::string& path, Cursor& cursor);

// A file name as UTF-8: names may be any bytes, what is stored and shown may not.
std::string shown_name(const std::string& name);

}  // namespace ingest

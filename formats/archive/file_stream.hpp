#pragma once

#include <memory>
#include <string_view>

#include "formats/archive/stream.hpp"

// Streams that files are packed in and bodies of the web are not: xz, bzip2, LZ4 (frames, and the
// older ones of `lz4 -l`). Several may follow each other, and zeros; anything else behind them is a
// fault.
namespace formats {

// The stream that begins with these bytes: "xz", "bzip2", "lz4"; empty for others.
std::string_view file_coding_of(std::string_view head);

// Null for what is none of them.
std::unique_ptr<PackedStream> open_file_stream(std::string_view coding);

}  // namespace formats

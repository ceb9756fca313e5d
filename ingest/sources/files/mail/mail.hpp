#pragma once

#include <string>
#include <string_view>

#include "ingest/sources/files/reader.hpp"

namespace ingest {

// Adds a message as a record, or as a reject if it has no header. `raw` are its bytes in the file,
// `content` is the message in them; with `whole` it is kept as a blob.
void add_mail(
    Page& page,
    std::string_view raw,
    const std::string& content,
    std::string_view flags,
    bool whole,
    const Position& place
);

// Adds a reject, of whose bytes no more than 16 MiB are kept.
void refuse_mail(
    Page& page,
    std::string_view raw,
    const Position& place,
    std::string_view code,
    std::string reason
);

}  // namespace ingest

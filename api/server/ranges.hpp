#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "api/server/message.hpp"

namespace api {

// The bytes that a Range of "bytes=5-", "bytes=5-9" or "bytes=-5" asks for; size 0: there are none.
// Nothing for what is no such range.
std::optional<FilePart> part_of(std::string_view range, std::uint64_t size);
// Status 206 with that part, which is not empty, or throws Problem 416.
void set_part(Response& response, const FilePart& part, std::uint64_t size);

// Names the content of a file by an ETag, so that a client whose download broke off can ask for the
// rest of it: by Range, with that ETag in If-Range (RFC 9110, 14.2 and 13.1.5). A Range without it,
// of other content, in other units or of several parts is answered by the whole, as ever. Status
// 206, or 416 if nothing of the file is there. Throws base::Error if the file can not be read.
void answer_range(const Request& request, Response& response);

}  // namespace api

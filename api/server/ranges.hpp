#pragma once

#include "api/server/message.hpp"

namespace api {

// Names the content of a file by an ETag, so that a client whose download broke off can ask for the
// rest of it: by Range, with that ETag in If-Range (RFC 9110, 14.2 and 13.1.5). A Range without it,
// of other content, in other units or of several parts is answered by the whole, as ever. Status
// 206, or 416 if nothing of the file is there. Throws base::Error if the file can not be read.
void answer_range(const Request& request, Response& response);

}  // namespace api

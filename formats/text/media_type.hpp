#pragma once

#include <string>
#include <string_view>

namespace formats {

// What a Content-Type says, in lower case; empty where it says nothing.
struct MediaType {
    std::string essence;  // "text/html"
    std::string charset;  // the label as written
};

// Also of several in one header, as proxies and frameworks join them: the last type counts, with
// the charset that it or the same type before it has ("extract a MIME type" of the Fetch standard).
MediaType media_type_of(std::string_view content_type);

}  // namespace formats

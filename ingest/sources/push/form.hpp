#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ingest {

// A part of a form as programs send it (multipart/form-data, RFC 7578).
struct FormPart {
    std::string name;
    std::string file_name;   // empty: it is a value
    std::string media_type;  // as sent, with parameters; may be empty
    std::string_view body;
};

// The parts of a body, in order, or one line saying what is wrong. `content_type` is that of the
// message, and names what stands between the parts. The bodies are views into `body`.
std::variant<std::vector<FormPart>, std::string>
read_form(std::string_view content_type, std::string_view body);

}  // namespace ingest

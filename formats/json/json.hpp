#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/field.hpp"

namespace formats {

struct JsonFault {
    std::string code;  // "json.syntax", "json.depth", "json.nul", "json.surrogate", "json.number",
                       // "json.not_object"
    std::string reason;
};

// How deep arrays and objects may lie in each other.
inline constexpr std::size_t json_depth = 512;

// Whether `text` is one JSON text by RFC 8259 in well-formed UTF-8. Nothing if it is. A byte order
// mark is a fault (section 8.1), and so is a number beyond the range of a double.
std::optional<JsonFault> check_json(std::string_view text);

// Whether valid JSON can be stored as jsonb: no \u0000, no unpaired surrogate, no exponent of five
// digits.
std::optional<JsonFault> check_storable(std::string_view json);

// Adds the members of a valid JSON object, in order; strings are unescaped, numbers and nested
// values as spelled. `object` must live in `arena` or longer.
void add_members(std::string_view object, Arena& arena, std::vector<Field>& fields);

// The end of the JSON value that starts at text[0]: behind its last byte; nothing if it lies
// further on. Looks only at brackets and strings. Scalars end before a comma, bracket or blank, or
// with `at_end` at the end.
std::optional<std::size_t> end_of_value(std::string_view text, bool at_end);

// Appends `text` as a JSON string with its quotes. `text` must be valid UTF-8.
void append_json_string(std::string_view text, std::string& out);

}  // namespace formats

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/json/json.hpp"

namespace formats {

// A JSON text made what can be stored, as far as it is plain what was meant. Values that JSON does
// not have (NaN, Infinity, a number beyond the range of a double) become null, half of a surrogate
// pair becomes U+FFFD: each is told in `left_out` ("NaN is no JSON value"), once a kind. Without a
// word, for nothing is lost: control characters in strings are escaped, commas before a closing
// bracket dropped. `text` becomes a view of the arena if anything was mended, else it stays.
//
// Returns what can not be mended as a fault: of check_json() or check_storable(); whole numbers of
// any length are no fault.
std::optional<JsonFault>
make_storable(std::string_view& text, Arena& arena, std::vector<std::string>& left_out);

// Whether the text is one array or object with nothing behind it whose brackets and quotes pair up:
// what was not cut off on its way, whatever its values are.
bool is_closed(std::string_view text);

}  // namespace formats

#pragma once

#include <optional>
#include <string_view>

#include "base/text/encoding.hpp"
#include "formats/url/url.hpp"

namespace formats {

// The state machine of the URL standard over an input that is UTF-8, without the controls that it
// drops; for parse_url() alone.
std::optional<Url> run_url_states(std::string_view input, const Url* base, base::Encoding encoding);

}  // namespace formats

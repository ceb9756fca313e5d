#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/text/encoding.hpp"

namespace base {

// Appends UTF-8 text in another encoding, by the encoders of the WHATWG Encoding standard (8 to
// 15). For a character that it has not, `missing` is called instead. UTF-16, UTF-32 and the
// replacement encoding give UTF-8, as the standard has it for what is sent.
void encode(
    std::string_view utf8,
    Encoding encoding,
    std::string& out,
    const std::function<void(char32_t)>& missing
);

}  // namespace base

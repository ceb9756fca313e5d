#pragma once

#include <string>
#include <string_view>

#include "base/text/pattern.hpp"

namespace base {

// An expression of ECMAScript as RE2 writes it. Throws base::UsageError for what RE2 cannot do or
// would silently read otherwise. What neither knows is left to RE2 to refuse.
std::string re2_syntax(std::string_view regex, PatternOptions options);

[[noreturn]] void bad_pattern(
    std::string_view regex,
    std::size_t at,
    std::string_view reason,
    std::string_view mend = {}
);

}  // namespace base

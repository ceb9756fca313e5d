#pragma once

#include <string_view>

namespace base {

// SQL's LIKE over UTF-8: % stands for any text, _ for one character. There is no escape.
bool is_like(std::string_view text, std::string_view pattern);

}  // namespace base

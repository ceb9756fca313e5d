#pragma once

#include <string_view>

namespace formats {

enum class ValueType { empty, integer, number, boolean, date, time, datetime, link, text };

std::string_view name_of(ValueType type);

// The form of one value as written. Surrounding blanks do not matter.
ValueType type_of(std::string_view value);

}  // namespace formats

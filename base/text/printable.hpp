#pragma once

#include <string>
#include <string_view>

namespace base {

// The text as it can be sent to a terminal: control characters (C0 but tab and line feed, DEL, C1)
// are written out as \xNN, so that no data moves the cursor, sets a title or types for the reader.
std::string printable(std::string_view text);

}  // namespace base

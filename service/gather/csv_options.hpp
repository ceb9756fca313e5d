#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"

namespace app {

// A delimiter as it is written on a command line: "\\t" and "tab" are a tab.
inline std::string separator_of(const std::string& text) {
    return text == "\\t" || text == "tab" ? "\t" : text;
}

// One character; "none" is '\0'; nothing if the text is empty. Throws base::UsageError.
inline std::optional<char> sign_of(const std::string& setting, const std::string& text) {
    if (text.empty()) return std::nullopt;
    if (text == "none") return '\0';
    if (text.size() != 1)
        throw base::UsageError(
            setting + " '" + text + "'", "is not one character", "give one, or none"
        );
    return text.front();
}

}  // namespace app

#pragma once

#include <string>
#include <string_view>

// Texts as people see them, by the tables of Unicode (ICU). Each takes and gives UTF-8; what is
// malformed becomes U+FFFD.
namespace base {

// Normal form C: what looks the same and is written in two ways becomes the same.
std::string nfc(std::string_view text);
// For comparing without case, by full case folding.
std::string folded(std::string_view text);
// A name as it is stored: blanks at both ends taken off, in normal form C.
std::string tidy_name(std::string_view text);

}  // namespace base

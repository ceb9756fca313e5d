#pragma once

#include <string_view>

namespace ingest::quality {

// Jaro-Winkler similarity of two byte strings, 0 to 1 (Winkler 1990; prefix scale 0.1, at most four
// characters). Texts longer than 64 bytes are compared by their first 64.
double jaro_winkler(std::string_view a, std::string_view b);

// Optimal string alignment distance (insert, delete, replace, swap neighbours), or at_most + 1 as
// soon as it is known to be more than `at_most`.
int edit_distance(std::string_view a, std::string_view b, int at_most);

}  // namespace ingest::quality

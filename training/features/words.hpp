#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace training::detail {

// Hashes of the lower-cased words of a UTF-8 text, in order, appended to `out`. A word is a longest
// run of letters, digits, marks and underscores; a character of a script written without spaces
// (Han, kana, Thai, Lao, Khmer, Myanmar) is a word by itself. Broken bytes separate words.
void hash_words(std::string_view utf8, std::uint64_t seed, std::vector<std::uint64_t>& out);

}  // namespace training::detail

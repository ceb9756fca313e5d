#pragma once

#include <array>
#include <string_view>

namespace formats {

// The most frequent function words of a language.
struct StopWords {
    std::string_view language;  // BCP 47
    std::array<std::string_view, 8> words;
};

// Null for a language without a list.
const StopWords* stop_words_of(std::string_view language);

}  // namespace formats

#pragma once

#include <cstdint>
#include <vector>

#include "formats/text/text_quality.hpp"

namespace formats {

// A word, line or paragraph, by its hash.
struct TextPart {
    std::uint64_t hash;
    std::uint32_t characters;
};

// The measures of what a text says twice: duplicate_lines to duplicate_10gram.
void measure_repetition(
    const std::vector<TextPart>& lines,
    const std::vector<TextPart>& paragraphs,
    const std::vector<TextPart>& words,
    std::size_t word_characters,
    Measures& measures
);

}  // namespace formats

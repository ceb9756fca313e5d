#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace formats {

// Finds which of many words occur anywhere in a text, in one pass over it (Aho and Corasick,
// "Efficient string matching", CACM 18, 1975). Words consist of a-z, 0-9 and '-'; letters of the
// text are compared without case, everything else in it counts as '-'.
class WordFinder {
public:
    // A word, and the bits that tell that it was found.
    using Entry = std::pair<std::string_view, std::uint32_t>;

    explicit WordFinder(std::span<const Entry> words);

    // The bits of all words in `text`, which is taken to begin and end with a '-'.
    std::uint32_t find(std::string_view text) const;

private:
    static constexpr std::size_t letters = 37;

    struct State {
        std::array<std::uint16_t, letters> next{};
        std::uint32_t bits = 0;
    };
    std::vector<State> states_;
};

}  // namespace formats

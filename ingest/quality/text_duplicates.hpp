#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/quality/blocking.hpp"

namespace ingest::quality {

// What is kept of a text to find its near-duplicates: MinHash signatures (Broder 1997) of its word
// 5-grams, of which only band hashes (14 bands of 8: texts with a Jaccard likeness of 0.72 meet
// with even odds) and the lowest eight bits of each (b-bit minwise hashing, Li and König 2010) are
// kept.
struct TextSketch {
    std::array<std::uint64_t, 14> bands;
    std::array<std::uint8_t, 112> low;
    bool empty = true;  // a text without words
};

// Words are compared in lower case (ASCII); a text of fewer than five words is one shingle.
TextSketch sketch(std::string_view utf8);

// A hash of the words in lower case (ASCII), one blank apart; of 128 bits, so that chance plays no part. Empty for a text
// without words.
std::string words_hash(std::string_view utf8);

// The Jaccard likeness of the two texts' 5-grams, estimated: standard deviation at most 0.05.
double likeness(const TextSketch& a, const TextSketch& b);

struct Likeness {
    std::uint32_t a = 0, b = 0;
    double value = 0;
};

// Pairs that join near-duplicate texts into clusters: enough to connect them, not all pairs of a
// cluster. Texts without words are nobody's duplicates.
std::vector<Likeness> near_texts(const std::vector<TextSketch>& texts, double at_least = 0.7);

// Pairs that join images whose 64-bit hashes differ in at most `bits` (at most 7) bits.
std::vector<Likeness> near_images(const std::vector<std::uint64_t>& hashes, int bits = 4);

}  // namespace ingest::quality

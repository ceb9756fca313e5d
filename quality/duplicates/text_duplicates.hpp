#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "quality/duplicates/blocking.hpp"
#include "formats/text/text_sketch.hpp"

namespace ingest::quality {

using schema::TextSketch;

inline TextSketch sketch(std::string_view utf8) {
    return schema::TextWords(utf8).sketch();
}
inline std::string words_hash(std::string_view utf8) {
    return schema::TextWords(utf8).hash();
}

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

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What finds equal and nearly equal texts. Words are runs of ASCII letters, digits and characters
// beyond ASCII, compared in lower case (ASCII). All values are stored and compared between runs:
// they are the same on any machine, and for ever.
namespace formats {

// What is kept of a text to find its near-duplicates: MinHash signatures (Broder 1997) of its word
// 5-grams, of which only band hashes (14 bands of 8: texts with a Jaccard likeness of 0.72 meet
// with even odds) and the lowest eight bits of each (b-bit minwise hashing, Li and König 2010) are
// kept.
struct TextSketch {
    std::array<std::uint64_t, 14> bands;
    std::array<std::uint8_t, 112> low;
    bool empty = true;  // a text without words

    bool operator==(const TextSketch&) const = default;
};

// The words of a text, found once for all that is computed of them.
class TextWords {
public:
    explicit TextWords(std::string_view utf8);

    // Of each word, in their order.
    const std::vector<std::uint64_t>& hashes() const { return hashes_; }
    // 64-bit SimHash of the word 3-shingles (Charikar 2002); near-duplicates differ in few bits. 0
    // without words.
    std::uint64_t simhash() const;
    // A text of fewer than five words is one shingle.
    TextSketch sketch() const;
    // Of all words, one blank apart; of 128 bits, so that chance plays no part. Empty without
    // words.
    std::string hash() const;

private:
    std::string joined_;
    std::vector<std::uint64_t> hashes_;
};

// Texts of fewer words (by white space) are not sketched when they are stored.
constexpr int least_sketched_words = 20;

// Sketch and hash of the words in one string, as content_text.sketch holds them: empty for a text
// without words.
struct SketchedText {
    TextSketch sketch;
    std::string hash;
};
std::string packed_sketch(const TextWords& words);
SketchedText unpacked_sketch(std::string_view packed);

}  // namespace formats

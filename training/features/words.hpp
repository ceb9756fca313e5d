#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace training {

// Which n-grams are wanted of a text.
struct Grams {
    int words_from = 1, words_to = 1;  // 0: none
    int chars_from = 0, chars_to = 0;  // within a word, with a blank before and behind it
    bool lower = true;
};

// Room for the words of a text, so that many texts need no more.
struct WordRoom {
    std::vector<std::uint64_t> hashes;
    std::string word;
    std::string text;  // in lower case
};

// A word as a regular expression of RE2.
std::string word_pattern();

// Hashes of the lower-cased words of a UTF-8 text, in order, appended to `out`. A word is a longest
// run of letters, digits, marks and underscores; a character of a script written without spaces
// (Han, kana, Thai, Lao, Khmer, Myanmar) is a word by itself. Broken bytes separate words.
void hash_words(std::string_view utf8, std::uint64_t seed, std::vector<std::uint64_t>& out);

// The hash of each n-gram, appended to `out`; words as hash_words() finds them.
void hash_grams(
    std::string_view utf8,
    std::uint64_t seed,
    const Grams& grams,
    WordRoom& room,
    std::vector<std::uint64_t>& out
);

// The n-grams as texts, in the order of hash_grams().
std::vector<std::string> gram_texts(std::string_view utf8, const Grams& grams);

}  // namespace training

#pragma once

#include "base/settings/fwd.hpp"
#include "base/words.hpp"

namespace training {

enum class TextMethod { hashed, vocabulary };

constexpr auto words_of(TextMethod) {
    using enum TextMethod;
    return std::to_array<base::Word<TextMethod>>({
        {hashed, "hashed", "2^bits columns by the hash of an n-gram"},
        {vocabulary, "vocabulary", "a column for each n-gram of the training texts"},
    });
}

struct TextSpec {
    bool title = true;
    bool body = true;
    TextMethod method = TextMethod::hashed;
    int bits = 18;       // hashed: 2^bits columns; 8 to 24
    int words_from = 1;  // words in an n-gram
    int ngrams = 2;      // words in the longest one, 0 to 5; 0: no n-grams of words
    int chars_from = 0;  // characters in an n-gram within a word; 0: none
    int chars_to = 0;
    bool lower = true;
    bool sublinear = true;  // a count is 1 + ln(count)
    bool idf = true;
    bool scaled = true;  // rows have length 1; no setting: kinds that count ask for it
    bool signed_hash =
        true;  // half of the n-grams count negative, so that collisions cancel on average
    int min_documents = 1;     // a column met in fewer training rows is dropped
    double max_documents = 1;  // .. or in a larger share of them
    int max_features = 0;      // vocabulary: those in most rows; 0: all

    static const base::Settings<TextSpec> settings;
};

// Throws base::UsageError naming the setting.
void check(const TextSpec& spec);
}  // namespace training

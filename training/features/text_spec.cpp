#include "training/features/text_spec.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/settings/settings.hpp"

namespace training {

const base::Settings<TextSpec> TextSpec::settings{
    {"title", &TextSpec::title, "n-grams of titles"},
    {"body", &TextSpec::body, "n-grams of bodies"},
    {"method", &TextSpec::method, "how an n-gram gets its column"},
    {"bits", &TextSpec::bits, "of hashed: 2^bits columns", {.low = 8, .high = 24}},
    {"words_from", &TextSpec::words_from, "words in the shortest n-gram", {.low = 1, .high = 5}},
    {"ngrams",
     &TextSpec::ngrams,
     "words in the longest n-gram; 0 for none of words",
     {.low = 0, .high = 5}},
    {"chars_from",
     &TextSpec::chars_from,
     "characters in the shortest n-gram within a word; 0 for none",
     {.low = 0, .high = 10}},
    {"chars_to", &TextSpec::chars_to, "characters in the longest", {.low = 0, .high = 10}},
    {"lower", &TextSpec::lower, "letters in lower case"},
    {"sublinear", &TextSpec::sublinear, "a count is 1 + ln(count)"},
    {"idf", &TextSpec::idf, "rare n-grams weigh more"},
    {"signed", &TextSpec::signed_hash, "of hashed: half of the n-grams count negative"},
    {"min_documents",
     &TextSpec::min_documents,
     "n-grams in fewer training rows are dropped",
     {.low = 1}},
    {"max_documents",
     &TextSpec::max_documents,
     "n-grams in a larger share of the training rows are dropped",
     {.low = 0, .high = 1}},
    {"max_features",
     &TextSpec::max_features,
     "of a vocabulary: the n-grams in most rows, so many; 0 for all",
     {.low = 0}},
};

void check(const TextSpec& spec) {
    const auto fail = [](const char* setting, int value, const char* range) {
        throw base::UsageError(setting, fmt::format("{} is not in {}", value, range));
    };
    if (spec.bits < 8 || spec.bits > 24) fail("text_bits", spec.bits, "8 to 24");
    if (spec.ngrams < 0 || spec.ngrams > 5) fail("ngrams", spec.ngrams, "0 to 5");
    if (spec.ngrams > 0 && (spec.words_from < 1 || spec.words_from > spec.ngrams))
        fail("words_from", spec.words_from, "1 to ngrams");
    if (spec.chars_from < 0 || spec.chars_from > 10) fail("chars_from", spec.chars_from, "0 to 10");
    if (spec.chars_from > 0 && (spec.chars_to < spec.chars_from || spec.chars_to > 10))
        fail("chars_to", spec.chars_to, "chars_from to 10");
    if (spec.ngrams == 0 && spec.chars_from == 0)
        throw base::UsageError(
            "ngrams", "neither n-grams of words nor of characters are asked for", "ask for one"
        );
}

}  // namespace training

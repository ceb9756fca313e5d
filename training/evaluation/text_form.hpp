#pragma once

#include <cstddef>
#include <string_view>

#include "training/features/feature_spec.hpp"

namespace training {

// What kinds ask of the columns of texts: as they are set, fewer of them, words, by which they tell
// what they find, or how often each word is there.
enum class TextForm { as_set, few, named, counted };

TextForm text_form_of(std::string_view kind);
// The features that a kind sees of so many training rows. Hashed texts become a vocabulary of
// single words where these are to be named; what is set for a vocabulary stays.
FeatureSpec features_for(std::string_view kind, FeatureSpec spec, std::size_t rows);

}  // namespace training

#pragma once

#include <cstddef>

#include "base/words.hpp"

namespace training {

// What is made of records without a label.
enum class Unlabelled { none, self_training, em, label_spreading };

constexpr auto words_of(Unlabelled) {
    return std::to_array<base::Word<Unlabelled>>({
        {Unlabelled::none, "none", "they are not looked at"},
        {Unlabelled::self_training,
         "self_training",
         "those that the model is sure of are learnt from as it says, round by round"},
        {Unlabelled::em,
         "em",
         "all are learnt from with the probabilities that the model gives, round by round"},
        {Unlabelled::label_spreading,
         "label_spreading",
         "labels spread to them over a graph of nearest records, before the model learns"},
    });
}

struct UnlabelledSpec {
    Unlabelled method = Unlabelled::none;
    std::size_t most = 20'000;    // records, drawn by the seed
    std::size_t rounds = 5;       // of self_training and em, at most
    double confidence = 0.8;      // self_training: they are used from here on
    double weight = 1;            // of such a record, where a labelled one has 1
    std::size_t neighbours = 10;  // of label_spreading
    double spread = 0.99;         // .. how much a record takes from its neighbours: 0 to 1
};

}  // namespace training

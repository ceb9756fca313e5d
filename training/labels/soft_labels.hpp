#pragma once

#include <vector>

#include "base/words.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/snapshots/examples.hpp"

namespace training {

// What is learnt from labels that are not quite sure.
enum class Labels { hard, soft };

constexpr auto words_of(Labels) {
    return std::to_array<base::Word<Labels>>({
        {Labels::hard, "hard", "each label as if it were certain"},
        {Labels::soft, "soft", "each label as far as truth inference is sure of it"},
    });
}

// Gives the examples soft labels (Examples::soft): the class of each item as sure as its label is,
// and what is left evenly to the others, for no more is known of them: the distribution of most
// entropy with that probability. One number a row says that. Throws base::Error if the examples
// have no classes.
void soften(Examples& examples, const std::vector<Item>& items);

// How sure each class of each row is, rows x class_names, whatever the examples say of it.
std::vector<float> shares_of_classes(const Examples& examples);

}  // namespace training

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "training/snapshots/examples.hpp"

namespace training {

struct Step;

// Operations whose parameters are known, ready to be applied to any rows. Immutable; may be used
// from several threads.
class FittedPreparation {
public:
    FittedPreparation() = default;

    bool empty() const { return steps_.empty(); }
    // Whether the rows should be read with accepted fixes (ExampleStore::use_fixes).
    bool uses_fixes() const;
    // Whether the rows should be read with their pictures (ExampleStore::leave_images).
    bool sees_pictures() const;
    // The size of pictures that the first `resize` makes, in which they should be read
    // (ExampleStore::choose_pictures); 0: any.
    formats::PictureShape pictures() const;

    // The rows with every operation applied, in order; augmentation is left out. `changed`: how
    // many values each operation changed, one number per operation. Throws base::Error if a column
    // that an operation needs is missing.
    Examples apply(Examples examples, std::vector<std::size_t>* changed = nullptr) const;

    // For training rows that were prepared: the rows, and behind them the altered copies that the
    // recipe's augmentations make. What a copy is like follows from the seed, the record's key and
    // the operation alone.
    Examples augment(const Examples& examples, std::uint64_t seed) const;

    // Operations with what was fitted, as JSON; load() reads it back and throws base::Error if it
    // is none of these.
    std::string json() const;
    static FittedPreparation load(std::string_view json);

private:
    friend class Preparation;
    std::vector<std::shared_ptr<const Step>> steps_;
};

// A recipe: ordered operations as people write them (docs/preparing.md), not fitted to anything.
class Preparation {
public:
    // A JSON array of objects, each with "op" and its settings. Throws base::UsageError naming the
    // operation's number.
    static Preparation parse(std::string_view json);

    bool empty() const { return operations_.empty(); }
    std::size_t size() const { return operations_.size(); }
    bool uses_fixes() const;
    bool sees_pictures() const;
    formats::PictureShape pictures() const;

    // Fits the operations to these rows, each to what the ones before it left. Give training rows
    // only. Throws base::Error if they lack what an operation works on: a column, texts, pictures.
    FittedPreparation fit(const Examples& train) const;

    // The same recipe that leaves a column alone: the target of a regression.
    Preparation without_column(const std::string& name) const;

private:
    std::vector<std::string> operations_;  // JSON objects
};

// Markdown: all operations.
std::string preparation_reference();

}  // namespace training

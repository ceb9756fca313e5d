#pragma once

#include <memory>
#include <optional>
#include <string>

#include "training/features/column_features.hpp"
#include "training/features/hashed_tfidf.hpp"
#include "training/features/pictures.hpp"
#include "training/numeric/bytes.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/team.hpp"
#include "training/snapshots/examples.hpp"
#include "training/trainer.hpp"

namespace training {

// Turns examples into rows of features, the same way in training and in prediction. What is fitted
// is fitted on training rows only.
//
// With text the rows are sparse: the n-grams, then the numeric and the pixel columns, each part
// scaled to a typical row length of 1. Without text they are dense.
class Featurizer {
public:
    // Throws base::Error if the examples have none of the parts asked for.
    static Featurizer fit(
        const Examples& train,
        const FeatureSpec& spec,
        Team& team,
        Design& rows,
        std::uint64_t seed = 1
    );

    // Throws base::Error if a part that the model needs is missing or differs in shape.
    Design apply(const Examples& examples, Team& team) const;

    // The parts that it has.
    bool has_text() const { return text_.has_value(); }
    const HashedTfidf* text() const { return text_ ? &*text_ : nullptr; }
    const ColumnFeatures* numeric() const { return numeric_ ? &*numeric_ : nullptr; }
    const PictureFeaturizer* pictures() const { return pictures_ ? &*pictures_ : nullptr; }

    std::size_t columns() const;
    // Of a column of the rows: "size", "colour = red", "red wheat", "pixel 3,5".
    std::string name(std::size_t column) const;

    // What was fitted, in words, as a JSON object.
    std::string json() const;

    void save(Writer& out) const;
    static Featurizer load(Reader& in);
    // As artefacts before version 3 have it.
    static Featurizer load_first(Reader& in);

private:
    static Design dense(Design numbers, Design pictures);
    static Design join(Design text, const Design& numbers, const Design& pictures);

    std::optional<HashedTfidf> text_;
    std::optional<ColumnFeatures> numeric_;
    std::optional<PictureFeaturizer> pictures_;
};

}  // namespace training

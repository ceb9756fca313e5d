#pragma once

#include <memory>
#include <optional>
#include <string>

#include "training/numeric/bytes.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/team.hpp"
#include "training/snapshots/examples.hpp"
#include "training/features/hashed_tfidf.hpp"
#include "training/features/standardizer.hpp"
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
    static Featurizer
    fit(const Examples& train, const FeatureSpec& spec, detail::Team& team, detail::Design& rows);

    // Throws base::Error if a part that the model needs is missing or differs in shape.
    detail::Design apply(const Examples& examples, detail::Team& team) const;

    // What was fitted, in words, as a JSON object.
    std::string json() const;

    void save(detail::Writer& out) const;
    static Featurizer load(detail::Reader& in);

private:
    detail::Design dense(const Examples& examples) const;
    detail::Design join(detail::Design text, const Examples& examples) const;

    std::optional<HashedTfidf> text_;
    std::optional<Standardizer> numeric_;
    std::optional<Pixels> pixels_;
};

}  // namespace training

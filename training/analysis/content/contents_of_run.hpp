#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "training/analysis/content/content_clusters.hpp"
#include "training/analysis/slices.hpp"
#include "training/features/hashed_tfidf.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/trainer.hpp"

namespace training {

// What the contents of a run's rows are about, and how that is told of other rows.
struct RunContents {
    ContentClusters clusters;
    // Of models that see the words of a text one by one: their texts as bags of words.
    std::optional<HashedTfidf> words;

    // Rows as they are compared: as the model sees them, or as bags of words.
    Design rows(const Predictor& predictor, const Examples& examples, Team& team) const;
    // The column to slice by; nothing where no clusters were found.
    std::optional<SliceColumn> column(const Predictor& predictor, const Examples& examples) const;
};

// By the run's own features, or by words where the run has none of whole records. Throws
// base::Interrupted at a stop.
RunContents contents_of(
    const Predictor& predictor,
    const std::vector<Item>& items,
    const Examples& examples,
    std::uint64_t seed,
    std::stop_token stop = {}
);

}  // namespace training

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "training/numeric/bytes.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/team.hpp"
#include "training/snapshots/examples.hpp"

namespace training {

struct TextSpec {
    bool title = true;
    bool body = true;
    int bits = 18;   // 2^bits columns; 8 to 24
    int ngrams = 2;  // words in the longest n-gram, 1 to 3
    bool signed_hash =
        true;  // half of the n-grams count negative, so that collisions cancel on average
    int min_documents = 1;  // a column met in fewer training rows is dropped
};

// Bags of word n-grams, hashed (Weinberger et al. 2009) with XXH3 into 2^bits columns that title
// and body share under different seeds; the count enters as 1 + ln(count), weighted by the smooth
// inverse document frequency ln((1 + n) / (1 + df)) + 1 of the rows given to fit(); rows have
// length 1 (or 0 when they have no known word).
class HashedTfidf {
public:
    explicit HashedTfidf(const TextSpec& spec);

    // Learns the document frequencies from `items`, and gives their rows.
    detail::Design fit(const std::vector<TextItem>& items, detail::Team& team);
    detail::Design apply(const std::vector<TextItem>& items, detail::Team& team) const;

    std::size_t columns() const { return std::size_t{1} << spec_.bits; }
    const TextSpec& spec() const { return spec_; }

    void save(detail::Writer& out) const;
    static HashedTfidf load(detail::Reader& in);

private:
    detail::Design count(const std::vector<TextItem>& items, detail::Team& team) const;
    void weigh(detail::Design& design) const;

    TextSpec spec_;
    std::vector<float> idf_;  // 0 drops a column
};

}  // namespace training

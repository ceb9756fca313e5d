#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "training/features/gram_table.hpp"
#include "training/features/text_spec.hpp"
#include "training/numeric/bytes.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/team.hpp"
#include "training/snapshots/examples.hpp"

namespace training {

// Bags of n-grams of words, and of characters within words, by their XXH3 hash: hashed (Weinberger
// et al. 2009) into 2^bits columns that title and body share under different seeds, or a column for
// each that the training texts have. The count enters as 1 + ln(count), weighted by the smooth
// inverse document frequency ln((1 + n) / (1 + df)) + 1 of the rows given to fit(); rows have
// length 1 (or 0 when they have no known word).
class HashedTfidf {
public:
    explicit HashedTfidf(const TextSpec& spec);

    // Learns the document frequencies from `items`, and gives their rows.
    Design fit(const TextColumn& items, Team& team);
    Design apply(const TextColumn& items, Team& team) const;

    std::size_t columns() const;
    const TextSpec& spec() const { return spec_; }
    // Of a column: the n-gram if there is a vocabulary, behind `in_title` if it is of titles;
    // "n-gram 123" if not.
    static constexpr std::string_view in_title = "title: ";
    std::string name(std::size_t column) const;
    // What a column is multiplied with; 0 drops it.
    const std::vector<float>& weights() const { return idf_; }

    void save(Writer& out) const;
    static HashedTfidf load(Reader& in);
    // As artefacts before version 3 have it.
    static HashedTfidf load_first(Reader& in);

private:
    void learn_vocabulary(const TextColumn& items, Team& team);
    void place_terms();
    void name_terms(const TextColumn& items);
    struct BlockRoom;
    Design count(const TextColumn& items, Team& team, bool weighed) const;
    void count_block(const TextColumn& items, std::size_t block, bool weighed, BlockRoom& room)
        const;
    std::size_t weigh_row(std::span<float> values, std::span<std::uint32_t> where) const;
    template <typename Idf>
    std::size_t weigh_by(const Idf& idf, std::span<float> values, std::span<std::uint32_t> where)
        const;
    void note_met();
    void weigh(Design& design) const;

    TextSpec spec_;
    std::vector<float> idf_;            // 0 drops a column
    std::vector<std::uint64_t> met_;    // without idf: a bit for each column that is not dropped
    std::vector<std::uint64_t> terms_;  // the vocabulary, in rising order of its hashes
    std::vector<std::string> names_;    // of the terms
    GramTable places_;                  // of the terms, from 1
};

}  // namespace training

// A column is a hash (Weinberger et al. 2009), so there is no dictionary to build, ship or look up.
// A hit is column and sign in 32 bits: sorting the hits of a row brings equal columns together
// without a map.
//
// Rows are counted in blocks of 512 by several threads and joined in order, so the design does not
// depend on how many there are. Columns below min_documents have an idf of 0 and fall out in
// weigh().
#include "training/features/hashed_tfidf.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/features/words.hpp"

namespace training {

namespace {

constexpr std::size_t block_rows = 512;

struct Block {
    std::vector<float> values;
    std::vector<std::uint32_t> where;
    std::vector<std::uint32_t> counts;  // non-zeros of each row
};

// The column in the upper bits, below it whether the n-gram counts negative: sorting brings equal
// columns together.
using Hit = std::uint32_t;

void add_hits(
    const std::vector<std::uint64_t>& words,
    const TextSpec& spec,
    std::vector<Hit>& hits
) {
    const auto mask = (std::uint64_t{1} << spec.bits) - 1;
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::uint64_t gram = 0;
        for (std::size_t n = 0; n < static_cast<std::size_t>(spec.ngrams) && i + n < words.size();
             ++n) {
            gram = base::mix(gram * 0x9fb21c651e98df25U + words[i + n]);
            const bool negative = spec.signed_hash && (gram >> 63) != 0;
            hits.push_back(static_cast<Hit>((gram & mask) << 1 | (negative ? 1 : 0)));
        }
    }
}

void close_row(std::vector<Hit>& hits, Block& block) {
    std::sort(hits.begin(), hits.end());
    const auto before = block.values.size();
    for (std::size_t i = 0; i < hits.size();) {
        const auto column = hits[i] >> 1;
        int sum = 0;
        for (; i < hits.size() && hits[i] >> 1 == column; ++i) sum += (hits[i] & 1) != 0 ? -1 : 1;
        if (sum == 0) continue;
        block.where.push_back(column);
        block.values.push_back(static_cast<float>(sum > 0 ? 1 + std::log(sum) : -1 - std::log(-sum))
        );
    }
    block.counts.push_back(static_cast<std::uint32_t>(block.values.size() - before));
    hits.clear();
}

}  // namespace

HashedTfidf::HashedTfidf(const TextSpec& spec) : spec_(spec) {
    if (spec.bits < 8 || spec.bits > 24)
        throw base::UsageError("text_bits", std::to_string(spec.bits) + " is not in 8 to 24");
    if (spec.ngrams < 1 || spec.ngrams > 3)
        throw base::UsageError("ngrams", std::to_string(spec.ngrams) + " is not in 1 to 3");
}

detail::Design HashedTfidf::count(const std::vector<TextItem>& items, detail::Team& team) const {
    std::vector<Block> blocks((items.size() + block_rows - 1) / block_rows);
    team.run(blocks.size(), [&](std::size_t b) {
        std::vector<std::uint64_t> words;
        std::vector<Hit> hits;
        const auto end = std::min(items.size(), (b + 1) * block_rows);
        for (std::size_t row = b * block_rows; row < end; ++row) {
            if (spec_.title) {
                words.clear();
                detail::hash_words(items[row].title, 1, words);
                add_hits(words, spec_, hits);
            }
            if (spec_.body) {
                words.clear();
                detail::hash_words(items[row].body, 2, words);
                add_hits(words, spec_, hits);
            }
            close_row(hits, blocks[b]);
        }
    });

    detail::Design design;
    design.rows = items.size();
    design.columns = columns();
    design.sparse = true;
    std::size_t total = 0;
    for (const auto& block : blocks) total += block.values.size();
    design.values.reserve(total);
    design.where.reserve(total);
    design.starts.reserve(items.size() + 1);
    design.starts.push_back(0);
    for (auto& block : blocks) {
        design.values.insert(design.values.end(), block.values.begin(), block.values.end());
        design.where.insert(design.where.end(), block.where.begin(), block.where.end());
        for (auto count : block.counts) design.starts.push_back(design.starts.back() + count);
        block = {};
    }
    return design;
}

// Weighs counts by idf, leaves dropped columns out, and scales rows to length 1.
void HashedTfidf::weigh(detail::Design& design) const {
    std::size_t to = 0;
    std::uint64_t from = 0;
    for (std::size_t row = 0; row < design.rows; ++row) {
        const auto first = to;
        double square = 0;
        for (const auto end = design.starts[row + 1]; from < end; ++from) {
            const float value = design.values[from] * idf_[design.where[from]];
            if (value == 0) continue;
            design.values[to] = value;
            design.where[to++] = design.where[from];
            square += static_cast<double>(value) * value;
        }
        const auto scale = square > 0 ? static_cast<float>(1 / std::sqrt(square)) : 0.0F;
        for (auto i = first; i < to; ++i) design.values[i] *= scale;
        design.starts[row + 1] = to;
    }
    design.values.resize(to);
    design.where.resize(to);
}

detail::Design HashedTfidf::fit(const std::vector<TextItem>& items, detail::Team& team) {
    auto design = count(items, team);
    std::vector<std::uint32_t> documents(columns());
    for (auto column : design.where) ++documents[column];
    idf_.assign(columns(), 0);
    const auto n = static_cast<double>(items.size());
    const auto least = static_cast<std::uint32_t>(std::max(1, spec_.min_documents));
    for (std::size_t i = 0; i < idf_.size(); ++i) {
        if (documents[i] >= least)
            idf_[i] = static_cast<float>(std::log((1 + n) / (1 + documents[i])) + 1);
    }
    weigh(design);
    return design;
}

detail::Design HashedTfidf::apply(const std::vector<TextItem>& items, detail::Team& team) const {
    auto design = count(items, team);
    weigh(design);
    return design;
}

void HashedTfidf::save(detail::Writer& out) const {
    out.put<std::uint8_t>(spec_.title);
    out.put<std::uint8_t>(spec_.body);
    out.put<std::int32_t>(spec_.bits);
    out.put<std::int32_t>(spec_.ngrams);
    out.put<std::uint8_t>(spec_.signed_hash);
    out.put<std::int32_t>(spec_.min_documents);
    out.list(idf_);
}

HashedTfidf HashedTfidf::load(detail::Reader& in) {
    TextSpec spec;
    spec.title = in.get<std::uint8_t>() != 0;
    spec.body = in.get<std::uint8_t>() != 0;
    spec.bits = in.get<std::int32_t>();
    spec.ngrams = in.get<std::int32_t>();
    spec.signed_hash = in.get<std::uint8_t>() != 0;
    spec.min_documents = in.get<std::int32_t>();
    if (spec.bits < 8 || spec.bits > 24 || spec.ngrams < 1 || spec.ngrams > 3)
        detail::Reader::broken();
    HashedTfidf text(spec);
    text.idf_ = in.list<float>();
    if (text.idf_.size() != text.columns()) detail::Reader::broken();
    return text;
}

}  // namespace training

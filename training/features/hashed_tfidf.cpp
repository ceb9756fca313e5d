// A column is a hash (Weinberger et al. 2009), so there is no dictionary to build, ship or look up;
// with a vocabulary it is the place of the hash among those of the training texts. A hit is column
// and sign in 32 bits: sorting the hits of a row, by their digits where there are many, brings
// equal columns together without a map.
//
// Rows are counted in blocks of 512 by several threads and joined in order, so the design does not
// depend on how many there are. Columns that are met too seldom or too often have an idf of 0 and
// fall out in weigh().
#include "training/features/hashed_tfidf.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "base/error.hpp"
#include "training/features/words.hpp"

namespace training {

namespace {

constexpr std::size_t block_rows = 512;
constexpr std::uint64_t title_seed = 1, body_seed = 2;

struct Block {
    std::vector<float> values;
    std::vector<std::uint32_t> where;
    std::vector<std::uint32_t> counts;  // non-zeros of each row
};

// The column in the upper bits, below it whether the n-gram counts negative: sorting brings equal
// columns together.
using Hit = std::uint32_t;

// By digits of 11 bits from the lowest; short rows are quicker compared.
void sort_hits(std::vector<Hit>& hits, std::vector<Hit>& room, int bits) {
    constexpr std::size_t few = 192;
    constexpr int digit = 11;
    if (hits.size() < few) {
        std::sort(hits.begin(), hits.end());
        return;
    }
    room.resize(hits.size());
    for (int shift = 0; shift < bits; shift += digit) {
        std::array<std::uint32_t, 1U << digit> places{};
        constexpr Hit mask = (1U << digit) - 1;
        for (auto hit : hits) ++places[hit >> shift & mask];
        std::uint32_t next = 0;
        for (auto& place : places) {
            const auto count = place;
            place = next;
            next += count;
        }
        for (auto hit : hits) room[places[hit >> shift & mask]++] = hit;
        hits.swap(room);
    }
}

float weight_of(int count, bool sublinear) {
    static const auto logarithms = [] {
        std::array<float, 64> table{};
        for (std::size_t i = 1; i < table.size(); ++i)
            table[i] = static_cast<float>(1 + std::log(i));
        return table;
    }();
    const int size = std::abs(count);
    if (!sublinear) return static_cast<float>(count);
    const float weight = size < static_cast<int>(logarithms.size())
                             ? logarithms[static_cast<std::size_t>(size)]
                             : static_cast<float>(1 + std::log(size));
    return count > 0 ? weight : -weight;
}

void close_row(const std::vector<Hit>& hits, bool sublinear, Block& block) {
    const auto before = block.values.size();
    for (std::size_t i = 0; i < hits.size();) {
        const auto column = hits[i] >> 1;
        int sum = 0;
        for (; i < hits.size() && hits[i] >> 1 == column; ++i) sum += (hits[i] & 1) != 0 ? -1 : 1;
        if (sum == 0) continue;
        block.where.push_back(column);
        block.values.push_back(weight_of(sum, sublinear));
    }
    block.counts.push_back(static_cast<std::uint32_t>(block.values.size() - before));
}

Grams grams_of(const TextSpec& spec) {
    return {
        .words_from = std::max(1, spec.words_from),
        .words_to = spec.ngrams,
        .chars_from = spec.chars_from,
        .chars_to = spec.chars_to,
        .lower = spec.lower};
}

// The n-grams of an item, those of its title under another seed than those of its body.
void grams_of_item(
    const TextItem& item,
    const TextSpec& spec,
    WordRoom& room,
    std::vector<std::uint64_t>& grams
) {
    grams.clear();
    if (spec.title) hash_grams(item.title, title_seed, grams_of(spec), room, grams);
    if (spec.body) hash_grams(item.body, body_seed, grams_of(spec), room, grams);
}

}  // namespace

HashedTfidf::HashedTfidf(const TextSpec& spec) : spec_(spec) {
    check(spec);
}

std::size_t HashedTfidf::columns() const {
    return spec_.method == TextMethod::hashed ? std::size_t{1} << spec_.bits : terms_.size();
}

std::string HashedTfidf::name(std::size_t column) const {
    return column < names_.size() ? names_[column] : fmt::format("n-gram {}", column);
}

// Which n-grams are in enough rows, and in not too many.
void HashedTfidf::learn_vocabulary(const std::vector<TextItem>& items, Team& team) {
    using Frequencies = std::unordered_map<std::uint64_t, std::uint32_t>;
    std::vector<Frequencies> parts((items.size() + block_rows - 1) / block_rows);
    team.run(parts.size(), [&](std::size_t b) {
        std::vector<std::uint64_t> grams;
        WordRoom room;
        const auto end = std::min(items.size(), (b + 1) * block_rows);
        for (auto row = b * block_rows; row < end; ++row) {
            grams_of_item(items[row], spec_, room, grams);
            std::sort(grams.begin(), grams.end());
            grams.erase(std::unique(grams.begin(), grams.end()), grams.end());
            for (auto gram : grams) ++parts[b][gram];
        }
    });
    Frequencies all;
    for (auto& part : parts) {
        for (auto [gram, rows] : part) all[gram] += rows;
        part = {};
    }
    const auto least = static_cast<std::uint32_t>(std::max(1, spec_.min_documents));
    const double most = spec_.max_documents * static_cast<double>(items.size());
    std::vector<std::pair<std::uint32_t, std::uint64_t>> kept;
    for (auto [gram, rows] : all)
        if (rows >= least && rows <= most) kept.emplace_back(rows, gram);
    const auto limit = static_cast<std::size_t>(spec_.max_features);
    if (limit > 0 && kept.size() > limit) {
        std::sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first > b.first : a.second < b.second;
        });
        kept.resize(limit);
    }
    if (kept.size() > (std::size_t{1} << 30))
        throw base::Error("vocabulary", "more than 2^30 n-grams", "raise min_documents");
    terms_.clear();
    for (auto [rows, gram] : kept) terms_.push_back(gram);
    std::sort(terms_.begin(), terms_.end());
    name_terms(items);
}

void HashedTfidf::name_terms(const std::vector<TextItem>& items) {
    names_.assign(terms_.size(), {});
    std::size_t left = terms_.size();
    WordRoom room;
    std::vector<std::uint64_t> grams;
    const auto grams_wanted = grams_of(spec_);
    const auto look = [&](const std::string& text, std::uint64_t seed, std::string_view before) {
        grams.clear();
        hash_grams(text, seed, grams_wanted, room, grams);
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < grams.size(); ++i) {
            const auto found = std::lower_bound(terms_.begin(), terms_.end(), grams[i]);
            if (found == terms_.end() || *found != grams[i]) continue;
            auto& name = names_[static_cast<std::size_t>(found - terms_.begin())];
            if (!name.empty()) continue;
            if (texts.empty()) texts = gram_texts(text, grams_wanted);
            name = std::string(before) + texts[i];
            --left;
        }
    };
    for (const auto& item : items) {
        if (left == 0) return;
        if (spec_.title) look(item.title, title_seed, in_title);
        if (spec_.body) look(item.body, body_seed, "");
    }
}

Design HashedTfidf::count(const std::vector<TextItem>& items, Team& team) const {
    std::unordered_map<std::uint64_t, std::uint32_t> places;
    const bool hashed = spec_.method == TextMethod::hashed;
    for (std::size_t i = 0; i < terms_.size(); ++i)
        places.emplace(terms_[i], static_cast<std::uint32_t>(i));
    int bits = 1 + spec_.bits;
    if (!hashed)
        for (bits = 1; (std::size_t{1} << bits) < 2 * terms_.size(); ++bits) continue;
    const auto mask = (std::uint64_t{1} << spec_.bits) - 1;
    std::vector<Block> blocks((items.size() + block_rows - 1) / block_rows);
    team.run(blocks.size(), [&](std::size_t b) {
        std::vector<std::uint64_t> grams;
        WordRoom words;
        std::vector<Hit> hits, room;
        const auto end = std::min(items.size(), (b + 1) * block_rows);
        for (std::size_t row = b * block_rows; row < end; ++row) {
            grams_of_item(items[row], spec_, words, grams);
            hits.clear();
            for (auto gram : grams) {
                if (hashed) {
                    const bool negative = spec_.signed_hash && (gram >> 63) != 0;
                    hits.push_back(static_cast<Hit>((gram & mask) << 1 | (negative ? 1 : 0)));
                } else if (const auto found = places.find(gram); found != places.end()) {
                    hits.push_back(found->second << 1);
                }
            }
            sort_hits(hits, room, bits);
            close_row(hits, spec_.sublinear, blocks[b]);
        }
    });

    Design design;
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
void HashedTfidf::weigh(Design& design) const {
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

Design HashedTfidf::fit(const std::vector<TextItem>& items, Team& team) {
    if (spec_.method == TextMethod::vocabulary) learn_vocabulary(items, team);
    auto design = count(items, team);
    std::vector<std::uint32_t> documents(columns());
    for (auto column : design.where) ++documents[column];
    idf_.assign(columns(), 0);
    const auto n = static_cast<double>(items.size());
    const auto least = static_cast<std::uint32_t>(std::max(1, spec_.min_documents));
    for (std::size_t i = 0; i < idf_.size(); ++i) {
        if (documents[i] < least || documents[i] > spec_.max_documents * n) continue;
        idf_[i] = spec_.idf ? static_cast<float>(std::log((1 + n) / (1 + documents[i])) + 1) : 1;
    }
    weigh(design);
    return design;
}

Design HashedTfidf::apply(const std::vector<TextItem>& items, Team& team) const {
    auto design = count(items, team);
    weigh(design);
    return design;
}

void HashedTfidf::save(Writer& out) const {
    for (bool flag :
         {spec_.title, spec_.body, spec_.lower, spec_.sublinear, spec_.idf, spec_.signed_hash})
        out.put<std::uint8_t>(flag);
    out.put(static_cast<std::uint8_t>(spec_.method));
    for (int number :
         {spec_.bits,
          spec_.words_from,
          spec_.ngrams,
          spec_.chars_from,
          spec_.chars_to,
          spec_.min_documents,
          spec_.max_features})
        out.put<std::int32_t>(number);
    out.put(spec_.max_documents);
    out.list(terms_);
    for (const auto& name : names_) out.text(name);
    out.list(idf_);
}

HashedTfidf HashedTfidf::load(Reader& in) {
    TextSpec spec;
    for (auto* flag :
         {&spec.title, &spec.body, &spec.lower, &spec.sublinear, &spec.idf, &spec.signed_hash})
        *flag = in.get<std::uint8_t>() != 0;
    const auto method = in.get<std::uint8_t>();
    if (method > static_cast<std::uint8_t>(TextMethod::vocabulary)) Reader::broken();
    spec.method = static_cast<TextMethod>(method);
    for (auto* number :
         {&spec.bits,
          &spec.words_from,
          &spec.ngrams,
          &spec.chars_from,
          &spec.chars_to,
          &spec.min_documents,
          &spec.max_features})
        *number = in.get<std::int32_t>();
    spec.max_documents = in.get<double>();
    try {
        check(spec);
    } catch (const base::UsageError&) {
        Reader::broken();
    }
    HashedTfidf text(spec);
    text.terms_ = in.list<std::uint64_t>();
    for (std::size_t i = 0; i < text.terms_.size(); ++i) text.names_.push_back(in.text());
    text.idf_ = in.list<float>();
    if (text.idf_.size() != text.columns()) Reader::broken();
    return text;
}

HashedTfidf HashedTfidf::load_first(Reader& in) {
    TextSpec spec;
    spec.title = in.get<std::uint8_t>() != 0;
    spec.body = in.get<std::uint8_t>() != 0;
    spec.bits = in.get<std::int32_t>();
    spec.ngrams = in.get<std::int32_t>();
    spec.signed_hash = in.get<std::uint8_t>() != 0;
    spec.min_documents = in.get<std::int32_t>();
    if (spec.bits < 8 || spec.bits > 24 || spec.ngrams < 1 || spec.ngrams > 3) Reader::broken();
    HashedTfidf text(spec);
    text.idf_ = in.list<float>();
    if (text.idf_.size() != text.columns()) Reader::broken();
    return text;
}

}  // namespace training

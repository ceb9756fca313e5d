// A column is a hash (Weinberger et al. 2009), so there is no dictionary to build, ship or look up;
// with a vocabulary it is the place of the hash among those of the training texts.
//
// Rows are counted in blocks of 512 by several threads and joined in order, so the design does not
// depend on how many there are. Most of the time would go into moving memory: a block's room is
// used again, and where the idf is known a row is weighed while it is at hand. Columns that are met
// too seldom or too often have an idf of 0 and fall out in weigh().
#include "training/features/hashed_tfidf.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.hpp"
#include "training/features/hits.hpp"
#include "training/features/words.hpp"
#include "training/numeric/large.hpp"

namespace training {

namespace {

constexpr std::size_t block_rows = 512;
constexpr std::uint64_t title_seed = 1, body_seed = 2;

// How counts are weighed, in the artefact; before there were counts it was 0 or 1.
constexpr std::uint8_t idf_bit = 1;
constexpr std::uint8_t counts_bit = 2;

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
    const TextView& item,
    const TextSpec& spec,
    WordRoom& room,
    std::vector<std::uint64_t>& grams
) {
    grams.clear();
    if (spec.title) hash_grams(item.title, title_seed, grams_of(spec), room, grams);
    if (spec.body) hash_grams(item.body, body_seed, grams_of(spec), room, grams);
}

// How many values all items will have, if the first `seen` ones have so many; a little more, since
// room to spare costs nothing and a move of all does.
std::size_t guessed_values(const TextColumn& items, std::size_t seen, std::size_t values) {
    double before = 1, all = 1;
    for (std::size_t i = 0; i < items.size(); ++i) {
        all += static_cast<double>(items.size_of(i));
        if (i + 1 == seen) before = all;
    }
    return values +
           static_cast<std::size_t>(1.1 * static_cast<double>(values) * (all / before - 1));
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
void HashedTfidf::learn_vocabulary(const TextColumn& items, Team& team) {
    std::vector<GramTable> parts((items.size() + block_rows - 1) / block_rows);
    team.run(parts.size(), [&](std::size_t b) {
        std::vector<std::uint64_t> grams;
        WordRoom room;
        GramTable last_row;  // that each n-gram was met in, from 1
        const auto end = std::min(items.size(), (b + 1) * block_rows);
        for (auto row = b * block_rows; row < end; ++row) {
            grams_of_item(items[row], spec_, room, grams);
            const auto now = static_cast<std::uint32_t>(row - b * block_rows + 1);
            for (auto gram : grams) {
                auto& last = last_row[gram];
                if (last != now) ++parts[b][gram];
                last = now;
            }
        }
    });
    GramTable all;
    for (auto& part : parts) {
        part.each([&](std::uint64_t gram, std::uint32_t rows) { all[gram] += rows; });
        part = GramTable();
    }
    const auto least = static_cast<std::uint32_t>(std::max(1, spec_.min_documents));
    const double most = spec_.max_documents * static_cast<double>(items.size());
    std::vector<std::pair<std::uint32_t, std::uint64_t>> kept;
    all.each([&](std::uint64_t gram, std::uint32_t rows) {
        if (rows >= least && rows <= most) kept.emplace_back(rows, gram);
    });
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
    place_terms();
    name_terms(items);
}

void HashedTfidf::place_terms() {
    places_ = GramTable(terms_.size());
    for (std::size_t i = 0; i < terms_.size(); ++i)
        places_[terms_[i]] = static_cast<std::uint32_t>(i + 1);
}

void HashedTfidf::name_terms(const TextColumn& items) {
    names_.assign(terms_.size(), {});
    std::size_t left = terms_.size();
    WordRoom room;
    std::vector<std::uint64_t> grams;
    const auto grams_wanted = grams_of(spec_);
    const auto look = [&](std::string_view text, std::uint64_t seed, std::string_view before) {
        grams.clear();
        hash_grams(text, seed, grams_wanted, room, grams);
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < grams.size(); ++i) {
            const auto place = places_.at(grams[i]);
            if (place == 0) continue;
            auto& name = names_[place - 1];
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

// What one thread keeps from block to block, so that memory is asked for once.
struct HashedTfidf::BlockRoom {
    std::vector<std::uint64_t> grams;
    WordRoom words;
    std::vector<Hit> hits, room;
    HitRows rows;
};

void HashedTfidf::count_block(
    const TextColumn& items,
    std::size_t block,
    bool weighed,
    BlockRoom& room
) const {
    const bool hashed = spec_.method == TextMethod::hashed;
    int bits = 1 + spec_.bits;
    if (!hashed)
        for (bits = 1; (std::size_t{1} << bits) < 2 * terms_.size(); ++bits) continue;
    const auto mask = (std::uint64_t{1} << spec_.bits) - 1;
    auto& rows = room.rows;
    rows.clear();
    const auto end = std::min(items.size(), (block + 1) * block_rows);
    for (auto row = block * block_rows; row < end; ++row) {
        grams_of_item(items[row], spec_, room.words, room.grams);
        room.hits.clear();
        for (auto gram : room.grams) {
            if (hashed) {
                const bool negative = spec_.signed_hash && (gram >> 63) != 0;
                room.hits.push_back(static_cast<Hit>((gram & mask) << 1 | (negative ? 1 : 0)));
            } else if (const auto place = places_.at(gram); place > 0) {
                room.hits.push_back((place - 1) << 1);
            }
        }
        const auto before = rows.used;
        add_row(room.hits, room.room, bits, spec_.sublinear, rows);
        if (!weighed) continue;
        const auto count = rows.counts.back();
        rows.counts.back() = static_cast<std::uint32_t>(
            weigh_row({rows.values.data() + before, count}, {rows.where.data() + before, count})
        );
        rows.used = before + rows.counts.back();
    }
}

// Blocks are counted a few at a time, in rooms that fit the cache, and then stand in the design at
// once. How many values there will be is guessed by the first ones.
Design HashedTfidf::count(const TextColumn& items, Team& team, bool weighed) const {
    Design design;
    design.rows = items.size();
    design.columns = columns();
    design.sparse = true;
    design.starts.reserve(items.size() + 1);
    design.starts.push_back(0);
    const auto blocks = (items.size() + block_rows - 1) / block_rows;
    const auto at_once = std::min(blocks, 2 * team.threads());
    std::vector<BlockRoom> rooms(at_once);
    for (std::size_t first = 0; first < blocks; first += at_once) {
        const auto many = std::min(at_once, blocks - first);
        team.run(many, [&](std::size_t b) { count_block(items, first + b, weighed, rooms[b]); });
        for (const auto& room : std::span(rooms).first(many)) {
            const auto& rows = room.rows;
            const auto end = static_cast<std::ptrdiff_t>(rows.used);
            design.values.insert(
                design.values.end(), rows.values.begin(), rows.values.begin() + end
            );
            design.where.insert(design.where.end(), rows.where.begin(), rows.where.begin() + end);
            for (auto count : rows.counts) design.starts.push_back(design.starts.back() + count);
        }
        if (first > 0) continue;
        const auto seen = std::min(items.size(), many * block_rows);
        const auto guess = guessed_values(items, seen, design.values.size());
        reserve_large(design.values, guess);
        reserve_large(design.where, guess);
    }
    return design;
}

// Weighs counts by idf, leaves dropped columns out, and scales the row to length 1 where it is to.
// How many are left, at the front.
std::size_t HashedTfidf::weigh_row(std::span<float> values, std::span<std::uint32_t> where) const {
    return met_.empty()
               ? weigh_by([&](std::uint32_t column) { return idf_[column]; }, values, where)
               : weigh_by(
                     [&](std::uint32_t column) {
                         return (met_[column / 64] >> column % 64 & 1) != 0 ? 1.0F : 0.0F;
                     },
                     values,
                     where
                 );
}

template <typename Idf>
std::size_t HashedTfidf::weigh_by(
    const Idf& idf,
    std::span<float> values,
    std::span<std::uint32_t> where
) const {
    std::size_t to = 0;
    double square = 0;
    for (std::size_t from = 0; from < values.size(); ++from) {
        const float value = values[from] * idf(where[from]);
        if (value == 0) continue;
        values[to] = value;
        where[to++] = where[from];
        square += static_cast<double>(value) * value;
    }
    if (!spec_.scaled) square = 1;
    const auto scale = square > 0 ? static_cast<float>(1 / std::sqrt(square)) : 0.0F;
    for (float& value : values.first(to)) value *= scale;
    return to;
}

// Without idf a bit of each column says all, and a table of bits stays in the cache.
void HashedTfidf::note_met() {
    met_.clear();
    if (spec_.idf) return;
    met_.resize((idf_.size() + 63) / 64);
    for (std::size_t c = 0; c < idf_.size(); ++c)
        if (idf_[c] != 0) met_[c / 64] |= std::uint64_t{1} << c % 64;
}

void HashedTfidf::weigh(Design& design) const {
    std::size_t to = 0;
    std::uint64_t from = 0;
    for (std::size_t row = 0; row < design.rows; ++row) {
        const auto end = design.starts[row + 1];
        const auto count = static_cast<std::size_t>(end - from);
        const auto kept = weigh_row(
            std::span(design.values).subspan(from, count),
            std::span(design.where).subspan(from, count)
        );
        std::copy_n(design.values.data() + from, kept, design.values.data() + to);
        std::copy_n(design.where.data() + from, kept, design.where.data() + to);
        from = end;
        to += kept;
        design.starts[row + 1] = to;
    }
    design.values.resize(to);
    design.where.resize(to);
}

Design HashedTfidf::fit(const TextColumn& items, Team& team) {
    if (spec_.method == TextMethod::vocabulary) learn_vocabulary(items, team);
    auto design = count(items, team, false);
    std::vector<std::uint32_t> documents(columns());
    for (auto column : design.where) ++documents[column];
    idf_.assign(columns(), 0);
    const auto n = static_cast<double>(items.size());
    const auto least = static_cast<std::uint32_t>(std::max(1, spec_.min_documents));
    for (std::size_t i = 0; i < idf_.size(); ++i) {
        if (documents[i] < least || documents[i] > spec_.max_documents * n) continue;
        idf_[i] = spec_.idf ? static_cast<float>(std::log((1 + n) / (1 + documents[i])) + 1) : 1;
    }
    note_met();
    weigh(design);
    return design;
}

Design HashedTfidf::apply(const TextColumn& items, Team& team) const {
    return count(items, team, true);
}

void HashedTfidf::save(Writer& out) const {
    for (bool flag : {spec_.title, spec_.body, spec_.lower, spec_.sublinear})
        out.put<std::uint8_t>(flag);
    out.put<std::uint8_t>((spec_.idf ? idf_bit : 0) | (spec_.scaled ? 0 : counts_bit));
    out.put<std::uint8_t>(spec_.signed_hash);
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
    for (auto* flag : {&spec.title, &spec.body, &spec.lower, &spec.sublinear})
        *flag = in.get<std::uint8_t>() != 0;
    const auto weighing = in.get<std::uint8_t>();
    spec.idf = (weighing & idf_bit) != 0;
    spec.scaled = (weighing & counts_bit) == 0;
    spec.signed_hash = in.get<std::uint8_t>() != 0;
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
    text.place_terms();
    for (std::size_t i = 0; i < text.terms_.size(); ++i) text.names_.push_back(in.text());
    text.idf_ = in.list<float>();
    if (text.idf_.size() != text.columns()) Reader::broken();
    if (!spec.idf && std::any_of(text.idf_.begin(), text.idf_.end(), [](float weight) {
            return weight != 0 && weight != 1;
        }))
        Reader::broken();
    text.note_met();
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

// Lines, paragraphs and runs of words that a text says more than once.
//
// Nine lengths of n-grams over every text of a crawl would cost more than all other measures. But
// an n-gram that occurs twice begins with an (n - 1)-gram that does: each pass looks only where the
// last one found any, and most texts end after the second. Hashes are 64 bits; that two different
// n-grams of one text share one is not counted with.
#include "formats/text/repetition.hpp"

#include <algorithm>
#include <bit>

namespace formats {

namespace {

// Hashes seen before and how often; kept between texts, so that nothing is allocated for most.
class Counter {
public:
    struct Slot {
        std::uint64_t hash = 0;
        std::uint32_t round = 0;
        std::uint32_t count = 0;
    };
    void begin(std::size_t entries) {
        auto wanted = std::bit_ceil(std::max<std::size_t>(64, 2 * entries));
        if (slots_.size() < wanted) {
            slots_.assign(wanted, {});
            round_ = 0;
        }
        mask_ = wanted - 1;
        if (++round_ == 0) {
            slots_.assign(slots_.size(), {});
            round_ = 1;
        }
    }
    // How often the hash was there before this time.
    std::uint32_t& operator[](std::uint64_t hash) {
        for (auto at = hash & mask_;; at = (at + 1) & mask_) {
            auto& slot = slots_[at];
            if (slot.round != round_) {
                slot = {hash, round_, 0};
                return slot.count;
            }
            if (slot.hash == hash) return slot.count;
        }
    }

private:
    std::vector<Slot> slots_;
    std::size_t mask_ = 0;
    std::uint32_t round_ = 0;
};

double share(double part, double whole) {
    return whole > 0 ? part / whole : 0;
}

class Repetition {
public:
    Repetition(const std::vector<TextPart>& words, std::size_t word_characters, Measures& measures)
        : words_(words),
          word_characters_(static_cast<double>(word_characters)),
          measures_(measures) {}

    void repeated(const std::vector<TextPart>& parts, Measure by_count, Measure by_characters) {
        seen_.begin(parts.size());
        double again = 0, characters = 0, all = 0;
        for (const auto& part : parts) {
            all += part.characters;
            if (seen_[part.hash]++ == 0) continue;
            ++again;
            characters += part.characters;
        }
        set(by_count, share(again, static_cast<double>(parts.size())));
        set(by_characters, share(characters, all));
    }

    void ngrams() {
        auto count = words_.size();
        std::vector<std::uint32_t> places(count);
        std::vector<std::uint64_t> hashes(count);
        for (std::size_t i = 0; i < count; ++i) {
            places[i] = static_cast<std::uint32_t>(i);
            hashes[i] = words_[i].hash;
        }
        for (std::size_t n = 2; n <= 10; ++n) {
            while (!places.empty() && places.back() + n > count) places.pop_back();
            seen_.begin(places.size());
            for (auto place : places) {
                auto& hash = hashes[place];
                hash = (std::rotl(hash, 23) ^ words_[place + n - 1].hash) * 0x9FB21C651E98DF25;
                ++seen_[hash];
            }
            if (n <= 4) {
                set(static_cast<Measure>(static_cast<std::size_t>(Measure::top_2gram) + n - 2),
                    top(places, hashes, n));
            }
            std::size_t kept = 0;
            for (auto place : places)
                if (seen_[hashes[place]] > 1) places[kept++] = place;
            places.resize(kept);
            if (n >= 5)
                set(static_cast<Measure>(
                        static_cast<std::size_t>(Measure::duplicate_5gram) + n - 5
                    ),
                    duplicated(places, hashes, n));
        }
    }

private:
    void set(Measure measure, double value) {
        measures_[static_cast<std::size_t>(measure)] = value;
    }

    double characters_of(std::size_t place, std::size_t n) const {
        double sum = 0;
        for (std::size_t i = place; i < place + n; ++i) sum += words_[i].characters;
        return sum;
    }

    double top(
        const std::vector<std::uint32_t>& places,
        const std::vector<std::uint64_t>& hashes,
        std::size_t n
    ) {
        std::uint32_t most = 1;
        std::size_t where = 0;
        for (auto place : places)
            if (auto times = seen_[hashes[place]]; times > most) {
                most = times;
                where = place;
            }
        return most < 2 ? 0 : share(most * characters_of(where, n), word_characters_);
    }

    // `places` are those of n-grams that occur more than once.
    double duplicated(
        const std::vector<std::uint32_t>& places,
        const std::vector<std::uint64_t>& hashes,
        std::size_t n
    ) {
        if (places.empty()) return 0;
        seen_.begin(places.size());
        double again = 0;
        std::size_t covered = 0;
        for (auto place : places) {
            if (place < covered) continue;
            if (seen_[hashes[place]]++ == 0) continue;
            again += characters_of(place, n);
            covered = place + n;
        }
        return share(again, word_characters_);
    }

    const std::vector<TextPart>& words_;
    double word_characters_;
    Measures& measures_;
    static thread_local Counter seen_;
};

thread_local Counter Repetition::seen_;

}  // namespace

void measure_repetition(
    const std::vector<TextPart>& lines,
    const std::vector<TextPart>& paragraphs,
    const std::vector<TextPart>& words,
    std::size_t word_characters,
    Measures& measures
) {
    Repetition repetition(words, word_characters, measures);
    repetition.repeated(lines, Measure::duplicate_lines, Measure::duplicate_line_characters);
    repetition.repeated(
        paragraphs, Measure::duplicate_paragraphs, Measure::duplicate_paragraph_characters
    );
    repetition.ngrams();
}

}  // namespace formats

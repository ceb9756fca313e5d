// Sketches of texts, by which near-duplicates are found without comparing texts (MinHash; Broder,
// "On the resemblance and containment of documents", 1997).
//
// Each of 112 permutations keeps its least hash over all runs of five words. That is the costliest
// thing done to a text, so on x86 eight permutations go at once; both ways give the same sketch,
// since sketches of different machines are compared.
#include "formats/text/text_sketch.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <span>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/bytes/hash.hpp"
#include "base/numbers/random.hpp"

namespace formats {

namespace {

constexpr std::size_t shingle = 5;
constexpr std::size_t minima = 112;
constexpr std::size_t rows_of_band = 8;

// The byte in lower case, or 0 where it is of no word.
constexpr std::array<char, 256> word_bytes = [] {
    std::array<char, 256> made{};
    for (int c = 0; c < 256; ++c)
        if (c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')) {
            made[static_cast<std::size_t>(c)] = static_cast<char>(c);
        } else if (c >= 'A' && c <= 'Z') {
            made[static_cast<std::size_t>(c)] = static_cast<char>(c + 32);
        }
    return made;
}();

// Multiply-shift hashing (Dietzfelbinger 1997) with fixed odd factors, so that sketches of all runs
// can be compared.
struct Permutations {
    alignas(32) std::array<std::uint64_t, minima> factors, adds;
};

const Permutations& permutations() {
    static const auto made = [] {
        Permutations result{};
        base::Random random(0x9E3779B97F4A7C15);
        for (std::size_t i = 0; i < minima; ++i) {
            result.factors[i] = random.next() | 1;
            result.adds[i] = random.next();
        }
        return result;
    }();
    return made;
}

using Least = std::array<std::uint32_t, minima>;

// The least upper half of hash * factor + add, over all hashes.
void least_portable(std::span<const std::uint64_t> hashes, Least& least) {
    const auto& by = permutations();
    for (auto hash : hashes)
        for (std::size_t i = 0; i < minima; ++i)
            least[i] = std::min(
                least[i], static_cast<std::uint32_t>((hash * by.factors[i] + by.adds[i]) >> 32)
            );
}

#if defined(__x86_64__)
// Eight permutations at a time, kept in registers for all hashes. The lower halves of the minima
// are never read.
__attribute__((target("avx2"))) void
least_avx2(std::span<const std::uint64_t> hashes, Least& least) {
    constexpr std::size_t lanes = 4, at_once = 2;
    const auto& by = permutations();
    for (std::size_t first = 0; first < minima; first += lanes * at_once) {
        __m256i factor[at_once], upper[at_once], add[at_once], low[at_once];
        for (std::size_t k = 0; k < at_once; ++k) {
            factor[k] =
                _mm256_load_si256(reinterpret_cast<const __m256i*>(&by.factors[first + k * lanes]));
            upper[k] = _mm256_srli_epi64(factor[k], 32);
            add[k] =
                _mm256_load_si256(reinterpret_cast<const __m256i*>(&by.adds[first + k * lanes]));
            low[k] = _mm256_set1_epi64x(-1);
        }
        for (auto hash : hashes) {
            auto whole = _mm256_set1_epi64x(static_cast<long long>(hash));
            auto high = _mm256_srli_epi64(whole, 32);
            for (std::size_t k = 0; k < at_once; ++k) {
                auto crossed = _mm256_add_epi64(
                    _mm256_mul_epu32(whole, upper[k]), _mm256_mul_epu32(high, factor[k])
                );
                auto value = _mm256_add_epi64(
                    _mm256_add_epi64(_mm256_mul_epu32(whole, factor[k]), add[k]),
                    _mm256_slli_epi64(crossed, 32)
                );
                low[k] = _mm256_min_epu32(low[k], value);
            }
        }
        for (std::size_t k = 0; k < at_once; ++k) {
            alignas(32) std::array<std::uint64_t, lanes> found;
            _mm256_store_si256(reinterpret_cast<__m256i*>(found.data()), low[k]);
            for (std::size_t i = 0; i < lanes; ++i)
                least[first + k * lanes + i] = static_cast<std::uint32_t>(found[i] >> 32);
        }
    }
}
#endif

Least least_of(std::span<const std::uint64_t> hashes) {
    Least least;
    least.fill(std::numeric_limits<std::uint32_t>::max());
#if defined(__x86_64__)
    static const bool wide = __builtin_cpu_supports("avx2");
    if (wide) {
        least_avx2(hashes, least);
        return least;
    }
#endif
    least_portable(hashes, least);
    return least;
}

template <typename Values>
std::string_view bytes_of(const Values& values) {
    auto bytes = std::as_bytes(std::span(values));
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::uint64_t mixed(std::span<const std::uint64_t> words) {
    std::uint64_t hash = 0;
    for (auto word : words) hash = (std::rotl(hash, 23) ^ word) * 0x9FB21C651E98DF25;
    return hash ^ (hash >> 32);
}

// The bits of a byte as eight bytes, the lowest first.
constexpr std::array<std::uint64_t, 256> spread_bits = [] {
    std::array<std::uint64_t, 256> made{};
    for (std::size_t byte = 0; byte < 256; ++byte)
        for (std::size_t bit = 0; bit < 8; ++bit)
            if (byte >> bit & 1) made[byte] |= std::uint64_t{1} << (8 * bit);
    return made;
}();

// How often each bit was set: eight counters to a word, emptied before one of them can overflow.
class BitCounts {
public:
    void add(std::uint64_t hash) {
        for (std::size_t i = 0; i < 8; ++i) packed_[i] += spread_bits[hash >> (8 * i) & 0xFF];
        if (++pending_ == 255) empty();
    }
    // Bits that more than half of the hashes have.
    std::uint64_t majority() {
        empty();
        std::uint64_t bits = 0;
        for (std::size_t bit = 0; bit < 64; ++bit)
            if (2 * counts_[bit] > all_) bits |= std::uint64_t{1} << bit;
        return bits;
    }

private:
    void empty() {
        for (std::size_t bit = 0; bit < 64; ++bit)
            counts_[bit] += packed_[bit / 8] >> (8 * (bit % 8)) & 0xFF;
        packed_ = {};
        all_ += pending_;
        pending_ = 0;
    }
    std::array<std::uint64_t, 8> packed_{};
    std::array<std::uint64_t, 64> counts_{};
    std::uint64_t all_ = 0, pending_ = 0;
};

}  // namespace

TextWords::TextWords(std::string_view utf8) {
    joined_.resize(utf8.size() + 1);
    hashes_.reserve(utf8.size() / 6 + 1);
    char* const joined = joined_.data();
    std::size_t size = 0, begin = 0;
    auto close = [&] {
        if (size == begin) return;
        hashes_.push_back(base::hash_64({joined + begin, size - begin}));
        joined[size++] = ' ';
        begin = size;
    };
    for (unsigned char c : utf8) {
        if (char byte = word_bytes[c]) {
            joined[size++] = byte;
        } else {
            close();
        }
    }
    close();
    joined_.resize(size > 0 ? size - 1 : 0);
}

std::uint64_t TextWords::simhash() const {
    std::array<std::uint64_t, 3> window{};
    BitCounts counts;
    for (std::size_t i = 0; i < hashes_.size(); ++i) {
        window = {window[1], window[2], hashes_[i]};
        if (i >= 2) counts.add(base::hash_64(bytes_of(window)));
    }
    if (hashes_.empty()) return 0;
    if (hashes_.size() < 3) counts.add(base::hash_64(bytes_of(window)));
    return counts.majority();
}

TextSketch TextWords::sketch() const {
    TextSketch result{};
    if (hashes_.empty()) return result;
    std::span<const std::uint64_t> words(hashes_);
    std::vector<std::uint64_t> shingles;
    shingles.reserve(words.size());
    if (words.size() < shingle) shingles.push_back(mixed(words));
    for (std::size_t i = 0; i + shingle <= words.size(); ++i)
        shingles.push_back(mixed(words.subspan(i, shingle)));
    auto least = least_of(shingles);
    result.empty = false;
    for (std::size_t band = 0; band < result.bands.size(); ++band)
        result.bands[band] =
            base::hash_64(bytes_of(std::span(least).subspan(band * rows_of_band, rows_of_band)));
    for (std::size_t i = 0; i < minima; ++i) result.low[i] = static_cast<std::uint8_t>(least[i]);
    return result;
}

std::string TextWords::hash() const {
    if (hashes_.empty()) return {};
    auto hash = base::hash_128(joined_);
    return {reinterpret_cast<const char*>(&hash), sizeof hash};
}

std::string packed_sketch(const TextWords& words) {
    auto packed = words.hash();
    if (packed.empty()) return packed;
    auto sketch = words.sketch();
    packed.append(reinterpret_cast<const char*>(sketch.bands.data()), sizeof sketch.bands);
    packed.append(reinterpret_cast<const char*>(sketch.low.data()), sketch.low.size());
    return packed;
}

SketchedText unpacked_sketch(std::string_view packed) {
    constexpr std::size_t hash_size = 16;
    SketchedText parts{};
    auto& sketch = parts.sketch;
    if (packed.size() != hash_size + sizeof sketch.bands + sketch.low.size()) return parts;
    parts.hash = packed.substr(0, hash_size);
    std::memcpy(sketch.bands.data(), packed.data() + hash_size, sizeof sketch.bands);
    std::memcpy(
        sketch.low.data(), packed.data() + hash_size + sizeof sketch.bands, sketch.low.size()
    );
    sketch.empty = false;
    return parts;
}

}  // namespace formats

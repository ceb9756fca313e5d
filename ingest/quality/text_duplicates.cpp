#include "ingest/quality/text_duplicates.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <tuple>

#include <xxhash.h>

namespace ingest::quality {

namespace {

constexpr std::size_t shingle = 5;
constexpr std::size_t hashes = 112;
constexpr std::size_t rows_of_band = 8;

struct Permutation {
    std::uint64_t factor, add;
};

// Multiply-shift hashing (Dietzfelbinger 1997) with fixed odd factors, so that sketches of all runs
// can be compared.
const std::array<Permutation, hashes>& permutations() {
    static const auto made = [] {
        std::array<Permutation, hashes> result{};
        std::uint64_t state = 0x9E3779B97F4A7C15;
        auto next = [&] {  // splitmix64
            auto z = (state += 0x9E3779B97F4A7C15);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        };
        for (auto& one : result) one = {next() | 1, next()};
        return result;
    }();
    return made;
}

bool is_word(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

struct Row {
    std::uint64_t key;
    std::uint32_t row;
};

// Calls visit(rows of one key) for each key that several rows have.
template <typename Visit>
void each_bucket(std::vector<Row>& rows, Visit visit) {
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        return std::tie(a.key, a.row) < std::tie(b.key, b.row);
    });
    for (std::size_t begin = 0; begin < rows.size();) {
        auto end = begin + 1;
        while (end < rows.size() && rows[end].key == rows[begin].key) ++end;
        if (end - begin > 1) visit(begin, end);
        begin = end;
    }
}

}  // namespace

TextSketch sketch(std::string_view utf8) {
    TextSketch result{};
    std::array<std::uint32_t, hashes> least;
    least.fill(std::numeric_limits<std::uint32_t>::max());
    std::array<std::uint64_t, shingle> words{};
    std::size_t count = 0;
    auto add = [&](std::uint64_t hash) {
        const auto& all = permutations();
        for (std::size_t i = 0; i < hashes; ++i)
            least[i] = std::min(
                least[i], static_cast<std::uint32_t>((hash * all[i].factor + all[i].add) >> 32)
            );
    };
    auto mix = [&](std::size_t size) {
        std::uint64_t hash = 0;
        for (std::size_t i = 0; i < size; ++i)
            hash = (std::rotl(hash, 23) ^ words[(count - size + i) % shingle]) * 0x9FB21C651E98DF25;
        return hash ^ (hash >> 32);
    };
    std::string word;
    for (std::size_t at = 0; at <= utf8.size(); ++at) {
        auto c = at < utf8.size() ? static_cast<unsigned char>(utf8[at])
                                  : static_cast<unsigned char>(' ');
        if (is_word(c)) {
            word.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
            continue;
        }
        if (word.empty()) continue;
        words[count % shingle] = XXH3_64bits(word.data(), word.size());
        word.clear();
        if (++count >= shingle) add(mix(shingle));
    }
    if (count == 0) return result;
    if (count < shingle) add(mix(count));
    result.empty = false;
    for (std::size_t band = 0; band < result.bands.size(); ++band)
        result.bands[band] =
            XXH3_64bits(&least[band * rows_of_band], rows_of_band * sizeof(std::uint32_t));
    for (std::size_t i = 0; i < hashes; ++i) result.low[i] = static_cast<std::uint8_t>(least[i]);
    return result;
}

std::string words_hash(std::string_view text) {
    std::string words;
    for (unsigned char c : text) {
        bool word =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
        if (word) {
            words.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
        } else if (!words.empty() && words.back() != ' ') {
            words.push_back(' ');
        }
    }
    while (!words.empty() && words.back() == ' ') words.pop_back();
    if (words.empty()) return {};
    auto hash = XXH3_128bits(words.data(), words.size());
    return std::string(reinterpret_cast<const char*>(&hash), sizeof hash);
}

double likeness(const TextSketch& a, const TextSketch& b) {
    if (a.empty || b.empty) return 0;
    std::size_t same = 0;
    for (std::size_t i = 0; i < hashes; ++i) same += a.low[i] == b.low[i];
    constexpr double chance = 1.0 / 256;
    auto share = static_cast<double>(same) / hashes;
    return std::max(0.0, (share - chance) / (1 - chance));
}

std::vector<Likeness> near_texts(const std::vector<TextSketch>& texts, double at_least) {
    std::vector<Likeness> pairs;
    std::vector<Row> rows;
    for (std::size_t band = 0; band < 14; ++band) {
        rows.clear();
        for (std::uint32_t i = 0; i < texts.size(); ++i)
            if (!texts[i].empty) rows.push_back({texts[i].bands[band], i});
        each_bucket(rows, [&](std::size_t begin, std::size_t end) {
            for (auto i = begin + 1; i < end; ++i) {
                // With the first of the bucket, or else with its neighbour.
                for (auto other : {begin, i - 1}) {
                    auto alike = likeness(texts[rows[other].row], texts[rows[i].row]);
                    if (alike < at_least) continue;
                    pairs.push_back({rows[other].row, rows[i].row, alike});
                    break;
                }
            }
        });
    }
    return pairs;
}

std::vector<Likeness> near_images(const std::vector<std::uint64_t>& hashes_of, int bits) {
    bits = std::clamp(bits, 0, 7);
    std::vector<Likeness> pairs;
    std::vector<Row> rows;
    for (std::uint32_t i = 0; i < hashes_of.size(); ++i) rows.push_back({hashes_of[i], i});
    std::vector<Row> distinct;  // one row per hash; the others hang on it
    each_bucket(rows, [&](std::size_t begin, std::size_t end) {
        for (auto i = begin + 1; i < end; ++i) pairs.push_back({rows[begin].row, rows[i].row, 1});
    });
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (i == 0 || rows[i].key != rows[i - 1].key) distinct.push_back(rows[i]);
    // Hashes that differ in at most `bits` bits have one of bits + 1 parts in common.
    int parts = bits + 1;
    for (int part = 0; part < parts; ++part) {
        int from = 64 * part / parts, to = 64 * (part + 1) / parts;
        auto mask = (to - from == 64 ? 0 : (std::uint64_t{1} << (to - from))) - 1;
        rows.clear();
        for (const auto& one : distinct) rows.push_back({(one.key >> from) & mask, one.row});
        each_bucket(rows, [&](std::size_t begin, std::size_t end) {
            for (auto i = begin; i < end; ++i)
                for (auto j = i + 1; j < end; ++j) {
                    int apart = std::popcount(hashes_of[rows[i].row] ^ hashes_of[rows[j].row]);
                    if (apart > 0 && apart <= bits)
                        pairs.push_back({rows[i].row, rows[j].row, 1 - apart / 64.0});
                }
        });
    }
    return pairs;
}

}  // namespace ingest::quality

// Words of a text, and n-grams of them. Texts are mostly ASCII: 64 bytes at a time become a mask of
// those that belong to words and, in lower case, a copy from which words are hashed where they
// stand. Only runs with other characters are read one by one, and ask ICU.
#include "training/features/words.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "base/bytes/short_hash.hpp"
#include "base/numbers/random.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"

namespace training {

namespace {

constexpr std::uint64_t char_seed = 0x7f4a7c159e3779b9U;
constexpr std::size_t longest_with_chars = 128;  // bytes; a longer word is no word of a language

// The form of an ASCII word character, 0 for others.
constexpr std::array<char, 256> table_of(bool lower) {
    std::array<char, 256> table{};
    for (char c = 'a'; c <= 'z'; ++c) table[static_cast<unsigned char>(c)] = c;
    for (char c = 'A'; c <= 'Z'; ++c)
        table[static_cast<unsigned char>(c)] = lower ? static_cast<char>(c - 'A' + 'a') : c;
    for (char c = '0'; c <= '9'; ++c) table[static_cast<unsigned char>(c)] = c;
    table['_'] = '_';
    return table;
}
constexpr auto lower_ascii = table_of(true);
constexpr auto plain_ascii = table_of(false);

bool stands_alone(UChar32 c) {
    if (c < 0x0e00) return false;
    UErrorCode status = U_ZERO_ERROR;
    switch (uscript_getScript(c, &status)) {
        case USCRIPT_HAN:
        case USCRIPT_HIRAGANA:
        case USCRIPT_KATAKANA:
        case USCRIPT_THAI:
        case USCRIPT_LAO:
        case USCRIPT_KHMER:
        case USCRIPT_MYANMAR:
            return true;
        default:
            return false;
    }
}

bool in_word(UChar32 c) {
    return (U_MASK(u_charType(c)) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)) != 0;
}

// Words of a text with other characters than ASCII: calls visit(word) for each; the view holds
// during the call.
template <typename Visit>
void each_mixed_word(std::string_view utf8, bool lower, std::string& word, Visit& visit) {
    const auto& ascii = lower ? lower_ascii : plain_ascii;
    word.clear();
    const auto close = [&] {
        if (!word.empty()) visit(std::string_view(word), false);
        word.clear();
    };
    for (std::size_t at = 0; at < utf8.size();) {
        if (base::is_ascii(utf8[at])) {
            const char form = ascii[static_cast<unsigned char>(utf8[at++])];
            if (form != 0) {
                word += form;
            } else {
                close();
            }
            continue;
        }
        const auto c = static_cast<UChar32>(base::next_code_point(utf8, at));
        if (!in_word(c)) {
            close();
            continue;
        }
        const bool alone = stands_alone(c);
        if (alone) close();
        base::append_utf8(static_cast<char32_t>(lower ? u_tolower(c) : c), word);
        if (alone) close();
    }
    close();
}

constexpr std::size_t block = 64;  // bytes that one mask tells of

// Of each of 64 bytes a bit.
struct Masks {
    std::uint64_t word = 0;     // belongs to a word, or is not ASCII
    std::uint64_t foreign = 0;  // is not ASCII
};

// Puts the 64 bytes into lower case too, if `lower`.
template <bool lower>
Masks masks_of(const char* from, [[maybe_unused]] char* to) {
    Masks out;
#if defined(__SSE2__)
    const auto within = [](__m128i bytes, char first, char last) {
        return _mm_and_si128(
            _mm_cmpgt_epi8(bytes, _mm_set1_epi8(static_cast<char>(first - 1))),
            _mm_cmplt_epi8(bytes, _mm_set1_epi8(static_cast<char>(last + 1)))
        );
    };
    for (std::size_t i = 0; i < block; i += 16) {
        __m128i bytes;
        std::memcpy(&bytes, from + i, sizeof bytes);
        const auto capital = within(bytes, 'A', 'Z');
        const auto small = _mm_or_si128(bytes, _mm_and_si128(capital, _mm_set1_epi8(0x20)));
        if constexpr (lower) std::memcpy(to + i, &small, sizeof small);
        auto in = _mm_or_si128(within(small, 'a', 'z'), within(bytes, '0', '9'));
        in = _mm_or_si128(in, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')));
        const auto high = static_cast<std::uint64_t>(_mm_movemask_epi8(bytes));
        out.word |= (static_cast<std::uint64_t>(_mm_movemask_epi8(in)) | high) << i;
        out.foreign |= high << i;
    }
#else
    for (std::size_t i = 0; i < block; ++i) {
        const char form = lower_ascii[static_cast<unsigned char>(from[i])];
        const std::uint64_t high = base::is_ascii(from[i]) ? 0 : 1;
        if constexpr (lower) to[i] = base::lower(from[i]);
        out.word |= ((form != 0 ? 1U : 0U) | high) << i;
        out.foreign |= high << i;
    }
#endif
    return out;
}

// Calls visit(word, whether it is ASCII) for each word; the view holds during the call. Where a
// mask changes from bit to bit a run begins or ends: nothing is asked of single bytes.
template <bool lower, typename Visit>
void each_word_as(std::string_view utf8, WordRoom& room, Visit visit) {
    if (lower && room.text.size() < utf8.size() + block) room.text.resize(utf8.size() + block);
    const char* forms = lower ? room.text.data() : utf8.data();
    std::array<char, block> last{}, spare{};
    std::size_t first = 0;    // of the open run
    std::size_t foreign = 0;  // behind the last byte so far that is not ASCII
    bool open = false;
    const auto close = [&](std::size_t end) {
        if (foreign > first)
            each_mixed_word(utf8.substr(first, end - first), lower, room.word, visit);
        else
            visit(std::string_view(forms + first, end - first), true);
    };
    for (std::size_t at = 0; at < utf8.size(); at += block) {
        const auto left = utf8.size() - at;
        const char* from = utf8.data() + at;
        if (left < block) {
            std::copy_n(from, left, last.data());
            from = last.data();
        }
        const auto masks = masks_of<lower>(from, lower ? room.text.data() + at : spare.data());
        auto edges = masks.word ^ (masks.word << 1 | (open ? 1 : 0));
        while (edges != 0) {
            const auto place = static_cast<std::size_t>(std::countr_zero(edges));
            edges &= edges - 1;
            if (open) {
                const auto before = masks.foreign & ((std::uint64_t{1} << place) - 1);
                if (before != 0)
                    foreign = at + block - static_cast<std::size_t>(std::countl_zero(before));
                close(at + place);
            } else {
                first = at + place;
            }
            open = !open;
        }
        if (masks.foreign != 0)
            foreign = at + block - static_cast<std::size_t>(std::countl_zero(masks.foreign));
    }
    if (open) close(utf8.size());
}

template <typename Visit>
void each_word(std::string_view utf8, bool lower, WordRoom& room, Visit visit) {
    if (lower)
        each_word_as<true>(utf8, room, visit);
    else
        each_word_as<false>(utf8, room, visit);
}

// Calls visit(gram) for the n-grams of characters of " word ".
template <typename Visit>
void each_char_gram(std::string_view word, bool ascii, const Grams& grams, Visit visit) {
    if (word.size() > longest_with_chars) return;
    std::array<char, longest_with_chars + 2> padded;
    padded[0] = ' ';
    std::copy(word.begin(), word.end(), padded.begin() + 1);
    padded[word.size() + 1] = ' ';
    const auto least = static_cast<std::size_t>(grams.chars_from);
    const auto most = static_cast<std::size_t>(grams.chars_to);
    if (ascii) {
        for (auto n = least; n <= most; ++n)
            for (std::size_t i = 0; i + n <= word.size() + 2; ++i)
                visit(std::string_view(padded.data() + i, n));
        return;
    }
    std::array<std::uint8_t, longest_with_chars + 3> starts;
    std::size_t count = 0;
    for (std::size_t i = 0; i < word.size() + 2; ++i)
        if (base::starts_character(padded[i])) starts[count++] = static_cast<std::uint8_t>(i);
    starts[count] = static_cast<std::uint8_t>(word.size() + 2);
    for (auto n = least; n <= most; ++n)
        for (std::size_t i = 0; i + n <= count; ++i)
            visit(std::string_view(
                padded.data() + starts[i], static_cast<std::size_t>(starts[i + n] - starts[i])
            ));
}

}  // namespace

// An intersection is written as what is in neither complement: letters that are not Han are
// [^\\PL\\p{Han}], those that are [^\\PL\\P{Han}].
std::string word_pattern() {
    std::string run = "_", single;
    for (const std::string kind : {"L", "M", "N"}) {
        run += "|[^\\P" + kind;
        for (const std::string script :
             {"Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"}) {
            run += "\\p{" + script + "}";
            single += "[^\\P" + kind + "\\P{" + script + "}]|";
        }
        run += "]";
    }
    return single + "(?:" + run + ")+";
}

void hash_words(std::string_view utf8, std::uint64_t seed, std::vector<std::uint64_t>& out) {
    WordRoom room;
    each_word(utf8, true, room, [&](std::string_view word, bool) {
        out.push_back(base::short_hash_64(word, seed));
    });
}

void hash_grams(
    std::string_view utf8,
    std::uint64_t seed,
    const Grams& grams,
    WordRoom& room,
    std::vector<std::uint64_t>& out
) {
    const auto most = static_cast<std::size_t>(grams.words_to);
    const auto least = static_cast<std::size_t>(grams.words_from);
    if (most == 1 && least == 1 && grams.chars_from == 0) {
        each_word(utf8, grams.lower, room, [&](std::string_view word, bool) {
            out.push_back(base::mix(base::short_hash_64(word, seed)));
        });
        return;
    }
    auto& words = room.hashes;
    words.clear();
    each_word(utf8, grams.lower, room, [&](std::string_view word, bool ascii) {
        words.push_back(base::short_hash_64(word, seed));
        if (grams.chars_from > 0)
            each_char_gram(word, ascii, grams, [&](std::string_view gram) {
                out.push_back(base::mix(base::short_hash_64(gram, seed ^ char_seed)));
            });
    });
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::uint64_t gram = 0;
        for (std::size_t n = 0; n < most && i + n < words.size(); ++n) {
            gram = base::mix(gram * 0x9fb21c651e98df25U + words[i + n]);
            if (n + 1 >= least) out.push_back(gram);
        }
    }
}

std::vector<std::string> gram_texts(std::string_view utf8, const Grams& grams) {
    std::vector<std::string> words, out;
    WordRoom room;
    each_word(utf8, grams.lower, room, [&](std::string_view word, bool ascii) {
        words.emplace_back(word);
        if (grams.chars_from > 0)
            each_char_gram(word, ascii, grams, [&](std::string_view gram) {
                out.emplace_back(gram);
            });
    });
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string gram;
        for (std::size_t n = 0; n < static_cast<std::size_t>(grams.words_to); ++n) {
            if (i + n >= words.size()) break;
            gram += (n > 0 ? " " : "") + words[i + n];
            if (n + 1 >= static_cast<std::size_t>(grams.words_from)) out.push_back(gram);
        }
    }
    return out;
}

}  // namespace training

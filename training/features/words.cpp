// Words of a text, and n-grams of them. Texts are mostly ASCII, where a table says for each byte
// whether it is of a word and what it is in lower case; other characters ask ICU.
#include "training/features/words.hpp"

#include <array>

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "base/bytes/hash.hpp"
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

// Calls visit(word) for each word; the view holds during the call. `word` is room for it.
template <typename Visit>
void each_word(std::string_view utf8, bool lower, std::string& word, Visit visit) {
    const auto& ascii = lower ? lower_ascii : plain_ascii;
    std::size_t size = 0;
    word.resize(std::max<std::size_t>(word.size(), 64));
    const auto close = [&] {
        if (size > 0) visit(std::string_view(word.data(), size));
        size = 0;
    };
    for (std::size_t at = 0; at < utf8.size();) {
        // A run of ASCII letters is as long in lower case.
        const auto first = at;
        while (at < utf8.size() && ascii[static_cast<unsigned char>(utf8[at])] != 0) ++at;
        if (at > first) {
            if (size + (at - first) > word.size()) word.resize(2 * (size + (at - first)));
            for (auto i = first; i < at; ++i)
                word[size++] = ascii[static_cast<unsigned char>(utf8[i])];
            if (at == utf8.size()) break;
        }
        if (base::is_ascii(utf8[at])) {
            close();
            ++at;
            continue;
        }
        const auto c = static_cast<UChar32>(base::next_code_point(utf8, at));
        if (!in_word(c)) {
            close();
            continue;
        }
        const bool alone = stands_alone(c);
        if (alone) close();
        std::string bytes;
        base::append_utf8(static_cast<char32_t>(lower ? u_tolower(c) : c), bytes);
        if (size + bytes.size() > word.size()) word.resize(2 * (size + bytes.size()));
        for (char byte : bytes) word[size++] = byte;
        if (alone) close();
    }
    close();
}

// Calls visit(gram) for the n-grams of characters of " word ".
template <typename Visit>
void each_char_gram(std::string_view word, const Grams& grams, Visit visit) {
    if (word.size() > longest_with_chars) return;
    std::array<char, longest_with_chars + 2> padded;
    std::array<std::uint8_t, longest_with_chars + 3> starts;
    padded[0] = ' ';
    std::copy(word.begin(), word.end(), padded.begin() + 1);
    padded[word.size() + 1] = ' ';
    std::size_t count = 0;
    for (std::size_t i = 0; i < word.size() + 2; ++i)
        if (base::starts_character(padded[i])) starts[count++] = static_cast<std::uint8_t>(i);
    starts[count] = static_cast<std::uint8_t>(word.size() + 2);
    for (auto n = static_cast<std::size_t>(grams.chars_from);
         n <= static_cast<std::size_t>(grams.chars_to);
         ++n)
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
    std::string room;
    each_word(utf8, true, room, [&](std::string_view word) {
        out.push_back(base::hash_64(word, seed));
    });
}

void hash_grams(
    std::string_view utf8,
    std::uint64_t seed,
    const Grams& grams,
    WordRoom& room,
    std::vector<std::uint64_t>& out
) {
    auto& words = room.hashes;
    words.clear();
    each_word(utf8, grams.lower, room.word, [&](std::string_view word) {
        words.push_back(base::hash_64(word, seed));
        if (grams.chars_from > 0)
            each_char_gram(word, grams, [&](std::string_view gram) {
                out.push_back(base::mix(base::hash_64(gram, seed ^ char_seed)));
            });
    });
    const auto most = static_cast<std::size_t>(grams.words_to);
    const auto least = static_cast<std::size_t>(grams.words_from);
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
    std::string room;
    each_word(utf8, grams.lower, room, [&](std::string_view word) {
        words.emplace_back(word);
        if (grams.chars_from > 0)
            each_char_gram(word, grams, [&](std::string_view gram) { out.emplace_back(gram); });
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

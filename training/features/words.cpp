#include "training/features/words.hpp"

#include <array>

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "base/bytes/hash.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"

namespace training::detail {

namespace {

// The lower-case form of an ASCII word character, 0 for others.
constexpr std::array<char, 128> ascii = [] {
    std::array<char, 128> table{};
    for (char c = 'a'; c <= 'z'; ++c) table[static_cast<unsigned char>(c)] = c;
    for (char c = 'A'; c <= 'Z'; ++c)
        table[static_cast<unsigned char>(c)] = static_cast<char>(c - 'A' + 'a');
    for (char c = '0'; c <= '9'; ++c) table[static_cast<unsigned char>(c)] = c;
    table['_'] = '_';
    return table;
}();

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

}  // namespace

void hash_words(std::string_view utf8, std::uint64_t seed, std::vector<std::uint64_t>& out) {
    std::string word;
    const auto close = [&] {
        if (!word.empty()) out.push_back(base::hash_64(word, seed));
        word.clear();
    };
    for (std::size_t at = 0; at < utf8.size();) {
        if (base::is_ascii(utf8[at])) {
            const char c = ascii[static_cast<unsigned char>(utf8[at++])];
            if (c != 0) {
                word.push_back(c);
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
        base::append_utf8(static_cast<char32_t>(u_tolower(c)), word);
        if (alone) close();
    }
    close();
}

}  // namespace training::detail

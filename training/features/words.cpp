#include "training/features/words.hpp"

#include <array>

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include "base/bytes/hash.hpp"

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
    const auto* text = reinterpret_cast<const std::uint8_t*>(utf8.data());
    const auto length = static_cast<std::int64_t>(utf8.size());
    std::string word;
    const auto close = [&] {
        if (!word.empty()) out.push_back(base::hash_64(word, seed));
        word.clear();
    };
    for (std::int64_t at = 0; at < length;) {
        if (text[at] < 0x80) {
            const char c = ascii[text[at++]];
            if (c != 0) {
                word.push_back(c);
            } else {
                close();
            }
            continue;
        }
        UChar32 c = 0;
        U8_NEXT(text, at, length, c);
        if (c < 0 || !in_word(c)) {
            close();
            continue;
        }
        const bool alone = stands_alone(c);
        if (alone) close();
        std::array<std::uint8_t, 4> bytes{};
        std::int32_t size = 0;
        U8_APPEND_UNSAFE(bytes.data(), size, u_tolower(c));
        word.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
        if (alone) close();
    }
    close();
}

}  // namespace training::detail

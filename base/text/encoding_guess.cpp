// Why so: uchardet is good at languages and poor at certainty. It does not know that a byte order
// mark or UTF-8 settles the matter, names vendors' sets that browsers do not know, confuses the ISO
// and the Windows table of one script (which differ in a few letters), and on three odd bytes gives
// any answer at all. So what can be known is decided before it, and its answer is held against a
// plain measure of its own: letters are next to letters, symbols are not in the midst of words, a
// word is of one script, and capitals do not follow small letters.
#include "base/text/encoding_guess.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include <uchardet/uchardet.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "base/text/ascii.hpp"
#include "base/text/decoder.hpp"
#include "base/text/utf8.hpp"

namespace base {

namespace {

constexpr std::size_t looked_at = 64 * 1024;

// Words with bytes over 0x7f, each with a space behind: all that distinguishes encodings. In text
// of East Asia a word may hold ASCII bytes that are no letters.
std::string foreign_words(std::string_view bytes) {
    std::string out;
    std::size_t begin = 0;
    bool foreign = false;
    for (std::size_t i = 0; i <= bytes.size() && out.size() < looked_at; ++i) {
        const bool inside = i < bytes.size() && (!is_ascii(bytes[i]) || is_alpha(bytes[i]));
        if (inside) {
            foreign = foreign || !is_ascii(bytes[i]);
            continue;
        }
        if (foreign) out.append(bytes.substr(begin, i - begin)) += ' ';
        begin = i + 1;
        foreign = false;
    }
    return out;
}

// Lines with such bytes, which is what uchardet is given: in a table they may be rare.
std::string foreign_lines(std::string_view bytes) {
    std::string out;
    while (!bytes.empty() && out.size() < looked_at) {
        const auto line = bytes.substr(0, std::min(bytes.find('\n'), looked_at) + 1);
        bytes.remove_prefix(std::min(line.size(), bytes.size()));
        if (ascii_prefix(line) < line.size()) out.append(line);
    }
    return out;
}

// How a text reads: the share of its characters beyond ASCII that are where a writer would have
// them; 1 is the best, faults count double.
double plausibility(std::string_view utf8) {
    double good = 0, faults = 0;
    UScriptCode script = USCRIPT_INVALID_CODE;
    bool small = false, symbol = false, wedged = false;  // punctuation behind a letter
    for (std::size_t i = 0; i < utf8.size();) {
        const auto c = static_cast<UChar32>(next_code_point(utf8, i));
        const bool letter = u_isalpha(c) || (U_MASK(u_charType(c)) & U_GC_M_MASK) != 0;
        if (c >= 0x80 && (c < 0xa0 || c == 0xfffd || u_charType(c) == U_PRIVATE_USE_CHAR)) {
            faults += 2;
        } else if (c >= 0x80) {
            good += 1;
        }
        if (!letter) {
            const bool joins = c == '\'' || c == '-' || c == 0x2019 || c == 0xad || c == 0xb7;
            symbol = c >= 0x80 && !joins && !u_ispunct(c);
            wedged = c >= 0x80 && c < 0x2000 && !joins && !symbol && script != USCRIPT_INVALID_CODE;
            if (!symbol && !joins) script = USCRIPT_INVALID_CODE;
            small = false;
            continue;
        }
        UErrorCode status = U_ZERO_ERROR;
        const auto now = uscript_getScript(c, &status);
        const bool own = now != USCRIPT_COMMON && now != USCRIPT_INHERITED;
        if (wedged) faults += 1;
        if (symbol) faults += script != USCRIPT_INVALID_CODE ? 1 : 0.5;
        if (own && script != USCRIPT_INVALID_CODE && script != now && now != USCRIPT_KATAKANA &&
            now != USCRIPT_HIRAGANA && now != USCRIPT_HAN && script != USCRIPT_HIRAGANA &&
            script != USCRIPT_KATAKANA && script != USCRIPT_HAN)
            faults += 1;
        if (small && u_isupper(c)) faults += 1;
        symbol = wedged = false;
        small = u_islower(c);
        if (own) script = now;
    }
    return good == 0 ? 0 : (good - 2 * faults) / good;
}

using Family = std::array<Encoding, 6>;
using E = Encoding;
// Tables of one script, which uchardet takes for each other; the last ones repeated.
constexpr Family families[] = {
    {E::windows1250, E::iso8859_2, E::windows1250, E::windows1250, E::windows1250, E::windows1250},
    {E::windows1253, E::iso8859_7, E::windows1253, E::windows1253, E::windows1253, E::windows1253},
    {E::windows1255, E::iso8859_8, E::windows1255, E::windows1255, E::windows1255, E::windows1255},
    {E::windows1256, E::iso8859_6, E::windows1256, E::windows1256, E::windows1256, E::windows1256},
    {E::windows1257, E::iso8859_13, E::iso8859_4, E::windows1257, E::windows1257, E::windows1257},
    {E::windows1251, E::koi8_u, E::koi8_r, E::iso8859_5, E::ibm866, E::x_mac_cyrillic}};

// Asked in this order when uchardet knows nothing.
constexpr Encoding usual[] = {
    E::windows1252,
    E::windows1251,
    E::koi8_u,
    E::windows1250,
    E::windows1253,
    E::windows1254,
    E::windows1255,
    E::windows1256,
    E::windows1257,
    E::ibm866,
    E::windows874,
    E::gb18030,
    E::big5,
    E::shift_jis,
    E::euc_jp,
    E::euc_kr};

// The standard's encoding for a name that uchardet has.
std::optional<Encoding> encoding_of_uchardet(std::string_view name) {
    if (name == "UHC" || name == "JOHAB") return E::euc_kr;
    if (name == "MAC-CYRILLIC") return E::x_mac_cyrillic;
    if (name == "MAC-CENTRALEUROPE") return std::nullopt;
    return encoding_of_label(name);
}

std::optional<Encoding> ask_uchardet(std::string_view bytes) {
    const std::unique_ptr<uchardet, decltype(&uchardet_delete)> detector(
        uchardet_new(), &uchardet_delete
    );
    uchardet_handle_data(detector.get(), bytes.data(), bytes.size());
    uchardet_data_end(detector.get());
    return encoding_of_uchardet(uchardet_get_charset(detector.get()));
}

struct Candidate {
    Encoding encoding;
    double score;
};

// The first of the best.
Candidate
best_of(std::span<const Encoding> candidates, std::string_view words, Candidate than, double by) {
    for (auto encoding : candidates) {
        const auto score = plausibility(decode_as(words, encoding));
        if (score > than.score + by) than = {encoding, score};
    }
    return than;
}

// Bytes of Latin letters in the midst of ASCII ones, as in "Müller" and "Citroën": of most words.
bool among_ascii_letters(std::string_view words) {
    std::size_t mixed = 0, all = 0;
    bool plain = false;
    for (char c : words) {
        if (c == ' ') {
            ++all;
            mixed += plain;
            plain = false;
        } else if (is_alpha(c)) {
            plain = true;
        }
    }
    return mixed * 2 > all;
}

// Whether nearly all is syllables of Hangul in EUC-KR. They lie where gb18030 has the first half of
// its common characters; no text of Chinese keeps to those, for "yi", "zai" and "you" lie behind.
bool is_hangul(std::string_view words) {
    constexpr std::size_t few = 6;
    std::size_t pairs = 0, others = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (is_ascii(words[i])) continue;
        const auto lead = static_cast<unsigned char>(words[i]);
        const auto trail = static_cast<unsigned char>(i + 1 < words.size() ? words[i + 1] : '\0');
        const bool syllable = lead >= 0xb0 && lead <= 0xc8 && trail >= 0xa1 && trail <= 0xfe;
        ++(syllable ? pairs : others);
        if (syllable) ++i;
    }
    return pairs >= few && others * 32 <= pairs;
}

// So few that no statistics of letters is possible.
constexpr std::size_t few_words = 4;

// Below this, a text does not read like words.
constexpr double enough = 0.75;

std::optional<EncodingGuess> by_zero_bytes(std::string_view head) {
    head = head.substr(0, 4096 - 4096 % 4);
    std::array<std::size_t, 4> zeros{};
    for (std::size_t i = 0; i < head.size(); ++i) zeros[i % 4] += head[i] == '\0';
    const auto quarter = head.size() / 4;
    auto most = [&](std::size_t i) { return zeros[i] * 10 > quarter * 9; };
    auto many = [&](std::size_t i) { return zeros[i] * 10 > quarter * 4; };
    auto rare = [&](std::size_t i) { return zeros[i] * 20 < quarter; };
    if (quarter < 2) return std::nullopt;
    if (most(2) && most(3) && many(1) && rare(0))
        return EncodingGuess{E::utf32le, 0, "three of four bytes are zero"};
    if (most(0) && most(1) && many(2) && rare(3))
        return EncodingGuess{E::utf32be, 0, "three of four bytes are zero"};
    if (many(1) && many(3) && rare(0) && rare(2))
        return EncodingGuess{E::utf16le, 0, "every second byte is zero"};
    if (many(0) && many(2) && rare(1) && rare(3))
        return EncodingGuess{E::utf16be, 0, "every second byte is zero"};
    return std::nullopt;
}

}  // namespace

Utf8Evidence utf8_evidence(std::string_view bytes) {
    Utf8Evidence found;
    for (std::size_t i = 0; i < bytes.size();) {
        const auto rest = bytes.substr(i);
        if (is_ascii(rest.front())) {
            i += ascii_prefix(rest);
            continue;
        }
        const int length = utf8_sequence(rest);
        if (length < 0 && unfinished_utf8(rest) == rest.size()) break;
        ++(length > 0 ? found.good : found.bad);
        i += static_cast<std::size_t>(length > 0 ? length : -length);
    }
    return found;
}

std::size_t strange_from(Encoding encoding) {
    switch (encoding) {
        case Encoding::windows1250:
        case Encoding::windows1252:
        case Encoding::windows1254:
        case Encoding::windows1257:
        case Encoding::iso8859_2:
        case Encoding::iso8859_13:
        case Encoding::iso8859_15:
        case Encoding::macintosh:
            return 1;
        default:
            return 4;
    }
}

std::optional<EncodingGuess> guess_from_start(std::string_view head) {
    using namespace std::string_view_literals;
    if (head.starts_with("\xff\xfe\0\0"sv)) return EncodingGuess{E::utf32le, 4, "byte order mark"};
    if (head.starts_with("\0\0\xfe\xff"sv)) return EncodingGuess{E::utf32be, 4, "byte order mark"};
    if (const auto mark = byte_order_mark(head))
        return EncodingGuess{mark->encoding, mark->size, "byte order mark"};
    return by_zero_bytes(head);
}

std::optional<Encoding> guess_legacy(std::string_view bytes) {
    const auto words = foreign_words(bytes);
    if (words.empty()) return std::nullopt;
    const bool few =
        std::count(words.begin(), words.end(), ' ') < static_cast<std::ptrdiff_t>(few_words);
    Candidate western{E::windows1252, plausibility(decode_as(words, E::windows1252))};
    if (few && among_ascii_letters(words) && western.score > 0.99) return western.encoding;
    if (is_hangul(words)) return E::euc_kr;
    const auto lines = foreign_lines(bytes);
    auto found = ask_uchardet(lines);
    const bool legacy = found && (is_single_byte(*found) || is_multi_byte(*found));
    if (!legacy) {
        const auto best = best_of(usual, words, {E::windows1252, enough}, 0);
        return best.score > enough ? std::optional(best.encoding) : std::nullopt;
    }
    const std::string_view read = is_multi_byte(*found) ? lines : words;
    Candidate best{*found, plausibility(decode_as(read, *found))};
    for (const auto& family : families)
        if (std::find(family.begin(), family.end(), *found) != family.end())
            best = best_of(family, words, best, 0.02);
    if (best.score < enough) best = best_of(usual, words, best, 0.1);
    const bool same = decode_as(words, best.encoding) == decode_as(words, E::windows1252);
    return same ? E::windows1252 : best.encoding;
}

EncodingGuess guess_encoding(std::string_view sample) {
    if (auto found = guess_from_start(sample)) return *found;
    return guess_from_letters(sample);
}

EncodingGuess guess_from_letters(std::string_view sample) {
    while (!sample.empty() && !starts_character(sample.front()) && sample.size() > 3 &&
           !is_ascii(sample.front()))
        sample.remove_prefix(1);
    const auto evidence = utf8_evidence(sample);
    if (evidence.bad == 0) {
        if (evidence.good == 0 && (sample.find("\x1b$") != sample.npos))
            return {E::iso2022_jp, 0, "escapes of ISO-2022-JP"};
        return {E::utf8, 0, evidence.good ? "well-formed UTF-8" : "only ASCII"};
    }
    if (evidence.good >= evidence.bad) return {E::utf8, 0, "UTF-8 with a few damaged bytes"};
    if (auto found = guess_legacy(sample)) {
        return {
            *found,
            0,
            "not UTF-8; its bytes read best as " + std::string(label_of(*found)) +
                "; if that is wrong, give the encoding"};
    }
    return {E::windows1252, 0, "not UTF-8, and no encoding fits well; give the encoding"};
}

}  // namespace base

#include "formats/text/text.hpp"

#include <algorithm>
#include <array>

#include <simdjson.h>

#include "base/bytes/hex.hpp"
#include "base/error.hpp"

namespace formats {

namespace {

// Windows-1252 for 0x80..0x9f (the WHATWG encoding index); all else is as in ISO-8859-1.
constexpr std::array<char16_t, 32> windows_1252_high = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

void append_utf8(char32_t c, std::string& out) {
    auto byte = [&](char32_t value) { out.push_back(static_cast<char>(value)); };
    if (c < 0x80) {
        byte(c);
    } else if (c < 0x800) {
        byte(0xC0 | c >> 6);
        byte(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        byte(0xE0 | c >> 12);
        byte(0x80 | (c >> 6 & 0x3F));
        byte(0x80 | (c & 0x3F));
    } else {
        byte(0xF0 | c >> 18);
        byte(0x80 | (c >> 12 & 0x3F));
        byte(0x80 | (c >> 6 & 0x3F));
        byte(0x80 | (c & 0x3F));
    }
}

std::uint8_t at(std::string_view text, std::size_t i) {
    return static_cast<std::uint8_t>(text[i]);
}

// The code point at text[i], which is well-formed, and moves i behind it.
char32_t take_utf8(std::string_view text, std::size_t& i) {
    auto lead = at(text, i++);
    if (lead < 0x80) return lead;
    int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    char32_t c = lead & (0x3F >> more);
    for (; more > 0 && i < text.size(); --more) c = c << 6 | (at(text, i++) & 0x3F);
    return c;
}

bool wide(Encoding encoding) {
    return encoding == Encoding::utf16le || encoding == Encoding::utf16be;
}

std::size_t decode_wide(std::string_view bytes, bool big, bool last, std::string& out) {
    auto unit = [&](std::size_t i) -> char32_t {
        return big ? static_cast<char32_t>(at(bytes, i) << 8 | at(bytes, i + 1))
                   : static_cast<char32_t>(at(bytes, i + 1) << 8 | at(bytes, i));
    };
    std::size_t i = 0;
    while (i + 1 < bytes.size()) {
        auto c = unit(i);
        if (c >= 0xD800 && c < 0xDC00) {
            if (i + 3 >= bytes.size()) {
                if (!last) break;
                c = 0xFFFD;
            } else if (auto low = unit(i + 2); low >= 0xDC00 && low < 0xE000) {
                append_utf8(0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00), out);
                i += 4;
                continue;
            } else {
                c = 0xFFFD;
            }
        } else if (c >= 0xDC00 && c < 0xE000) {
            c = 0xFFFD;
        }
        append_utf8(c, out);
        i += 2;
    }
    if (last && i < bytes.size()) {
        append_utf8(0xFFFD, out);
        i = bytes.size();
    }
    return i;
}

}  // namespace

Encoding encoding_of(std::string_view name) {
    std::string plain;
    for (char c : name) {
        if (c != '-' && c != '_')
            plain.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
    }
    if (plain == "utf8" || plain == "ascii" || plain == "usascii") return Encoding::utf8;
    if (plain == "utf16le" || plain == "utf16") return Encoding::utf16le;
    if (plain == "utf16be") return Encoding::utf16be;
    if (plain == "latin1" || plain == "iso88591") return Encoding::latin1;
    if (plain == "windows1252" || plain == "cp1252") return Encoding::windows1252;
    throw base::UsageError(
        "encoding '" + std::string(name) + "'",
        "not known",
        "use utf-8, utf-16le, utf-16be, iso-8859-1 or windows-1252"
    );
}

std::string_view name_of(Encoding encoding) {
    constexpr std::array<std::string_view, 5> names = {
        "utf-8", "utf-16le", "utf-16be", "iso-8859-1", "windows-1252"};
    return names[static_cast<std::size_t>(encoding)];
}

EncodingGuess guess_encoding(std::string_view sample) {
    using namespace std::string_view_literals;
    if (sample.substr(0, 3) == "\xEF\xBB\xBF"sv) return {Encoding::utf8, 3, "byte order mark"};
    if (sample.substr(0, 2) == "\xFF\xFE"sv) return {Encoding::utf16le, 2, "byte order mark"};
    if (sample.substr(0, 2) == "\xFE\xFF"sv) return {Encoding::utf16be, 2, "byte order mark"};

    std::size_t even = 0;
    std::size_t odd = 0;
    auto looked_at = std::min<std::size_t>(sample.size(), 4096);
    for (std::size_t i = 0; i < looked_at; ++i) {
        if (sample[i] == '\0') ++(i % 2 ? odd : even);
    }
    auto half = looked_at / 2;
    if (half >= 4 && odd * 10 > half * 4 && even * 20 < half) {
        return {Encoding::utf16le, 0, "every second byte is zero"};
    }
    if (half >= 4 && even * 10 > half * 4 && odd * 20 < half) {
        return {Encoding::utf16be, 0, "every second byte is zero"};
    }
    // A sample may end inside a character.
    auto whole = sample;
    for (int cut = 0; cut < 3 && !whole.empty() && at(whole, whole.size() - 1) >= 0x80; ++cut) {
        if (well_formed(whole)) break;
        whole.remove_suffix(1);
    }
    if (well_formed(whole)) return {Encoding::utf8, 0, "well-formed UTF-8"};

    std::size_t bad = 0;  // high bytes outside of any well-formed character
    std::size_t good = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        if (at(whole, i) < 0x80) continue;
        std::size_t size = at(whole, i) >= 0xF0 ? 4 : at(whole, i) >= 0xE0 ? 3 : 2;
        if (well_formed(whole.substr(i, size)) && i + size <= whole.size()) {
            ++good;
            i += size - 1;
        } else {
            ++bad;
        }
    }
    if (good > bad * 4) return {Encoding::utf8, 0, "UTF-8 with a few damaged bytes"};
    return {Encoding::windows1252, 0, "not UTF-8; single bytes read as windows-1252"};
}

bool well_formed(std::string_view text) {
    return simdjson::validate_utf8(text.data(), text.size());
}

std::size_t decode(std::string_view bytes, Encoding encoding, bool last, std::string& out) {
    if (encoding == Encoding::utf8) {
        out.append(bytes);
        return bytes.size();
    }
    if (wide(encoding)) return decode_wide(bytes, encoding == Encoding::utf16be, last, out);
    for (char byte : bytes) {
        auto c = static_cast<std::uint8_t>(byte);
        if (c < 0x80) {
            out.push_back(byte);
        } else if (encoding == Encoding::windows1252 && c < 0xA0) {
            append_utf8(windows_1252_high[c - 0x80U], out);
        } else {
            append_utf8(c, out);
        }
    }
    return bytes.size();
}

std::string encode(std::string_view utf8, Encoding encoding) {
    if (encoding == Encoding::utf8) return std::string(utf8);
    std::string out;
    auto unit = [&](char32_t u) {
        char low = static_cast<char>(u & 0xFF);
        char high = static_cast<char>(u >> 8);
        out.push_back(encoding == Encoding::utf16be ? high : low);
        out.push_back(encoding == Encoding::utf16be ? low : high);
    };
    for (std::size_t i = 0; i < utf8.size();) {
        auto c = take_utf8(utf8, i);
        if (wide(encoding)) {
            if (c >= 0x10000) {
                unit(0xD800 + ((c - 0x10000) >> 10));
                unit(0xDC00 + ((c - 0x10000) & 0x3FF));
            } else {
                unit(c);
            }
        } else if (c < 0x100) {
            out.push_back(static_cast<char>(c));
        } else {
            auto found = std::find(windows_1252_high.begin(), windows_1252_high.end(), c);
            out.push_back(
                found == windows_1252_high.end()
                    ? '?'
                    : static_cast<char>(0x80 + (found - windows_1252_high.begin()))
            );
        }
    }
    return out;
}

std::int64_t encoded_size(std::string_view utf8, Encoding encoding) {
    if (encoding == Encoding::utf8) return static_cast<std::int64_t>(utf8.size());
    std::int64_t units = 0;
    for (char byte : utf8) {
        auto c = static_cast<std::uint8_t>(byte);
        if ((c & 0xC0) != 0x80) ++units;           // a character starts here
        if (wide(encoding) && c >= 0xF0) ++units;  // a surrogate pair
    }
    return wide(encoding) ? units * 2 : units;
}

void append_json_string(std::string_view text, std::string& out) {
    static constexpr auto special = [] {
        std::array<bool, 256> table{};
        for (std::size_t i = 0; i < 0x20; ++i) table[i] = true;
        table['"'] = true;
        table['\\'] = true;
        return table;
    }();
    out.push_back('"');
    std::size_t clean = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!special[at(text, i)]) continue;
        out.append(text, clean, i - clean);
        clean = i + 1;
        switch (text[i]) {
            case '"':
                out.append("\\\"");
                break;
            case '\\':
                out.append("\\\\");
                break;
            case '\n':
                out.append("\\n");
                break;
            case '\r':
                out.append("\\r");
                break;
            case '\t':
                out.append("\\t");
                break;
            default:
                out.append("\\u00");
                base::append_hex(std::string_view(text).substr(i, 1), out);
        }
    }
    out.append(text, clean, text.size() - clean);
    out.push_back('"');
}

}  // namespace formats

#include "formats/text/charset.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include <iconv.h>
#include <uchardet/uchardet.h>
#include <unicode/ucnv.h>

#include "formats/text/characters.hpp"

namespace crawler {

namespace {

struct Label {
    std::string_view label;
    std::string_view encoding;
};
constexpr Label labels[] = {
#include "formats/text/charset_labels.inc"
};

constexpr std::string_view replacement = "\xef\xbf\xbd";

struct Mark {
    std::string_view bytes;
    std::string_view encoding;
};
constexpr Mark marks[] = {
    {"\xef\xbb\xbf", "UTF-8"},
    {"\xfe\xff", "UTF-16BE"},
    {"\xff\xfe", "UTF-16LE"}};

const Mark* mark_of(std::string_view bytes) {
    for (const auto& mark : marks)
        if (bytes.starts_with(mark.bytes)) return &mark;
    return nullptr;
}

// The converter's name in ICU where it is not the standard's own.
const char* icu_name(std::string_view encoding) {
    constexpr std::pair<std::string_view, const char*> names[] = {
        {"Shift_JIS", "ibm-943_P15A-2003"},
        {"EUC-KR", "windows-949-2000"},
        {"Big5", "Big5-HKSCS"},
        {"GBK", "gb18030"},
        {"ISO-8859-8-I", "ISO-8859-8"},
        {"ISO-8859-14", "iso-8859_14-1998"},
        {"macintosh", "macintosh"},
        {"x-mac-cyrillic", "x-mac-cyrillic"},
        {"EUC-JP", "euc-jp-2007"},
        {"windows-874", "windows-874-2000"},
    };
    for (auto& [name, icu] : names)
        if (name == encoding) return icu;
    return nullptr;
}

bool is_multibyte(std::string_view encoding) {
    constexpr std::string_view names[] = {
        "Big5", "EUC-JP", "EUC-KR", "GBK", "ISO-2022-JP", "Shift_JIS", "gb18030"};
    return std::find(std::begin(names), std::end(names), encoding) != std::end(names);
}

std::string utf8_of(const std::vector<UChar>& units) {
    std::string out;
    out.reserve(units.size() + units.size() / 2);
    for (std::size_t i = 0; i < units.size(); ++i) {
        char32_t c = units[i];
        bool high = c >= 0xd800 && c < 0xdc00;
        if (high && i + 1 < units.size() && units[i + 1] >= 0xdc00 && units[i + 1] < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (units[++i] - 0xdc00U);
        } else if (c >= 0xd800 && c < 0xe000) {
            c = 0xfffd;
        }
        append_utf8(c, out);
    }
    return out;
}

std::string decode_icu(std::string_view bytes, const char* name) {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<UConverter, decltype(&ucnv_close)> converter(
        ucnv_open(name, &status), &ucnv_close
    );
    if (U_FAILURE(status)) return valid_utf8(bytes);
    std::vector<UChar> units(bytes.size() * 2 + 16);
    auto length = ucnv_toUChars(
        converter.get(),
        units.data(),
        static_cast<std::int32_t>(units.size()),
        bytes.data(),
        static_cast<std::int32_t>(bytes.size()),
        &status
    );
    units.resize(U_FAILURE(status) ? 0 : static_cast<std::size_t>(length));
    return utf8_of(units);
}

struct Patch {
    unsigned bytes;
    char32_t character, mark = 0;
};
#include "formats/text/charset_patches.inc"

std::span<const Patch> patches_of(std::string_view encoding) {
    if (encoding == "Big5") return big5_patches;
    if (encoding == "gb18030" || encoding == "GBK") return gb18030_patches;
    return {};
}

// By ICU, but for the characters in which the standard differs.
std::string
decode_patched(std::string_view bytes, const char* name, std::span<const Patch> patches) {
    std::string out;
    std::size_t done = 0;
    auto byte = [&](std::size_t at) -> unsigned { return static_cast<unsigned char>(bytes[at]); };
    auto replace = [&](std::size_t at, std::size_t length, const Patch& by) {
        if (at > done) out += decode_icu(bytes.substr(done, at - done), name);
        append_utf8(by.character, out);
        if (by.mark) append_utf8(by.mark, out);
        done = at + length;
    };
    bool chinese = patches.data() == gb18030_patches;
    for (std::size_t at = 0; at < bytes.size();) {
        auto lead = byte(at), next = at + 1 < bytes.size() ? byte(at + 1) : 0U;
        if (lead == 0x80 && chinese) replace(at, 1, {lead, 0x20ac});
        if (lead < 0x81 || lead == 0xff || next < 0x40) {
            bool four = chinese && lead >= 0x81 && lead < 0xff && next >= '0' && next <= '9';
            at += four ? 4 : 1;
            continue;
        }
        auto pair = lead << 8 | next;
        auto found =
            std::lower_bound(patches.begin(), patches.end(), pair, [](const Patch& a, unsigned b) {
                return a.bytes < b;
            });
        if (found != patches.end() && found->bytes == pair) replace(at, 2, *found);
        at += 2;
    }
    if (done < bytes.size()) out += decode_icu(bytes.substr(done), name);
    return out;
}

// Characters that ICU makes of bytes for which the standard has none.
void mend_unmapped(std::string_view bytes, std::string_view encoding, std::string& text) {
    bool shifted = encoding == "Shift_JIS" && bytes.find('\x1a') == bytes.npos &&
                   text.find('\x1a') != text.npos;
    if (!shifted && encoding != "EUC-KR") return;
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        // U+E000 to U+F8FF are EE 80 80 to EF A3 BF.
        auto first = static_cast<unsigned char>(text[i]);
        bool own = !shifted && (first == 0xee ||
                                (first == 0xef && static_cast<unsigned char>(text[i + 1]) < 0xa4));
        if (own) {
            out += replacement;
            i += 2;
        } else if (shifted && text[i] == '\x1a') {
            out += replacement;
        } else {
            out += text[i];
        }
    }
    text = std::move(out);
}

// The upper half of a single-byte encoding, each byte as UTF-8.
using Half = std::array<std::string, 128>;

Half half_by_iconv(const char* name) {
    Half half;
    iconv_t converter = iconv_open("UTF-8", name);
    for (unsigned i = 0; i < 128; ++i) {
        char in = static_cast<char>(0x80 + i), out[8];
        char *from = &in, *to = out;
        std::size_t left = 1, room = sizeof out;
        bool good = iconv(converter, &from, &left, &to, &room) != static_cast<std::size_t>(-1);
        half[i] = good ? std::string(out, to) : std::string(replacement);
    }
    iconv_close(converter);
    return half;
}

Half half_by_icu(std::string_view encoding) {
    Half half;
    const char* name = icu_name(encoding);
    auto own = std::string(encoding);
    for (unsigned i = 0; i < 128; ++i) {
        char byte = static_cast<char>(0x80 + i);
        half[i] = decode_icu({&byte, 1}, name ? name : own.c_str());
    }
    if (encoding == "windows-874")  // ICU has characters of private use there
        for (unsigned i : {0x5bU, 0x5cU, 0x5dU, 0x5eU, 0x7cU, 0x7dU, 0x7eU, 0x7fU})
            half[i] = replacement;
    if (encoding == "windows-1253") half[0x2a] = replacement;
    if (encoding == "windows-1255") half[0x4a] = "\xd6\xba";  // U+05BA
    if (encoding == "KOI8-U") {
        half[0x2e] = "\xd1\x9e";  // U+045E and U+040E: the standard's KOI8-U is KOI8-RU there
        half[0x3e] = "\xd0\x8e";
    }
    return half;
}

const Half& half_of(std::string_view encoding) {
    static std::mutex mutex;
    static std::vector<std::pair<std::string, std::unique_ptr<Half>>> known;
    std::lock_guard lock(mutex);
    for (auto& [name, half] : known)
        if (name == encoding) return *half;
    bool glibc = encoding == "ISO-8859-10" || encoding == "ISO-8859-16";
    auto half = std::make_unique<Half>(
        glibc ? half_by_iconv(std::string(encoding).c_str()) : half_by_icu(encoding)
    );
    known.emplace_back(encoding, std::move(half));
    return *known.back().second;
}

std::string decode_single_byte(std::string_view bytes, std::string_view encoding) {
    const auto& half = half_of(encoding);
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 4);
    for (char c : bytes) {
        auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            out += c;
        } else {
            out += half[byte - 0x80U];
        }
    }
    return out;
}

std::string decode_utf16(std::string_view bytes, bool big) {
    std::vector<UChar> units;
    units.reserve(bytes.size() / 2 + 1);
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        auto a = static_cast<unsigned char>(bytes[i]), b = static_cast<unsigned char>(bytes[i + 1]);
        units.push_back(static_cast<UChar>(big ? a << 8 | b : b << 8 | a));
    }
    if (bytes.size() % 2) units.push_back(0xfffd);
    return utf8_of(units);
}

std::string decode_user_defined(std::string_view bytes) {
    std::string out;
    for (char c : bytes) {
        auto byte = static_cast<unsigned char>(c);
        append_utf8(byte < 0x80 ? byte : 0xf780U + (byte - 0x80U), out);
    }
    return out;
}

std::optional<std::string_view> guess(std::string_view bytes) {
    bytes = bytes.substr(0, 64 * 1024);
    auto* detector = uchardet_new();
    uchardet_handle_data(detector, bytes.data(), bytes.size());
    uchardet_data_end(detector);
    auto found = encoding_of_label(uchardet_get_charset(detector));
    uchardet_delete(detector);
    return found;
}

}  // namespace

std::string_view name_of(CharsetFrom from) {
    switch (from) {
        case CharsetFrom::bom:
            return "bom";
        case CharsetFrom::header:
            return "header";
        case CharsetFrom::meta:
            return "meta";
        case CharsetFrom::guess:
            return "guess";
        case CharsetFrom::fallback:
            return "default";
    }
    return "default";
}

std::optional<std::string_view> encoding_of_label(std::string_view label) {
    auto wanted = to_lower(trim(label));
    auto found = std::lower_bound(
        std::begin(labels),
        std::end(labels),
        wanted,
        [](const Label& a, const std::string& b) { return a.label < b; }
    );
    if (found == std::end(labels) || found->label != wanted) return std::nullopt;
    return found->encoding;
}

std::string_view charset_parameter(std::string_view content_type) {
    auto rest = content_type;
    for (;;) {
        auto mark = rest.find(';');
        if (mark == rest.npos) return {};
        rest.remove_prefix(mark + 1);
        auto part = trim(rest.substr(0, rest.find(';')));
        auto equals = part.find('=');
        if (equals == part.npos || !equal_ignoring_case(trim(part.substr(0, equals)), "charset"))
            continue;
        auto value = trim(part.substr(equals + 1));
        if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0])
            value = value.substr(1, value.size() - 2);
        return value;
    }
}

Charset detect_charset(std::string_view bytes, std::string_view content_type) {
    if (const auto* mark = mark_of(bytes)) return {mark->encoding, CharsetFrom::bom};
    if (auto found = encoding_of_label(charset_parameter(content_type)))
        return {*found, CharsetFrom::header};
    if (auto found = prescan_meta(bytes)) return {*found, CharsetFrom::meta};
    bool ascii = std::none_of(bytes.begin(), bytes.end(), [](char c) {
        return static_cast<signed char>(c) < 0;
    });
    bool shifts = ascii && bytes.find("\x1b$") != bytes.npos;  // ISO-2022-JP is ASCII with escapes
    if (!ascii && is_utf8(bytes)) return {"UTF-8", CharsetFrom::guess};
    if (!ascii || shifts)
        if (auto found = guess(bytes)) return {*found, CharsetFrom::guess};
    return {"windows-1252", CharsetFrom::fallback};
}

std::string decode_page(std::string_view bytes, std::string_view content_type) {
    auto charset = detect_charset(bytes, content_type);
    auto encoding = charset.encoding;
    if (encoding != "UTF-8" && charset.from != CharsetFrom::bom) {
        constexpr std::ptrdiff_t enough = 8;
        auto leads = std::count_if(bytes.begin(), bytes.end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0xc0) == 0xc0;
        });
        if (leads >= enough && is_utf8(bytes)) encoding = "UTF-8";
    }
    return *decode(bytes, encoding);
}

std::optional<std::string> decode(std::string_view bytes, std::string_view encoding) {
    if (const auto* mark = mark_of(bytes)) {
        encoding = mark->encoding;
        bytes.remove_prefix(mark->bytes.size());
    }
    if (encoding == "UTF-8") return valid_utf8(bytes);
    if (encoding == "UTF-16LE" || encoding == "UTF-16BE")
        return decode_utf16(bytes, encoding == "UTF-16BE");
    if (encoding == "replacement") return bytes.empty() ? std::string() : std::string(replacement);
    if (encoding == "x-user-defined") return decode_user_defined(bytes);
    auto same = [&](const Label& entry) { return entry.encoding == encoding; };
    if (std::none_of(std::begin(labels), std::end(labels), same)) return std::nullopt;
    if (!is_multibyte(encoding)) return decode_single_byte(bytes, encoding);
    auto own = std::string(encoding);
    const char* name = icu_name(encoding);
    if (!name) name = own.c_str();
    auto patches = patches_of(encoding);
    auto text = patches.empty() ? decode_icu(bytes, name) : decode_patched(bytes, name, patches);
    mend_unmapped(bytes, encoding, text);
    return text;
}

}  // namespace crawler

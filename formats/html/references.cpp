// Character references of the HTML standard, 13.2.5.72 and following.
#include <algorithm>
#include <iterator>

#include "base/bytes/hex.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"
#include "formats/html/document.hpp"

namespace formats {

namespace {

struct Reference {
    std::string_view name;  // with its semicolon, if it needs one
    std::string_view text;
};
constexpr Reference references[] = {
#include "formats/html/references.inc"
};
constexpr std::size_t longest_name = 32;

// The longest name that `text` begins with, or none.
const Reference* longest_match(std::string_view text) {
    auto first = std::begin(references), last = std::end(references);
    const Reference* best = nullptr;
    for (std::size_t length = 1; length <= std::min(text.size(), longest_name); ++length) {
        auto prefix = text.substr(0, length);
        first = std::lower_bound(first, last, prefix, [](const Reference& a, std::string_view b) {
            return a.name < b;
        });
        if (first == last || !first->name.starts_with(prefix)) break;
        if (first->name == prefix) best = first;
    }
    return best;
}

// 0x80-0x9f mean windows-1252.
constexpr char32_t c1[32] = {
    0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
    0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178,
};

// Reads "#123;" or "#x1f;". Returns how many octets it took; 0 if it is no number.
std::size_t numeric(std::string_view text, std::string& out) {
    std::size_t at = 1;
    unsigned base = 10;
    if (at < text.size() && base::lower(text[at]) == 'x') {
        base = 16;
        ++at;
    }
    auto start = at;
    std::uint32_t value = 0;
    for (; at < text.size(); ++at) {
        int digit = base::hex_value(text[at]);
        if (digit < 0 || static_cast<unsigned>(digit) >= base) break;
        value = std::min<std::uint32_t>(0x110000, value * base + static_cast<unsigned>(digit));
    }
    if (at == start) return 0;
    if (at < text.size() && text[at] == ';') ++at;
    char32_t c = value;
    if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) c = 0xfffd;
    if (c >= 0x80 && c < 0xa0) c = c1[c - 0x80];
    base::append_utf8(c, out);
    return at;
}

}  // namespace

void decode_references(std::string_view text, bool in_attribute, std::string& out) {
    for (;;) {
        auto mark = text.find('&');
        out.append(text.substr(0, mark));
        if (mark == text.npos) return;
        text.remove_prefix(mark + 1);
        if (text.starts_with('#')) {
            auto taken = numeric(text, out);
            if (!taken) out += '&';
            text.remove_prefix(taken);
            continue;
        }
        const auto* found = longest_match(text);
        bool open = found && !found->name.ends_with(';');
        if (open && in_attribute && found->name.size() < text.size()) {
            char next = text[found->name.size()];
            if (next == '=' || base::is_alnum(next)) found = nullptr;
        }
        if (!found) {
            out += '&';
            continue;
        }
        out += found->text;
        text.remove_prefix(found->name.size());
    }
}

}  // namespace formats

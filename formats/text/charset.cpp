#include "formats/text/charset.hpp"

#include <algorithm>

#include "base/text/ascii.hpp"
#include "base/text/decoder.hpp"
#include "base/text/encoding_guess.hpp"
#include "base/text/utf8.hpp"

namespace formats {

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

std::string_view charset_parameter(std::string_view content_type) {
    auto rest = content_type;
    for (;;) {
        auto mark = rest.find(';');
        if (mark == rest.npos) return {};
        rest.remove_prefix(mark + 1);
        auto part = base::trim(rest.substr(0, rest.find(';')));
        auto equals = part.find('=');
        if (equals == part.npos ||
            !base::equal_ignoring_case(base::trim(part.substr(0, equals)), "charset"))
            continue;
        auto value = base::trim(part.substr(equals + 1));
        if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0])
            value = value.substr(1, value.size() - 2);
        return value;
    }
}

Charset detect_charset(std::string_view bytes, std::string_view content_type) {
    if (auto mark = base::byte_order_mark(bytes)) return {mark->encoding, CharsetFrom::bom};
    if (auto found = base::encoding_of_label(charset_parameter(content_type)))
        return {*found, CharsetFrom::header};
    if (auto found = prescan_meta(bytes)) return {*found, CharsetFrom::meta};
    if (base::ascii_prefix(bytes) == bytes.size()) {
        if (bytes.find("\x1b$") == bytes.npos) return {};
        return {base::Encoding::iso2022_jp, CharsetFrom::guess};  // ASCII with escapes
    }
    if (base::is_utf8(bytes)) return {base::Encoding::utf8, CharsetFrom::guess};
    constexpr std::size_t sample = 64 * 1024;
    if (auto found = base::guess_legacy(bytes.substr(0, sample)))
        return {*found, CharsetFrom::guess};
    return {};
}

std::string decode_page(std::string_view bytes, std::string_view content_type) {
    auto [encoding, from] = detect_charset(bytes, content_type);
    if (encoding != base::Encoding::utf8 && from != CharsetFrom::bom) {
        constexpr std::ptrdiff_t enough = 8;
        auto leads = std::count_if(bytes.begin(), bytes.end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0xc0) == 0xc0;
        });
        if (leads >= enough && base::is_utf8(bytes)) encoding = base::Encoding::utf8;
    }
    return base::decode(bytes, encoding);
}

}  // namespace formats

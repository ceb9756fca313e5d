#include "formats/text/charset.hpp"

#include <algorithm>

#include "base/text/ascii.hpp"
#include "base/text/decoder.hpp"
#include "base/text/encoding_guess.hpp"
#include "base/text/utf8.hpp"
#include "formats/text/media_type.hpp"

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

Charset detect_charset(std::string_view bytes, std::string_view content_type) {
    if (auto mark = base::byte_order_mark(bytes)) return {mark->encoding, CharsetFrom::bom};
    if (auto found = base::encoding_of_label(media_type_of(content_type).charset))
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

bool is_rather_utf8(std::string_view bytes, base::Encoding said) {
    const auto evidence = base::utf8_evidence(bytes);
    return evidence.bad == 0 && evidence.good >= base::strange_from(said);
}

base::Encoding encoding_of_page(std::string_view bytes, std::string_view content_type) {
    auto [encoding, from] = detect_charset(bytes, content_type);
    if (encoding == base::Encoding::utf8 || from == CharsetFrom::bom) return encoding;
    constexpr std::ptrdiff_t enough = 8;
    auto leads = std::count_if(bytes.begin(), bytes.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) == 0xc0;
    });
    return leads >= enough && base::is_utf8(bytes) ? base::Encoding::utf8 : encoding;
}

std::string decode_page(std::string_view bytes, std::string_view content_type) {
    return base::decode(bytes, encoding_of_page(bytes, content_type));
}

}  // namespace formats

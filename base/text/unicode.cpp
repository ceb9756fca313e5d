#include "base/text/unicode.hpp"

#include <algorithm>
#include <limits>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "base/error.hpp"
#include "base/text/utf8.hpp"

namespace base {

namespace {

icu::UnicodeString wide_of(std::string_view text) {
    if (text.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
        throw Error("text", "is longer than 2 GiB", "cut it");
    return icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
}

std::string utf8_of_wide(const icu::UnicodeString& text) {
    std::string out;
    text.toUTF8String(out);
    return out;
}

bool all_ascii(std::string_view text) {
    for (char c : text)
        if (static_cast<unsigned char>(c) >= 0x80) return false;
    return true;
}

}  // namespace

std::string nfc(std::string_view text) {
    if (all_ascii(text)) return std::string(text);
    UErrorCode code = U_ZERO_ERROR;
    const auto* form = icu::Normalizer2::getNFCInstance(code);
    if (U_FAILURE(code) != 0) throw Error("text", "ICU has no normal forms", "install libicu");
    return utf8_of_wide(form->normalize(wide_of(text), code));
}

std::string folded(std::string_view text) {
    return utf8_of_wide(wide_of(text).foldCase());
}

std::string tidy_name(std::string_view text) {
    std::size_t first = text.size(), last = 0;
    for (std::size_t at = 0; at < text.size();) {
        auto begin = at;
        auto c = next_code_point(text, at);
        if (u_isUWhiteSpace(static_cast<UChar32>(c)) != 0) continue;
        first = std::min(first, begin);
        last = at;
    }
    return first < last ? nfc(text.substr(first, last - first)) : std::string();
}

}  // namespace base

#include "training/detail/html.hpp"

#include <cstdint>

#include <fmt/format.h>
#include <unicode/utf8.h>

namespace training::detail {

std::string escape(std::string_view text) {
    std::string out;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const auto length = static_cast<std::int64_t>(text.size());
    for (std::int64_t at = 0; at < length;) {
        const auto begun = at;
        UChar32 c = 0;
        U8_NEXT(bytes, at, length, c);
        if (c < 0 || (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0)) {
            out += "\xef\xbf\xbd";
        } else if (c == '&') {
            out += "&amp;";
        } else if (c == '<') {
            out += "&lt;";
        } else if (c == '>') {
            out += "&gt;";
        } else if (c == '"') {
            out += "&quot;";
        } else if (c == '\'') {
            out += "&#39;";
        } else {
            out.append(
                text.substr(static_cast<std::size_t>(begun), static_cast<std::size_t>(at - begun))
            );
        }
    }
    return out;
}

std::string grouped(std::size_t value) {
    const auto digits = std::to_string(value);
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) out.push_back(',');
        out.push_back(digits[i]);
    }
    return out;
}

std::string number(double value) {
    return fmt::format("{:.4g}", value);
}
std::string percent(double share) {
    return fmt::format("{:.1f}&#8239;%", 100 * share);
}

}  // namespace training::detail

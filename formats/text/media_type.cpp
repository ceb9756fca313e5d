#include "formats/text/media_type.hpp"

#include <algorithm>

#include "base/text/ascii.hpp"

namespace formats {

namespace {

// The next piece up to the mark, which is not looked for within quotes; takes both off the text.
std::string_view take_until(char mark, std::string_view& text) {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < text.size() && (quoted || text[end] != mark); ++end) {
        if (text[end] == '"') quoted = !quoted;
        if (quoted && text[end] == '\\') ++end;
    }
    end = std::min(end, text.size());
    const auto piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return base::trim(piece);
}

std::string charset_of(std::string_view parameters) {
    while (!parameters.empty()) {
        const auto part = take_until(';', parameters);
        const auto equals = part.find('=');
        if (equals == part.npos ||
            !base::equal_ignoring_case(base::trim(part.substr(0, equals)), "charset"))
            continue;
        auto value = base::trim(part.substr(equals + 1));
        if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0])
            value = value.substr(1, value.size() - 2);
        if (!value.empty()) return std::string(value);
    }
    return {};
}

}  // namespace

MediaType media_type_of(std::string_view content_type) {
    MediaType found;
    while (!content_type.empty()) {
        auto one = take_until(',', content_type);
        const auto essence = base::to_lower(take_until(';', one));
        auto charset = charset_of(one);
        if (essence == "*/*" || (essence.empty() && charset.empty())) continue;
        const bool other = !essence.empty() && essence != found.essence;
        if (other || !charset.empty()) found.charset = std::move(charset);
        if (other) found.essence = essence;
    }
    return found;
}

}  // namespace formats

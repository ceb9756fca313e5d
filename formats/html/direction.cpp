#include "formats/html/direction.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "formats/text/characters.hpp"

namespace crawler::selector {

namespace {

// Of the first character that has a direction; nothing if none has.
std::optional<bool> first_strong(std::string_view text) {
    auto size = static_cast<std::int32_t>(text.size());
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    for (std::int32_t at = 0; at < size;) {
        UChar32 c;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"  // in the macro
        U8_NEXT_OR_FFFD(bytes, at, size, c);
#pragma GCC diagnostic pop
        auto direction = u_charDirection(c);
        if (direction == U_LEFT_TO_RIGHT) return false;
        if (direction == U_RIGHT_TO_LEFT || direction == U_RIGHT_TO_LEFT_ARABIC) return true;
    }
    return std::nullopt;
}

bool has_direction(const Document& document, NodeId id) {
    auto dir = document.attribute(id, "dir");
    return dir && (equal_ignoring_case(*dir, "ltr") || equal_ignoring_case(*dir, "rtl") ||
                   equal_ignoring_case(*dir, "auto"));
}

// By the text within, without what decides for itself.
std::optional<bool> by_content(const Document& document, NodeId id) {
    for (auto at = document.following(id, id); at;) {
        bool skip = false;
        if (document.is_text(at)) {
            if (auto found = first_strong(document[at].text)) return found;
        } else if (document.is_element(at)) {
            auto name = document[at].text;
            skip = name == "bdi" || name == "script" || name == "style" || name == "textarea" ||
                   name == "iframe" || name == "math" || name == "svg" ||
                   has_direction(document, at);
        }
        at = document.following(at, id, skip);
    }
    return std::nullopt;
}

bool holds_typed_text(std::string_view type) {
    for (std::string_view one : {"", "text", "search", "tel", "url", "email"})
        if (equal_ignoring_case(type, one)) return true;
    return false;
}

}  // namespace

bool is_right_to_left(const Document& document, NodeId id) {
    for (auto at = id; at && document.is_element(at); at = document[at].parent) {
        auto dir = document.attribute(at, "dir").value_or("");
        auto name = document[at].text;
        if (equal_ignoring_case(dir, "ltr")) return false;
        if (equal_ignoring_case(dir, "rtl")) return true;
        bool is_auto = equal_ignoring_case(dir, "auto");
        auto type = document.attribute(at, "type").value_or("");
        if (name == "input" && !is_auto && equal_ignoring_case(type, "tel")) return false;
        if (!is_auto && name != "bdi") continue;
        std::optional<bool> found;
        if (name == "input") {
            if (!holds_typed_text(type)) return false;
            auto value = document.attribute(at, "value").value_or("");
            found = first_strong(value);
            if (!found && !value.empty()) return false;
        } else if (name == "textarea") {
            auto value = document.text(at);
            found = first_strong(value);
            if (!found && !value.empty()) return false;
        } else {
            found = by_content(document, at);
        }
        if (found) return *found;
        if (at == document.html()) return false;
    }
    return false;
}

}  // namespace crawler::selector

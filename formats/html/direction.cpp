#include "formats/html/direction.hpp"

#include <unicode/uchar.h>

#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"

namespace formats::selector {

namespace {

// Of the first character that has a direction; nothing if none has.
std::optional<bool> first_strong(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        auto direction = u_charDirection(static_cast<UChar32>(base::next_code_point(text, at)));
        if (direction == U_LEFT_TO_RIGHT) return false;
        if (direction == U_RIGHT_TO_LEFT || direction == U_RIGHT_TO_LEFT_ARABIC) return true;
    }
    return std::nullopt;
}

bool has_direction(const Document& document, NodeId id) {
    auto dir = document.attribute(id, "dir");
    return dir &&
           (base::equal_ignoring_case(*dir, "ltr") || base::equal_ignoring_case(*dir, "rtl") ||
            base::equal_ignoring_case(*dir, "auto"));
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
        if (base::equal_ignoring_case(type, one)) return true;
    return false;
}

}  // namespace

bool is_right_to_left(const Document& document, NodeId id) {
    for (auto at = id; at && document.is_element(at); at = document[at].parent) {
        auto dir = document.attribute(at, "dir").value_or("");
        auto name = document[at].text;
        if (base::equal_ignoring_case(dir, "ltr")) return false;
        if (base::equal_ignoring_case(dir, "rtl")) return true;
        bool is_auto = base::equal_ignoring_case(dir, "auto");
        auto type = document.attribute(at, "type").value_or("");
        if (name == "input" && !is_auto && base::equal_ignoring_case(type, "tel")) return false;
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

}  // namespace formats::selector

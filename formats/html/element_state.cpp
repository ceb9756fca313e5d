// The states of elements that selectors ask for (HTML standard, 4.16.3), as far as a page that has
// just been loaded has any: nothing is hovered, played or typed. The states of a form's controls
// that take more than a look at attributes are in form_state.cpp.
#include "formats/html/element_state.hpp"

#include <algorithm>
#include <optional>

#include "base/text/ascii.hpp"
#include "formats/html/direction.hpp"
#include "formats/html/form_state.hpp"

namespace formats::selector {

namespace {

// No part of a drawing or a formula.
bool is_html(const Document& document, NodeId id) {
    for (auto at = id; at; at = document[at].parent)
        if (document[at].tag == Tag::svg || document[at].tag == Tag::math) return false;
    return true;
}

bool is_control(const Document& document, NodeId id) {
    using enum Tag;
    auto tag = document[id].tag;
    return tag == input || tag == button || tag == select || tag == textarea || tag == optgroup ||
           tag == option || tag == fieldset;
}
bool takes_input(const Document& document, NodeId id) {
    auto tag = document[id].tag;
    return tag == Tag::input || tag == Tag::select || tag == Tag::textarea;
}

bool is_disabled(const Document& document, NodeId id) {
    if (document.attribute(id, "disabled")) return true;
    using enum Tag;
    if (document[id].tag == option) {
        auto parent = document[id].parent;
        return document[parent].tag == optgroup &&
               document.attribute(parent, "disabled").has_value();
    }
    if (document[id].tag == optgroup) return false;
    for (auto child = id, at = document[id].parent; at; child = at, at = document[at].parent) {
        if (document[at].tag != fieldset || !document.attribute(at, "disabled")) continue;
        bool in_legend =
            document[child].tag == legend;  // what is in a fieldset's first legend stays enabled
        for (auto before = document.previous_element(child); before && in_legend;
             before = document.previous_element(before))
            in_legend = document[before].tag != legend;
        if (!in_legend) return true;
    }
    return false;
}

// <meta http-equiv="content-language">
std::optional<std::string_view> language_of_page(const Document& document) {
    for (auto at = document[document.head()].first_child; at; at = document[at].next)
        if (document[at].tag == Tag::meta &&
            base::equal_ignoring_case(
                document.attribute(at, "http-equiv").value_or(""), "content-language"
            ))
            return document.attribute(at, "content");
    return std::nullopt;
}

// Extended filtering of RFC 4647, 3.3.2.
bool in_range(std::string_view tag, std::string_view range) {
    auto next = [](std::string_view& text) {
        auto part = text.substr(0, text.find('-'));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        return part;
    };
    auto first_range = next(range), first_tag = next(tag);
    if (first_range != "*" && first_range != first_tag) return false;
    while (!range.empty()) {
        auto wanted = next(range);
        if (wanted == "*") continue;
        for (;;) {
            if (tag.empty()) return false;
            auto part = next(tag);
            if (part == wanted) break;
            if (part.size() == 1) return false;
        }
    }
    return true;
}

}  // namespace

bool has_state(const Document& document, NodeId id, Pseudo::Kind state) {
    using enum Pseudo::Kind;
    switch (state) {
        case link:
            return (document[id].tag == Tag::a || document[id].tag == Tag::area) &&
                   document.attribute(id, "href").has_value();
        case checked:
            return is_checked(document, id);
        case disabled:
            return is_control(document, id) && is_disabled(document, id);
        case enabled:
            return is_control(document, id) && !is_disabled(document, id);
        case required:
            return takes_input(document, id) && document.attribute(id, "required").has_value();
        case optional:
            return takes_input(document, id) && !document.attribute(id, "required");
        case default_:
            return is_default(document, id);
        case indeterminate:
            return is_indeterminate(document, id);
        case in_range:
            return range_of(document, id) == Range::inside;
        case out_of_range:
            return range_of(document, id) == Range::outside;
        case placeholder_shown:
            return shows_placeholder(document, id);
        case read_only:
            return !is_read_write(document, id);
        case read_write:
            return is_read_write(document, id);
        case defined:  // elements with a dash in their name wait for a script
            return document[id].text.find('-') == std::string_view::npos ||
                   document[id].text.find(':') != std::string_view::npos;
        case open:
            return (document[id].tag == Tag::details || document[id].tag == Tag::dialog) &&
                   document.attribute(id, "open").has_value();
        case muted:
            return (document[id].tag == Tag::audio || document[id].tag == Tag::video) &&
                   document.attribute(id, "muted").has_value();
        case right_to_left:
            return is_html(document, id) && is_right_to_left(document, id);
        case left_to_right:
            return is_html(document, id) && !is_right_to_left(document, id);
        default:
            return false;
    }
}

bool has_language(const Document& document, NodeId id, const std::vector<std::string>& ranges) {
    std::optional<std::string_view> language;
    for (auto at = id; at && !language; at = document[at].parent) {
        if (!document.is_element(at)) continue;
        language = document.attribute(at, "lang");
        auto name = document[at].text;
        if (!language && (name == "math" || name == "svg"))
            language = document.attribute(at, "xml:lang");
    }
    if (!language) language = language_of_page(document);
    if (!language) return false;
    auto value = base::to_lower(*language);
    return std::any_of(ranges.begin(), ranges.end(), [&](const std::string& wanted) {
        return wanted.empty() || value.empty() ? wanted == value : in_range(value, wanted);
    });
}

}  // namespace formats::selector

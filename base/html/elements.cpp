#include "base/html/elements.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/html/html.hpp"
#include "base/text/utf8.hpp"

namespace base {

std::string lead(std::string_view html) {
    return fmt::format("<p class=\"lead\">{}</p>", html);
}

std::string short_text(const std::string& text, std::size_t length) {
    if (text.size() <= length) return escape(text);
    return escape(cut_at_character(text, length)) + "&hellip;";
}

std::string meter(double share, bool bad) {
    return fmt::format(
        "<span class=\"meter{}\"><i style=\"width:{:.1f}%\"></i></span>",
        bad ? " bad" : "",
        100 * std::clamp(share, 0.0, 1.0)
    );
}

std::string figure(std::string_view name, std::string_view value, std::string_view below) {
    return fmt::format(
        "<div class=\"sheet pad\"><div class=\"soft small\">{}</div><div class=\"value\">{}</div>"
        "<div class=\"soft small\">{}</div></div>",
        name,
        value,
        below
    );
}

std::string scrolling(std::string_view label, std::string_view html) {
    return fmt::format(
        "<div class=\"sheet scroll\" role=\"group\" aria-label=\"{}\" tabindex=\"0\">{}</div>",
        escape(label),
        html
    );
}

std::string table_of(
    std::string_view label,
    std::initializer_list<std::string_view> headings,
    const std::string& rows,
    std::string_view caption
) {
    std::string out = "<table>";
    if (!caption.empty()) out += fmt::format("<caption>{}</caption>", caption);
    out += "<thead><tr>";
    for (auto one : headings) {
        bool text = one.starts_with('<');
        out += fmt::format(
            "<th scope=\"col\"{}>{}</th>", text ? " class=\"text\"" : "", text ? one.substr(1) : one
        );
    }
    return scrolling(label, out + "</tr></thead><tbody>" + rows + "</tbody></table>");
}

}  // namespace base

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
        "<div class=\"figure\"><div class=\"name\">{}</div><div class=\"value\">{}</div><div "
        "class=\"range\">{}</div></div>",
        name,
        value,
        below
    );
}

std::string table_of(std::initializer_list<std::string_view> headings, const std::string& rows) {
    std::string out = "<div class=\"card scroll\" tabindex=\"0\"><table><thead><tr>";
    for (auto one : headings) {
        bool text = one.starts_with('<');
        out += fmt::format(
            "<th scope=\"col\"{}>{}</th>", text ? " class=\"text\"" : "", text ? one.substr(1) : one
        );
    }
    return out + "</tr></thead><tbody>" + rows + "</tbody></table></div>";
}

}  // namespace base

#include "base/html/html.hpp"

#include <fmt/format.h>

#include "base/text/utf8.hpp"

namespace base {

std::string escape(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto begun = at;
        const auto c = next_code_point(text, at);
        const bool control = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0);
        if (control || c == replacement_character) {
            out += replacement_utf8;
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
            out.append(text.substr(begun, at - begun));
        }
    }
    return out;
}

std::string number(double value) {
    return fmt::format("{:.4g}", value);
}
std::string percent(double share) {
    return fmt::format("{:.1f}&#8239;%", 100 * share);
}

std::string render(const HtmlPage& page) {
    std::string out = fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\">"
        "<meta name=\"color-scheme\" content=\"light "
        "dark\"><title>{}</title><style>{}</style></head>\n<body><a class=\"skip\" "
        "href=\"#main\">Skip to content</a>"
        "<div class=\"page\"><header><p class=\"eyebrow\">{}</p><h1>{}</h1><p "
        "class=\"sub\">{}</p>{}",
        escape(page.title),
        page_style,
        escape(page.eyebrow),
        escape(page.title),
        escape(page.subtitle),
        page.figures
    );
    for (const auto& warning : page.warnings)
        out += fmt::format("<p class=\"warn\" role=\"note\">{}</p>", escape(warning));
    if (!page.facts.empty()) {
        out += "<dl class=\"facts\">";
        for (const auto& [name, value] : page.facts)
            out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value));
        out += "</dl>";
    }
    out += "</header>\n<nav aria-label=\"Sections\">";
    for (const auto& part : page.sections)
        out += fmt::format("<a href=\"#{}\">{}</a>", part.id, part.name);
    out += "</nav>\n<main id=\"main\">";
    for (const auto& part : page.sections)
        out += fmt::format(
            "<section id=\"{0}\" aria-labelledby=\"{0}-h\"><h2 "
            "id=\"{0}-h\">{1}</h2>{2}</section>\n",
            part.id,
            part.name,
            part.body
        );
    return out +
           "</main><footer>Made by tilth. Everything on this page is in this "
           "file.</footer></div></body></html>\n";
}

}  // namespace base

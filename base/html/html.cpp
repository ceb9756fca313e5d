// A page of its own: the style sheet of the web page, then what reports add to it, both embedded
// when the program is built. Parts are closed but for the first, so that a page of twenty of them
// is read by their briefs; browsers open a part when its link in the navigation is followed.
#include "base/html/html.hpp"

#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "base/html/styles.hpp"
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
    if (!std::isfinite(value)) return "–";
    const double size = std::abs(value);
    const std::string sign = value < 0 ? "&minus;" : "";
    if (size >= 1e15 || (size > 0 && size < 0.001)) return sign + fmt::format("{:.3e}", size);
    if (size == std::floor(size)) return sign + grouped(static_cast<std::uint64_t>(size));
    if (size < 1000) return sign + fmt::format("{:.3f}", size);
    const double unit = std::pow(10, std::floor(std::log10(size)) - 3);
    return sign + grouped(static_cast<std::uint64_t>(std::round(size / unit) * unit + 0.5));
}
std::string percent(double share) {
    return fmt::format("{:.1f}&#8239;%", 100 * share);
}

namespace {

std::string head_of(const HtmlPage& page) {
    return fmt::format(
        "<header><p class=\"soft small\">{}</p><h1>{}</h1><p class=\"soft\">{}</p></header>",
        escape(page.eyebrow),
        escape(page.title),
        escape(page.subtitle)
    );
}

std::string brief_of(const HtmlPage& page) {
    auto out = page.figures;
    for (const auto& warning : page.warnings)
        out += fmt::format("<p class=\"warn\" role=\"note\">{}</p>", escape(warning));
    if (page.facts.empty()) return out;
    out += "<dl class=\"sheet facts\">";
    for (const auto& [name, value] : page.facts)
        out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value));
    return out + "</dl>";
}

// The link of the navigation names what is inside of the part, which opens it.
std::string part_of(const Section& part, bool open) {
    return fmt::format(
        "<details class=\"sheet\"{}><summary><h2>{}</h2><span class=\"brief soft\">{}</span>"
        "</summary><div class=\"part\" id=\"{}\">{}</div></details>\n",
        open ? " open" : "",
        part.name,
        part.brief,
        part.id,
        part.body
    );
}

}  // namespace

std::string render(const HtmlPage& page) {
    std::string out = fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\"><title>{}</title><style>",
        escape(page.title)
    );
    for (const auto& sheet : styles::files) out += sheet.text;
    out +=
        "</style></head>\n<body><a class=\"skip\" href=\"#main\">Skip to content</a>"
        "<div class=\"page\">";
    out += head_of(page) + "\n<main id=\"main\">" + brief_of(page);
    if (!page.sections.empty()) {
        out += "\n<nav aria-label=\"Sections\">";
        for (const auto& part : page.sections)
            out += fmt::format("<a href=\"#{}\">{}</a>", part.id, part.name);
        out += "</nav>";
    }
    for (std::size_t i = 0; i < page.sections.size(); ++i) out += part_of(page.sections[i], i == 0);
    return out +
           "</main><footer>Made by tilth. Everything on this page is in this "
           "file.</footer></div></body></html>\n";
}

}  // namespace base

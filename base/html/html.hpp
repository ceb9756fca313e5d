#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace base {

// Text for HTML content and quoted attributes: markup escaped, control characters and broken UTF-8
// replaced.
std::string escape(std::string_view text);

// 12345 -> "12,345"
std::string grouped(std::size_t value);
// Four significant digits, or a percentage with one decimal.
std::string number(double value);
std::string percent(double share);

struct Section {
    std::string id;
    std::string name;
    std::string body;  // HTML
};

// A page that stands alone: it needs neither network nor script.
struct HtmlPage {
    std::string eyebrow, title, subtitle;                    // texts
    std::string figures;                                     // HTML
    std::vector<std::string> warnings;                       // texts
    std::vector<std::pair<std::string, std::string>> facts;  // texts
    std::vector<Section> sections;
};
std::string render(const HtmlPage& page);

// The style sheet of such pages, light and dark.
extern const std::string_view page_style;

}  // namespace base

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text/figures.hpp"

namespace base {

// Text for HTML content and quoted attributes: markup escaped, control characters and broken UTF-8
// replaced.
std::string escape(std::string_view text);

// As the web page writes figures (web/src/lib/figure.ts), as HTML: whole numbers as they are, three
// decimals below 1,000, four digits from there on. A percentage has one decimal.
std::string number(double value);
std::string percent(double share);

// A part that opens when its heading is pressed; the first of a page is open.
struct Section {
    std::string id;
    std::string name;
    std::string body;   // HTML
    std::string brief;  // HTML: what there is to see, beside the heading
};

// A page that stands alone: it needs neither network nor script. It looks like the web page, whose
// style sheet is in it, in the light or the dark as the reader's system has it.
struct HtmlPage {
    std::string eyebrow, title, subtitle;                    // texts
    std::string figures;                                     // HTML
    std::vector<std::string> warnings;                       // texts
    std::vector<std::pair<std::string, std::string>> facts;  // texts
    std::vector<Section> sections;
};
std::string render(const HtmlPage& page);

}  // namespace base

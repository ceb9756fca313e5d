#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/html/document.hpp"
#include "formats/url/url.hpp"

namespace formats {

struct Link {
    Url url;
    std::string text;  // what a reader sees of it, at most 200 octets
    std::string rel;   // as written, lower case
    bool nofollow = false;
};

// A page by formats/text's decode_page(); its links are sent in the encoding that it came in.
Document parse_page(std::string_view bytes, std::string_view content_type);

// What a page says about itself, beside its content.
struct Facts {
    std::string title;     // <title>, else og:title, else the first h1
    Url base;              // what its links are relative to
    std::string language;  // of <html lang>: primary tag, lower case; empty if it does not say
    std::string
        licence;  // SPDX id of a Creative Commons link, else the link's URL; empty if there is none
    std::optional<Url> canonical;  // the first <link rel=canonical>
    bool disputed = false;         // another of them names another address
    std::optional<Url> refresh;    // <meta http-equiv=refresh> to another address
    std::vector<std::pair<std::string, std::string>>
        metas;  // name or property in lower case, content
};
Facts read_facts(const Document& document, const Url& url);

// The addresses of <a>, <area> and of <link rel=next|prev|alternate> in document order, resolved
// against facts.base; each once, fragments aside. Addresses that are no URL are left out.
std::vector<Link> read_links(const Document& document, const Facts& facts, bool with_texts);

// The language of a text by its letters and words (CLD2), of which the first `enough` bytes are
// looked at.
struct LanguageGuess {
    std::string language;   // BCP 47 primary tag; empty if there is no telling
    double confidence = 0;  // share of the text that is in it, halved where CLD2 is unsure
    bool reliable = false;
};
LanguageGuess judge_language(std::string_view utf8, std::size_t enough = 4096);
// The language if it is reliable, else empty.
std::string guess_language(std::string_view utf8);

// "CC-BY-SA-3.0" for a Creative Commons address; the address itself otherwise.
std::string licence_name(const std::string& url);

}  // namespace formats

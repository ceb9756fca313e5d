#include "crawler/extract/page_quality.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "formats/text/text_quality.hpp"

namespace crawler {

namespace {

// How many bytes are no white space, eight at a time: a byte above 0x20 carries into its highest
// bit, or has it.
double visible_bytes(std::string_view text) {
    constexpr std::uint64_t high = 0x8080808080808080;
    std::size_t count = 0, at = 0;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, text.data() + at, 8);
        count += static_cast<std::size_t>(
            std::popcount((((eight & ~high) + 0x5f5f5f5f5f5f5f5f) | eight) & high)
        );
    }
    for (; at < text.size(); ++at) count += static_cast<unsigned char>(text[at]) > ' ';
    return static_cast<double>(count);
}

struct Shares {
    double all = 0, links = 0;
};

// Bytes of visible text, without white space, and those of them inside of links.
Shares shares_of(const Document& document) {
    Shares shares;
    auto body = document.body();
    NodeId link_end = 0;  // the first node after the link that the walk is in
    bool in_link = false;
    for (auto at = document.following(body, body); at;) {
        if (in_link && at == link_end) in_link = false;
        const auto& node = document[at];
        if (node.kind == Node::Kind::element && has_trait(node.tag, is_invisible)) {
            at = document.following(at, body, true);
            continue;
        }
        if (node.kind == Node::Kind::element && node.tag == Tag::a && !in_link) {
            in_link = true;
            link_end = document.following(at, body, true);
        }
        if (node.kind == Node::Kind::text) {
            auto bytes = visible_bytes(node.text);
            shares.all += bytes;
            if (in_link) shares.links += bytes;
        }
        at = document.following(at, body);
    }
    return shares;
}

}  // namespace

schema::Quality measure_plain(const schema::Text& text, const LanguageGuess& language) {
    schema::Quality quality;
    quality.language = language.language;
    quality.measures =
        schema::measure_text(text.body, text.language.empty() ? language.language : text.language);
    if (!language.language.empty())
        schema::set_value(
            quality.measures, schema::Measure::language_confidence, language.confidence
        );
    return quality;
}

schema::Quality
measure_page(const Document& document, const schema::Text& text, const LanguageGuess& language) {
    auto quality = measure_plain(text, language);
    auto shares = shares_of(document);
    if (shares.all > 0) {
        schema::set_value(
            quality.measures,
            schema::Measure::main_share,
            std::min(1.0, visible_bytes(text.body) / shares.all)
        );
        schema::set_value(
            quality.measures, schema::Measure::link_density, shares.links / shares.all
        );
    }
    return quality;
}

}  // namespace crawler

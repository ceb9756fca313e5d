// What a crawl asks of every page: base address, language, robots and canonical tags, title, links.
//
// All facts are taken in one walk over the nodes. The language that a page claims is often its
// server's, so the words are asked too (CLD2, of the visible text).
#include "formats/html/html.hpp"

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>
#include <boost/unordered/unordered_flat_set.hpp>

#include "base/text/ascii.hpp"
#include "base/text/decoder.hpp"
#include "base/text/utf8.hpp"
#include "formats/text/charset.hpp"

namespace formats {

namespace {

bool has_word(std::string_view list, std::string_view word) {
    while (!list.empty()) {
        auto start = list.find_first_not_of(" \t\n\f\r");
        if (start == list.npos) return false;
        list.remove_prefix(start);
        auto item = list.substr(0, list.find_first_of(" \t\n\f\r"));
        if (base::equal_ignoring_case(item, word)) return true;
        list.remove_prefix(item.size());
    }
    return false;
}

// "5; url='next.html'"
std::string_view refresh_target(std::string_view content) {
    auto at = content.find_first_of(";,");
    if (at == content.npos) return {};
    auto rest = base::trim(content.substr(at + 1));
    if (rest.size() < 4 || !base::equal_ignoring_case(rest.substr(0, 3), "url")) return rest;
    rest = base::trim(rest.substr(3));
    if (!rest.starts_with('=')) return {};
    rest = base::trim(rest.substr(1));
    if (!rest.empty() && (rest[0] == '"' || rest[0] == '\''))
        rest = rest.substr(1, rest.find(rest[0], 1) - 1);
    return rest;
}

class FactReader {
public:
    FactReader(const Document& document, const Url& url) : document_(document) {
        facts_.base = url;
    }

    Facts run() {
        if (auto lang = document_.attribute(document_.html(), "lang"))
            facts_.language = primary_tag(*lang);
        bool based = false;
        for (auto at = document_.html(); at; at = document_.following(at, document_.html())) {
            if (!document_.is_element(at)) continue;
            switch (document_[at].tag) {
                case Tag::base:
                    if (auto href = document_.attribute(at, "href"); href && !based) {
                        auto found = parse_url(*href, &facts_.base, document_.encoding());
                        if (found && !found->opaque_path) facts_.base = std::move(*found);
                        based = true;
                    }
                    break;
                case Tag::title:
                    if (facts_.title.empty())
                        facts_.title = base::collapse_spaces(document_.text(at));
                    break;
                case Tag::meta:
                    meta(at);
                    break;
                case Tag::link:
                case Tag::a:
                    link(at);
                    break;
                case Tag::h1:
                    if (!heading_) heading_ = at;
                    break;
                default:
                    break;
            }
        }
        if (facts_.title.empty()) facts_.title = base::collapse_spaces(og_title_);
        if (facts_.title.empty() && heading_)
            facts_.title = base::collapse_spaces(document_.visible_text(heading_));
        return std::move(facts_);
    }

private:
    static std::string primary_tag(std::string_view lang) {
        lang = base::trim(lang);
        auto tag = base::to_lower(lang.substr(0, lang.find_first_of("-_")));
        return tag.size() >= 2 && tag.size() <= 3 ? tag : std::string();
    }

    void meta(NodeId at) {
        auto content = document_.attribute(at, "content");
        if (!content) return;
        auto name = document_.attribute(at, "name");
        if (!name) name = document_.attribute(at, "property");
        if (name) {
            facts_.metas.emplace_back(base::to_lower(base::trim(*name)), *content);
            if (facts_.metas.back().first == "og:title" && og_title_.empty()) og_title_ = *content;
        }
        auto equiv = document_.attribute(at, "http-equiv");
        if (!equiv) return;
        if (base::equal_ignoring_case(*equiv, "refresh") && !facts_.refresh) {
            if (auto target = refresh_target(*content); !target.empty())
                facts_.refresh = parse_url(target, &facts_.base, document_.encoding());
        } else if (base::equal_ignoring_case(*equiv, "content-language") && facts_.language.empty()) {
            facts_.language = primary_tag(content->substr(0, content->find(',')));
        }
    }

    void link(NodeId at) {
        auto rel = document_.attribute(at, "rel");
        if (!rel) return;
        auto href = document_.attribute(at, "href");
        if (!href) return;
        if (facts_.licence.empty() && (has_word(*rel, "license") || has_word(*rel, "licence"))) {
            if (auto url = parse_url(*href, &facts_.base, document_.encoding()))
                facts_.licence = licence_name(url->href());
        }
        if (document_[at].tag == Tag::link && has_word(*rel, "canonical")) {
            auto named = parse_url(*href, &facts_.base, document_.encoding());
            if (!facts_.canonical) {
                facts_.canonical = std::move(named);
            } else if (!named || named->href() != facts_.canonical->href()) {
                facts_.disputed = true;
            }
        }
    }

    const Document& document_;
    Facts facts_;
    std::string og_title_;
    NodeId heading_ = 0;
};

bool is_followed(Tag tag, std::string_view rel) {
    if (tag == Tag::a || tag == Tag::area) return true;
    if (tag != Tag::link) return false;
    return has_word(rel, "next") || has_word(rel, "prev") ||
           (has_word(rel, "alternate") && !has_word(rel, "stylesheet"));
}

}  // namespace

Document parse_page(std::string_view bytes, std::string_view content_type) {
    const auto encoding = encoding_of_page(bytes, content_type);
    return Document::parse(base::decode(bytes, encoding), encoding);
}

Facts read_facts(const Document& document, const Url& url) {
    return FactReader(document, url).run();
}

std::vector<Link> read_links(const Document& document, const Facts& facts, bool with_texts) {
    std::vector<Link> links;
    links.reserve(document.size() / 16);
    boost::unordered_flat_set<std::string_view, std::hash<std::string_view>> seen;
    for (auto at = document.html(); at; at = document.following(at, document.html())) {
        auto tag = document[at].tag;
        if (tag != Tag::a && tag != Tag::area && tag != Tag::link) continue;
        auto href = document.attribute(at, "href");
        if (!href) continue;
        auto rel = document.attribute(at, "rel").value_or("");
        if (!is_followed(tag, rel)) continue;
        auto address = base::trim(href->substr(0, href->find('#')));
        if (address.empty() || !seen.insert(address).second) continue;
        auto url = parse_url(address, &facts.base, document.encoding());
        if (!url) continue;
        auto& link = links.emplace_back();
        link.url = std::move(*url);
        if (!rel.empty()) {
            link.rel = base::to_lower(rel);
            link.nofollow =
                has_word(rel, "nofollow") || has_word(rel, "ugc") || has_word(rel, "sponsored");
        }
        if (with_texts) {
            link.text = document.visible_text(at);
            if (link.text.size() > 200) link.text = base::mend_utf8(link.text.substr(0, 200));
        }
    }
    return links;
}

LanguageGuess judge_language(std::string_view utf8, std::size_t enough) {
    utf8 = base::cut_at_character(utf8, enough);
    CLD2::Language three[3];
    int percent[3], bytes = 0;
    LanguageGuess guess;
    auto language = CLD2::DetectLanguageSummary(
        utf8.data(), static_cast<int>(utf8.size()), true, three, percent, &bytes, &guess.reliable
    );
    if (language == CLD2::UNKNOWN_LANGUAGE || percent[0] <= 0) return {};
    std::string code = CLD2::LanguageCode(language);
    guess.language = code.substr(0, code.find('-'));
    auto share = language == three[0] ? percent[0] : 100 - percent[0];
    guess.confidence = (guess.reliable ? 1.0 : 0.5) * share / 100;
    return guess;
}

std::string guess_language(std::string_view utf8) {
    auto guess = judge_language(utf8);
    return guess.reliable ? guess.language : std::string();
}

std::string licence_name(const std::string& url) {
    auto at = url.find("creativecommons.org/");
    if (at == std::string::npos) return url;
    auto rest = std::string_view(url).substr(at + 20);
    if (rest.starts_with("publicdomain/zero/1.0")) return "CC0-1.0";
    if (!rest.starts_with("licenses/")) return url;
    rest.remove_prefix(9);
    auto kind = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), kind.size() + 1));
    auto version = rest.substr(0, rest.find('/'));
    if (kind.empty() || version.size() != 3) return url;
    std::string name = "CC-";
    for (char c : kind) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    return name.append("-").append(version);
}

}  // namespace formats

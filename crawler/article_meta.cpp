// Title, byline and date of an article: what the page tells machines first, what it shows people
// second.
#include <algorithm>

#include "crawler/article.hpp"
#include "crawler/characters.hpp"
#include "crawler/metadata.hpp"

namespace crawler {

namespace json = boost::json;

namespace {

std::string meta_value(const Facts& facts, std::initializer_list<std::string_view> names) {
    for (auto wanted : names)
        for (const auto& [name, content] : facts.metas)
            if (name == wanted && !trim(content).empty()) return collapse_spaces(content);
    return {};
}

bool is_article_type(const json::object& object) {
    const auto* type = object.if_contains("@type");
    auto fits = [](const json::value& value) {
        if (!value.is_string()) return false;
        std::string_view name = value.as_string();
        return name.ends_with("Article") || name.ends_with("BlogPosting") || name == "Report" ||
               name == "WebPage" || name == "Recipe";
    };
    if (!type) return false;
    if (type->is_array())
        return std::any_of(type->as_array().begin(), type->as_array().end(), fits);
    return fits(*type);
}

std::string text_in(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_string() ? collapse_spaces(value->as_string()) : std::string();
}

// An author is a name, an object with one, or a list of either.
std::string names_of(const json::value& author) {
    if (author.is_string()) return collapse_spaces(author.as_string());
    if (author.is_object()) return text_in(author.as_object(), "name");
    std::string all;
    if (author.is_array()) {
        for (const auto& entry : author.as_array()) {
            auto name = names_of(entry);
            if (name.empty()) continue;
            if (!all.empty()) all += ", ";
            all += name;
        }
    }
    return all;
}

std::size_t word_count(std::string_view text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')) + 1;
}

// "Headline | Site" -> "Headline"; a first part that is too short is taken for the site's name
// instead.
std::string without_site(const std::string& title) {
    constexpr std::string_view marks[] = {
        " | ",
        " - ",
        " \xe2\x80\x93 ",
        " \xe2\x80\x94 ",
        " \\ ",
        " / ",
        " > ",
        " \xc2\xbb ",
        " :: "};
    std::size_t last = std::string::npos, length = 0, first = std::string::npos;
    for (auto mark : marks) {
        auto at = title.rfind(mark);
        if (at != std::string::npos && (last == std::string::npos || at > last)) {
            last = at;
            length = mark.size();
        }
        first = std::min(first, title.find(mark));
    }
    if (last == std::string::npos) return title;
    auto head = title.substr(0, last);
    if (word_count(head) < 3) head = title.substr(first + length);
    return word_count(head) < 3 && word_count(title) > 4 ? title : head;
}

std::string first_heading(const Document& document) {
    NodeId found = 0;
    for (auto at = document.body(); at; at = document.following(at, document.body())) {
        if (document[at].tag != Tag::h1) continue;
        if (found) return {};  // which one is it?
        found = at;
    }
    return found ? collapse_spaces(document.visible_text(found)) : std::string();
}

struct Shown {
    std::string byline, time;
};

Shown shown_on_page(const Document& document) {
    Shown shown;
    for (auto at = document.body(); at; at = document.following(at, document.body())) {
        if (!document.is_element(at) || document[at].attribute_count == 0) continue;
        auto value = [&](std::string_view name) {
            return document.attribute(at, name).value_or("");
        };
        auto property = value("itemprop");
        if (shown.time.empty()) {
            if (property == "datePublished" ||
                (document[at].tag == Tag::time && document.attribute(at, "datetime"))) {
                auto stamp = document.attribute(at, "datetime");
                if (!stamp) stamp = document.attribute(at, "content");
                shown.time =
                    stamp ? std::string(*stamp) : collapse_spaces(document.visible_text(at));
            }
        }
        if (!shown.byline.empty()) continue;
        auto names = to_lower(value("class")) + " " + to_lower(value("id"));
        bool author = value("rel") == "author" || property.find("author") != property.npos ||
                      names.find("byline") != names.npos || names.find("dateline") != names.npos ||
                      names.find("writtenby") != names.npos || names.find("p-author") != names.npos;
        if (!author) continue;
        auto text = collapse_spaces(document.visible_text(at));
        if (!text.empty() && text.size() < 100) shown.byline = text;
    }
    return shown;
}

// Some pages give machines HTML.
std::string plain(std::string_view text) {
    if (text.find_first_of("<&") == text.npos) return std::string(text);
    auto document = Document::parse(std::string(text));
    return document.visible_text(document.body());
}

// Scripts bring the text of some pages, which only tell it to machines before they have run.
std::string told_or_found(std::string_view told, std::string found) {
    constexpr std::size_t enough = 400;
    if (told.size() < enough || told.size() < found.size() * 2) return found;
    auto text = plain(told);
    return text.size() < found.size() * 2 ? found : text;
}

}  // namespace

Article read_article(const Document& document, const Facts& facts) {
    Article article;
    std::string told;
    auto part = find_main_part(document);
    article.text = text_of(document, part);
    auto shown = shown_on_page(document);
    std::string headline;
    for (const auto& entry : read_jsonld(document)) {
        const auto& object = entry.as_object();
        if (!is_article_type(object)) continue;
        if (headline.empty()) headline = text_in(object, "headline");
        const auto* body = object.if_contains("articleBody");
        if (body && body->is_string() && body->as_string().size() > told.size())
            told = body->as_string();
        if (article.published.empty()) article.published = text_in(object, "datePublished");
        const auto* author = object.if_contains("author");
        if (author && article.byline.empty()) article.byline = names_of(*author);
    }
    article.text = told_or_found(told, std::move(article.text));
    article.title =
        !headline.empty()
            ? headline
            : meta_value(
                  facts, {"og:title", "dc.title", "dcterm.title", "twitter:title", "parsely-title"}
              );
    if (article.title.empty()) article.title = without_site(facts.title);
    if (article.title.empty() || article.title.size() > 150) {
        if (auto heading = first_heading(document); !heading.empty()) article.title = heading;
    }
    if (article.byline.empty())
        article.byline = meta_value(
            facts,
            {"author",
             "dc.creator",
             "dcterm.creator",
             "parsely-author",
             "article:author_name",
             "sailthru.author"}
        );
    if (article.byline.empty()) article.byline = shown.byline;
    if (article.published.empty())
        article.published = meta_value(
            facts,
            {"article:published_time",
             "datepublished",
             "dc.date",
             "dcterms.created",
             "parsely-pub-date",
             "sailthru.date",
             "date",
             "pubdate"}
        );
    if (article.published.empty()) article.published = shown.time;
    return article;
}

}  // namespace crawler

// Title, byline and date of an article: what the page tells machines first, what it shows people
// second.
#include "crawler/extract/article/article_meta.hpp"

#include <algorithm>

#include "base/text/ascii.hpp"
#include "crawler/extract/article/article_date.hpp"
#include "crawler/extract/article/article_shown.hpp"
#include "crawler/extract/metadata.hpp"

namespace crawler {

namespace json = boost::json;

namespace {

std::string meta_value(const formats::Facts& facts, std::initializer_list<std::string_view> names) {
    for (auto wanted : names)
        for (const auto& [name, content] : facts.metas)
            if (name == wanted && !base::trim(content).empty())
                return base::collapse_spaces(content);
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
    if (!value || !value->is_string()) return {};
    std::string text;
    formats::decode_references(value->as_string(), false, text);
    return base::collapse_spaces(text);
}

// What JSON-LD says; its objects may refer to each other.
class Told {
public:
    explicit Told(const formats::Document& document) : entries_(read_jsonld(document)) {
        for (const auto& entry : entries_) note(entry.as_object());
    }

    std::string headline, published, byline;
    std::string publisher;  // an author that is no person

private:
    void note(const json::object& object) {
        if (!is_article_type(object)) return;
        if (headline.empty()) headline = text_in(object, "headline");
        if (published.empty()) published = text_in(object, "datePublished");
        for (auto key : {"author", "creator"})
            if (const auto* author = object.if_contains(key))
                if (auto& to = is_organisation(*author) ? publisher : byline; to.empty())
                    to = names_of(*author);
    }

    static bool is_organisation(const json::value& author) {
        const auto* type = author.is_object() ? author.as_object().if_contains("@type") : nullptr;
        return type && type->is_string() && type->as_string() == "Organization";
    }

    // An author is a name, an object with one, a reference to such an object, or a list of these.
    std::string names_of(const json::value& author) const {
        if (author.is_string()) {
            auto name = base::collapse_spaces(author.as_string());
            return name.starts_with("http") ? std::string() : name;
        }
        if (author.is_object()) return name_of_person(author.as_object());
        std::string all;
        if (!author.is_array()) return all;
        for (const auto& entry : author.as_array()) {
            auto name = entry.is_array() ? std::string() : names_of(entry);
            if (name.empty()) continue;
            if (!all.empty()) all += ", ";
            all += name;
        }
        return all;
    }

    std::string name_of_person(const json::object& person) const {
        auto name = text_in(person, "name");
        if (!name.empty() || !person.contains("@id")) return name;
        for (const auto& entry : entries_) {
            const auto* id = entry.as_object().if_contains("@id");
            if (id && *id == person.at("@id")) return text_in(entry.as_object(), "name");
        }
        return {};
    }

    json::array entries_;
};

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

std::string first_of(std::initializer_list<std::string> texts) {
    for (const auto& text : texts)
        if (!text.empty()) return text;
    return {};
}

// The first of what is told that is a date, else what is shown, else what the address says.
std::string published(
    const formats::Document& document,
    const formats::Facts& facts,
    std::string_view told,
    const std::string& shown
) {
    constexpr std::string_view names[] = {
        "article:published_time",
        "datepublished",
        "dc.date",
        "dcterms.created",
        "citation_online_date",
        "citation_publication_date",
        "parsely-pub-date",
        "sailthru.date",
        "date",
        "pubdate"};
    auto place = day_place_of(document.attribute(document.html(), "lang").value_or(""));
    auto date = machine_date(told, place);
    for (auto name : names)
        if (date.empty()) date = machine_date(meta_value(facts, {name}), place);
    if (date.empty()) date = shown;
    return date.empty() ? find_date(facts.base.path) : date;
}

}  // namespace

Article read_article(formats::Document& document, const formats::Facts& facts) {
    Article article;
    article.content = read_content(document, facts);
    Told told(document);
    auto meta_title = meta_value(
        facts, {"og:title", "dc.title", "dcterm.title", "twitter:title", "parsely-title"}
    );
    article.title = first_of({told.headline, meta_title, without_site(facts.title)});
    auto shown = shown_on_page(document, article.content.part, article.title);
    if (!shown.headline.empty()) article.title = shown.headline;
    article.byline = first_of(
        {told.byline,
         meta_value(
             facts,
             {"author",
              "dc.creator",
              "dcterm.creator",
              "parsely-author",
              "article:author_name",
              "sailthru.author"}
         ),
         shown.byline,
         told.publisher}
    );
    article.published = published(document, facts, told.published, shown.date);
    return article;
}

}  // namespace crawler

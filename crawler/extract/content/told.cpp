// Pages that scripts fill, and shops that keep their descriptions behind tabs, still tell search
// engines what they are about. Texts in JSON-LD are HTML as often as not; what is no HTML is
// escaped, so that all of it can be read one way.
#include "crawler/extract/content/told.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "base/text/ascii.hpp"

namespace crawler {

namespace {

namespace json = boost::json;

constexpr int deepest = 6;

bool is_of(const json::object& object, std::initializer_list<std::string_view> types) {
    const auto* type = object.if_contains("@type");
    auto fits = [&](const json::value& value) {
        return value.is_string() &&
               std::any_of(types.begin(), types.end(), [&](std::string_view wanted) {
                   return std::string_view(value.as_string()).ends_with(wanted);
               });
    };
    if (!type) return false;
    if (!type->is_array()) return fits(*type);
    return std::any_of(type->as_array().begin(), type->as_array().end(), fits);
}

std::string_view text_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_string() ? base::trim(value->as_string()) : std::string_view();
}

// As HTML: what has no tags may still have references and lines.
std::string html_of(std::string_view text) {
    if (text.find("</") != text.npos || text.find("<br") != text.npos) return std::string(text);
    std::string out;
    while (!text.empty()) {
        auto end = std::min(text.find('\n'), text.size());
        if (auto line = base::trim(text.substr(0, end)); !line.empty())
            out.append("<p>").append(line).append("</p>");
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

template <typename Take>
void each_object(const json::value* value, const Take& take) {
    if (!value) return;
    if (value->is_object()) take(value->as_object());
    if (value->is_array())
        for (const auto& entry : value->as_array())
            if (entry.is_object()) take(entry.as_object());
}

std::string_view name_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (value && value->is_string()) return value->as_string();
    return value && value->is_object() ? text_at(value->as_object(), "name") : std::string_view();
}

void add_post(const json::object& post, int depth, std::string& out) {
    auto text = text_at(post, "text");
    if (text.empty()) text = text_at(post, "articleBody");
    if (!text.empty()) {
        auto author = name_at(post, "author"), when = text_at(post, "datePublished");
        if (when.empty()) when = text_at(post, "dateCreated");
        if (!author.empty()) out.append("<p>").append(author).append("</p>");
        if (!when.empty()) out.append("<p>").append(when).append("</p>");
        out += html_of(text);
    }
    if (depth >= deepest) return;
    for (auto key : {"mainEntity", "acceptedAnswer", "suggestedAnswer", "comment"})
        each_object(post.if_contains(key), [&](const json::object& inner) {
            add_post(inner, depth + 1, out);
        });
}

std::string product_of(const json::object& product) {
    auto out = html_of(text_at(product, "description"));
    std::string list;
    each_object(product.if_contains("additionalProperty"), [&](const json::object& property) {
        auto name = text_at(property, "name"), value = text_at(property, "value");
        if (!name.empty() && !value.empty())
            list.append("<li>").append(name).append(": ").append(value).append("</li>");
    });
    if (!list.empty()) out.append("<ul>").append(list).append("</ul>");
    return out;
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    for (char c : text) {
        if (base::is_alnum(c) || !base::is_ascii(c)) {
            word += base::lower(c);
        } else if (!word.empty()) {
            words.push_back(std::exchange(word, {}));
        }
    }
    if (!word.empty()) words.push_back(word);
    return words;
}

}  // namespace

ToldContent read_told(const json::array& jsonld) {
    ToldContent told;
    int products = 0;
    auto note = [&](const json::object& object) {
        auto body = text_at(object, "articleBody");
        if (body.size() > told.article.size() &&
            is_of(object, {"Article", "BlogPosting", "Report"}))
            told.article = body;
        if (is_of(object, {"DiscussionForumPosting", "QAPage"})) add_post(object, 0, told.posts);
        if (is_of(object, {"Product", "ProductGroup", "Vehicle", "Book"}) && ++products == 1)
            told.product = product_of(object);
    };
    for (const auto& entry : jsonld) {
        note(entry.as_object());
        each_object(entry.as_object().if_contains("mainEntity"), note);
    }
    if (products != 1) told.product.clear();
    told.article = html_of(told.article);
    return told;
}

std::string told_description(const formats::Facts& facts) {
    std::string_view longest;
    for (const auto& [name, content] : facts.metas)
        if ((name == "description" || name == "og:description") && content.size() > longest.size())
            longest = content;
    return base::collapse_spaces(longest);
}

double share_shown(std::string_view text, std::string_view shown) {
    auto words = words_of(text);
    auto seen = words_of(shown);
    std::set<std::string> all(seen.begin(), seen.end());
    auto found = std::count_if(words.begin(), words.end(), [&](const auto& word) {
        return all.contains(word);
    });
    return words.empty() ? 1 : static_cast<double>(found) / static_cast<double>(words.size());
}

}  // namespace crawler

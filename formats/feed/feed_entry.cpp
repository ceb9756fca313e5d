// What one entry of a feed says, in the same words for RSS, Atom and JSON Feed.
//
// Feeds mix vocabularies: RSS with Dublin Core, content modules and bits of Atom. An element counts
// if it is of the feed's own namespace or of one of the modules that are meant as its equal; others
// (<media:title>, <itunes:author>) say something else under the same name.
#include "formats/feed/feed_entry.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/text/ascii.hpp"
#include "base/time/parse.hpp"

namespace formats {

namespace json = boost::json;

namespace {

constexpr std::string_view dublin_core = "purl.org/dc/elements";
constexpr std::string_view content_module = "modules/content";

bool is_own(const XmlElement& child, const XmlElement& parent) {
    const auto& space = child.space;
    if (space.find(content_module) != space.npos) return false;
    if (space.empty() || space == parent.space) return true;
    for (std::string_view feeds :
         {"purl.org/rss/1.0/",
          "/2005/Atom",
          "purl.org/atom/ns",
          "netscape.com/rdf",
          "backend.userland.com"})
        if (space.find(feeds) != space.npos) return true;
    return false;
}

// The <div> around content of type xhtml is not part of it (RFC 4287, 3.1.1.3).
std::string content_of(const XmlElement& element) {
    auto text = base::trim(element.inner.empty() ? element.text : element.inner);
    const bool wrapped = element.attribute("type") == "xhtml" && element.children.size() == 1 &&
                         element.children.front().name == "div" && text.ends_with("</div>");
    if (wrapped) text = text.substr(text.find('>') + 1, text.rfind('<') - text.find('>') - 1);
    return std::string(base::trim(text));
}

// As written if it is absolute, or nothing is known that it could be relative to.
std::string resolved(std::string text, const Url* base) {
    if (text.empty() || !base || parse_url(text)) return text;
    const auto url = parse_url(text, base);
    return url ? url->href() : text;
}

std::string in_space(const XmlElement& item, std::string_view name, std::string_view space) {
    for (const auto& child : item.children)
        if (child.name == name && child.space.find(space) != std::string::npos)
            return std::string(base::trim(child.text));
    return {};
}

void take(std::string& into, std::string value) {
    if (into.empty()) into = std::move(value);
}

void add_enclosure(FeedEntry& entry, std::string url, std::string type, std::string length) {
    if (!url.empty())
        entry.enclosures.push_back({std::move(url), std::move(type), std::move(length)});
}

FeedEntry read_rss(const XmlElement& item, const Url* base) {
    FeedEntry entry;
    entry.id = own_text(item, "guid");
    entry.title = own_text(item, "title");
    entry.link = own_text(item, "link");
    const auto* guid = item.child("guid");
    const bool permalink = guid && guid->attribute("isPermaLink") != "false" &&
                           (entry.id.find("://") != std::string::npos || entry.id.starts_with('/'));
    if (permalink) take(entry.link, entry.id);
    take(entry.id, item.attribute("about"));
    entry.author = own_text(item, "author");
    take(entry.author, in_space(item, "creator", dublin_core));
    entry.summary = own_text(item, "description");
    entry.content = in_space(item, "encoded", content_module);
    entry.published = own_text(item, "pubDate");
    take(entry.published, in_space(item, "date", dublin_core));
    entry.link = resolved(std::move(entry.link), base);
    for (const auto& child : item.children) {
        const bool subject =
            child.name == "subject" && child.space.find(dublin_core) != std::string::npos;
        const bool own = is_own(child, item);
        if (subject || (own && child.name == "category"))
            entry.categories.emplace_back(base::trim(child.text));
        if (own && child.name == "enclosure")
            add_enclosure(
                entry,
                resolved(child.attribute("url"), base),
                child.attribute("type"),
                child.attribute("length")
            );
    }
    return entry;
}

FeedEntry read_atom(const XmlElement& item, const Url* base) {
    FeedEntry entry;
    entry.id = own_text(item, "id");
    entry.title = own_text(item, "title");
    entry.link = atom_link(item, base);
    entry.summary = own_text(item, "summary");
    entry.content = own_text(item, "content");
    entry.published = own_text(item, "published");
    take(entry.published, own_text(item, "issued"));
    entry.updated = own_text(item, "updated");
    take(entry.updated, own_text(item, "modified"));
    for (const auto& child : item.children) {
        if (!is_own(child, item)) continue;
        if (child.name == "author") take(entry.author, child.child_text("name"));
        if (child.name == "category") entry.categories.push_back(child.attribute("term"));
        if (child.name == "link" && child.attribute("rel") == "enclosure")
            add_enclosure(
                entry,
                resolved(child.attribute("href"), base),
                child.attribute("type"),
                child.attribute("length")
            );
    }
    return entry;
}

}  // namespace

std::string own_text(const XmlElement& element, std::string_view name) {
    for (const auto& child : element.children)
        if (child.name == name && is_own(child, element))
            if (auto text = content_of(child); !text.empty()) return text;
    return {};
}

std::string atom_link(const XmlElement& element, const Url* base) {
    std::string other;
    for (const auto& child : element.children) {
        if (child.name != "link" || !is_own(child, element)) continue;
        const auto rel = child.attribute("rel");
        auto target = std::string(base::trim(child.attribute("href")));
        if (target.empty()) continue;
        const auto own = base_within(child, base);
        target = resolved(std::move(target), own ? &*own : nullptr);
        if (rel.empty() || rel == "alternate") return target;
        if (rel != "self" && rel != "enclosure") take(other, std::move(target));
    }
    return other;
}

std::string json_text(const json::object& object, std::string_view key) {
    const auto* found = object.if_contains(key);
    if (!found) return {};
    if (found->is_string()) return std::string(found->as_string());
    return found->is_number() ? json::serialize(*found) : std::string();
}

FeedEntry read_json_item(const json::object& item) {
    FeedEntry entry;
    entry.id = json_text(item, "id");  // feeds in the wild count their entries
    entry.title = json_text(item, "title");
    entry.link = json_text(item, "url");
    take(entry.link, json_text(item, "external_url"));
    entry.summary = json_text(item, "summary");
    entry.content = json_text(item, "content_html");
    take(entry.content, json_text(item, "content_text"));
    entry.published = feed_time(json_text(item, "date_published"));
    entry.updated = feed_time(json_text(item, "date_modified"));
    for (auto name : {"image", "banner_image", "language"})
        if (auto value = json_text(item, name); !value.empty())
            entry.more.emplace_back(name, std::move(value));
    auto each = [&](std::string_view key, auto visit) {
        const auto* found = item.if_contains(key);
        if (!found || !found->is_array()) return;
        for (const auto& one : found->as_array()) visit(one);
    };
    each("authors", [&](const json::value& one) {
        if (one.is_object()) take(entry.author, json_text(one.as_object(), "name"));
    });
    if (const auto* author = item.if_contains("author"); author && author->is_object())
        take(entry.author, json_text(author->as_object(), "name"));
    each("tags", [&](const json::value& one) {
        if (one.is_string()) entry.categories.emplace_back(one.as_string());
    });
    each("attachments", [&](const json::value& one) {
        if (!one.is_object()) return;
        const auto& object = one.as_object();
        add_enclosure(
            entry,
            json_text(object, "url"),
            json_text(object, "mime_type"),
            json_text(object, "size_in_bytes")
        );
    });
    return entry;
}

std::string feed_time(const std::string& text) {
    const auto iso = base::parse_iso(text);
    if (iso && !iso->clock) return text;  // a day is no more than that
    if (text.size() < 8) return text;     // as are a year and a month
    const auto time = base::parse_written_time(text);
    return time ? base::rfc3339(*time) : text;
}

std::optional<Url> base_within(const XmlElement& element, const Url* outer) {
    const auto own = element.attribute("xml", "base");
    if (!own.empty())
        if (auto url = parse_url(base::trim(own), outer)) return url;
    return outer ? std::optional(*outer) : std::nullopt;
}

FeedEntry read_entry(FeedFamily family, const XmlElement& item, const Url* base) {
    const auto own = base_within(item, base);
    const auto* from = own ? &*own : nullptr;
    auto entry = family == FeedFamily::atom ? read_atom(item, from) : read_rss(item, from);
    add_more(item, from, entry);
    entry.published = feed_time(entry.published);
    entry.updated = feed_time(entry.updated);
    return entry;
}

FeedEntry read_json_entry(std::string_view item) {
    json::error_code failed;
    auto parsed = json::parse(item, failed);
    if (failed || !parsed.is_object()) return {};
    return read_json_item(parsed.as_object());
}

FeedFamily feed_family(std::string_view head) {
    auto begin = head.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    if (begin != head.npos && (head[begin] == '{' || head[begin] == '[')) return FeedFamily::json;
    auto atom = std::min(head.find("<feed"), head.find(":feed"));
    auto rss = std::min({head.find("<rss"), head.find("RDF"), head.find("<item"), head.size()});
    return atom < rss || head.find("<entry") < rss ? FeedFamily::atom : FeedFamily::rss;
}

std::optional<XmlElement> parse_feed_xml(std::string_view utf8, bool* whole) {
    return parse_xml(utf8, {"title", "summary", "content", "description", "subtitle"}, whole);
}

}  // namespace formats

#include "formats/feed/feed.hpp"

#include <boost/json.hpp>

#include "base/text/ascii.hpp"
#include "base/time/parse.hpp"
#include "formats/xml/xml.hpp"

namespace formats {

namespace json = boost::json;

namespace {

constexpr std::size_t size_limit = 50U << 20U;
constexpr std::string_view dublin_core = "http://purl.org/dc/elements/1.1/";
constexpr std::string_view content_module = "http://purl.org/rss/1.0/modules/content/";
constexpr std::string_view atom_space = "http://www.w3.org/2005/Atom";

class Reader {
public:
    explicit Reader(const Url& base) : base_(base) {}

    std::string absolute(std::string_view text) const {
        text = base::trim(text);
        if (text.empty()) return {};
        auto url = parse_url(text, &base_);
        return url ? url->href() : std::string(text);
    }

    // "Tue, 10 Jun 2003 04:00:00 GMT" with any zone -> ISO; others unchanged.
    static std::string date(const std::string& text) {
        auto time = base::parse_mail_time(text);
        return time ? base::rfc3339(*time) : text;
    }

    static std::string
    in_space(const XmlElement& element, std::string_view name, std::string_view space) {
        for (const auto& child : element.children)
            if (child.name == name && child.space == space)
                return std::string(base::trim(child.text));
        return {};
    }

    // The child without a module's namespace: <title>, not <media:title>.
    static std::string plain(const XmlElement& element, std::string_view name) {
        for (const auto& child : element.children) {
            bool own = child.space.empty() || child.space == element.space ||
                       child.space.find("purl.org/rss/1.0/") != std::string::npos;
            if (child.name == name && own && child.space != content_module)
                return std::string(base::trim(child.text));
        }
        return {};
    }

    Feed rss(const XmlElement& root) const {
        Feed feed;
        bool rdf = root.name == "RDF";
        feed.version = rdf ? "rss10" : "rss20";
        static const XmlElement none;
        const auto* found = root.child("channel");
        const auto& channel = found ? *found : none;
        feed.title = plain(channel, "title");
        feed.link = absolute(plain(channel, "link"));
        feed.description = plain(channel, "description");
        feed.language = plain(channel, "language");
        feed.updated = date(plain(channel, "lastBuildDate"));
        const auto& holder = rdf ? root : channel;
        for (const auto& item : holder.children)
            if (item.name == "item") feed.entries.push_back(rss_item(item));
        return feed;
    }

    FeedEntry rss_item(const XmlElement& item) const {
        FeedEntry entry;
        entry.title = plain(item, "title");
        entry.link = absolute(plain(item, "link"));
        entry.id = plain(item, "guid");
        const auto* guid = item.child("guid");
        if (entry.link.empty() && guid && guid->attribute("isPermaLink") != "false")
            entry.link = absolute(entry.id);
        if (entry.id.empty()) entry.id = item.attribute("about");
        if (entry.id.empty()) entry.id = entry.link;
        entry.author = plain(item, "author");
        if (entry.author.empty()) entry.author = in_space(item, "creator", dublin_core);
        entry.summary = plain(item, "description");
        entry.content = in_space(item, "encoded", content_module);
        entry.published = date(plain(item, "pubDate"));
        if (entry.published.empty()) entry.published = in_space(item, "date", dublin_core);
        for (const auto& child : item.children) {
            if (child.name == "category") entry.categories.emplace_back(base::trim(child.text));
            if (child.name == "enclosure")
                entry.enclosures.push_back(absolute(child.attribute("url")));
        }
        return entry;
    }

    static std::string atom_text(const XmlElement& element, std::string_view name) {
        for (const auto& child : element.children)
            if (child.name == name && (child.space == atom_space || child.space == element.space))
                return child.inner.empty() ? std::string(base::trim(child.text)) : child.inner;
        return {};
    }

    std::string atom_link(const XmlElement& element) const {
        std::string first;
        for (const auto& child : element.children) {
            if (child.name != "link") continue;
            auto rel = child.attribute("rel");
            if (rel.empty() || rel == "alternate") return absolute(child.attribute("href"));
            if (first.empty() && rel != "self" && rel != "enclosure")
                first = absolute(child.attribute("href"));
        }
        return first;
    }

    Feed atom(const XmlElement& root) const {
        Feed feed;
        feed.version = "atom10";
        feed.title = atom_text(root, "title");
        feed.description = atom_text(root, "subtitle");
        feed.link = atom_link(root);
        feed.language = root.attribute("lang");
        feed.updated = atom_text(root, "updated");
        for (const auto& item : root.children) {
            if (item.name != "entry") continue;
            FeedEntry entry;
            entry.id = atom_text(item, "id");
            entry.title = atom_text(item, "title");
            entry.link = atom_link(item);
            entry.summary = atom_text(item, "summary");
            entry.content = atom_text(item, "content");
            entry.published = atom_text(item, "published");
            entry.updated = atom_text(item, "updated");
            if (const auto* author = item.child("author"))
                entry.author = author->child_text("name");
            for (const auto& child : item.children) {
                if (child.name == "category") entry.categories.push_back(child.attribute("term"));
                if (child.name == "link" && child.attribute("rel") == "enclosure")
                    entry.enclosures.push_back(absolute(child.attribute("href")));
            }
            feed.entries.push_back(std::move(entry));
        }
        return feed;
    }

    static std::string text_in(const json::object& object, std::string_view key) {
        const auto* value = object.if_contains(key);
        return value && value->is_string() ? std::string(value->as_string()) : std::string();
    }

    std::optional<Feed> json_feed(std::string_view text) const {
        boost::system::error_code error;
        auto parsed = json::parse(text, error);
        if (error || !parsed.is_object()) return std::nullopt;
        const auto& root = parsed.as_object();
        if (text_in(root, "version").find("jsonfeed.org/version") == std::string::npos)
            return std::nullopt;
        Feed feed;
        feed.version = "json1";
        feed.title = text_in(root, "title");
        feed.link = absolute(text_in(root, "home_page_url"));
        feed.description = text_in(root, "description");
        feed.language = text_in(root, "language");
        const auto* items = root.if_contains("items");
        if (!items || !items->is_array()) return feed;
        for (const auto& item : items->as_array()) {
            if (!item.is_object()) continue;
            const auto& object = item.as_object();
            FeedEntry entry;
            entry.id = text_in(object, "id");
            if (const auto* id = object.if_contains("id"); id && id->is_number())
                entry.id = json::serialize(*id);  // feeds in the wild count their entries
            entry.title = text_in(object, "title");
            entry.link = absolute(text_in(object, "url"));
            entry.summary = text_in(object, "summary");
            entry.content = text_in(object, "content_html");
            if (entry.content.empty()) entry.content = text_in(object, "content_text");
            entry.published = text_in(object, "date_published");
            entry.updated = text_in(object, "date_modified");
            feed.entries.push_back(std::move(entry));
        }
        return feed;
    }

private:
    const Url& base_;
};

}  // namespace

std::optional<Feed> parse_feed(std::string_view bytes, const Url& url) {
    auto plain = gunzip(bytes, size_limit);
    if (!plain) return std::nullopt;
    Reader reader(url);
    if (base::trim(std::string_view(*plain).substr(0, 256)).starts_with('{'))
        return reader.json_feed(*plain);
    auto root = parse_xml(*plain);
    if (!root) return std::nullopt;
    if (root->name == "rss" || root->name == "RDF") return reader.rss(*root);
    if (root->name == "feed") return reader.atom(*root);
    return std::nullopt;
}

}  // namespace formats

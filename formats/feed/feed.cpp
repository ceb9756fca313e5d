// A feed as a whole: what is said of it, and its entries with absolute links and times in one form.
//
// Feeds in the wild are seldom what they claim, so the root element decides, not the media type,
// and broken markup is read as far as it goes. What one entry says is read in feed_entry.cpp, which
// the crawler and ingest share.
#include "formats/feed/feed.hpp"

#include <boost/json.hpp>

#include "base/text/ascii.hpp"
#include "base/time/parse.hpp"
#include "formats/feed/feed_entry.hpp"

namespace formats {

namespace json = boost::json;

namespace {

constexpr std::size_t size_limit = 50U << 20U;

class Reader {
public:
    explicit Reader(const Url& base) : base_(base) {}

    Feed rss(const XmlElement& root) const {
        const bool rdf = root.name == "RDF";
        static const XmlElement none;
        const auto* found = root.child("channel");
        const auto& channel = found ? *found : none;
        Feed feed;
        feed.version = rdf ? "rss10" : "rss20";
        feed.title = own_text(channel, "title");
        feed.link = absolute(own_text(channel, "link"));
        feed.description = own_text(channel, "description");
        feed.language = own_text(channel, "language");
        feed.updated = time(own_text(channel, "lastBuildDate"));
        const auto& holder = rdf ? root : channel;
        for (const auto& item : holder.children)
            if (item.name == "item") add(feed, read_entry(FeedFamily::rss, item));
        for (auto& entry : feed.entries)
            if (entry.id.empty()) entry.id = entry.link;
        return feed;
    }

    Feed atom(const XmlElement& root) const {
        Feed feed;
        feed.version = "atom10";
        feed.title = own_text(root, "title");
        feed.description = own_text(root, "subtitle");
        feed.link = absolute(atom_link(root));
        feed.language = root.attribute("lang");
        feed.updated = own_text(root, "updated");
        for (const auto& item : root.children)
            if (item.name == "entry") add(feed, read_entry(FeedFamily::atom, item));
        return feed;
    }

    std::optional<Feed> json_feed(std::string_view text) const {
        boost::system::error_code error;
        auto parsed = json::parse(text, error);
        if (error || !parsed.is_object()) return std::nullopt;
        const auto& root = parsed.as_object();
        if (json_text(root, "version").find("jsonfeed.org/version") == std::string::npos)
            return std::nullopt;
        Feed feed;
        feed.version = "json1";
        feed.title = json_text(root, "title");
        feed.link = absolute(json_text(root, "home_page_url"));
        feed.description = json_text(root, "description");
        feed.language = json_text(root, "language");
        const auto* items = root.if_contains("items");
        if (!items || !items->is_array()) return feed;
        for (const auto& item : items->as_array())
            if (item.is_object()) add(feed, read_json_item(item.as_object()));
        return feed;
    }

private:
    std::string absolute(std::string_view text) const {
        text = base::trim(text);
        if (text.empty()) return {};
        auto url = parse_url(text, &base_);
        return url ? url->href() : std::string(text);
    }

    // "Tue, 10 Jun 2003 04:00:00 +0200" -> "2003-06-10T02:00:00Z"; what is no such time stays.
    static std::string time(const std::string& text) {
        auto time = base::parse_mail_time(text);
        return time ? base::rfc3339(*time) : text;
    }

    void add(Feed& feed, FeedEntry entry) const {
        entry.link = absolute(entry.link);
        entry.published = time(entry.published);
        entry.updated = time(entry.updated);
        for (auto& enclosure : entry.enclosures) enclosure.url = absolute(enclosure.url);
        feed.entries.push_back(std::move(entry));
    }

    const Url& base_;
};

}  // namespace

std::optional<Feed> parse_feed(std::string_view bytes, const Url& url) {
    auto plain = gunzip(bytes, size_limit);
    if (!plain) return std::nullopt;
    Reader reader(url);
    if (base::trim(std::string_view(*plain).substr(0, 256)).starts_with('{'))
        return reader.json_feed(*plain);
    auto root = parse_feed_xml(*plain);
    if (!root) return std::nullopt;
    if (root->name == "rss" || root->name == "RDF") return reader.rss(*root);
    if (root->name == "feed") return reader.atom(*root);
    return std::nullopt;
}

}  // namespace formats

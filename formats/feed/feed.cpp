// A feed as a whole: what is said of it, and its entries with absolute links and times in one form.
//
// Feeds in the wild are seldom what they claim, so the root element decides, not the media type,
// and broken markup is read as far as it goes. What one entry says is read in feed_entry.cpp, which
// the crawler and ingest share.
#include "formats/feed/feed.hpp"

#include <boost/json.hpp>

#include "base/text/ascii.hpp"
#include "formats/archive/coding.hpp"
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
        const auto outer = base_within(root, &base_);
        const auto base = base_within(channel, &*outer);
        Feed feed;
        feed.version = rdf ? "rss10" : "rss20";
        feed.title = own_text(channel, "title");
        feed.link = absolute(own_text(channel, "link"), *base);
        feed.description = own_text(channel, "description");
        feed.language = own_text(channel, "language");
        feed.updated = feed_time(own_text(channel, "lastBuildDate"));
        // Items stand behind the channel in RDF, and wherever a tag was forgotten in others.
        each_within(root, "item", [&](const XmlElement& item) {
            add(feed, read_entry(FeedFamily::rss, item, &*base));
        });
        for (auto& entry : feed.entries)
            if (entry.id.empty()) entry.id = entry.link;
        return feed;
    }

    Feed atom(const XmlElement& root) const {
        const auto base = base_within(root, &base_);
        Feed feed;
        feed.version = "atom10";
        feed.title = own_text(root, "title");
        feed.description = own_text(root, "subtitle");
        feed.link = absolute(atom_link(root, &*base), *base);
        feed.language = root.attribute("lang");
        feed.updated = feed_time(own_text(root, "updated"));
        each_within(root, "entry", [&](const XmlElement& item) {
            add(feed, read_entry(FeedFamily::atom, item, &*base));
        });
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
        feed.link = absolute(json_text(root, "home_page_url"), base_);
        feed.description = json_text(root, "description");
        feed.language = json_text(root, "language");
        const auto* items = root.if_contains("items");
        if (!items || !items->is_array()) return feed;
        for (const auto& item : items->as_array())
            if (item.is_object()) add(feed, read_json_item(item.as_object()));
        return feed;
    }

private:
    static std::string absolute(std::string_view text, const Url& base) {
        text = base::trim(text);
        if (text.empty()) return {};
        auto url = parse_url(text, &base);
        return url ? url->href() : std::string(text);
    }

    void add(Feed& feed, FeedEntry entry) const {
        entry.link = absolute(entry.link, base_);
        for (auto& enclosure : entry.enclosures) enclosure.url = absolute(enclosure.url, base_);
        feed.entries.push_back(std::move(entry));
    }

    const Url& base_;
};

}  // namespace

std::optional<Feed>
parse_feed(std::string_view bytes, const Url& url, std::string_view content_type) {
    auto unpacked = gunzip(bytes, size_limit);
    auto text = decode_xml(unpacked.bytes, content_type);
    Reader reader(url);
    std::optional<Feed> feed;
    if (base::trim(std::string_view(text).substr(0, 256)).starts_with('{')) {
        feed = reader.json_feed(text);
    } else if (bool whole = true; auto root = parse_feed_xml(text, &whole)) {
        if (!whole && unpacked.fault.empty()) unpacked.fault = "the document breaks off";
        if (root->name == "rss" || root->name == "RDF") feed = reader.rss(*root);
        if (root->name == "feed") feed = reader.atom(*root);
    }
    if (feed) feed->fault = std::move(unpacked.fault);
    return feed;
}

}  // namespace formats

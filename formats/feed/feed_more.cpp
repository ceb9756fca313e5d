// What the modules of feeds say beside the words that all feeds have in common: Dublin Core, what
// podcasts and videos are about, places, numbers of comments. Each keeps the name under which
// people know it, whatever prefix the feed has chosen.
#include <algorithm>
#include <array>

#include "base/text/ascii.hpp"
#include "formats/feed/feed_entry.hpp"

namespace formats {

namespace {

struct Module {
    std::string_view space;  // a part of its namespace
    std::string_view prefix;
};
constexpr std::array modules{
    Module{"purl.org/dc/elements", "dc"},
    Module{"purl.org/dc/terms", "dcterms"},
    Module{"/dtds/podcast-1.0.dtd", "itunes"},
    Module{"/DTDs/Podcast-1.0.dtd", "itunes"},
    Module{"search.yahoo.com/mrss", "media"},
    Module{"podcastindex.org", "podcast"},
    Module{"www.podcastone.com", "podcast"},
    Module{"rss/1.0/modules/slash", "slash"},
    Module{"rss/1.0/modules/content", "content"},
    Module{"wellformedweb.org/CommentAPI", "wfw"},
    Module{"purl.org/syndication/thread", "thr"},
    Module{"georss.org", "georss"},
    Module{"w3.org/2003/01/geo", "geo"},
    Module{"youtube.com/xml/schemas", "yt"},
    Module{"base.google.com/ns", "g"},
    Module{"/2005/Atom", "atom"},
};

std::string prefix_of(const XmlElement& child) {
    for (const auto& module : modules)
        if (child.space.find(module.space) != std::string::npos) return std::string(module.prefix);
    return child.prefix;
}

// What the entry itself has words for, with or without a prefix.
bool is_told(const XmlElement& child, const std::string& prefix, const FeedEntry& entry) {
    const auto text = base::trim(child.text);
    const auto& name = child.name;
    if (prefix == "content") return name == "encoded";
    if (prefix == "dc") {
        const auto& all = entry.categories;
        return (name == "creator" && text == entry.author) ||
               (name == "date" && text == entry.published) ||
               (name == "subject" && std::find(all.begin(), all.end(), text) != all.end());
    }
    if (!prefix.empty() && prefix != "atom") return false;
    for (std::string_view told :
         {"id",
          "guid",
          "title",
          "link",
          "author",
          "description",
          "summary",
          "content",
          "pubDate",
          "published",
          "issued",
          "updated",
          "modified",
          "category",
          "enclosure"})
        if (name == told) return true;
    return false;
}

class More {
public:
    More(const XmlElement& item, const Url* base, FeedEntry& entry)
        : item_(item), base_(base), entry_(entry) {}

    void add_all(const XmlElement& parent, const std::string& of_parent, int depth) {
        for (const auto& child : parent.children) {
            auto prefix = prefix_of(child);
            if (child.space == item_.space && child.prefix == item_.prefix) prefix.clear();
            if (depth == 0 && is_told(child, prefix, entry_)) continue;
            const auto name = (prefix.empty() ? "" : prefix + ":") + child.name;
            const bool group = name == "media:group" || name == "media:content";
            if (name == "media:content") add_media(child);
            if (!group && !child.children.empty() && depth < 4) {
                add_all(child, of_parent + name + ".", depth + 1);
            } else if (group && depth < 4) {
                add_all(child, of_parent, depth + 1);
            } else {
                add(child, of_parent + name);
            }
            fill(name, child);
        }
    }

private:
    void add_media(const XmlElement& child) {
        auto url = child.attribute("url");
        if (url.empty()) return;
        if (base_ && !parse_url(url))
            if (const auto found = parse_url(url, base_)) url = found->href();
        const auto& all = entry_.enclosures;
        const bool known = std::any_of(all.begin(), all.end(), [&](const Enclosure& one) {
            return one.url == url;
        });
        auto type = child.attribute("type");
        if (type.empty()) type = child.attribute("medium");
        if (!known) entry_.enclosures.push_back({url, type, child.attribute("fileSize")});
    }

    void add(const XmlElement& child, const std::string& name) {
        std::string value(base::trim(child.text));
        std::string_view taken;
        for (std::string_view main : {"url", "href", "text", "value", "resource"}) {
            if (!value.empty()) break;
            value = child.attribute(main);
            taken = main;
        }
        if (!value.empty()) entry_.more.emplace_back(name, std::move(value));
        for (const auto& one : child.attributes)
            if (one.name != taken && !one.value.empty() && one.prefix != "xml")
                entry_.more.emplace_back(name + "@" + one.name, one.value);
    }

    // Words of a module for what the entry left empty.
    void fill(std::string_view name, const XmlElement& child) {
        const auto text = base::trim(child.text);
        auto take = [&](std::string& into) {
            if (into.empty()) into = text;
        };
        if (name == "itunes:author") take(entry_.author);
        if (name == "itunes:summary" || name == "media:description") take(entry_.summary);
        if (name == "itunes:title" || name == "media:title") take(entry_.title);
        if (name == "dcterms:created" || name == "dcterms:issued") take(entry_.published);
        if (name == "dcterms:modified") take(entry_.updated);
    }

    const XmlElement& item_;
    const Url* base_;
    FeedEntry& entry_;
};

}  // namespace

void add_more(const XmlElement& item, const Url* base, FeedEntry& entry) {
    More(item, base, entry).add_all(item, "", 0);
}

}  // namespace formats

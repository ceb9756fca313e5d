// The entries of feeds as records.
//
// Where an entry begins and ends, and what is broken, the readers of XML and JSON tell; what it
// says is read by formats/feed, as in a crawl. A feed that came over HTTP has its links made
// absolute.
#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text/decoder.hpp"
#include "base/text/encoding_guess.hpp"
#include "formats/feed/feed.hpp"
#include "formats/signature/signature.hpp"
#include "ingest/sources/files/format.hpp"

namespace ingest {

namespace json = boost::json;

namespace {

// The entries of a feed (RSS 0.9x, 1.0, 2.0, Atom, JSON Feed) as records with the same fields.
// Where they begin and end, and which are broken, the readers of XML and JSON tell.
class FeedReader : public MemberReader {
public:
    explicit FeedReader(const MemberInput& input) : options_(input.options), address_(input.path) {
        auto head = std::string(input.before);
        auto start = input.bytes.peek(16 * 1024);
        const auto wide = base::guess_from_start(start);
        head +=
            wide ? base::decode_as(start.substr(wide->bom), wide->encoding) : std::string(start);
        family_ = formats::feed_family(head);
        refuse_others(head);
        auto begin = head.find_first_not_of(" \t\r\n\xef\xbb\xbf");
        options_.record_path = family_ == formats::FeedFamily::rss        ? "item"
                               : family_ == formats::FeedFamily::atom     ? "entry"
                               : begin != head.npos && head[begin] == '[' ? ""
                                                                          : "/items";
        MemberInput inner{input.bytes, input.path, input.name, options_, input.start, input.before};
        inner.lenient = true;
        inner_ =
            family_ == formats::FeedFamily::json ? json_format.open(inner) : xml_format.open(inner);
    }

    bool next(Page& page) override {
        auto records = page.records.size();
        auto fields = page.fields.size();
        if (!inner_->next(page)) return false;
        if (page.records.size() == records) return true;
        page.fields.resize(fields);
        auto& record = page.records.back();
        auto entry = family_ == formats::FeedFamily::json
                         ? formats::read_json_entry(record.json)
                         : read_element(inner_->preamble(), record.raw);
        finish(page, record, entry);
        return true;
    }

    Position position() const override { return inner_->position(); }
    std::string describe() const override {
        auto name = family_ == formats::FeedFamily::rss    ? "RSS"
                    : family_ == formats::FeedFamily::atom ? "Atom"
                                                           : "JSON Feed";
        return fmt::format("{}; {}", name, inner_->describe());
    }
    std::string preamble() const override { return inner_->preamble(); }
    void fix(ReadOptions& options) const override {
        inner_->fix(options);
        options.record_path.clear();
    }

private:
    // An error page in the feed's place is not a feed without entries.
    void refuse_others(const std::string& head) const {
        if (formats::is_html_page(head)) throw base::Error(address_, "an HTML page and no feed");
        if (family_ == formats::FeedFamily::json) return;
        for (auto root : {"<rss", "<feed", ":feed", "RDF", "<item", "<entry"})
            if (head.find(root) != head.npos) return;
        throw base::Error(address_, "no feed: no <rss>, <feed> or <rdf:RDF> in its first 16 kB");
    }

    // The record's bytes in the encoding of the file; the root's start tag declares the namespaces.
    formats::FeedEntry read_element(const std::string& root, std::string_view raw) const {
        ReadOptions fixed;
        inner_->fix(fixed);
        auto wrapped = root + base::decode_as(raw, base::parse_encoding(fixed.encoding));
        auto found = formats::parse_feed_xml(wrapped);
        if (!found || found->children.empty()) return {};
        const auto address = formats::parse_url(address_);
        const auto base = formats::base_within(*found, address ? &*address : nullptr);
        return formats::read_entry(family_, found->children.front(), base ? &*base : nullptr);
    }

    // Absolute ones as written.
    std::string absolute(const std::string& link) const {
        if (!address_.starts_with("http") || link.empty() || formats::parse_url(link)) return link;
        auto base = formats::parse_url(address_);
        auto found = base ? formats::parse_url(link, &*base) : std::nullopt;
        return found ? found->href() : link;
    }

    json::object enclosure_of(const formats::Enclosure& one) const {
        json::object object{{"url", absolute(one.url)}};
        if (!one.type.empty()) object["type"] = one.type;
        if (!one.length.empty()) object["length"] = one.length;
        return object;
    }

    void finish(Page& page, RawRecord& record, formats::FeedEntry& entry) const {
        entry.link = absolute(entry.link);
        if (entry.published.empty()) entry.published = entry.updated;
        if (entry.content.empty()) entry.content = entry.summary;
        json::array categories(entry.categories.begin(), entry.categories.end());
        json::array enclosures;
        for (const auto& one : entry.enclosures) enclosures.push_back(enclosure_of(one));
        record.first_field = static_cast<std::uint32_t>(page.fields.size());
        for (auto [name, value] :
             {std::pair("id", &entry.id),
              std::pair("title", &entry.title),
              std::pair("link", &entry.link),
              std::pair("author", &entry.author),
              std::pair("published", &entry.published),
              std::pair("updated", &entry.updated),
              std::pair("summary", &entry.summary),
              std::pair("content", &entry.content)})
            if (!value->empty()) page.fields.push_back({name, page.arena.keep(*value)});
        for (auto [name, list] :
             {std::pair("categories", &categories), std::pair("enclosures", &enclosures)})
            if (!list->empty())
                page.fields.push_back(
                    {name, page.arena.keep(json::serialize(*list)), formats::Field::Kind::json}
                );
        add_more(page, entry);
        record.fields = static_cast<std::uint32_t>(page.fields.size()) - record.first_field;
        record.json = {};
        record.key = page.arena.keep(entry.id.empty() ? entry.link : entry.id);
    }

    // What comes several times is a list.
    static void add_more(Page& page, const formats::FeedEntry& entry) {
        std::vector<std::pair<std::string_view, std::vector<std::string_view>>> named;
        for (const auto& [name, value] : entry.more) {
            auto found = std::find_if(named.begin(), named.end(), [&name = name](const auto& one) {
                return one.first == name;
            });
            if (found == named.end()) found = named.insert(named.end(), {name, {}});
            found->second.push_back(value);
        }
        for (const auto& [name, values] : named) {
            json::array list(values.begin(), values.end());
            const bool one = list.size() == 1;
            page.fields.push_back(
                {page.arena.keep(name),
                 page.arena.keep(one ? values.front() : json::serialize(list)),
                 one ? formats::Field::Kind::text : formats::Field::Kind::json}
            );
        }
    }

    ReadOptions options_;
    std::string address_;
    formats::FeedFamily family_ = formats::FeedFamily::rss;
    std::unique_ptr<MemberReader> inner_;
};

// By the root element, or the version of JSON Feed.
std::string by_start(const Sample& sample) {
    constexpr std::size_t start = 2048;
    auto text = sample.text;
    if (text.starts_with('{')) {
        const bool feed = text.substr(0, start).find("jsonfeed.org/version") != text.npos;
        return feed ? "the version of JSON Feed" : "";
    }
    while (text.starts_with("<?") || text.starts_with("<!--")) {
        auto end = text.find(text[1] == '?' ? "?>" : "-->");
        if (end == text.npos) return {};
        text.remove_prefix(end + 2);
        text.remove_prefix(std::min(text.find('<'), text.size()));
    }
    auto root = text.substr(0, text.find('>'));
    if (root.starts_with("<rss") || root.find("purl.org/rss/1.0") != root.npos)
        return "the root element of RSS";
    if (root.starts_with("<feed") && root.find("Atom") != root.npos)
        return "the root element of Atom";
    return {};
}

constexpr Sign signs[]{{Strength::start, by_start}};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<FeedReader>(input);
}

}  // namespace

const Format feed_format{
    .name = "feed",
    .words = "RSS, Atom and JSON Feed: each entry",
    .signs = signs,
    .open = open,
};

}  // namespace ingest

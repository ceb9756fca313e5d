#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "base/text/decoder.hpp"
#include "ingest/sources/api/http.hpp"
#include "ingest/sources/files/reader.hpp"

namespace ingest {

namespace json = boost::json;

namespace {

struct Free {
    void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
    void operator()(xmlChar* text) const { xmlFree(text); }
};

std::string_view view(const xmlChar* text) {
    return text ? reinterpret_cast<const char*>(text) : std::string_view{};
}

// What a reader of feeds wants of an entry.
struct Entry {
    std::string id, title, link, author, published, updated, summary, content;
    json::array categories;
    json::array enclosures;
};

// The first value counts.
void take(std::string& into, std::string_view value) {
    if (into.empty()) into = base::trim(value);
}

void add_enclosure(
    Entry& entry,
    std::string_view url,
    std::string_view type,
    std::string_view length
) {
    if (url.empty()) return;
    json::object one{{"url", url}};
    if (!type.empty()) one["type"] = type;
    if (!length.empty()) one["length"] = length;
    entry.enclosures.push_back(std::move(one));
}

class Element {
public:
    explicit Element(const xmlNode* node) : node_(node) {}

    std::string_view name() const { return view(node_->name); }
    std::string_view space() const {
        return node_->ns ? view(node_->ns->href) : std::string_view{};
    }
    std::string attribute(const char* name) const {
        auto* found = xmlHasProp(node_, reinterpret_cast<const xmlChar*>(name));
        if (!found) return {};
        std::unique_ptr<xmlChar, Free> value(
            xmlNodeGetContent(reinterpret_cast<const xmlNode*>(found))
        );
        return std::string(view(value.get()));
    }
    std::string text() const {
        std::unique_ptr<xmlChar, Free> value(xmlNodeGetContent(node_));
        return std::string(base::trim(view(value.get())));
    }
    // The content as markup, where it holds elements (Atom's type="xhtml").
    std::string markup() const {
        if (children().empty()) return text();
        std::string out;
        auto* buffer = xmlBufferCreate();
        for (auto* child = node_->children; child; child = child->next)
            xmlNodeDump(buffer, node_->doc, child, 0, 0);
        out = view(xmlBufferContent(buffer));
        xmlBufferFree(buffer);
        return std::string(base::trim(out));
    }
    std::vector<Element> children() const {
        std::vector<Element> all;
        for (auto* child = node_->children; child; child = child->next)
            if (child->type == XML_ELEMENT_NODE) all.emplace_back(child);
        return all;
    }
    std::string text_of(std::string_view child) const {
        for (const auto& one : children())
            if (one.name() == child) return one.text();
        return {};
    }

private:
    const xmlNode* node_;
};

// Modules have namespaces of their own: <media:title> is no title of the entry.
bool of_module(std::string_view space) {
    return !space.empty() && space.find("purl.org/rss/1.0/") == space.npos &&
           space.find("/2005/Atom") == space.npos && space.find("purl.org/atom/ns") == space.npos &&
           space.find("netscape.com/rdf") == space.npos &&
           space.find("backend.userland.com") == space.npos;
}

void read_rss(const Element& item, Entry& entry) {
    std::string permalink;
    for (const auto& child : item.children()) {
        auto name = child.name();
        auto space = child.space();
        if (space.find("purl.org/dc/elements") != space.npos) {
            if (name == "creator") take(entry.author, child.text());
            if (name == "date") take(entry.published, child.text());
            if (name == "subject") entry.categories.emplace_back(child.text());
        } else if (space.find("modules/content") != space.npos) {
            if (name == "encoded") take(entry.content, child.text());
        } else if (!of_module(space)) {
            if (name == "guid") {
                take(entry.id, child.text());
                if (child.attribute("isPermaLink") != "false") permalink = entry.id;
            }
            if (name == "title") take(entry.title, child.text());
            if (name == "link") take(entry.link, child.text());
            if (name == "author") take(entry.author, child.text());
            if (name == "description") take(entry.summary, child.markup());
            if (name == "pubDate") take(entry.published, child.text());
            if (name == "category") entry.categories.emplace_back(child.text());
            if (name == "enclosure")
                add_enclosure(
                    entry,
                    child.attribute("url"),
                    child.attribute("type"),
                    child.attribute("length")
                );
        }
    }
    if (permalink.find("://") != permalink.npos) take(entry.link, permalink);
    take(entry.id, item.attribute("about"));
}

void read_atom(const Element& item, Entry& entry) {
    std::string other;
    for (const auto& child : item.children()) {
        if (of_module(child.space())) continue;
        auto name = child.name();
        if (name == "id") take(entry.id, child.text());
        if (name == "title") take(entry.title, child.markup());
        if (name == "summary") take(entry.summary, child.markup());
        if (name == "content") take(entry.content, child.markup());
        if (name == "published" || name == "issued") take(entry.published, child.text());
        if (name == "updated" || name == "modified") take(entry.updated, child.text());
        if (name == "author") take(entry.author, child.text_of("name"));
        if (name == "category") entry.categories.emplace_back(child.attribute("term"));
        if (name != "link") continue;
        auto rel = child.attribute("rel");
        auto target = child.attribute("href");
        if (rel.empty() || rel == "alternate") take(entry.link, target);
        if (rel == "enclosure")
            add_enclosure(entry, target, child.attribute("type"), child.attribute("length"));
        if (rel != "self" && rel != "enclosure") take(other, target);
    }
    take(entry.link, other);
}

void read_json_entry(const json::object& item, Entry& entry) {
    auto text = [](const json::object& object, std::string_view key) {
        const auto* found = object.if_contains(key);
        if (!found) return std::string();
        return found->is_string()   ? std::string(found->as_string())
               : found->is_number() ? json::serialize(*found)
                                    : std::string();
    };
    entry.id = text(item, "id");
    entry.title = text(item, "title");
    entry.link = text(item, "url");
    take(entry.link, text(item, "external_url"));
    entry.summary = text(item, "summary");
    entry.content = text(item, "content_html");
    take(entry.content, text(item, "content_text"));
    entry.published = text(item, "date_published");
    entry.updated = text(item, "date_modified");
    auto each = [&](std::string_view key, auto visit) {
        const auto* found = item.if_contains(key);
        if (!found || !found->is_array()) return;
        for (const auto& one : found->as_array()) visit(one);
    };
    each("authors", [&](const json::value& one) {
        if (one.is_object()) take(entry.author, text(one.as_object(), "name"));
    });
    if (const auto* author = item.if_contains("author"); author && author->is_object())
        take(entry.author, text(author->as_object(), "name"));
    each("tags", [&](const json::value& one) {
        if (one.is_string()) entry.categories.push_back(one);
    });
    each("attachments", [&](const json::value& one) {
        if (!one.is_object()) return;
        const auto& object = one.as_object();
        add_enclosure(
            entry, text(object, "url"), text(object, "mime_type"), text(object, "size_in_bytes")
        );
    });
}

enum class Family { rss, atom, json };

// From the first bytes; RSS if they say nothing.
Family family_of(std::string_view head) {
    auto begin = head.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    if (begin != head.npos && (head[begin] == '{' || head[begin] == '[')) return Family::json;
    auto atom = std::min(head.find("<feed"), head.find(":feed"));
    auto rss = std::min({head.find("<rss"), head.find("RDF"), head.find("<item"), head.size()});
    return atom < rss || head.find("<entry") < rss ? Family::atom : Family::rss;
}

// The entries of a feed (RSS 0.9x, 1.0, 2.0, Atom, JSON Feed) as records with the same fields.
// Where they begin and end, and which are broken, the readers of XML and JSON tell.
class FeedReader : public MemberReader {
public:
    explicit FeedReader(const MemberInput& input) : options_(input.options), address_(input.path) {
        auto head = std::string(input.before).append(input.bytes.peek(16 * 1024));
        family_ = family_of(head);
        auto begin = head.find_first_not_of(" \t\r\n\xef\xbb\xbf");
        options_.record_path = family_ == Family::rss                     ? "item"
                               : family_ == Family::atom                  ? "entry"
                               : begin != head.npos && head[begin] == '[' ? ""
                                                                          : "/items";
        MemberInput inner{input.bytes, input.path, input.name, options_, input.start, input.before};
        inner_ = family_ == Family::json ? read_json(inner) : read_xml(inner);
    }

    bool next(Page& page) override {
        auto records = page.records.size();
        auto fields = page.fields.size();
        if (!inner_->next(page)) return false;
        if (page.records.size() == records) return true;
        page.fields.resize(fields);
        auto& record = page.records.back();
        Entry entry;
        if (family_ == Family::json) {
            json::error_code failed;
            auto item = json::parse(record.json, failed);
            if (!failed && item.is_object()) read_json_entry(item.as_object(), entry);
        } else {
            read_element(inner_->preamble(), record.raw, entry);
        }
        finish(page, record, entry);
        return true;
    }

    Position position() const override { return inner_->position(); }
    std::string describe() const override {
        auto name = family_ == Family::rss ? "RSS" : family_ == Family::atom ? "Atom" : "JSON Feed";
        return fmt::format("{}; {}", name, inner_->describe());
    }
    std::string preamble() const override { return inner_->preamble(); }
    void fix(ReadOptions& options) const override {
        inner_->fix(options);
        options.record_path.clear();
    }

private:
    // The record's bytes in the encoding of the file; the root's start tag declares the namespaces.
    void read_element(const std::string& root, std::string_view raw, Entry& entry) const {
        ReadOptions fixed;
        inner_->fix(fixed);
        auto name = root.substr(1, root.find_first_of(" \t\r\n>") - 1);
        auto wrapped = root + base::decode_as(raw, base::parse_encoding(fixed.encoding));
        wrapped += "</" + name + ">";
        std::unique_ptr<xmlDoc, Free> document(xmlReadMemory(
            wrapped.data(),
            static_cast<int>(wrapped.size()),
            nullptr,
            "UTF-8",
            XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA
        ));
        auto* node = document ? xmlDocGetRootElement(document.get()) : nullptr;
        if (!node) return;
        auto children = Element(node).children();
        if (children.empty()) return;
        if (family_ == Family::rss) {
            read_rss(children.front(), entry);
        } else {
            read_atom(children.front(), entry);
        }
    }

    std::string absolute(const std::string& link) const {
        if (!address_.starts_with("http") || link.empty()) return link;
        auto found = api::resolve(link, address_);
        return found.empty() ? link : found;
    }

    void finish(Page& page, RawRecord& record, Entry& entry) const {
        entry.link = absolute(entry.link);
        if (entry.published.empty()) entry.published = entry.updated;
        if (entry.content.empty()) entry.content = entry.summary;
        for (auto& enclosure : entry.enclosures) {
            auto& url = enclosure.as_object()["url"];
            url = absolute(std::string(url.as_string()));
        }
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
             {std::pair("categories", &entry.categories),
              std::pair("enclosures", &entry.enclosures)})
            if (!list->empty())
                page.fields.push_back(
                    {name, page.arena.keep(json::serialize(*list)), formats::Field::Kind::json}
                );
        record.fields = static_cast<std::uint32_t>(page.fields.size()) - record.first_field;
        record.json = {};
        record.key = page.arena.keep(entry.id.empty() ? entry.link : entry.id);
    }

    ReadOptions options_;
    std::string address_;
    Family family_ = Family::rss;
    std::unique_ptr<MemberReader> inner_;
};

}  // namespace

std::unique_ptr<MemberReader> read_feed(const MemberInput& input) {
    return std::make_unique<FeedReader>(input);
}

}  // namespace ingest

// JSON-LD on real pages has raw line breaks, comments, trailing commas and CDATA around it, so it
// is mended before it is parsed leniently; what is still no JSON is left out. Microdata follows the
// algorithm of the HTML standard (section 5.2.4, "Values", and 5.2.5), with a bound of 32 on nested
// items instead of its memory of visited ones: itemref can run in a circle.
#include "crawler/extract/metadata.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text/ascii.hpp"

namespace crawler {

namespace json = boost::json;

namespace {

// What stands before the value: comments of JavaScript and HTML, and what hides it from old
// readers.
std::string_view without_comments_before(std::string_view text) {
    for (auto before = text.size() + 1; before != text.size();) {
        before = text.size();
        text = base::trim(text);
        auto drop = [&](std::string_view start, std::string_view end) {
            auto close = text.find(end, start.size());
            bool whole = text.starts_with(start) && close != text.npos;
            if (whole) text.remove_prefix(close + end.size());
            return whole;
        };
        for (std::string_view wrap : {"//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "<![CDATA["})
            if (text.starts_with(wrap)) text.remove_prefix(wrap.size());
        if (text.starts_with("<!--") && text.find("-->") < text.find_first_of("{[")) {
            drop("<!--", "-->");
        } else if (text.starts_with("<!--")) {
            text.remove_prefix(4);
        } else if (!drop("/*", "*/")) {
            drop("//", "\n");
        }
    }
    return text;
}

// Raw line breaks and tabs inside strings are common on real pages; JSON wants them escaped.
std::string mended_json(std::string_view text) {
    text = without_comments_before(text);
    for (std::string_view wrap : {"-->", "//]]>", "// ]]>", "/*]]>*/", "]]>", "//"})
        if (text.ends_with(wrap)) text = base::trim(text.substr(0, text.size() - wrap.size()));
    if (text.ends_with(';')) text.remove_suffix(1);
    std::string out;
    out.reserve(text.size());
    bool inside = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '"') inside = !inside;
        if (inside && c == '\\' && i + 1 < text.size()) {
            out += c;
            out += text[++i];
        } else if (inside && static_cast<unsigned char>(c) < 0x20) {
            out += c == '\n' ? "\\n" : " ";
        } else {
            out += c;
        }
    }
    return out;
}

void open_graphs(json::value value, json::array& out) {
    if (value.is_array()) {
        for (auto& entry : value.as_array()) open_graphs(std::move(entry), out);
    } else if (value.is_object()) {
        auto* graph = value.as_object().if_contains("@graph");
        if (graph && graph->is_array()) {
            for (auto& entry : graph->as_array()) open_graphs(entry, out);
        } else {
            out.push_back(std::move(value));
        }
    }
}

std::vector<json::value> jsonld_values(const formats::Document& document) {
    std::vector<json::value> values;
    for (auto at = document.html(); at; at = document.following(at, document.html())) {
        if (document[at].tag != formats::Tag::script) continue;
        auto type = document.attribute(at, "type").value_or("");
        if (!base::contains_ignoring_case(type, "ld+json")) continue;
        json::parse_options lenient;
        lenient.allow_comments = lenient.allow_trailing_commas = lenient.allow_invalid_utf8 = true;
        boost::system::error_code error;
        auto value = json::parse(mended_json(document.text(at)), error, {}, lenient);
        if (!error) values.push_back(std::move(value));
    }
    return values;
}

class Microdata {
public:
    Microdata(const formats::Document& document, const formats::Url& url)
        : document_(document), url_(url) {}

    json::array top_items() {
        json::array items;
        for (auto at = document_.html(); at; at = document_.following(at, document_.html()))
            if (has(at, "itemscope") && !has(at, "itemprop")) items.push_back(item(at, 0));
        return items;
    }

private:
    bool has(formats::NodeId id, std::string_view name) const {
        return document_.is_element(id) && document_.attribute(id, name).has_value();
    }

    static std::vector<std::string_view> words(std::string_view text) {
        std::vector<std::string_view> found;
        for (;;) {
            auto start = text.find_first_not_of(" \t\n\f\r");
            if (start == text.npos) return found;
            text.remove_prefix(start);
            found.push_back(text.substr(0, text.find_first_of(" \t\n\f\r")));
            text.remove_prefix(found.back().size());
        }
    }

    json::object item(formats::NodeId root, int depth) {
        json::object out;
        json::array types;
        for (auto type : words(document_.attribute(root, "itemtype").value_or("")))
            types.emplace_back(type);
        if (!types.empty()) out["type"] = std::move(types);
        if (auto id = document_.attribute(root, "itemid")) out["id"] = absolute(*id);
        json::object properties;
        if (depth < 32) {
            gather(root, root, depth, properties);
            for (auto name : words(document_.attribute(root, "itemref").value_or("")))
                if (auto id = by_id(name); id && id != root) gather(id, 0, depth, properties);
        }
        out["properties"] = std::move(properties);
        return out;
    }

    formats::NodeId by_id(std::string_view name) const {
        for (auto at = document_.html(); at; at = document_.following(at, document_.html()))
            if (document_.is_element(at) && document_.attribute(at, "id") == name) return at;
        return 0;
    }

    // Properties in the subtree of `from`, not looking into items inside; `item` itself is no
    // property of its own.
    void
    gather(formats::NodeId from, formats::NodeId item_root, int depth, json::object& properties) {
        for (auto at = from; at;) {
            bool property = at != item_root && has(at, "itemprop");
            bool nested = at != item_root && has(at, "itemscope");
            if (property) {
                json::value value =
                    nested ? json::value(item(at, depth + 1)) : json::value(value_of(at));
                for (auto name : words(*document_.attribute(at, "itemprop"))) {
                    auto& list = properties[name];
                    if (!list.is_array()) list = json::array();
                    list.as_array().push_back(value);
                }
            }
            at = document_.following(at, from, nested);
        }
    }

    std::string absolute(std::string_view href) const {
        auto url = formats::parse_url(href, &url_);
        return url ? url->href() : std::string(href);
    }

    std::string value_of(formats::NodeId at) const {
        auto of = [&](std::string_view name) { return document_.attribute(at, name); };
        using enum formats::Tag;
        switch (document_[at].tag) {
            case meta:
                return std::string(of("content").value_or(""));
            case audio:
            case embed:
            case iframe:
            case img:
            case source:
            case track:
            case video:
                return of("src") ? absolute(*of("src")) : "";
            case a:
            case area:
            case link:
                return of("href") ? absolute(*of("href")) : "";
            case object:
                return of("data") ? absolute(*of("data")) : "";
            case meter:
                return std::string(of("value").value_or(""));
            case time:
                if (auto stamp = of("datetime")) return std::string(*stamp);
                return base::collapse_spaces(document_.text(at));
            default:
                if (document_[at].text == "data") return std::string(of("value").value_or(""));
                if (auto content = of("content")) return std::string(*content);
                return base::collapse_spaces(document_.text(at));
        }
    }

    const formats::Document& document_;
    const formats::Url& url_;
};

void put(json::object& into, std::string_view key, std::string_view value) {
    auto* old = into.if_contains(key);
    if (!old) {
        into[key] = value;
    } else if (old->is_array()) {
        old->as_array().emplace_back(value);
    } else {
        *old = json::array{*old, value};
    }
}

}  // namespace

json::array read_jsonld(const formats::Document& document) {
    json::array out;
    for (auto& value : jsonld_values(document)) open_graphs(std::move(value), out);
    return out;
}

json::object read_metadata(const formats::Document& document, const formats::Url& url) {
    json::object opengraph, meta;
    for (auto at = document.html(); at; at = document.following(at, document.html())) {
        if (document[at].tag != formats::Tag::meta) continue;
        auto content = document.attribute(at, "content");
        if (!content) continue;
        auto property = document.attribute(at, "property");
        auto name = document.attribute(at, "name");
        constexpr std::string_view prefixes[] = {
            "og:", "article:", "book:", "profile:", "video:", "music:", "product:", "fb:"};
        bool graph =
            property &&
            std::any_of(std::begin(prefixes), std::end(prefixes), [&](std::string_view prefix) {
                return property->starts_with(prefix);
            });
        if (graph) {
            put(opengraph, *property, *content);
        } else if (name || property) {
            put(meta, base::to_lower(name ? *name : *property), *content);
        }
    }
    json::array jsonld;
    for (auto& value : jsonld_values(document)) {
        // A null or a text says nothing of the page.
        auto keep = [&](json::value& entry) {
            if (entry.is_object()) jsonld.push_back(std::move(entry));
        };
        if (value.is_array()) {
            for (auto& entry : value.as_array()) keep(entry);
        } else {
            keep(value);
        }
    }
    json::object out;
    out["jsonld"] = std::move(jsonld);
    out["microdata"] = Microdata(document, url).top_items();
    out["opengraph"] = std::move(opengraph);
    out["meta"] = std::move(meta);
    return out;
}

}  // namespace crawler

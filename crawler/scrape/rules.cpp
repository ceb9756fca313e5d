// Takes fields and items out of pages by rules.
#include "crawler/scrape/rules.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <boost/json.hpp>

#include "base/text/ascii.hpp"
#include "crawler/scrape/field_value.hpp"
#include "crawler/scrape/rule_set.hpp"

namespace crawler {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_key = 2000;

// The attribute that holds an element's address.
std::string_view address_attribute(std::string_view element) {
    if (element == "a" || element == "area" || element == "link" || element == "base")
        return "href";
    if (element == "meta") return "content";
    if (element == "object") return "data";
    if (element == "form") return "action";
    if (element == "blockquote" || element == "q") return "cite";
    return "src";
}

class Scraper {
public:
    Scraper(
        formats::Document& document,
        const RuleSet& set,
        const std::vector<schema::Column>& columns,
        const formats::Url& base
    )
        : document_(document), set_(set), columns_(columns) {
        context_.base = base;
        context_.language =
            base::to_lower(document.attribute(document.html(), "lang").value_or(""));
    }

    Scrape run() {
        Scrape found;
        found.itemised = set_.items.has_value();
        found.keeps_page = !found.itemised || set_.items->page;
        if (found.keeps_page) found.page = record(set_.record, 0);
        if (set_.items)
            for (auto node : select(set_.items->css, set_.items->xpath, 0))
                found.items.push_back(item(node, found.items.size() + 1));
        follow(found);
        // What is struck out is no part of a text, but may hold fields and links.
        for (const auto& selector : set_.remove)
            for (auto id : selector.select(document_))
                if (document_[id].parent && id != document_.html() && id != document_.body())
                    document_.remove(id);
        found.page.text = text_of(set_.record.main, 0);
        for (auto& one : found.items) {
            one.scraped.text = text_of(set_.items->record.main, one.node);
            if (one.scraped.text.empty() && !set_.items->record.main)
                one.scraped.text = document_.visible_text(one.node);
        }
        refuse_same_keys(found.items);
        return found;
    }

    // The item that a page holds nothing but.
    Item item(formats::NodeId node, std::size_t number) {
        Item made;
        made.node = node;
        made.number = number;
        made.begin = document_[node].place;
        auto next = document_.following(node, document_.html(), true);
        made.end = std::max<std::size_t>(
            made.begin, next ? document_[next].place : document_.source().size()
        );
        made.scraped = record(set_.items->record, node);
        for (const auto& name : set_.items->key) {
            auto part = plain(made.scraped.fields[name]);
            if (part.empty()) {
                if (!made.scraped.fault)
                    made.scraped.fault = {"key.missing", name, "the item has no '" + name + "'"};
                return made;
            }
            if (!made.key.empty()) made.key += '/';
            made.key += part;
        }
        if (made.key.size() > longest_key && !made.scraped.fault)
            made.scraped.fault = {
                "key.too_long", set_.items->key.front(), "the key has more than 2,000 octets"};
        return made;
    }

private:
    Scraped record(const RecordRules& rules, formats::NodeId scope) {
        Scraped made;
        if (!columns_.empty())
            made.numbers.assign(columns_.size(), std::numeric_limits<double>::quiet_NaN());
        made.fields = fields(rules.fields, scope, {}, made.fault);
        for (const auto& field : rules.fields)
            if (field.column) fill_column(field, made.fields[field.name], made);
        if (!rules.group.empty()) made.group = plain(made.fields[rules.group]);
        if (!rules.time.empty()) {
            auto at = moment_in(plain(made.fields[rules.time]), {}, {});
            if (at) made.time = at->time();
        }
        return made;
    }

    json::object fields(
        const std::vector<FieldRule>& rules,
        formats::NodeId scope,
        const std::string& path,
        std::optional<Fault>& fault
    ) {
        json::object out;
        for (const auto& field : rules) {
            auto name = path.empty() ? field.name : path + "." + field.name;
            auto value = value_of(field, scope, name, fault);
            bool missing = value.is_null() || (value.is_array() && value.as_array().empty()) ||
                           (value.is_string() && value.as_string().empty());
            if (missing && field.otherwise) value = *field.otherwise;
            if (missing && !field.otherwise && field.required && !fault)
                fault = {"field.missing", name, "'" + name + "' is required and has no value"};
            out[field.name] = std::move(value);
        }
        return out;
    }

    json::value value_of(
        const FieldRule& field,
        formats::NodeId scope,
        const std::string& name,
        std::optional<Fault>& fault
    ) {
        if (field.type == ValueType::exists) return exists(field, scope);
        auto values = values_of(field, scope, name, fault);
        if (field.index) {
            auto count = static_cast<int>(values.size());
            int at = *field.index < 0 ? count + *field.index : *field.index;
            if (at < 0 || at >= count) return nullptr;
            return values[static_cast<std::size_t>(at)];
        }
        if (!field.many) {
            if (values.empty()) return nullptr;
            return values.front();
        }
        std::erase_if(values, [](const json::value& value) { return value.is_null(); });
        if (!field.join) return json::array(values.begin(), values.end());
        std::string joined;
        for (const auto& value : values) {
            if (!joined.empty()) joined += *field.join;
            joined += plain(value);
        }
        return values.empty() ? json::value(nullptr) : json::value(joined);
    }

    bool exists(const FieldRule& field, formats::NodeId scope) {
        for (auto node : select(field.css, field.xpath, scope))
            if (field.attr.empty() || document_.attribute(node, field.attr)) return true;
        return false;
    }

    std::vector<json::value> values_of(
        const FieldRule& field,
        formats::NodeId scope,
        const std::string& name,
        std::optional<Fault>& fault
    ) {
        std::vector<json::value> values;
        if (!field.xpath.empty()) {
            auto found = tree().select(field.xpath, scope);
            if (found.nodes.empty()) {  // texts, attributes, numbers
                for (const auto& text : found.texts)
                    values.push_back(field_value(field, context_, text));
                return values;
            }
            for (auto node : found.nodes) values.push_back(read(field, node, name, fault));
        } else {
            for (auto node : select(field.css, {}, scope))
                values.push_back(read(field, node, name, fault));
        }
        // An element without the attribute is no match.
        if (!field.attr.empty())
            std::erase_if(values, [](const json::value& value) { return value.is_null(); });
        return values;
    }

    json::value read(
        const FieldRule& field,
        formats::NodeId node,
        const std::string& name,
        std::optional<Fault>& fault
    ) {
        if (!field.fields.empty()) return fields(field.fields, node, name, fault);
        if (!field.attr.empty() || field.type == ValueType::url) {
            std::string_view attribute = field.attr;
            if (attribute.empty()) attribute = address_attribute(document_[node].text);
            auto value = document_.attribute(node, attribute);
            if (!value) return nullptr;
            return field_value(field, context_, *value);
        }
        if (field.type == ValueType::html)
            return field_value(field, context_, document_.inner_html(node));
        const auto& element = document_[node];
        if (formats::has_trait(element.tag, formats::is_invisible))
            return field_value(field, context_, document_.text(node));
        bool is_time = (field.type == ValueType::date || field.type == ValueType::datetime) &&
                       element.tag == formats::Tag::time && !field.regex;
        if (is_time)  // what it says to machines counts, if they can read it
            if (auto stamp = document_.attribute(node, "datetime"))
                if (auto value = field_value(field, context_, *stamp); !value.is_null())
                    return value;
        return field_value(field, context_, document_.visible_text(node));
    }

    std::vector<formats::NodeId> select(
        const std::vector<formats::Selector>& css,
        const std::string& xpath,
        formats::NodeId scope
    ) {
        if (!xpath.empty()) return tree().select(xpath, scope).nodes;
        for (const auto& selector : css) {
            auto found = selector.select(document_, scope);
            if (!found.empty()) return found;
        }
        if (css.empty() && scope) return {scope};
        return {};
    }

    formats::XPathTree& tree() {
        if (!tree_) tree_.emplace(document_);
        return *tree_;
    }

    std::string text_of(const std::optional<formats::Selector>& main, formats::NodeId scope) const {
        std::string text;
        if (!main) return text;
        for (auto id : main->select(document_, scope)) {
            auto piece = document_.visible_text(id);
            if (piece.empty()) continue;
            if (!text.empty()) text += '\n';
            text += piece;
        }
        return text;
    }

    // The links to go on with: those of the first selector that has any, then of the others.
    void follow(Scrape& found) {
        found.follow_only = set_.follow_only;
        found.has_follow = !set_.follow.empty();
        for (const auto& selector : set_.follow)
            for (auto node : selector.select(document_))
                if (auto link = link_in(node)) found.follow.push_back(std::move(*link));
    }

    // The address of the element, or of the first link inside it.
    std::optional<formats::Url> link_in(formats::NodeId node) const {
        for (auto at = node; at; at = document_.following(at, node)) {
            if (!document_.is_element(at)) continue;
            auto name = document_[at].text;
            if (name != "a" && name != "area" && name != "link") continue;
            auto href = document_.attribute(at, "href");
            if (href) return formats::parse_url(base::trim(*href), &context_.base);
        }
        return std::nullopt;
    }

    // Two different items can not have one key; the same item twice is one.
    static void refuse_same_keys(std::vector<Item>& items) {
        std::map<std::string, const Item*> known;
        std::vector<std::size_t> again;
        for (auto& item : items) {
            if (item.key.empty() || item.scraped.fault) continue;
            auto [first, fresh] = known.emplace(item.key, &item);
            if (fresh) continue;
            if (first->second->scraped.fields == item.scraped.fields) {
                again.push_back(item.number);
            } else {
                item.scraped.fault = {
                    "key.duplicate",
                    {},
                    "item " + std::to_string(first->second->number) + " of the page has the key '" +
                        item.key + "', too"};
            }
        }
        std::erase_if(items, [&](const Item& item) {
            return std::find(again.begin(), again.end(), item.number) != again.end();
        });
    }

    formats::Document& document_;
    const RuleSet& set_;
    const std::vector<schema::Column>& columns_;
    ValueContext context_;
    std::optional<formats::XPathTree> tree_;
};

bool applies(const RuleSet& set, std::string_view url) {
    return !set.pages || set.pages->found_in(url);
}

// Elements that stand only inside of others, with what their bytes need around them.
std::string in_its_place(std::string_view html) {
    static constexpr std::pair<std::string_view, std::string_view> places[] = {
        {"<tr", "<table><tbody>"},
        {"<td", "<table><tbody><tr>"},
        {"<th", "<table><tbody><tr>"},
        {"<tbody", "<table>"},
        {"<thead", "<table>"},
        {"<tfoot", "<table>"},
        {"<caption", "<table>"},
        {"<option", "<select>"},
    };
    for (const auto& [start, around] : places) {
        auto name = html.substr(0, start.size());
        bool whole = html.size() > start.size() && !base::is_alpha(html[start.size()]);
        if (whole && base::equal_ignoring_case(name, start))
            return std::string(around).append(html);
    }
    return std::string(html);
}

}  // namespace

Rules::Rules(std::unique_ptr<Parsed> parsed) : parsed_(std::move(parsed)) {}
Rules::~Rules() = default;
Rules::Rules(Rules&&) noexcept = default;

std::optional<Scrape>
Rules::scrape(formats::Document& document, std::string_view url, const formats::Url& base) const {
    for (const auto& set : parsed_->sets)
        if (applies(set, url)) return Scraper(document, set, parsed_->columns, base).run();
    return std::nullopt;
}

std::optional<Item> Rules::scrape_item(
    std::string_view html,
    std::string_view url,
    const formats::Url& base,
    std::size_t number
) const {
    for (const auto& set : parsed_->sets) {
        if (!set.items || !applies(set, url)) continue;
        auto start = html.find('<');
        if (start == html.npos) return std::nullopt;
        html.remove_prefix(start);
        auto name = html.substr(1, html.find_first_of(" \t\n\r\f/>") - 1);
        auto document = formats::Document::parse(in_its_place(html));
        auto node = document.body();
        if (!base::equal_ignoring_case(name, "body")) {
            node = document.html();
            auto tag = base::to_lower(name);
            while (node && !(document.is_element(node) && document[node].text == tag))
                node = document.following(node, document.html());
        }
        if (!node) return std::nullopt;
        auto item = Scraper(document, set, parsed_->columns, base).item(node, number);
        item.scraped.text = document.visible_text(node);
        return item;
    }
    return std::nullopt;
}

bool Rules::keeps_others() const {
    return parsed_->keep_others;
}

bool Rules::itemises() const {
    return std::any_of(parsed_->sets.begin(), parsed_->sets.end(), [](const RuleSet& set) {
        return set.items.has_value();
    });
}

const std::vector<schema::Column>& Rules::columns() const {
    return parsed_->columns;
}

const MediaRules& Rules::media() const {
    return parsed_->media;
}

const std::string& Rules::sha256() const {
    return parsed_->sha256;
}

}  // namespace crawler

// A rule's selectors find nodes, a node gives a text, the text becomes a value of the rule's type.
// What can not be read as that type is null and not an error: a rule decides by `required` whether
// a missing value is a fault, and by `default` what stands in for it.
//
// The tree for XPath is built when the first XPath asks for it, since most rules are CSS.
#include "crawler/scrape/field_reader.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

#include "base/text/ascii.hpp"

namespace crawler {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_json = 4U << 20U;

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

// Without what the database's JSON does not have: NUL in texts, numbers that are none.
json::value storable(const json::value& value) {
    auto without_nul = [](std::string_view text) {
        std::string kept(text);
        std::erase(kept, '\0');
        return kept;
    };
    if (value.is_string()) return json::value(without_nul(value.as_string()));
    if (value.is_double() && !std::isfinite(value.as_double())) return nullptr;
    if (value.is_array()) {
        json::array made;
        for (const auto& held : value.as_array()) made.push_back(storable(held));
        return made;
    }
    if (!value.is_object()) return value;
    json::object made;
    for (const auto& [key, held] : value.as_object()) made[without_nul(key)] = storable(held);
    return made;
}

// JSON, or what the pointer names in it; null if it is none.
json::value parsed(const std::string& text, const std::string& pointer) {
    if (text.size() > longest_json) return nullptr;
    boost::system::error_code error;
    json::parse_options options;
    options.allow_invalid_utf8 = true;
    auto value = json::parse(base::trim(text), error, {}, options);
    if (error) return nullptr;
    const auto* found = pointer.empty() ? &value : value.find_pointer(pointer, error);
    return error || !found ? json::value(nullptr) : storable(*found);
}

}  // namespace

FieldReader::FieldReader(formats::Document& document, const formats::Url& page)
    : document_(document) {
    context_.base = page;
    context_.language = base::to_lower(document.attribute(document.html(), "lang").value_or(""));
}

json::object FieldReader::fields(
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

json::value FieldReader::value_of(
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

bool FieldReader::exists(const FieldRule& field, formats::NodeId scope) {
    for (auto node : select(field.css, field.xpath, scope))
        if (field.attr.empty() || document_.attribute(node, field.attr)) return true;
    return false;
}

std::vector<json::value> FieldReader::values_of(
    const FieldRule& field,
    formats::NodeId scope,
    const std::string& name,
    std::optional<Fault>& fault
) {
    std::vector<json::value> values;
    if (!field.xpath.empty()) {
        auto found = tree().select(field.xpath, scope);
        if (found.nodes.empty()) {  // texts, attributes, numbers
            for (const auto& text : found.texts) values.push_back(typed(field, text));
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

json::value FieldReader::read(
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
        return typed(field, *value);
    }
    if (field.type == ValueType::html) return typed(field, document_.inner_html(node));
    const auto& element = document_[node];
    if (formats::has_trait(element.tag, formats::is_invisible))
        return typed(field, document_.text(node));
    bool is_time = (field.type == ValueType::date || field.type == ValueType::datetime) &&
                   element.tag == formats::Tag::time && !field.regex;
    if (is_time)  // what it says to machines counts, if they can read it
        if (auto stamp = document_.attribute(node, "datetime"))
            if (auto value = typed(field, *stamp); !value.is_null()) return value;
    return typed(field, document_.visible_text(node));
}

json::value FieldReader::typed(const FieldRule& field, std::string_view given) const {
    std::string text(given);
    if (!field.pointer.empty() || (field.type == ValueType::json && !field.regex)) {
        auto found = parsed(text, field.pointer);
        if (field.type == ValueType::json) return found;
        if (found.is_null()) return nullptr;
        text = plain(found);
    }
    if (field.regex) {
        const bool as_written = field.type == ValueType::html || field.type == ValueType::json;
        if (!as_written) text = base::collapse_spaces(text);
        auto found = field.regex->find(text);
        if (!found) return nullptr;
        text = std::string(*found);
    }
    switch (field.type) {
        case ValueType::number:
            return number_in(text, field.decimal, context_.language);
        case ValueType::integer: {
            auto number = number_in(text, field.decimal, context_.language);
            if (number.is_double() &&
                number.as_double() == static_cast<double>(static_cast<std::int64_t>(
                                          std::clamp(number.as_double(), -9e15, 9e15)
                                      )))
                return static_cast<std::int64_t>(number.as_double());
            if (!number.is_int64()) return nullptr;
            return number;
        }
        case ValueType::boolean: {
            if (field.truth) return field.truth->found_in(text);
            auto truth = truth_in(text);
            if (!truth) return nullptr;
            return *truth;
        }
        case ValueType::date:
        case ValueType::datetime: {
            auto at = moment_in(text, field.format, context_.language);
            if (!at) return nullptr;
            return json::value(field.type == ValueType::date ? at->iso_date() : at->iso());
        }
        case ValueType::url: {
            auto url = formats::parse_url(base::trim(text), &context_.base);
            if (!url || base::trim(text).empty()) return nullptr;
            return json::value(url->href());
        }
        case ValueType::json:
            return parsed(text, {});
        case ValueType::html:
            return json::value(text);
        default:
            return json::value(base::collapse_spaces(text));
    }
}

std::vector<formats::NodeId> FieldReader::select(
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

formats::XPathTree& FieldReader::tree() {
    if (!tree_) tree_.emplace(document_);
    return *tree_;
}

std::optional<formats::Url> FieldReader::link_in(formats::NodeId node) const {
    for (auto at = node; at; at = document_.following(at, node)) {
        if (!document_.is_element(at)) continue;
        auto name = document_[at].text;
        if (name != "a" && name != "area" && name != "link") continue;
        auto href = document_.attribute(at, "href");
        if (href) return formats::parse_url(base::trim(*href), &context_.base);
    }
    return std::nullopt;
}

std::string plain(const json::value& value) {
    if (value.is_null()) return {};
    if (value.is_string()) return std::string(value.as_string());
    return json::serialize(value);
}

}  // namespace crawler

// Interprets the schema as it stands, by recursion over value and schema together; there is nothing
// to compile but the patterns, which are collected once. find_fault() goes through the whole schema
// first, so that holds() may rely on the types of all keywords.
//
// $ref is refused rather than passed over: a schema of which a part is not looked at would let
// everything through that only this part forbids.
#include "quality/checks/json_schema.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text/pattern.hpp"
#include "base/text/utf8.hpp"

namespace quality {

namespace json = boost::json;

namespace {

bool is_integer(const json::value& value) {
    if (value.is_int64() || value.is_uint64()) return true;
    return value.is_double() && std::floor(value.get_double()) == value.get_double();
}

bool has_type(const json::value& value, std::string_view type) {
    if (type == "null") return value.is_null();
    if (type == "boolean") return value.is_bool();
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "number") return value.is_number();
    return type == "integer" && is_integer(value);
}

std::string_view view(const json::string& text) {
    return {text.data(), text.size()};
}

bool equal(const json::value& a, const json::value& b) {
    if (a.is_number() && b.is_number()) return a.to_number<double>() == b.to_number<double>();
    return a == b;
}

// Keywords by the kind of value they need.
const std::set<std::string, std::less<>> numeric{
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties"};
const std::set<std::string, std::less<>>
    one_schema{"items", "contains", "additionalProperties", "not", "if", "then", "else"};
const std::set<std::string, std::less<>> many_schemas{"allOf", "anyOf", "oneOf", "prefixItems"};
const std::set<std::string, std::less<>> named_schemas{"properties", "patternProperties"};

std::optional<std::string> find_fault(const json::value& schema) {
    if (schema.is_bool()) return std::nullopt;
    const auto* object = schema.if_object();
    if (!object) return "a schema is an object, true or false";
    for (const auto& [name, value] : *object) {
        std::string key(name);
        if (key == "$ref" || key == "$dynamicRef") return key + " is not understood";
        if (numeric.contains(key) && !value.is_number()) return "'" + key + "' must be a number";
        if ((key == "multipleOf") && value.to_number<double>() <= 0)
            return "'multipleOf' must be over 0";
        if (key == "pattern" || key == "patternProperties") {
            std::vector<std::string> patterns;
            if (key == "pattern") {
                if (!value.is_string()) return "'pattern' must be a string";
                patterns.emplace_back(value.get_string());
            } else if (const auto* named = value.if_object()) {
                for (const auto& [pattern, sub] : *named) patterns.emplace_back(pattern);
            }
            for (const auto& pattern : patterns) try {
                    base::Pattern::parse(pattern);
                } catch (const base::UsageError& error) {
                    return error.what();
                }
        }
        if (one_schema.contains(key))
            if (auto fault = find_fault(value)) return fault;
        if (many_schemas.contains(key)) {
            if (!value.is_array()) return "'" + key + "' must be a list";
            for (const auto& one : value.get_array())
                if (auto fault = find_fault(one)) return fault;
        }
        if (named_schemas.contains(key)) {
            if (!value.is_object()) return "'" + key + "' must be an object";
            for (const auto& [property, one] : value.get_object())
                if (auto fault = find_fault(one)) return fault;
        }
        if ((key == "enum" || key == "required") && !value.is_array())
            return "'" + key + "' must be a list";
    }
    return std::nullopt;
}

}  // namespace

struct JsonSchema::Impl {
    json::value schema;
    std::map<std::string, base::Pattern, std::less<>> patterns{};

    // Those of "pattern" and "patternProperties", wherever they stand. What is called so among the
    // data of an "enum" may be none, and is left out.
    void collect(const json::value& part) {
        if (const auto* list = part.if_array())
            for (const auto& one : *list) collect(one);
        const auto* object = part.if_object();
        if (!object) return;
        for (const auto& [name, value] : *object) {
            if (name == "pattern" && value.is_string()) add(view(value.get_string()));
            if (name == "patternProperties" && value.is_object())
                for (const auto& [pattern, sub] : value.get_object()) add(pattern);
            collect(value);
        }
    }

    void add(std::string_view pattern) {
        try {
            patterns.emplace(pattern, base::Pattern::parse(pattern));
        } catch (const base::UsageError&) {
        }
    }

    bool matches(std::string_view text, std::string_view pattern) const {
        auto found = patterns.find(pattern);
        return found != patterns.end() && found->second.found_in(text);
    }

    static bool
    within(const json::object& by, std::string_view low, std::string_view high, double value) {
        const auto* least = by.if_contains(json::string_view(low.data(), low.size()));
        const auto* most = by.if_contains(json::string_view(high.data(), high.size()));
        return !(least && value < least->to_number<double>()) &&
               !(most && value > most->to_number<double>());
    }

    bool number_holds(double value, const json::object& by) const {
        if (!within(by, "minimum", "maximum", value)) return false;
        const auto* over = by.if_contains("exclusiveMinimum");
        const auto* under = by.if_contains("exclusiveMaximum");
        if ((over && value <= over->to_number<double>()) ||
            (under && value >= under->to_number<double>()))
            return false;
        const auto* step = by.if_contains("multipleOf");
        if (!step) return true;
        auto times = value / step->to_number<double>();
        return std::abs(times - std::round(times)) < 1e-9;
    }

    bool array_holds(const json::array& items, const json::object& by) const {
        if (!within(by, "minItems", "maxItems", static_cast<double>(items.size()))) return false;
        std::size_t first = 0;
        if (const auto* prefix = by.if_contains("prefixItems")) {
            const auto& schemas = prefix->get_array();
            for (; first < std::min(schemas.size(), items.size()); ++first)
                if (!holds(items[first], schemas[first])) return false;
        }
        if (const auto* each = by.if_contains("items"))
            for (auto i = first; i < items.size(); ++i)
                if (!holds(items[i], *each)) return false;
        if (const auto* one = by.if_contains("contains"))
            if (std::none_of(items.begin(), items.end(), [&](const auto& item) {
                    return holds(item, *one);
                }))
                return false;
        const auto* unique = by.if_contains("uniqueItems");
        if (unique && unique->is_bool() && unique->get_bool())
            for (std::size_t i = 0; i < items.size(); ++i)
                for (std::size_t j = 0; j < i; ++j)
                    if (equal(items[i], items[j])) return false;
        return true;
    }

    bool object_holds(const json::object& object, const json::object& by) const {
        if (!within(by, "minProperties", "maxProperties", static_cast<double>(object.size())))
            return false;
        if (const auto* required = by.if_contains("required"))
            for (const auto& name : required->get_array())
                if (name.is_string() && !object.contains(name.get_string())) return false;
        const auto* properties = by.if_contains("properties");
        const auto* patterned = by.if_contains("patternProperties");
        const auto* others = by.if_contains("additionalProperties");
        for (const auto& [name, value] : object) {
            bool known = false;
            if (const auto* schema_of =
                    properties ? properties->get_object().if_contains(name) : nullptr) {
                known = true;
                if (!holds(value, *schema_of)) return false;
            }
            if (patterned)
                for (const auto& [pattern, schema_of] : patterned->get_object())
                    if (matches(name, pattern)) {
                        known = true;
                        if (!holds(value, schema_of)) return false;
                    }
            if (!known && others && !holds(value, *others)) return false;
        }
        return true;
    }

    bool combined_hold(const json::value& value, const json::object& by) const {
        auto count = [&](const json::value& schemas) {
            return std::count_if(
                schemas.get_array().begin(),
                schemas.get_array().end(),
                [&](const auto& one) { return holds(value, one); }
            );
        };
        if (const auto* all = by.if_contains("allOf"))
            if (count(*all) < static_cast<std::ptrdiff_t>(all->get_array().size())) return false;
        if (const auto* any = by.if_contains("anyOf"))
            if (count(*any) == 0) return false;
        if (const auto* one = by.if_contains("oneOf"))
            if (count(*one) != 1) return false;
        if (const auto* no = by.if_contains("not"))
            if (holds(value, *no)) return false;
        if (const auto* condition = by.if_contains("if")) {
            const auto* then = by.if_contains(holds(value, *condition) ? "then" : "else");
            if (then && !holds(value, *then)) return false;
        }
        return true;
    }

    bool holds(const json::value& value, const json::value& by_any) const {
        if (by_any.is_bool()) return by_any.get_bool();
        const auto& by = by_any.get_object();
        if (const auto* type = by.if_contains("type")) {
            bool good = false;
            if (type->is_string()) good = has_type(value, view(type->get_string()));
            if (type->is_array())
                for (const auto& one : type->get_array())
                    good = good || (one.is_string() && has_type(value, view(one.get_string())));
            if (!good) return false;
        }
        if (const auto* only = by.if_contains("const"))
            if (!equal(value, *only)) return false;
        if (const auto* among = by.if_contains("enum"))
            if (std::none_of(
                    among->get_array().begin(),
                    among->get_array().end(),
                    [&](const auto& one) { return equal(value, one); }
                ))
                return false;
        if (value.is_number() && !number_holds(value.to_number<double>(), by)) return false;
        if (value.is_string()) {
            const auto& text = value.get_string();
            if (!within(
                    by,
                    "minLength",
                    "maxLength",
                    static_cast<double>(base::count_code_points(view(text)))
                ))
                return false;
            const auto* pattern = by.if_contains("pattern");
            if (pattern && !matches(view(text), view(pattern->get_string()))) return false;
        }
        if (value.is_array() && !array_holds(value.get_array(), by)) return false;
        if (value.is_object() && !object_holds(value.get_object(), by)) return false;
        return combined_hold(value, by);
    }
};

std::optional<std::string> JsonSchema::fault(std::string_view schema) {
    boost::system::error_code error;
    auto parsed = json::parse(json::string_view(schema.data(), schema.size()), error);
    if (error) return "is no JSON";
    return find_fault(parsed);
}

JsonSchema::JsonSchema(std::string_view schema)
    : impl_(std::make_unique<Impl>(Impl{
          json::parse(json::string_view(schema.data(), schema.size()))})) {
    impl_->collect(impl_->schema);
}
JsonSchema::~JsonSchema() = default;
JsonSchema::JsonSchema(JsonSchema&&) noexcept = default;

bool JsonSchema::holds(std::string_view text) const {
    boost::system::error_code error;
    auto value = json::parse(json::string_view(text.data(), text.size()), error);
    return !error && impl_->holds(value, impl_->schema);
}

}  // namespace quality

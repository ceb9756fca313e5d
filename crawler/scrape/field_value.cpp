// A text of a page made the value that its field declares: a rule guesses nothing, so what does not
// read as the type is null and the field's own words (otherwise, required) say what follows.
#include "crawler/scrape/field_value.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

#include "base/text/ascii.hpp"

namespace crawler {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_json = 4U << 20U;

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

json::value
field_value(const FieldRule& field, const ValueContext& context, std::string_view given) {
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
            return number_in(text, field.decimal, context.language);
        case ValueType::integer: {
            auto number = number_in(text, field.decimal, context.language);
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
            auto at = moment_in(text, field.format, context.language);
            if (!at) return nullptr;
            return json::value(field.type == ValueType::date ? at->iso_date() : at->iso());
        }
        case ValueType::url: {
            auto url = formats::parse_url(base::trim(text), &context.base);
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

std::string plain(const json::value& value) {
    if (value.is_null()) return {};
    if (value.is_string()) return std::string(value.as_string());
    return json::serialize(value);
}

void fill_column(const FieldRule& field, const json::value& value, Scraped& made) {
    auto& number = made.numbers[*field.column];
    boost::system::error_code none;
    if (value.is_bool()) {
        number = value.as_bool() ? 1 : 0;
    } else if (value.is_number()) {
        number = value.to_number<double>(none);
    } else if (value.is_string() && field.category) {
        made.categories.emplace_back(*field.column, std::string(value.as_string()));
    } else if (value.is_string()) {
        if (auto at = moment_in(value.as_string(), {}, {}))
            number = static_cast<double>(at->seconds().time_since_epoch().count());
    }
}

}  // namespace crawler

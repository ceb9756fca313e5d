#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "base/time/civil.hpp"
#include "base/words.hpp"
#include "formats/url/url.hpp"

// Values as pages write them, made into typed ones.
namespace crawler {

enum class ValueType { text, number, integer, boolean, date, datetime, url, json, html, exists };

constexpr auto words_of(ValueType) {
    using enum ValueType;
    return std::to_array<base::Word<ValueType>>({
        {text, "text"},
        {number, "number"},
        {integer, "integer"},
        {boolean, "boolean"},
        {date, "date"},
        {datetime, "datetime"},
        {url, "url", "absolute"},
        {json, "json"},
        {html, "html"},
        {exists, "exists", "true if anything matches"},
    });
}

// What a page's values are read by.
struct ValueContext {
    std::string language;  // BCP 47 tag in lower case, empty if the page does not say
    formats::Url base;
};

// The first number in a text, without its currency or unit: "EUR 1,234.50", "1.234,50 €",
// "1 234,5", "1'234.50" and "12,34,567" are read as people write them. `decimal` is '.' or ','; 0
// finds it out: where one separator with three digits behind it leaves it open, the language
// decides, without one a comma groups and a point is decimal. Whole numbers are int64. Null if
// there is none, or its separators make no sense.
boost::json::value
number_in(std::string_view text, char decimal = 0, std::string_view language = {});

// Reads ISO 8601, RFC 5322, dates with the names of months in the page's language or English, and
// d.m.y, y/m/d, and d/m/y or m/d/y where the numbers or the language (en-us) tell which. With
// `format` (of strptime, names in English) that alone.
std::optional<base::CivilTime>
moment_in(std::string_view text, const std::string& format, std::string_view language);

// True, yes, on, 1 and their opposites; nothing for other texts.
std::optional<bool> truth_in(std::string_view text);

}  // namespace crawler

// States of controls that selectors ask for and that take more than a look at attributes: limits of
// dates and numbers, the default button of a form, groups of radio buttons (HTML standard, 4.10).
#include "formats/html/form_state.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <initializer_list>

#include "base/text/ascii.hpp"

namespace formats::selector {

namespace {

std::string type_of(const Document& document, NodeId input) {
    return base::to_lower(document.attribute(input, "type").value_or(""));
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// The form an element belongs to; 0: none.
NodeId form_of(const Document& document, NodeId id) {
    for (auto at = document[id].parent; at; at = document[at].parent)
        if (document[at].tag == Tag::form) return at;
    return 0;
}

bool is_submit(const Document& document, NodeId id) {
    auto tag = document[id].tag;
    return (tag == Tag::button || tag == Tag::input) && type_of(document, id) == "submit";
}

// Exactly `digits` digits, or with `more` at least so many; moves on.
std::optional<int> digits(std::string_view& text, std::size_t count, bool more = false) {
    std::size_t have = 0;
    while (have < text.size() && base::is_digit(text[have])) ++have;
    if (more ? have < count : have != count) return std::nullopt;
    int value = 0;
    if (std::from_chars(text.data(), text.data() + have, value).ec != std::errc())
        return std::nullopt;
    text.remove_prefix(have);
    return value;
}

bool take(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<double> time_of_day(std::string_view text) {
    auto hour = digits(text, 2);
    if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
    auto minute = digits(text, 2);
    if (!minute || *minute > 59) return std::nullopt;
    double seconds = 0;
    if (take(text, ':')) {
        if (text.size() < 2 || !base::is_digit(text[0]) || !base::is_digit(text[1]))
            return std::nullopt;
        auto [end, code] = std::from_chars(
            text.data(), text.data() + text.size(), seconds, std::chars_format::fixed
        );
        if (code != std::errc() || seconds >= 60) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    }
    if (!text.empty()) return std::nullopt;
    return *hour * 3600 + *minute * 60 + seconds;
}

// Days since 1970.
std::optional<double> day(std::string_view text) {
    using namespace std::chrono;
    auto y = digits(text, 4, true);
    if (!y || *y < 1 || !take(text, '-')) return std::nullopt;
    auto m = digits(text, 2);
    if (!m || !take(text, '-')) return std::nullopt;
    auto d = digits(text, 2);
    if (!d || !text.empty()) return std::nullopt;
    if (*y > 9999) return *y * 365.2425 + *m * 31 + *d;  // beyond std::chrono: in order is enough
    year_month_day date{
        year(*y), month(static_cast<unsigned>(*m)), std::chrono::day(static_cast<unsigned>(*d))};
    if (!date.ok()) return std::nullopt;
    return sys_days(date).time_since_epoch().count();
}

std::optional<double> month_number(std::string_view text) {
    auto y = digits(text, 4, true);
    if (!y || *y < 1 || !take(text, '-')) return std::nullopt;
    auto m = digits(text, 2);
    if (!m || *m < 1 || *m > 12 || !text.empty()) return std::nullopt;
    return *y * 12 + *m;
}

std::optional<double> week_number(std::string_view text) {
    using namespace std::chrono;
    auto y = digits(text, 4, true);
    if (!y || *y < 1 || *y > 9999 || !take(text, '-') || !take(text, 'W')) return std::nullopt;
    auto w = digits(text, 2);
    if (!w || !text.empty()) return std::nullopt;
    // A year has 53 weeks if it begins on a Thursday, or on a Wednesday and is a leap year (ISO
    // 8601).
    weekday first{sys_days(year(*y) / January / 1)};
    int weeks = first == Thursday || (first == Wednesday && year(*y).is_leap()) ? 53 : 52;
    if (*w < 1 || *w > weeks) return std::nullopt;
    return *y * 100 + *w;
}

std::optional<double> number(std::string_view text) {
    double value = 0;
    auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

std::optional<double> value_of(std::string_view type, std::optional<std::string_view> given) {
    if (!given) return std::nullopt;
    auto text = *given;
    if (type == "number" || type == "range") return number(text);
    if (type == "date") return day(text);
    if (type == "month") return month_number(text);
    if (type == "week") return week_number(text);
    if (type == "time") return time_of_day(text);
    auto split = text.find_first_of("T ");
    if (split == text.npos) return std::nullopt;
    auto date = day(text.substr(0, split));
    auto time = time_of_day(text.substr(split + 1));
    if (!date || !time) return std::nullopt;
    return *date * 86400 + *time;
}

bool takes_text(std::string_view type) {
    return is_one_of(type, {"", "text", "search", "url", "tel", "email", "password", "number"});
}

}  // namespace

bool is_checked(const Document& document, NodeId id) {
    if (document[id].tag == Tag::option) return document.attribute(id, "selected").has_value();
    if (document[id].tag != Tag::input || !document.attribute(id, "checked")) return false;
    return is_one_of(type_of(document, id), {"checkbox", "radio"});
}

bool is_default(const Document& document, NodeId id) {
    if (is_checked(document, id)) return true;
    if (!is_submit(document, id)) return false;
    auto form = form_of(document, id);
    if (form == 0) return false;
    for (auto at = document.following(form, form); at; at = document.following(at, form))
        if (document.is_element(at) && is_submit(document, at) && form_of(document, at) == form)
            return at == id;
    return false;
}

bool is_indeterminate(const Document& document, NodeId id) {
    if (document[id].tag == Tag::progress) return !document.attribute(id, "value");
    if (document[id].tag != Tag::input) return false;
    auto type = type_of(document, id);
    if (type == "checkbox") return document.attribute(id, "indeterminate").has_value();
    if (type != "radio" || document.attribute(id, "checked")) return false;
    auto name = document.attribute(id, "name").value_or("");
    if (name.empty()) return true;
    auto form = form_of(document, id);
    auto within = form ? form : document.html();
    for (auto at = document.following(within, within); at; at = document.following(at, within))
        if (document[at].tag == Tag::input && document.attribute(at, "checked") &&
            document.attribute(at, "name") == name && type_of(document, at) == "radio" &&
            form_of(document, at) == form)
            return false;
    return true;
}

Range range_of(const Document& document, NodeId id) {
    if (document[id].tag != Tag::input) return Range::none;
    auto type = type_of(document, id);
    if (!is_one_of(type, {"date", "month", "week", "time", "datetime-local", "number", "range"}))
        return Range::none;
    auto least = value_of(type, document.attribute(id, "min"));
    auto most = value_of(type, document.attribute(id, "max"));
    if (!least && !most) return Range::none;
    auto value = value_of(type, document.attribute(id, "value"));
    if (!value) return Range::inside;
    bool below = least && *value < *least, above = most && *value > *most;
    // Times go round: from 22:00 to 06:00.
    bool outside =
        type == "time" && least && most && *least > *most ? below && above : below || above;
    return outside ? Range::outside : Range::inside;
}

bool shows_placeholder(const Document& document, NodeId id) {
    if (document.attribute(id, "placeholder").value_or("").empty()) return false;
    if (document[id].tag == Tag::textarea) {
        auto text = document.text(id);
        return text.empty() || text == "\n";
    }
    return document[id].tag == Tag::input && takes_text(type_of(document, id)) &&
           document.attribute(id, "value").value_or("").empty();
}

bool is_read_write(const Document& document, NodeId id) {
    auto editable = document.attribute(id, "contenteditable");
    if (editable && (editable->empty() || base::equal_ignoring_case(*editable, "true")))
        return true;
    bool control = document[id].tag == Tag::textarea;
    if (document[id].tag == Tag::input) {
        auto type = type_of(document, id);
        control = takes_text(type) ||
                  is_one_of(type, {"date", "datetime-local", "month", "time", "week"});
    }
    return control && !document.attribute(id, "readonly") && !document.attribute(id, "disabled");
}

}  // namespace formats::selector

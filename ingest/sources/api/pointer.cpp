// A page of an API is megabytes of which a pointer needs one value. So no tree is built:
// take_value() finds the end of each value and passes over it, and what comes back is a view of the
// text as the server spelled it. Numbers keep all their digits that way, and a record's payload is
// byte for byte what was sent.
//
// All functions expect text whose brackets close, as check_json() or is_closed() have found; on
// other text they find nothing, and stay within it.
#include "ingest/sources/api/pointer.hpp"

#include <algorithm>
#include <charconv>

#include "formats/json/json.hpp"

namespace ingest::api {

namespace {

constexpr std::string_view blanks = " \t\r\n";

void pass_blanks(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
}

// Takes the value at the start of `text`.
std::string_view take_value(std::string_view& text) {
    pass_blanks(text);
    auto size = formats::end_of_value(text, true).value_or(text.size());
    auto value = text.substr(0, size);
    text.remove_prefix(size);
    pass_blanks(text);
    return value;
}

// Of a JSON string with its quotes.
std::string unquoted(std::string_view value) {
    if (value.find('\\') == value.npos) return std::string(value.substr(1, value.size() - 2));
    auto object = "{" + std::string(value) + ":0}";
    formats::Arena arena;
    std::vector<formats::Field> fields;
    formats::add_members(object, arena, fields);
    return fields.empty() ? std::string() : std::string(fields.front().name);
}

std::string token_of(std::string_view spelled) {
    std::string token;
    for (std::size_t i = 0; i < spelled.size(); ++i) {
        bool escaped = spelled[i] == '~' && i + 1 < spelled.size();
        token += escaped ? (spelled[++i] == '1' ? '/' : '~') : spelled[i];
    }
    return token;
}

// Shows each member of the object, its name with quotes, until `stop` says so.
template <class Stop>
void walk_members(std::string_view object, Stop stop) {
    object.remove_prefix(std::min<std::size_t>(1, object.size()));
    for (pass_blanks(object); object.starts_with('"');) {
        auto key = take_value(object);
        object.remove_prefix(std::min<std::size_t>(1, object.size()));  // the colon
        auto value = take_value(object);
        if (stop(key, value) || !object.starts_with(',')) return;
        object.remove_prefix(1);
        pass_blanks(object);
    }
}

std::optional<std::string_view> member_of(std::string_view object, const std::string& name) {
    std::optional<std::string_view> found;
    walk_members(object, [&](std::string_view key, std::string_view value) {
        bool same = key.find('\\') == key.npos ? key.substr(1, key.size() - 2) == name
                                               : unquoted(key) == name;
        if (same) found = value;
        return same;
    });
    return found;
}

}  // namespace

std::optional<std::string_view> value_at(std::string_view json, std::string_view pointer) {
    auto value = take_value(json);
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        auto spelled = pointer.substr(0, pointer.find('/'));
        pointer.remove_prefix(spelled.size());
        std::optional<std::string_view> inner;
        if (value.starts_with('{')) {
            inner = member_of(value, token_of(spelled));
        } else if (value.starts_with('[')) {
            std::size_t index = 0;
            auto end = spelled.data() + spelled.size();
            auto [stopped, code] = std::from_chars(spelled.data(), end, index);
            auto elements = elements_of(value);
            if (code == std::errc() && stopped == end && index < elements.size())
                inner = elements[index];
        }
        if (!inner) return std::nullopt;
        value = *inner;
    }
    return value;
}

std::optional<std::string> text_at(std::string_view json, std::string_view pointer) {
    auto value = value_at(json, pointer);
    if (!value || value->empty() || *value == "null" || value->starts_with('{') ||
        value->starts_with('['))
        return std::nullopt;
    if (value->starts_with('"')) return unquoted(*value);
    return std::string(*value);
}

std::vector<std::pair<std::string, std::string_view>> members_of(std::string_view object) {
    std::vector<std::pair<std::string, std::string_view>> members;
    pass_blanks(object);
    if (!object.starts_with('{')) return members;
    walk_members(object, [&](std::string_view key, std::string_view value) {
        members.emplace_back(unquoted(key), value);
        return false;
    });
    return members;
}

std::vector<std::string_view> elements_of(std::string_view array) {
    std::vector<std::string_view> elements;
    pass_blanks(array);
    if (!array.starts_with('[')) return elements;
    array.remove_prefix(1);
    pass_blanks(array);
    while (!array.empty() && !array.starts_with(']')) {
        elements.push_back(take_value(array));
        if (!array.starts_with(',')) break;
        array.remove_prefix(1);
        pass_blanks(array);
    }
    return elements;
}

}  // namespace ingest::api

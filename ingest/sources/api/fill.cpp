#include "ingest/sources/api/fill.hpp"

#include <boost/json.hpp>

namespace ingest::api {

namespace json = boost::json;

namespace {

bool part_of_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

// The name whose opening brace is text[at]; empty if there is none.
std::string_view name_at(std::string_view text, std::size_t at) {
    auto end = at + 1;
    while (end < text.size() && part_of_name(text[end])) ++end;
    bool closed = end < text.size() && text[end] == '}';
    return closed ? text.substr(at + 1, end - at - 1) : std::string_view();
}

// Ours, so surely numbers; a cursor of digits may be a text to its server.
bool names_number(std::string_view name) {
    return name == "page" || name == "offset" || name == "limit";
}

std::optional<json::value> filled(const json::value& value, const Values& values) {
    if (const auto* text = value.if_string()) {
        std::string_view view(text->data(), text->size());
        auto names = names_in(view);
        if (names.empty()) return value;
        auto made = fill(view, values);
        if (!made) return std::nullopt;
        bool whole = names.size() == 1 && names[0].size() + 2 == view.size();
        if (whole && names_number(names[0])) return json::parse(*made);
        return json::value(*made);
    }
    if (const auto* object = value.if_object()) {
        json::object made;
        for (const auto& member : *object)
            if (auto inner = filled(member.value(), values)) made[member.key()] = *inner;
        return json::value(made);
    }
    if (const auto* array = value.if_array()) {
        json::array made;
        for (const auto& element : *array)
            if (auto inner = filled(element, values)) made.push_back(*inner);
        return json::value(made);
    }
    return value;
}

}  // namespace

std::vector<std::string_view> names_in(std::string_view text) {
    std::vector<std::string_view> names;
    for (auto at = text.find('{'); at != text.npos; at = text.find('{', at + 1))
        if (auto name = name_at(text, at); !name.empty()) names.push_back(name);
    return names;
}

std::optional<std::string> fill(std::string_view text, const Values& values) {
    std::string made;
    for (std::size_t at = 0; at < text.size();) {
        auto name = text[at] == '{' ? name_at(text, at) : std::string_view();
        if (name.empty()) {
            made += text[at++];
            continue;
        }
        auto found = values.find(name);
        if (found == values.end() || found->second.empty()) return std::nullopt;
        made += found->second;
        at += name.size() + 2;
    }
    return made;
}

std::string fill_json(std::string_view text, const Values& values) {
    auto made = filled(json::parse(text), values);
    return made ? json::serialize(*made) : std::string("null");
}

}  // namespace ingest::api

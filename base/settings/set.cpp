// Settings by their names, from variables and flags.
#include <charconv>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/json/described.hpp"
#include "base/numbers/parse.hpp"
#include "base/settings/read.hpp"
#include "base/settings/reader.hpp"

namespace base {

namespace json = boost::json;
using Kind = Shape::Kind;

namespace {

json::value json_of(const Shape& shape, const std::string& text);

std::optional<json::value> parsed(const std::string& text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    if (error) return std::nullopt;
    return value;
}

json::value number_of(const std::string& text) {
    if (auto number = parse_number(text)) return *number;
    return json::value(text);
}

json::value whole_of(const std::string& text) {
    if (auto number = whole_number<std::int64_t>(text)) return *number;
    if (auto number = whole_number<std::uint64_t>(text)) return *number;
    return json::value(text);
}

json::value truth_of(const std::string& text) {
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
    return json::value(text);
}

json::value either_of(const Shape& shape, const std::string& text) {
    for (auto alternative : shape.alternatives)
        if (auto value = json_of(alternative(), text); suits(alternative(), value)) return value;
    return json::value(text);
}

// One element, or several apart by commas where none can hold one: numbers and known words.
json::value list_of(const Shape& inner, const std::string& text) {
    bool several =
        inner.kind == Kind::whole || inner.kind == Kind::number || inner.kind == Kind::word;
    json::array list;
    for (std::size_t at = 0; several && text.find(',', at) != text.npos;) {
        auto comma = text.find(',', at);
        list.push_back(json_of(inner, text.substr(at, comma - at)));
        at = comma + 1;
        if (text.find(',', at) == text.npos) list.push_back(json_of(inner, text.substr(at)));
    }
    if (list.empty()) list.push_back(json_of(inner, text));
    return list;
}

// What a text means where a value of this shape is wanted; a text that means none is left to be
// told of.
json::value json_of(const Shape& shape, const std::string& text) {
    switch (shape.kind) {
        case Kind::truth:
            return truth_of(text);
        case Kind::whole:
            return whole_of(text);
        case Kind::number:
        case Kind::span:
            return number_of(text);
        case Kind::text:
        case Kind::time:
        case Kind::word:
            if (text.starts_with('"'))
                if (auto value = parsed(text); value && value->is_string()) return *value;
            return json::value(text);
        case Kind::optional:
            return json_of(shape.inner(), text);
        case Kind::either:
            return either_of(shape, text);
        case Kind::list:
            if (text.starts_with('['))
                if (auto value = parsed(text)) return *value;
            return list_of(shape.inner(), text);
        default:
            return parsed(text).value_or(json::value(text));
    }
}

json::value json_of(const Shape& shape, std::span<const std::string> texts) {
    const auto& last = texts.back();
    if (shape.kind == Kind::optional) return json_of(shape.inner(), texts);
    if (shape.kind == Kind::list && texts.size() > 1) {
        json::array list;
        for (const auto& text : texts) list.push_back(json_of(shape.inner(), text));
        return list;
    }
    return json_of(shape, last);
}

// Steps into an optional, which is filled if it is empty.
void enter(const Shape*& shape, void*& value) {
    if (shape->kind != Kind::optional) return;
    bool there = false;
    shape->each(value, [&](std::string_view, const void*) { there = true; });
    if (!there) shape->add(value, {});
    shape->each(value, [&](std::string_view, const void* held) {
        value = const_cast<void*>(held);
    });
    shape = &shape->inner();
}

bool is_table(const Shape& shape) {
    return shape.kind == Kind::table ||
           (shape.kind == Kind::optional && shape.inner().kind == Kind::table);
}

// A table from texts NAME=VALUE, each read by itself, so that a fault names its own.
void read_table(
    const Shape* shape,
    void* value,
    std::span<const std::string> texts,
    const SettingOptions& options,
    const std::string& thing
) {
    enter(shape, value);
    shape->clear(value);
    for (const auto& text : texts) {
        auto equals = text.find('=');
        if (equals == text.npos || equals == 0)
            throw UsageError(thing, "must be NAME=VALUE", "write a name, =, and its value");
        auto name = text.substr(0, equals);
        auto given = Document::alone(
            json_of(shape->inner(), text.substr(equals + 1)), fmt::format("{} {}", thing, name)
        );
        read_value(shape->inner(), shape->add(value, name), given, options);
    }
}

struct Found {
    const Shape* shape = nullptr;
    void* value = nullptr;
    const SettingOptions* options = nullptr;
};

// The member of a name, or of an older one.
Found member_of(const Record& record, void* value, std::string_view name) {
    for (const auto& member : record.members) {
        auto* held = member.in(value);
        if (member.name.empty()) {
            if (auto found = member_of(*member.shape().record(), held, name); found.shape)
                return found;
        } else if (member.name == name || (!name.empty() && member.options.alias == name)) {
            return {&member.shape(), held, &member.options};
        }
    }
    return {};
}

std::vector<std::string> names_of(const Record& record) {
    std::vector<std::string> names;
    each_member(record, record.defaults, [&](const Member& member, const void*) {
        names.push_back(member.name);
    });
    return names;
}

}  // namespace

void set_by_text(
    const Record& record,
    void* to,
    std::string_view path,
    std::span<const std::string> texts,
    const std::string& thing
) {
    auto name = path.substr(0, path.find('.'));
    auto found = member_of(record, to, name);
    if (!found.shape)
        throw UsageError(
            thing, fmt::format("unknown key '{}'", name), mend_of_unknown(name, names_of(record))
        );
    const auto* shape = found.shape;
    auto* value = found.value;
    for (path.remove_prefix(name.size()); !path.empty(); path.remove_prefix(name.size())) {
        path.remove_prefix(1);
        enter(shape, value);
        if (shape->kind == Kind::record)
            return set_by_text(*shape->record(), value, path, texts, thing);
        if (shape->kind != Kind::table)
            throw UsageError(thing, fmt::format("'{}' has no parts", name), "give it a value");
        name = path;  // a name of a table may hold dots
        value = shape->add(value, name);
        shape = &shape->inner();
    }
    if (is_table(*shape) && !texts.back().starts_with('{'))
        return read_table(shape, value, texts, *found.options, thing);
    read_value(*shape, value, Document::alone(json_of(*shape, texts), thing), *found.options);
}

}  // namespace base

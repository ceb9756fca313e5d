// Typed values out of JSON, over their shapes.
//
// The first fault ends it: a person mends one line at a time, and what follows a wrong table makes
// little sense. The path of what is being read is carried along, so that only a fault has to find
// its line.
#include "base/settings/read.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/json/described.hpp"
#include "base/settings/reader.hpp"

namespace base {

namespace json = boost::json;
using Kind = Shape::Kind;

namespace {

const SettingOptions no_options;

bool is_scalar(const json::value& value) {
    return !value.is_structured() && !value.is_null();
}

// What may stand in a table, besides older names.
std::vector<std::string> names_of(const Record& record) {
    std::vector<std::string> names;
    each_member(record, record.defaults, [&](const Member& member, const void*) {
        names.push_back(member.name);
    });
    return names;
}

bool is_alias(const Record& record, std::string_view name) {
    bool found = false;
    each_member(record, record.defaults, [&](const Member& member, const void*) {
        found = found || member.options.alias == name;
    });
    return found;
}

std::string needed(const Member& member) {
    auto what = wanted(member.shape(), member.options);
    return member.words.empty() ? "give it " + what
                                : fmt::format("give it {}: {}", what, member.words);
}

// A number is missing if it was not given; what can be empty, if it is.
bool is_missing(const Shape& shape, const void* value, bool given) {
    if (shape.kind == Kind::text) return shape.text(value).empty();
    if (!shape.each || shape.kind == Kind::either) return !given;
    bool filled = false;
    shape.each(value, [&](std::string_view, const void*) { filled = true; });
    return !filled;
}

void read_any(const Shape& shape, void* to, const json::value& value, const Spot& spot);

class RecordReader {
public:
    RecordReader(const Spot& spot, Reading reading) : spot_(spot), reading_(reading) {}

    void read(const Record& record, void* to, const json::value& value) {
        const auto* object = value.if_object();
        if (!object) spot_.fail("must be a table");
        auto names = names_of(record);
        for (const auto& item : *object)
            if (std::find(names.begin(), names.end(), item.key()) == names.end() &&
                !is_alias(record, item.key()))
                spot_.document.unknown(
                    spot_.below(item.key()).path, mend_of_unknown(item.key(), names)
                );
        members(record, to, *object);
        if (reading_ == Reading::whole) check(record, to);
    }

    // Of the whole, and of the nameless ones in it.
    void check(const Record& record, void* value) const {
        for (const auto& member : record.members)
            if (member.name.empty()) check(*member.shape().record(), member.in(value));
        if (record.check) spot_.check([&] { return record.check(value); });
    }

private:
    void members(const Record& record, void* to, const json::object& object) {
        for (const auto& member : record.members) {
            if (member.name.empty()) {
                members(*member.shape().record(), member.in(to), object);
            } else {
                this->member(member, member.in(to), object);
            }
        }
    }

    void member(const Member& member, void* to, const json::object& object) {
        const auto& alias = member.options.alias;
        const auto* found = object.if_contains(member.name);
        const auto* older = alias.empty() ? nullptr : object.if_contains(alias);
        if (found && older)
            spot_.below(alias).fail(
                fmt::format("stands beside '{}', which is the same", member.name),
                "leave one of them out"
            );
        auto spot = spot_.below(older ? alias : member.name).with(member.options);
        if (older) found = older;
        const auto& shape = member.shape();
        if (found && shape.kind == Kind::record) {
            RecordReader(spot, reading_).read(*shape.record(), to, *found);
        } else if (found) {
            read_any(shape, to, *found, spot);
        }
        if (reading_ == Reading::whole && member.options.required && is_missing(shape, to, found))
            spot.document.missing(spot.path, needed(member));
    }

    const Spot& spot_;
    Reading reading_;
};

void read_list(const Shape& shape, void* to, const json::value& value, const Spot& spot) {
    const auto& inner = shape.inner();
    const auto* array = value.if_array();
    bool single = is_scalar(value) && inner.kind != Kind::record && inner.kind != Kind::table;
    if (!array && !single)
        spot.fail(
            "must be " + wanted(shape, spot.options),
            inner.kind == Kind::record ? fmt::format("write [[{}]]", spot.path) : ""
        );
    shape.clear(to);
    if (!array) return read_any(inner, shape.add(to, {}), value, spot);
    for (std::size_t i = 0; i < array->size(); ++i)
        read_any(inner, shape.add(to, {}), (*array)[i], spot.item(i));
}

void read_table(const Shape& shape, void* to, const json::value& value, const Spot& spot) {
    const auto* object = value.if_object();
    if (!object) spot.wrong(shape);
    shape.clear(to);
    for (const auto& item : *object) {
        if (item.key().find('\0') != json::string_view::npos)
            spot.fail("holds a name with a NUL character");
        read_any(shape.inner(), shape.add(to, item.key()), item.value(), spot.below(item.key()));
    }
}

void read_either(const Shape& shape, void* to, const json::value& value, const Spot& spot) {
    for (std::size_t i = 0; i < shape.alternatives.size(); ++i) {
        const auto& alternative = shape.alternatives[i]();
        if (suits(alternative, value))
            return read_any(alternative, shape.choose(to, i), value, spot);
    }
    spot.wrong(shape);
}

void read_any(const Shape& shape, void* to, const json::value& value, const Spot& spot) {
    switch (shape.kind) {
        case Kind::optional:
            shape.clear(to);
            if (!value.is_null()) read_any(shape.inner(), shape.add(to, {}), value, spot);
            return;
        case Kind::list:
            return read_list(shape, to, value, spot);
        case Kind::table:
            return read_table(shape, to, value, spot);
        case Kind::either:
            return read_either(shape, to, value, spot);
        case Kind::record:
            return RecordReader(spot, Reading::whole).read(*shape.record(), to, value);
        default:
            return read_leaf(shape, to, value, spot);
    }
}

void check_members(const Record& record, void* value, const Spot& spot) {
    for (const auto& member : record.members) {
        const auto& shape = member.shape();
        auto* held = member.in(value);
        auto below = member.name.empty() ? spot : spot.below(member.name);
        if (shape.kind == Kind::record) check_members(*shape.record(), held, below);
        if (member.options.required && is_missing(shape, held, true))
            spot.document.missing(below.path, needed(member));
    }
    if (record.check) spot.check([&] { return record.check(value); });
}

}  // namespace

bool suits(const Shape& shape, const json::value& value) {
    switch (shape.kind) {
        case Kind::truth:
            return value.is_bool();
        case Kind::whole:
            return value.is_int64() || value.is_uint64();
        case Kind::number:
            return value.is_number();
        case Kind::text:
        case Kind::time:
        case Kind::word:
            return value.is_string();
        case Kind::span:
            return value.is_string() || value.is_number();
        case Kind::free:
            return true;
        case Kind::record:
        case Kind::table:
        case Kind::free_table:
            return value.is_object();
        case Kind::list:
            return value.is_array() || (is_scalar(value) && suits(shape.inner(), value));
        case Kind::free_list:
            return value.is_array();
        case Kind::optional:
            return value.is_null() || suits(shape.inner(), value);
        case Kind::either:
            break;
    }
    return std::any_of(shape.alternatives.begin(), shape.alternatives.end(), [&](auto of) {
        return suits(of(), value);
    });
}

void read_record(const Record& record, void* to, const Document& document, Reading reading) {
    Spot spot{document, no_options, ""};
    RecordReader(spot, reading).read(record, to, document.root());
}

void read_value(
    const Shape& shape,
    void* to,
    const Document& document,
    const SettingOptions& options
) {
    read_any(shape, to, document.root(), {document, options, ""});
}

void check_record(const Record& record, void* value, const Document& document) {
    check_members(record, value, {document, no_options, ""});
}

}  // namespace base

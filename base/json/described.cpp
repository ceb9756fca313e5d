// Typed values as JSON and as tables, over their shapes.
#include "base/json/described.hpp"

#include <boost/json.hpp>

#include "base/json/plain.hpp"
#include "base/numbers/parse.hpp"
#include "base/time/duration.hpp"
#include "base/time/time.hpp"

namespace base {

namespace json = boost::json;
using Kind = Shape::Kind;

namespace {

json::value whole_json(const Shape& shape, std::int64_t value) {
    if (shape.beyond) return static_cast<std::uint64_t>(value);
    return value;
}

std::string span_text(const Shape& shape, const void* value) {
    return duration_text(std::chrono::microseconds(shape.whole(value)));
}

std::string time_text(const Shape& shape, const void* value) {
    auto since = std::chrono::microseconds(shape.whole(value));
    bool whole = since == std::chrono::floor<std::chrono::seconds>(since);
    return rfc3339(Time(since), whole ? Precision::seconds : Precision::microseconds);
}

std::string word_of(const Shape& shape, const void* value) {
    auto index = shape.whole(value);
    return index < 0 ? "?" : std::string(shape.terms[static_cast<std::size_t>(index)].name);
}

bool filled(const json::value& value) {
    if (const auto* text = value.if_string()) return !text->empty();
    if (const auto* list = value.if_array()) return !list->empty();
    if (const auto* table = value.if_object()) return !table->empty();
    return !value.is_null();
}

json::object write_record(const Record& record, const void* value, Written written) {
    json::object object;
    bool whole = written == Written::all || record.always_whole;
    each_member(record, value, [&](const Member& member, const void* held) {
        const auto& shape = member.shape();
        auto made = write(shape, held, written);
        if (!whole && shape.kind == Kind::record && !filled(made)) return;
        object.insert_or_assign(member.name, std::move(made));
    });
    if (whole) return object;
    // Against the defaults as they would be written, so that no type needs to compare itself.
    each_member(record, record.defaults, [&](const Member& member, const void* usual) {
        if (member.options.required || member.shape().kind == Kind::record) return;
        const auto* made = object.if_contains(member.name);
        if (made && *made == write(member.shape(), usual, written)) object.erase(member.name);
    });
    return object;
}

std::string cell(const Shape& shape, const void* value) {
    switch (shape.kind) {
        case Kind::text:
            return shape.text(value);
        case Kind::number:
            return number_text(shape.number(value));
        case Kind::span:
            return span_text(shape, value);
        case Kind::time:
            return time_text(shape, value);
        case Kind::word:
            return word_of(shape, value);
        case Kind::optional: {
            std::string text;
            shape.each(value, [&](std::string_view, const void* held) {
                text = cell(shape.inner(), held);
            });
            return text;
        }
        case Kind::list: {
            if (shape.inner().kind == Kind::record) break;
            std::string text;
            shape.each(value, [&](std::string_view, const void* held) {
                text.append(text.empty() ? "" : ", ").append(cell(shape.inner(), held));
            });
            return text;
        }
        default:
            break;
    }
    return plain_json(write(shape, value));
}

}  // namespace

void each_member(const Record& record, const void* value, const VisitMember& visit) {
    for (const auto& member : record.members) {
        const auto* held = member.in(value);
        if (member.name.empty()) {
            each_member(*member.shape().record(), held, visit);
        } else {
            visit(member, held);
        }
    }
}

json::value write(const Shape& shape, const void* value, Written written) {
    json::value made;
    switch (shape.kind) {
        case Kind::truth:
            return shape.whole(value) != 0;
        case Kind::whole:
            return whole_json(shape, shape.whole(value));
        case Kind::number:
            return shape.number(value);
        case Kind::text:
            return json::value(shape.text(value));
        case Kind::span:
            return json::value(span_text(shape, value));
        case Kind::time:
            return json::value(time_text(shape, value));
        case Kind::word:
            return json::value(word_of(shape, value));
        case Kind::free:
        case Kind::free_table:
        case Kind::free_list:
            shape.json(value, made);
            return made;
        case Kind::optional:
            shape.each(value, [&](std::string_view, const void* held) {
                made = write(shape.inner(), held, written);
            });
            return made;
        case Kind::list:
            made.emplace_array();
            shape.each(value, [&](std::string_view, const void* held) {
                made.get_array().push_back(write(shape.inner(), held, written));
            });
            return made;
        case Kind::table:
            made.emplace_object();
            shape.each(value, [&](std::string_view key, const void* held) {
                made.get_object()[key] = write(shape.inner(), held, written);
            });
            return made;
        case Kind::either:
            shape.each(value, [&](std::string_view, const void* held) {
                made = write(shape.alternatives[shape.index(value)](), held, written);
            });
            return made;
        case Kind::record:
            return write_record(*shape.record(), value, written);
    }
    return made;
}

TextTable table(const Shape& shape, const void* value) {
    TextTable made;
    if (shape.kind == Kind::record) {
        each_member(*shape.record(), value, [&](const Member& member, const void* held) {
            made.rows.push_back({member.name, cell(member.shape(), held)});
        });
        return made;
    }
    const auto& inner = shape.inner();
    if (inner.kind != Kind::record) {
        shape.each(value, [&](std::string_view, const void* held) {
            made.rows.push_back({cell(inner, held)});
        });
        return made;
    }
    each_member(*inner.record(), inner.record()->defaults, [&](const Member& member, const void*) {
        made.header.push_back(member.name);
    });
    shape.each(value, [&](std::string_view, const void* held) {
        auto& row = made.rows.emplace_back();
        each_member(*inner.record(), held, [&](const Member& member, const void* part) {
            row.push_back(cell(member.shape(), part));
        });
    });
    return made;
}

std::string json_text(const Shape& shape, const void* value, Written written) {
    return plain_json(write(shape, value, written));
}

boost::json::value Answer::json() const {
    return write(*shape_, value_.get());
}

}  // namespace base

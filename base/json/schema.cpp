// JSON Schema of shapes, as OpenAPI 3.1 takes it.
#include <algorithm>

#include <boost/json.hpp>

#include "base/json/described.hpp"

namespace base {

namespace json = boost::json;
using Kind = Shape::Kind;

namespace {

// A struct may hold a list of its like; within itself it is told of as an object only.
class Writer {
public:
    json::object write(const Shape& shape, const SettingOptions& options) {
        switch (shape.kind) {
            case Kind::truth:
                return {{"type", "boolean"}};
            case Kind::whole:
                return whole(shape, options);
            case Kind::number:
                return bounded({{"type", "number"}}, options);
            case Kind::text:
                return text(options);
            case Kind::span:
                return {{"type", json::array{"string", "number"}}};
            case Kind::time:
                return {{"type", "string"}, {"format", "date-time"}};
            case Kind::word:
                return words(shape);
            case Kind::free:
                return {};
            case Kind::free_table:
                return {{"type", "object"}};
            case Kind::free_list:
                return {{"type", "array"}};
            case Kind::optional:
                return or_null(write(shape.inner(), options));
            case Kind::list:
                return {{"type", "array"}, {"items", write(shape.inner(), options)}};
            case Kind::table:
                return {
                    {"type", "object"}, {"additionalProperties", write(shape.inner(), options)}};
            case Kind::either:
                return either(shape, options);
            case Kind::record:
                return record(*shape.record());
        }
        return {};
    }

private:
    static json::object bounded(json::object made, const SettingOptions& options) {
        if (options.low) made["minimum"] = *options.low;
        if (options.high) made["maximum"] = *options.high;
        return made;
    }

    static json::object whole(const Shape& shape, const SettingOptions& options) {
        auto made = bounded({{"type", "integer"}}, options);
        if (!options.low && shape.low == 0) made["minimum"] = 0;
        return made;
    }

    static json::object text(const SettingOptions& options) {
        json::object made{{"type", "string"}};
        if (!options.choices.empty())
            made["enum"] = json::array(options.choices.begin(), options.choices.end());
        return made;
    }

    static json::object words(const Shape& shape) {
        json::array names;
        for (const auto& term : shape.terms) names.emplace_back(term.name);
        return {{"type", "string"}, {"enum", names}};
    }

    static json::object or_null(json::object made) {
        auto* type = made.if_contains("type");
        if (type && type->is_string() && !made.contains("enum")) {
            *type = json::array{*type, "null"};
            return made;
        }
        if (made.empty()) return made;
        return {{"anyOf", json::array{made, json::object{{"type", "null"}}}}};
    }

    json::object either(const Shape& shape, const SettingOptions& options) {
        json::array all;
        for (auto alternative : shape.alternatives) all.push_back(write(alternative(), options));
        return {{"anyOf", all}};
    }

    json::object record(const Record& record) {
        if (std::find(within_.begin(), within_.end(), &record) != within_.end())
            return {{"type", "object"}};
        within_.push_back(&record);
        json::object properties;
        json::array required;
        each_member(record, record.defaults, [&](const Member& member, const void*) {
            auto made = write(member.shape(), member.options);
            if (!member.words.empty()) made["description"] = member.words;
            if (record.always_whole || member.options.required) required.emplace_back(member.name);
            properties[member.name] = std::move(made);
        });
        within_.pop_back();
        json::object made{{"type", "object"}, {"properties", properties}};
        if (!required.empty()) made["required"] = required;
        if (!record.always_whole) made["additionalProperties"] = false;
        return made;
    }

    std::vector<const Record*> within_;
};

}  // namespace

json::object schema(const Shape& shape) {
    return Writer().write(shape, {});
}

json::object schema(const Member& member) {
    return Writer().write(member.shape(), member.options);
}

}  // namespace base

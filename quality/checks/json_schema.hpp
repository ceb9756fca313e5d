#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ingest::quality {

// The part of JSON Schema (draft 2020-12) that looks at one value: type, enum, const, the bounds of
// numbers, lengths, pattern, items, prefixItems, contains, uniqueItems, properties, required,
// additionalProperties, patternProperties, minProperties, maxProperties, allOf, anyOf, oneOf, not,
// if/then/else. Annotations (title, description, format, $schema ..) are passed over.
class JsonSchema {
public:
    // What is wrong with a schema, in words; nothing if it can be used. $ref is refused.
    static std::optional<std::string> fault(std::string_view schema);

    explicit JsonSchema(std::string_view schema);  // without fault
    ~JsonSchema();
    JsonSchema(JsonSchema&&) noexcept;

    // Whether a text is JSON that holds the schema.
    bool holds(std::string_view json) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ingest::quality

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace schema {

// The value of a field of one row as text, or nothing if the row does not have it.
using FieldLookup = std::function<std::optional<std::string>(const std::string& field)>;

// A condition on records, as people write it after --where:
//
//     language = 'en' and words >= 20 and not Section in ('debug', 'metapackages') and url like
//     '%/cpp/%'
//
// Fields are names, dotted or in double quotes. Operators: = != <> < <= > >= [not] in (..) [not]
// like '..' (% any run, _ one character) is [not] null; and, or, not, parentheses; strings in
// single quotes ('' is a quote), numbers, true, false. A number compares as number, a string as
// text. A field that a row does not have fails every comparison, even != and not in. An empty text,
// as of a cell without content, is null too. It never reaches SQL.
class Filter {
public:
    // Throws base::UsageError naming the place in the text. An empty text matches everything.
    static Filter parse(std::string_view text);

    bool matches(const FieldLookup& field) const;
    // The fields it asks for, each once.
    const std::vector<std::string>& fields() const { return fields_; }

    struct Node;

private:
    std::shared_ptr<const Node> root_;
    std::vector<std::string> fields_;
};

}  // namespace schema

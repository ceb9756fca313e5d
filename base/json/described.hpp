#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/json/fwd.hpp>

#include "base/json/shape_of.hpp"

// JSON, its schema and plain tables out of typed values. A struct is described once:
//
//     struct Agreement {
//         std::string metric;
//         std::optional<double> value;  // null when it is empty
//         std::size_t units = 0;
//     };
//     BOOST_DESCRIBE_STRUCT(Agreement, (), (metric, value, units))
//
//     to_json(agreement);         // {"metric": "fleiss", "value": 0.81, "units": 40}
//     schema_of<Agreement>();     // for OpenAPI 3.1
//     table_of(agreements).rows;  // cells of text, one row each
//
// Spans are written as "1h30m", times in RFC 3339, enums by their words. Settings are written the
// same way. base/settings/read.hpp reads both.
namespace base {

// Rows of cells as text.
struct TextTable {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
};

// What is written of a struct with settings: all, or only what differs from its default (and what
// is required). Described structs are always written whole.
enum class Written { all, changed };

boost::json::value write(const Shape& shape, const void* value, Written written = Written::all);
// JSON Schema 2020-12.
boost::json::object schema(const Shape& shape);
boost::json::object schema(const Member& member);  // with its bounds and choices
// Of a list of structs: the names of the members, and a row each. Of one struct: a row for each
// member, with its name first. Lists within are written "a, b", structs and tables as JSON.
TextTable table(const Shape& shape, const void* value);
// One line of JSON.
std::string json_text(const Shape& shape, const void* value, Written written = Written::all);

// J is named in the template so that a file that asks for no JSON need not see Boost.JSON.
template <typename T, typename J = boost::json::value>
J to_json(const T& value) {
    return write(shape_of<T>(), &value);
}

template <typename T>
std::string json_text(const T& value) {
    return json_text(shape_of<T>(), static_cast<const void*>(&value));
}

template <typename T, typename J = boost::json::object>
J schema_of() {
    return schema(shape_of<T>());
}

template <typename T>
TextTable table_of(const T& value) {
    return table(shape_of<T>(), &value);
}

// Any described value, for those who show it without knowing its type. Made where the type is
// known, so that nobody else compiles its description.
class Answer {
public:
    template <typename T>
    explicit Answer(T value)
        : shape_(&shape_of<T>()), value_(std::make_shared<const T>(std::move(value))) {}

    boost::json::value json() const;
    std::string json_text() const { return base::json_text(*shape_, value_.get()); }
    TextTable table() const { return base::table(*shape_, value_.get()); }
    // The value, if it is of this type.
    template <typename T>
    const T* as() const {
        return shape_ == &shape_of<T>() ? static_cast<const T*>(value_.get()) : nullptr;
    }

private:
    const Shape* shape_;
    std::shared_ptr<const void> value_;
};

// Visits the members of a record with their values, those of nameless members among them.
using VisitMember = std::function<void(const Member& member, const void* value)>;
void each_member(const Record& record, const void* value, const VisitMember& visit);

}  // namespace base

// The only file that knows the TOML library: compiling it is dear, and one spelling of a place and
// of a syntax fault is enough.
#include <sstream>

#include <fmt/format.h>
#define TOML_EXCEPTIONS 1
// It asserts that a key begins as one before it says that "[<" does not: without NDEBUG that ended
// us.
#define TOML_ASSERT(expr) static_assert(true)
#include <toml++/toml.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/settings/places.hpp"
#include "base/settings/toml_text.hpp"

namespace base {

namespace json = boost::json;

namespace {

// Dates and times as they are written in RFC 3339.
template <typename Value>
json::value written(const Value& value) {
    std::ostringstream text;
    text << value;
    return json::value(text.str());
}

class Converter {
public:
    explicit Converter(PlacedJson& made) : made_(made) {}

    json::value convert(const toml::node& node, const std::string& path) {
        if (!path.empty()) made_.lines.emplace(path, node.source().begin.line);
        switch (node.type()) {
            case toml::node_type::table:
                return table(*node.as_table(), path);
            case toml::node_type::array:
                return list(*node.as_array(), path);
            case toml::node_type::string:
                return json::value(node.as_string()->get());
            case toml::node_type::integer:
                return node.as_integer()->get();
            case toml::node_type::floating_point:
                return node.as_floating_point()->get();
            case toml::node_type::boolean:
                return node.as_boolean()->get();
            case toml::node_type::date:
                return written(node.as_date()->get());
            case toml::node_type::time:
                return written(node.as_time()->get());
            case toml::node_type::date_time:
                return written(node.as_date_time()->get());
            default:
                return nullptr;
        }
    }

private:
    json::object table(const toml::table& table, const std::string& path) {
        json::object object;
        for (const auto& [key, value] : table) {
            std::string name(key.str());
            auto below = path.empty() ? name : path + "." + name;
            made_.lines.emplace(below, key.source().begin.line);
            object[name] = convert(value, below);
        }
        return object;
    }

    json::array list(const toml::array& list, const std::string& path) {
        json::array array;
        for (const auto& value : list)
            array.push_back(convert(value, fmt::format("{}[{}]", path, array.size())));
        return array;
    }

    PlacedJson& made_;
};

toml::table to_table(const json::object& object);
toml::array to_array(const json::array& list);

// Gives `into` the value; null has no place in TOML and is left out.
template <typename Into>
void put(const json::value& value, const Into& into) {
    switch (value.kind()) {
        case json::kind::null:
            return;
        case json::kind::bool_:
            return into(value.get_bool());
        case json::kind::int64:
            return into(value.get_int64());
        case json::kind::uint64:
        case json::kind::double_:
            return into(value.to_number<double>());
        case json::kind::string:
            return into(std::string(value.get_string()));
        case json::kind::object:
            return into(to_table(value.get_object()));
        case json::kind::array:
            return into(to_array(value.get_array()));
    }
}

toml::array to_array(const json::array& list) {
    toml::array made;
    for (const auto& one : list) put(one, [&](auto&& value) { made.push_back(std::move(value)); });
    return made;
}

toml::table to_table(const json::object& object) {
    toml::table made;
    for (const auto& [key, one] : object)
        put(one, [&made, name = std::string(key)](auto&& value) {
            made.insert(name, std::move(value));
        });
    return made;
}

}  // namespace

std::string toml_text(const json::object& root) {
    std::ostringstream text;
    text << to_table(root);
    return std::move(text).str();
}

PlacedJson read_toml(std::string_view text, const std::string& file) {
    PlacedJson made;
    try {
        auto table = toml::parse(text, file);
        made.root = Converter(made).convert(table, "");
    } catch (const toml::parse_error& error) {
        throw UsageError(
            fmt::format("{}, line {}", file, error.source().begin.line),
            error.description(),
            "mend the TOML"
        );
    }
    return made;
}

}  // namespace base

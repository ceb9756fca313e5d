// The only file that knows the TOML library: compiling it is dear, and one spelling of a place and
// of a syntax fault is enough.
#include <sstream>

#include <fmt/format.h>
#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/settings/places.hpp"

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

}  // namespace

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

#include "base/json/plain.hpp"

#include <charconv>
#include <cmath>

#include <boost/json.hpp>

namespace base {

namespace json = boost::json;

namespace {

void append_number(double value, std::string& out) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    auto size = std::abs(value);
    bool plain = value == 0 || (size >= 1e-6 && size < 1e17);
    char text[64];
    auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
    auto end = std::to_chars(text, text + sizeof text, value, format).ptr;
    out.append(text, end);
}

void append(const json::value& value, std::string& out) {
    char between = '[';
    switch (value.kind()) {
        case json::kind::double_:
            return append_number(value.get_double(), out);
        case json::kind::array:
            if (value.get_array().empty()) out += between;
            for (const auto& one : value.get_array()) {
                out += between;
                append(one, out);
                between = ',';
            }
            out += ']';
            return;
        case json::kind::object:
            between = '{';
            if (value.get_object().empty()) out += between;
            for (const auto& [name, one] : value.get_object()) {
                out += between;
                out += json::serialize(json::string(name));
                out += ':';
                append(one, out);
                between = ',';
            }
            out += '}';
            return;
        default:
            out += json::serialize(value);
    }
}

}  // namespace

std::string plain_json(const json::value& value) {
    std::string out;
    append(value, out);
    return out;
}

}  // namespace base

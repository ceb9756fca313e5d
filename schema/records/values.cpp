// Values as the texts that PostgreSQL takes for arrays and times. A batch passes one array a column
// to unnest(), which is one statement for thousands of rows; libpqxx 6 has no arrays as parameters,
// so they are written here, with the quoting of its manual, 8.15.2.
#include "schema/records/values.hpp"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/bytes/hex.hpp"
#include "base/error.hpp"
#include "base/time/time.hpp"

namespace schema {

namespace {

template <typename T>
std::string numbers(const std::vector<T>& values) {
    std::string text = "{";
    char digits[24];
    for (auto value : values) {
        if (text.size() > 1) text += ',';
        text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    }
    return text + "}";
}

void quote(std::string& text, std::string_view value) {
    text += '"';
    for (char c : value) {
        if (c == '\0')
            throw base::Error(
                "text for the database",
                "holds a NUL byte, which PostgreSQL cannot store",
                "remove it from the input"
            );
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    text += '"';
}

}  // namespace

std::string array_of(const std::vector<std::int64_t>& values) {
    return numbers(values);
}
std::string array_of(const std::vector<std::int32_t>& values) {
    return numbers(values);
}

std::string array_of(const std::vector<std::string>& values) {
    std::string text = "{";
    for (const auto& value : values) {
        if (text.size() > 1) text += ',';
        quote(text, value);
    }
    return text + "}";
}

std::string array_of_optional(const std::vector<std::string>& values) {
    std::string text = "{";
    for (const auto& value : values) {
        if (text.size() > 1) text += ',';
        if (value.empty()) {
            text += "NULL";
        } else {
            quote(text, value);
        }
    }
    return text + "}";
}

std::string array_of_bytes(const std::vector<std::string>& values) {
    std::string text = "{";
    for (const auto& value : values) {
        if (text.size() > 1) text += ',';
        text.append("\"\\\\x").append(base::hex(value)).append("\"");
    }
    return text + "}";
}

std::vector<double> doubles_of(std::string_view array) {
    std::vector<double> values;
    if (array.size() < 2) return values;
    array = array.substr(1, array.size() - 2);
    while (!array.empty()) {
        auto end = array.find(',');
        auto item = array.substr(0, end);
        double value = std::numeric_limits<double>::quiet_NaN();
        if (item == "Infinity") {
            value = std::numeric_limits<double>::infinity();
        } else if (item == "-Infinity") {
            value = -std::numeric_limits<double>::infinity();
        } else {
            std::from_chars(item.data(), item.data() + item.size(), value);
        }
        values.push_back(value);
        if (end == array.npos) break;
        array.remove_prefix(end + 1);
    }
    return values;
}

std::string bytes_of_hex(std::string_view hex) {
    if (hex.starts_with("\\x")) hex.remove_prefix(2);
    return base::from_hex(hex).value_or(std::string());
}

std::optional<std::string> filled(const std::string& text) {
    if (text.empty()) return std::nullopt;
    return text;
}

std::string timestamp(Time time) {
    auto text = base::rfc3339(time, base::Precision::microseconds);
    text[text.find('T')] = ' ';
    text.replace(text.size() - 1, 1, "+00");
    return text;
}

Counts& Counts::operator+=(const Counts& other) {
    read += other.read;
    added += other.added;
    changed += other.changed;
    unchanged += other.unchanged;
    rejected += other.rejected;
    return *this;
}

}  // namespace schema

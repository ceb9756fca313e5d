#include "schema/records/values.hpp"

#include <charconv>
#include <chrono>
#include <ctime>
#include <limits>

#include <fmt/format.h>

#include "base/error.hpp"

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

int nibble(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 0;
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
        text.append("\"\\\\x").append(hex_of(value)).append("\"");
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
    std::string bytes(hex.size() / 2, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>(nibble(hex[2 * i]) * 16 + nibble(hex[2 * i + 1]));
    return bytes;
}

std::string hex_of(std::string_view bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (unsigned char byte : bytes) {
        hex += digits[byte >> 4];
        hex += digits[byte & 15];
    }
    return hex;
}

std::optional<std::string> filled(const std::string& text) {
    if (text.empty()) return std::nullopt;
    return text;
}

std::string timestamp(Time time) {
    auto since =
        std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
    auto seconds = since >= 0 ? since / 1000000 : -((-since + 999999) / 1000000);
    auto micros = since - seconds * 1000000;
    std::time_t whole = static_cast<std::time_t>(seconds);
    std::tm parts{};
    gmtime_r(&whole, &parts);
    return fmt::format(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}+00",
        parts.tm_year + 1900,
        parts.tm_mon + 1,
        parts.tm_mday,
        parts.tm_hour,
        parts.tm_min,
        parts.tm_sec,
        micros
    );
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

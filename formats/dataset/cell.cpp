// What a cell is in each format that has no types of its own, in one place, so that all formats say
// the same: texts of CSV, values of JSON, and what a column is called for who reads them typed.
#include "formats/dataset/cell.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/bytes/base64.hpp"
#include "base/numbers/parse.hpp"
#include "formats/json/json.hpp"

namespace formats {

namespace {

constexpr std::string_view scheme = "data:";
constexpr std::string_view coding = ";base64,";

std::string time_text(base::Time time) {
    const bool whole = time.time_since_epoch() % std::chrono::seconds(1) == base::Time::duration(0);
    return base::rfc3339(time, whole ? base::Precision::seconds : base::Precision::microseconds);
}

struct AsText {
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(double value) const { return base::number_text(value); }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(base::Time time) const { return time_text(time); }
    std::string operator()(const JsonCell& json) const { return json.spelled; }
    std::string operator()(const PictureCell& picture) const { return data_uri(picture); }
};

}  // namespace

std::string text_of(const DataCell& cell) {
    return std::visit(AsText(), cell);
}

void append_json(const DataCell& cell, std::string& out) {
    if (is_missing(cell)) {
        out += "null";
    } else if (const auto* text = std::get_if<std::string>(&cell)) {
        append_json_string(*text, out);
    } else if (std::holds_alternative<base::Time>(cell) || std::holds_alternative<PictureCell>(cell)) {
        append_json_string(text_of(cell), out);
    } else {
        out += text_of(cell);
    }
}

std::string data_uri(const PictureCell& picture) {
    return fmt::format("{}{}{}{}", scheme, picture.media_type, coding, base::base64(picture.bytes));
}

std::optional<PictureCell> picture_of_uri(std::string_view uri) {
    if (!is_picture_uri(uri)) return std::nullopt;
    const auto end = uri.substr(0, 100).find(coding);
    if (end == uri.npos) return std::nullopt;
    auto bytes = base::from_base64(uri.substr(end + coding.size()));
    if (!bytes) return std::nullopt;
    return PictureCell{
        std::move(*bytes), std::string(uri.substr(scheme.size(), end - scheme.size()))};
}

std::string_view ending_of(std::string_view media_type) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> endings{{
        {"image/png", "png"},
        {"image/jpeg", "jpg"},
        {"image/gif", "gif"},
        {"image/webp", "webp"},
        {"image/tiff", "tiff"},
        {"image/bmp", "bmp"},
        {"image/avif", "avif"},
        {"image/svg+xml", "svg"},
    }};
    for (const auto& [type, ending] : endings)
        if (type == media_type) return ending;
    return "bin";
}

std::string huggingface_features(std::span<const DataColumn> columns) {
    auto feature = [](CellType type) -> std::string {
        switch (type) {
            case CellType::integer:
                return R"({"dtype":"int64","_type":"Value"})";
            case CellType::number:
                return R"({"dtype":"float64","_type":"Value"})";
            case CellType::flag:
                return R"({"dtype":"bool","_type":"Value"})";
            case CellType::time:
                return R"({"dtype":"timestamp[us, tz=UTC]","_type":"Value"})";
            case CellType::picture:
                return R"({"_type":"Image"})";
            default:
                return R"({"dtype":"string","_type":"Value"})";
        }
    };
    std::string out = "{";
    for (const auto& column : columns) {
        if (out.size() > 1) out += ',';
        append_json_string(column.name, out);
        out += ":" + feature(column.type);
    }
    return out + "}";
}

}  // namespace formats

// What a cell is in each format that has no types of its own, in one place, so that all formats say
// the same: texts of CSV, values of JSON, and what a column is called for who reads them typed.
#include "formats/dataset/cell.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/bytes/base64.hpp"
#include "base/numbers/parse.hpp"
#include "formats/content/content.hpp"
#include "formats/json/json.hpp"

namespace formats {

namespace {

constexpr std::string_view scheme = "data:";
constexpr std::string_view coding = ";base64,";
constexpr std::size_t longest_type = 100;  // bytes, with its parameters

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
    std::string operator()(const FileCell& file) const { return data_uri(file); }
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
    } else if (std::holds_alternative<base::Time>(cell) || std::holds_alternative<FileCell>(cell)) {
        append_json_string(text_of(cell), out);
    } else {
        out += text_of(cell);
    }
}

std::string data_uri(std::string_view bytes, std::string_view media_type) {
    return fmt::format("{}{}{}{}", scheme, media_type, coding, base::base64(bytes));
}

std::string data_uri(const FileCell& file) {
    return data_uri(file.bytes, file.media_type);
}

bool is_media_uri(std::string_view text) {
    if (!text.starts_with(scheme)) return false;
    const auto type = text.substr(scheme.size(), longest_type);
    return promised_by_type(type) || type.starts_with("application/octet-stream");
}

std::optional<FileCell> media_of_uri(std::string_view uri) {
    if (!is_media_uri(uri)) return std::nullopt;
    const auto end = uri.substr(0, longest_type).find(coding);
    if (end == uri.npos) return std::nullopt;
    auto bytes = base::from_base64(uri.substr(end + coding.size()));
    if (!bytes) return std::nullopt;
    return FileCell{std::move(*bytes), std::string(uri.substr(scheme.size(), end - scheme.size()))};
}

std::string_view ending_of(std::string_view media_type) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 20> endings{{
        {"image/png", "png"},   {"image/jpeg", "jpg"},       {"image/gif", "gif"},
        {"image/webp", "webp"}, {"image/tiff", "tiff"},      {"image/bmp", "bmp"},
        {"image/avif", "avif"}, {"image/svg+xml", "svg"},    {"audio/wav", "wav"},
        {"audio/mpeg", "mp3"},  {"audio/flac", "flac"},      {"audio/ogg", "ogg"},
        {"audio/mp4", "m4a"},   {"audio/webm", "webm"},      {"audio/x-matroska", "mka"},
        {"video/mp4", "mp4"},   {"video/quicktime", "mov"},  {"video/webm", "webm"},
        {"video/ogg", "ogv"},   {"video/x-matroska", "mkv"},
    }};
    for (const auto& [type, ending] : endings)
        if (type == media_type) return ending;
    return media_type == "application/pdf" ? "pdf" : "bin";
}

std::optional<CellType> cell_type_of(std::string_view media_type) {
    const auto kind = promised_by_type(media_type);
    if (!kind) return std::nullopt;
    if (*kind == ContentKind::picture) return CellType::picture;
    if (*kind == ContentKind::document) return CellType::document;
    return media_type.starts_with("video/") ? CellType::film : CellType::sound;
}

std::string_view feature_of(CellType type) {
    switch (type) {
        case CellType::picture:
            return "Image";
        case CellType::sound:
            return "Audio";
        case CellType::film:
            return "Video";
        case CellType::document:
            return "Pdf";
        default:
            return {};
    }
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
            default:
                break;
        }
        if (is_file(type)) return fmt::format(R"({{"_type":"{}"}})", feature_of(type));
        return R"({"dtype":"string","_type":"Value"})";
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

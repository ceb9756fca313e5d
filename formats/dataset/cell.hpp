#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time/time.hpp"
#include "base/words.hpp"

// What a table of data that leaves the program holds. Every format of an export writes the same
// columns and cells.
namespace formats {

enum class CellType { text, integer, number, flag, time, json, picture, sound, film, document };

constexpr auto words_of(CellType) {
    return std::to_array<base::Word<CellType>>({
        {CellType::text, "text"},
        {CellType::integer, "integer", "a whole number of 64 bits"},
        {CellType::number, "number", "a double"},
        {CellType::flag, "flag", "true or false"},
        {CellType::time, "time", "in UTC, to the microsecond"},
        {CellType::json, "json", "a JSON value: of several types, a list, an object"},
        {CellType::picture, "picture", "an encoded image"},
        {CellType::sound, "sound", "an encoded sound"},
        {CellType::film, "film", "an encoded film"},
        {CellType::document, "document", "a PDF"},
    });
}

// Whether its cells are files.
constexpr bool is_file(CellType type) {
    return type == CellType::picture || type == CellType::sound || type == CellType::film ||
           type == CellType::document;
}

struct DataColumn {
    std::string name;
    CellType type = CellType::text;
    std::string words;  // what it holds, for people; empty for a field as received
    std::string unit = {};

    bool operator==(const DataColumn&) const = default;
};

// A JSON value as it is spelled.
struct JsonCell {
    std::string spelled;
    bool operator==(const JsonCell&) const = default;
};

// The bytes of a picture, sound, film or document as a file holds them.
struct FileCell {
    std::string bytes;
    std::string media_type;
    bool operator==(const FileCell&) const = default;
};

// The alternative is that of the column's type; without one the value is missing. A column of JSON
// also has texts, which are not spelled.
using DataCell = std::variant<
    std::monostate,
    std::string,
    std::int64_t,
    double,
    bool,
    base::Time,
    JsonCell,
    FileCell>;

inline bool is_missing(const DataCell& cell) {
    return std::holds_alternative<std::monostate>(cell);
}

// As a cell of a table of texts: times by RFC 3339, files as data: URIs (RFC 2397); empty if it
// is missing.
std::string text_of(const DataCell& cell);
// As a JSON value; null if it is missing.
void append_json(const DataCell& cell, std::string& out);

std::string data_uri(const FileCell& file);
std::string data_uri(std::string_view bytes, std::string_view media_type);
// Whether a text may be the data: URI of a picture, sound, film or document, or of bytes of which
// nothing is said (application/octet-stream).
bool is_media_uri(std::string_view text);
// What such a URI in Base64 holds; nothing if it is none, or cannot be read.
std::optional<FileCell> media_of_uri(std::string_view uri);

// The ending of the name of a file of that media type: "png" for image/png; "bin" of others.
std::string_view ending_of(std::string_view media_type);
// The kind of cells that files of that media type are; nothing if they are of none.
std::optional<CellType> cell_type_of(std::string_view media_type);
// What Hugging Face calls the feature of a kind of cells: "Audio". Empty if they are no files.
std::string_view feature_of(CellType type);

// The columns as the `datasets` library calls them (Features), as JSON by their names.
std::string huggingface_features(std::span<const DataColumn> columns);

}  // namespace formats

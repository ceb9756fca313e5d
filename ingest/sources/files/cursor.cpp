#include "ingest/sources/files/cursor.hpp"

#include <sys/stat.h>

#include <charconv>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text/decoder.hpp"
#include "base/text/utf8.hpp"
#include "formats/json/json.hpp"

namespace ingest {

std::string shown_name(const std::string& name) {
    // Each byte of it is another character, so names that differ stay apart.
    return base::is_utf8(name) ? name : base::decode_as(name, base::Encoding::windows1252);
}

std::string write_cursor(const Cursor& cursor) {
    return boost::json::serialize(boost::json::object{
        {"file", cursor.file},
        {"member", cursor.member},
        {"size", cursor.size},
        {"changed", cursor.changed},
        {"members_before", cursor.members_before},
        {"offset", cursor.at.offset},
        {"line", cursor.at.line},
        {"index", cursor.at.index}});
}

std::optional<Cursor> read_cursor(std::string_view text) {
    if (text.empty()) return std::nullopt;
    if (formats::check_json(text) || text.front() != '{')
        throw base::Error("cursor", "cannot be read", "run with --restart");
    formats::Arena arena;
    std::vector<formats::Field> fields;
    formats::add_members(text, arena, fields);
    Cursor cursor;
    auto number = [](std::string_view value) {
        std::int64_t result = 0;
        std::from_chars(value.data(), value.data() + value.size(), result);
        return result;
    };
    for (const auto& field : fields) {
        if (field.name == "file") cursor.file = field.value;
        if (field.name == "member") cursor.member = field.value;
        if (field.name == "size") cursor.size = number(field.value);
        if (field.name == "changed") cursor.changed = number(field.value);
        if (field.name == "members_before") cursor.members_before = number(field.value);
        if (field.name == "offset") cursor.at.offset = number(field.value);
        if (field.name == "line") cursor.at.line = number(field.value);
        if (field.name == "index") cursor.at.index = number(field.value);
    }
    return cursor;
}

void stamp(const std::string& path, Cursor& cursor) {
    struct stat about {};
    cursor.size = 0;
    cursor.changed = 0;
    if (path == "-" || ::stat(path.c_str(), &about) != 0) return;
    cursor.size = about.st_size;
    cursor.changed = about.st_mtim.tv_sec * 1'000'000'000L + about.st_mtim.tv_nsec;
}

}  // namespace ingest

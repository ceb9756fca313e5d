// A record read again by its raw bytes alone, long after its file.
//
// A reject keeps its bytes; what is needed to read them is kept once for all records of a member:
// the options as the reader found them out, so that nothing is guessed from one record, and the
// text that gives it its meaning (the names of a table, the root's start tag).
#include "ingest/sources/files/reread.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hex.hpp"
#include "base/error.hpp"
#include "formats/json/json.hpp"
#include "ingest/sources/api/record_maker.hpp"
#include "ingest/sources/files/format.hpp"

namespace ingest {

namespace {

// "start width name", one a line.
std::string written(const std::vector<FixedColumn>& columns) {
    std::string text;
    for (const auto& column : columns)
        text += fmt::format("{} {} {}\n", column.start, column.width, column.name);
    return text;
}

std::vector<FixedColumn> read_columns(std::string_view text) {
    std::vector<FixedColumn> columns;
    while (!text.empty()) {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        FixedColumn column;
        auto [at, failed] = std::from_chars(line.data(), line.data() + line.size(), column.start);
        if (failed != std::errc() || at == line.data() + line.size()) continue;
        auto [end, broken] = std::from_chars(at + 1, line.data() + line.size(), column.width);
        if (broken != std::errc() || end == line.data() + line.size()) continue;
        column.name = line.substr(static_cast<std::size_t>(end + 1 - line.data()));
        columns.push_back(std::move(column));
    }
    return columns;
}

}  // namespace

std::string how_to_reread(
    std::string_view format,
    std::string_view name,
    std::string_view preamble,
    const ReadOptions& options
) {
    boost::json::object how{{"format", format}, {"name", name}};
    for (auto [key, value] :
         {std::pair("preamble_hex", base::hex(preamble)),
          std::pair("encoding", options.encoding),
          std::pair("record_path", options.record_path),
          std::pair("delimiter", options.delimiter.value_or("")),
          std::pair(
              "escape", options.escape && *options.escape ? std::string(1, *options.escape) : ""
          ),
          std::pair("columns", written(options.columns)),
          std::pair("trim", std::string(options.trim.value_or(false) ? "yes" : "")),
          std::pair(
              "quote", options.quote && *options.quote ? std::string(1, *options.quote) : ""
          )}) {
        how[key] = value;
    }
    return boost::json::serialize(how);
}

void reread(std::string_view how, const std::string& raw, Page& page) {
    if (formats::check_json(how) || how.front() != '{')
        throw base::Error("reject", "what is kept of its file cannot be read");
    formats::Arena arena;
    std::vector<formats::Field> fields;
    formats::add_members(how, arena, fields);
    ReadOptions options;
    std::string name;
    std::string preamble;
    for (const auto& field : fields) {
        if (field.name == "format") options.format = field.value;
        if (field.name == "name") name = field.value;
        if (field.name == "preamble_hex") preamble = base::from_hex(field.value).value_or("");
        if (field.name == "encoding") options.encoding = field.value;
        if (field.name == "record_path") options.record_path = field.value;
        if (field.name == "delimiter" && !field.value.empty()) options.delimiter = field.value;
        if (field.name == "escape")
            options.escape = field.value.empty() ? '\0' : field.value.front();
        if (field.name == "columns") options.columns = read_columns(field.value);
        if (field.name == "trim") options.trim = !field.value.empty();
        if (field.name == "quote") options.quote = field.value.empty() ? '\0' : field.value.front();
    }
    if (options.format == "api") {
        api::RecordMaker(how).add(page, page.arena.keep(raw), {}, -1);
        return;
    }
    const auto* format = find_format(options.format);
    if (!format || !format->alone)
        throw base::Error("reject", "records of this format cannot be read alone");
    format->alone(options);
    auto bytes = formats::Bytes::of(raw);
    (void)bytes->next_member();
    auto reader = format->open({*bytes, name, name, options, {}, preamble});
    while (reader->next(page)) {
    }
}

}  // namespace ingest

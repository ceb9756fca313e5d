#include "ingest/inspect.hpp"

#include <ostream>

#include <fmt/format.h>

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "formats/archive/bytes.hpp"
#include "formats/image/image.hpp"
#include "formats/json/json.hpp"
#include "formats/text/text_reader.hpp"
#include "ingest/sources/files/csv_rows.hpp"
#include "ingest/sources/files/reader.hpp"

namespace ingest {

namespace {

constexpr std::size_t largest = std::size_t{1} << 30;

std::unique_ptr<formats::Bytes> open(const std::string& path) {
    auto bytes = std::make_unique<formats::Bytes>(path);
    if (!bytes->next_member()) throw base::Error(path, "an archive without a file");
    return bytes;
}

void put(std::string& out, std::string_view name, std::string_view value, bool first = false) {
    if (!first) out.push_back(',');
    formats::append_json_string(name, out);
    out.push_back(':');
    std::string clean;
    if (!formats::well_formed(value)) {
        formats::decode(value, formats::Encoding::windows1252, true, clean);
        value = clean;
    }
    formats::append_json_string(value, out);
}

std::string read_all(const std::string& path) {
    auto bytes = open(path);
    auto data = read_whole(*bytes, largest);
    if (!data) throw base::Error(path, "larger than 1 GiB");
    return std::move(*data);
}

}  // namespace

std::string inspect_csv(const std::string& path, const ReadOptions& options) {
    auto bytes = open(path);
    formats::TextReader text(*bytes, options.encoding);
    const auto sniffed = CsvRows(text, options).found();
    const auto& dialect = sniffed.dialect;
    std::string out = "{\"dialect\":{";
    put(out, "delimiter", dialect.delimiter, true);
    put(out, "quote", dialect.quote ? std::string_view(&dialect.quote, 1) : std::string_view());
    put(out, "escape", dialect.escape ? std::string_view(&dialect.escape, 1) : std::string_view());
    out += fmt::format(
        ",\"trim\":{},\"header\":{},\"header_rows\":{},\"skip\":{}",
        dialect.trim,
        dialect.header,
        sniffed.header_rows,
        sniffed.skip
    );
    put(out, "encoding", name_of(text.encoding().encoding));
    out += fmt::format(",\"bom\":{}}},\"columns\":[", text.encoding().bom > 0);
    for (std::size_t i = 0; i < sniffed.names.size(); ++i) {
        out += i > 0 ? ",{" : "{";
        put(out, "name", sniffed.names[i], true);
        put(out, "type", sniffed.types[i]);
        out += "}";
    }
    out += "],\"why\":[";
    formats::append_json_string(
        fmt::format("encoding {}: {}", name_of(text.encoding().encoding), text.encoding().reason),
        out
    );
    for (const auto& line : sniffed.why) {
        out.push_back(',');
        std::string shown;
        formats::decode(
            line,
            formats::well_formed(line) ? formats::Encoding::utf8 : formats::Encoding::windows1252,
            true,
            shown
        );
        formats::append_json_string(shown, out);
    }
    return out + "]}";
}

std::size_t write_csv_rows(const std::string& path, const ReadOptions& options, std::ostream& out) {
    auto bytes = open(path);
    formats::TextReader text(*bytes, options.encoding);
    CsvRows table(text, options);
    std::vector<std::string> row;
    std::string line;
    std::size_t rows = 0;
    for (auto kind = table.next(); kind != CsvRows::Kind::end; kind = table.next()) {
        bool outside = kind == CsvRows::Kind::above || kind == CsvRows::Kind::remark;
        if (kind != CsvRows::Kind::blank && !outside) {
            const auto& cells = table.cells();
            row.resize(cells.size());
            for (std::size_t i = 0; i < cells.size(); ++i) {
                row[i].clear();
                formats::append_value(text.window(), cells[i], table.dialect(), row[i]);
            }
            line.clear();
            formats::append_row(row, line);
            out.write(line.data(), static_cast<std::streamsize>(line.size()));
            ++rows;
        }
        text.consume(table.scan().next);
    }
    return rows;
}

JsonVerdict inspect_json(const std::string& path) {
    auto fault = formats::check_json(read_all(path));
    if (!fault) return {true, {}};
    return {false, fault->reason};
}

std::string inspect_image(const std::string& path) {
    auto data = read_all(path);
    auto examined = formats::examine_image(data);
    if (auto* reason = std::get_if<std::string>(&examined)) throw base::Error(path, *reason);
    const auto& image = std::get<formats::Image>(examined);
    std::string out = "{";
    put(out, "format", image.format, true);
    out += fmt::format(
        ",\"width\":{},\"height\":{},\"channels\":{},\"phash\":\"{:016x}\",\"bytes\":{}",
        image.width,
        image.height,
        image.channels,
        image.phash,
        data.size()
    );
    put(out, "sha256", base::sha256_hex(data));
    put(out, "media_type", formats::media_type_of(image.format));
    return out + "}";
}

}  // namespace ingest

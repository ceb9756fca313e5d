#include "ingest/inspect.hpp"

#include <ostream>

#include <fmt/format.h>

#include "base/error.hpp"
#include "ingest/bytes.hpp"
#include "ingest/connectors/reader.hpp"
#include "ingest/csv.hpp"
#include "ingest/image.hpp"
#include "ingest/json.hpp"
#include "ingest/text_reader.hpp"

namespace ingest {

namespace {

constexpr std::size_t sample_size = 64 * 1024;
constexpr std::size_t largest = std::size_t{1} << 30;

std::unique_ptr<Bytes> open(const std::string& path) {
    auto bytes = std::make_unique<Bytes>(path);
    if (!bytes->next_member()) throw base::Error(path, "an archive without a file");
    return bytes;
}

Sniffed look(TextReader& text, const ReadOptions& options) {
    while (text.window().size() < sample_size && text.more()) {
    }
    auto whole = text.window().size() < sample_size;
    return sniff(
        text.window().substr(0, sample_size),
        whole,
        {options.delimiter, options.quote, options.header}
    );
}

void put(std::string& out, std::string_view name, std::string_view value, bool first = false) {
    if (!first) out.push_back(',');
    append_json_string(name, out);
    out.push_back(':');
    std::string clean;
    if (!valid_utf8(value)) {
        decode(value, Encoding::windows1252, true, clean);
        value = clean;
    }
    append_json_string(value, out);
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
    TextReader text(*bytes, options.encoding);
    auto sniffed = look(text, options);
    const auto& dialect = sniffed.dialect;
    std::string out = "{\"dialect\":{";
    put(out, "delimiter", std::string_view(&dialect.delimiter, 1), true);
    put(out, "quote", dialect.quote ? std::string_view(&dialect.quote, 1) : std::string_view());
    out += fmt::format(",\"header\":{}", dialect.header);
    put(out, "encoding", name_of(text.encoding().encoding));
    out += fmt::format(",\"bom\":{}}},\"columns\":[", text.encoding().bom > 0);
    for (std::size_t i = 0; i < sniffed.names.size(); ++i) {
        out += i > 0 ? ",{" : "{";
        put(out, "name", sniffed.names[i], true);
        put(out, "type", sniffed.types[i]);
        out += "}";
    }
    out += "],\"why\":[";
    append_json_string(
        fmt::format("encoding {}: {}", name_of(text.encoding().encoding), text.encoding().reason),
        out
    );
    for (const auto& line : sniffed.why) {
        out.push_back(',');
        std::string shown;
        decode(line, valid_utf8(line) ? Encoding::utf8 : Encoding::windows1252, true, shown);
        append_json_string(shown, out);
    }
    return out + "]}";
}

std::size_t write_csv_rows(const std::string& path, const ReadOptions& options, std::ostream& out) {
    auto bytes = open(path);
    TextReader text(*bytes, options.encoding);
    auto dialect = look(text, options).dialect;
    std::vector<Cell> cells;
    std::vector<std::string> row;
    std::string line;
    std::size_t rows = 0;
    bool at_end = false;
    for (;;) {
        auto scan = scan_record(text.window(), dialect, at_end, cells);
        if (scan.state == Scan::State::more && text.window().size() <= options.max_record) {
            at_end = !text.more();
            continue;
        }
        if (at_end && text.window().empty()) return rows;
        if (scan.state != Scan::State::record) {  // a quote that never closes: as plain text
            auto plain = dialect;
            plain.quote = '\0';
            scan = scan_record(text.window(), plain, true, cells);
        }
        if (scan.size > 0) {
            row.resize(cells.size());
            for (std::size_t i = 0; i < cells.size(); ++i) {
                row[i].clear();
                append_value(text.window(), cells[i], dialect.quote, row[i]);
            }
            line.clear();
            append_row(row, line);
            out.write(line.data(), static_cast<std::streamsize>(line.size()));
            ++rows;
        }
        text.consume(scan.next);
    }
}

JsonVerdict inspect_json(const std::string& path) {
    auto fault = check_json(read_all(path));
    if (!fault) return {true, {}};
    return {false, fault->reason};
}

std::string inspect_image(const std::string& path) {
    auto data = read_all(path);
    auto examined = examine_image(data);
    if (auto* reason = std::get_if<std::string>(&examined)) throw base::Error(path, *reason);
    const auto& image = std::get<schema::Image>(examined);
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
    put(out, "sha256", schema::sha256_hex(data));
    put(out, "media_type", media_type_of(image.format));
    return out + "}";
}

}  // namespace ingest

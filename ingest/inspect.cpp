// Runs the readers of a gathering on one file and prints what they found, so that a person sees the
// dialect, the types and the reasons before anything is stored. Nothing is decided here: the CSV
// answer is CsvRows::found(), and the rows are written by the same scan, so the two cannot
// disagree.
//
// JSON and images need the whole text in memory; a gigabyte is the most that is taken. Names and
// values may be of any encoding, so all that is shown is mended to UTF-8 first.
#include "ingest/inspect.hpp"
#include "formats/csv/guard.hpp"

#include <ostream>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "base/text/utf8.hpp"
#include "base/text/window.hpp"
#include "formats/archive/bytes.hpp"
#include "formats/image/image.hpp"
#include "formats/json/json.hpp"
#include "ingest/sources/files/csv_rows.hpp"
#include "ingest/sources/files/reader.hpp"

namespace ingest {

namespace json = boost::json;

namespace {

constexpr std::size_t largest = std::size_t{1} << 30;

std::unique_ptr<formats::Bytes> open(const std::string& path) {
    auto bytes = std::make_unique<formats::Bytes>(path);
    if (!bytes->next_member()) throw base::Error(path, "an archive without a file");
    return bytes;
}

// As UTF-8, whatever it is.
std::string shown(std::string_view value) {
    return base::mend_utf8(value);
}

// A character as a text; none is an empty one.
std::string text_of(char character) {
    return character ? std::string(1, character) : std::string();
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
    base::TextWindow text(
        *bytes,
        options.encoding.empty() ? std::nullopt
                                 : std::optional(base::parse_encoding(options.encoding))
    );
    const auto sniffed = CsvRows(text, options).found();
    const auto& dialect = sniffed.dialect;
    json::array columns;
    for (std::size_t i = 0; i < sniffed.names.size(); ++i)
        columns.push_back(json::object{
            {"name", shown(sniffed.names[i])}, {"type", shown(sniffed.types[i])}});
    json::array why{
        fmt::format("encoding {}: {}", label_of(text.encoding().encoding), text.encoding().reason)};
    for (const auto& line : sniffed.why) why.emplace_back(shown(line));
    return json::serialize(json::object{
        {"dialect",
         json::object{
             {"delimiter", shown(dialect.delimiter)},
             {"quote", shown(text_of(dialect.quote))},
             {"escape", shown(text_of(dialect.escape))},
             {"trim", dialect.trim},
             {"header", dialect.header},
             {"header_rows", sniffed.header_rows},
             {"skip", sniffed.skip},
             {"encoding", label_of(text.encoding().encoding)},
             {"bom", text.encoding().bom > 0}}},
        {"columns", std::move(columns)},
        {"why", std::move(why)}});
}

std::size_t write_csv_rows(
    const std::string& path,
    const ReadOptions& options,
    std::ostream& out,
    bool guard_formulas
) {
    auto bytes = open(path);
    base::TextWindow text(
        *bytes,
        options.encoding.empty() ? std::nullopt
                                 : std::optional(base::parse_encoding(options.encoding))
    );
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
                if (guard_formulas) formats::guard_formula(row[i]);
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
    return json::serialize(json::object{
        {"format", image.format},
        {"width", image.width},
        {"height", image.height},
        {"channels", image.channels},
        {"phash", fmt::format("{:016x}", image.phash)},
        {"bytes", data.size()},
        {"sha256", base::sha256_hex(data)},
        {"media_type", formats::media_type_of_format(image.format)}});
}

}  // namespace ingest

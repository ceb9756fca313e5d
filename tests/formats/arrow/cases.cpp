// arrow_cases FOLDER: NAME.arrow, and beside it NAME.json with what it is to hold: the columns'
// types, and rows of texts (null: missing; times in microseconds, bytes in hexadecimal).
#include <fstream>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hex.hpp"
#include "base/time/parse.hpp"
#include "formats/dataset/row_writer.hpp"

namespace {

namespace json = boost::json;
using formats::CellType;
using formats::DataCell;
using formats::DataColumn;
using Rows = std::vector<std::vector<DataCell>>;

json::value expected(const DataCell& cell) {
    if (formats::is_missing(cell)) return nullptr;
    if (const auto* time = std::get_if<base::Time>(&cell))
        return json::string(std::to_string(
            std::chrono::floor<std::chrono::microseconds>(*time).time_since_epoch().count()
        ));
    if (const auto* picture = std::get_if<formats::FileCell>(&cell))
        return json::string(base::hex(picture->bytes));
    return json::string(formats::text_of(cell));
}

void write_case(
    const std::filesystem::path& folder,
    const std::string& name,
    const std::vector<DataColumn>& columns,
    const Rows& rows
) {
    auto writer =
        formats::write_rows(formats::RowFormat::arrow, folder / (name + ".arrow"), columns);
    json::array all, types;
    for (const auto& column : columns)
        types.push_back(json::array{column.name, json::string(base::name_of(column.type))});
    for (const auto& row : rows) {
        writer->write(row);
        json::array cells;
        for (const auto& cell : row) cells.push_back(expected(cell));
        all.push_back(std::move(cells));
    }
    writer->finish();
    std::ofstream(folder / (name + ".json")) << json::object{{"columns", types}, {"rows", all}};
}

}  // namespace

int main(int count, char** words) {
    if (count != 2) return 2;
    const std::filesystem::path folder = words[1];
    const std::vector<DataColumn> columns{
        {"key", CellType::text, ""},
        {"an empty name, \"quoted\" 日本", CellType::text, ""},
        {"count", CellType::integer, ""},
        {"size", CellType::number, ""},
        {"good", CellType::flag, ""},
        {"when", CellType::time, ""},
        {"any", CellType::json, ""},
        {"image", CellType::picture, ""},
    };
    const formats::FileCell picture{std::string("\x89PNG\0\xff", 6), "image/png"};
    const Rows one{
        {"a",
         "line\nof \"two\", 日本 \U0001F600",
         std::int64_t{9007199254740993},
         0.1,
         true,
         *base::parse_iso_time("2026-01-02T03:04:05.678901Z"),
         formats::JsonCell{R"({"a":[1,"x"]})"},
         picture},
        {"b",
         "",
         std::int64_t{-1},
         1e300,
         false,
         *base::parse_iso_time("1969-12-31T23:59:59Z"),
         formats::JsonCell{"\"bare \\\"text\\\"\""},
         formats::FileCell{"", "image/png"}},
        {"c", {}, {}, {}, {}, {}, {}, {}},
    };
    write_case(folder, "each", columns, one);
    write_case(folder, "nothing", columns, {});
    Rows many;  // of several batches, and no number of bits that is whole bytes
    for (std::int64_t i = 0; i < 50'003; ++i) {
        auto row = one[static_cast<std::size_t>(i) % one.size()];
        row[0] = fmt::format("{} {}", i, std::string(static_cast<std::size_t>(i % 700), 'x'));
        if (!formats::is_missing(row[2])) row[2] = i;
        many.push_back(std::move(row));
    }
    write_case(folder, "many", columns, many);
}

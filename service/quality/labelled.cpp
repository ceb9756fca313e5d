// Rows that were put right by a person, found again in the table of a source.
//
// People copy rows out of their own file, mend them and hand them in: such a file has the source's
// key among its columns under the source's own name. So a column that is not called `key` is taken
// for it if every value in it is the key of a record.
#include "service/quality/labelled.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/settings/settings.hpp"
#include "base/text/ascii.hpp"
#include "ingest/sources/connector.hpp"

namespace service {

namespace {

constexpr std::size_t most_rows = 100'000;

using Places = std::unordered_map<std::string_view, std::uint32_t>;

// The field whose values are keys in all rows; nothing if there is none.
std::optional<std::string>
field_of_keys(const std::vector<LabelledRow>& rows, const Places& places) {
    for (const auto& [name, first] : rows.front().right) {
        bool all = std::all_of(rows.begin(), rows.end(), [&, field = name](const auto& row) {
            return std::any_of(row.right.begin(), row.right.end(), [&](const auto& one) {
                return one.first == field && places.contains(base::trim(one.second));
            });
        });
        if (all) return name;
    }
    return std::nullopt;
}

std::uint32_t place_of(
    const LabelledRow& row,
    const std::optional<std::string>& key_field,
    const Places& places,
    const std::unordered_map<std::int64_t, std::uint32_t>& lines
) {
    auto key = row.key;
    for (const auto& [name, value] : row.right)
        if (key_field && name == *key_field) key = base::trim(value);
    if (auto found = places.find(key); found != places.end() && !key.empty()) return found->second;
    if (auto found = lines.find(row.line.value_or(-1)); found != lines.end()) return found->second;
    throw base::UsageError(
        "labelled",
        row.line ? fmt::format("no record is from line {}", *row.line)
                 : fmt::format("no record has the key '{}'", key),
        "name records in a column `key`, or by their `line`"
    );
}

}  // namespace

const base::Settings<LabelledRow> LabelledRow::settings{
    {"key", &LabelledRow::key, "of the record"},
    {"line", &LabelledRow::line, "of the record in its file, instead of the key"},
    {"right", &LabelledRow::right, "field to what should stand in it"},
};

std::vector<LabelledRow> read_labelled(const std::string& path) {
    auto connector = ingest::open_files({path}, {});
    std::vector<LabelledRow> rows;
    ingest::Page page;
    connector->next(page, most_rows, std::size_t{1} << 30U);
    for (const auto& record : page.records) {
        auto& row = rows.emplace_back();
        for (const auto& field : page.fields_of(record)) {
            bool null = field.kind == formats::Field::Kind::null;
            auto value = null ? std::string() : std::string(field.value);
            if (field.name == "key")
                row.key = base::trim(value);
            else if (field.name == "line")
                row.line = base::whole_number<std::int64_t>(base::trim(value));
            else
                row.right.emplace_back(field.name, std::move(value));
        }
    }
    if (rows.empty()) throw base::Error(path, "has no rows", "give records with what is right");
    return rows;
}

std::vector<quality::LabelledCell>
cells_of(const std::vector<LabelledRow>& rows, const quality::Table& table) {
    std::vector<quality::LabelledCell> cells;
    if (rows.empty()) return cells;
    Places places;
    std::unordered_map<std::int64_t, std::uint32_t> lines;
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        places.emplace(table.rows[i].key, i);
        if (table.rows[i].line >= 0) lines.emplace(table.rows[i].line, i);
    }
    bool named = std::any_of(rows.begin(), rows.end(), [](const auto& row) {
        return !row.key.empty() || row.line;
    });
    auto key_field = named ? std::nullopt : field_of_keys(rows, places);
    if (!named && !key_field)
        throw base::UsageError(
            "labelled",
            "no column names the records",
            "name them in a column `key`, or by their `line`"
        );
    for (const auto& row : rows) {
        auto place = place_of(row, key_field, places, lines);
        for (const auto& [name, value] : row.right) {
            auto found = std::find(table.names.begin(), table.names.end(), name);
            if (found == table.names.end() && key_field && name == *key_field) continue;
            if (found == table.names.end())
                throw base::UsageError(
                    "labelled",
                    "the source has no field '" + name + "'",
                    "see 'tilth source fields'"
                );
            auto column = static_cast<std::size_t>(found - table.names.begin());
            cells.push_back({place, column, value});
        }
    }
    return cells;
}

}  // namespace service

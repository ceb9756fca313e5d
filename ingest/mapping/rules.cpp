// The rules of a mapping, as TOML and as the JSON that a source keeps.
//
// Both forms name the same keys; a fault of the TOML names its line, because people write it.
#include "ingest/mapping/rules.hpp"

#include <array>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "base/text/pattern.hpp"
#include "formats/json/json.hpp"

namespace ingest {

namespace {

std::optional<base::Fault> check_pattern(const std::string& text) {
    if (base::Pattern::parse(text).group_count() < 1)
        return base::Fault{"captures nothing", "put ( ) around the group"};
    return std::nullopt;
}

std::optional<base::Fault> check_separator(const std::string& text) {
    if (!text.empty()) return std::nullopt;
    return base::Fault{"is empty"};
}

std::optional<base::Fault> check_format(const std::string& text) {
    constexpr std::string_view with_year = "YyDFscxGC+";
    for (auto at = text.find('%'); at != text.npos && at + 1 < text.size();
         at = text.find('%', at + 2))
        if (with_year.find(text[at + 1]) != with_year.npos) return std::nullopt;
    if (text.empty()) return std::nullopt;
    return base::Fault{"names no year", "write a format as '%d/%m/%Y %H:%M'"};
}

std::optional<base::Fault> check_column(ColumnRule& column) {
    if (column.field.empty()) return base::Fault{"needs a field"};
    if (column.name.empty()) column.name = column.field;
    return std::nullopt;
}

std::optional<base::Fault> check_rules(Rules& rules) {
    for (std::size_t i = 0; i < rules.columns.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (rules.columns[i].name == rules.columns[j].name)
                return base::Fault{
                    fmt::format("is called '{}', and so is another", rules.columns[i].name),
                    "two columns need two names",
                    fmt::format("column[{}]", i)};
    return std::nullopt;
}

// JSON strings are TOML basic strings, but for escaped slashes, which are not written; lists of
// them are TOML's too.
void put(std::string& out, std::string_view name, const boost::json::value& value) {
    out += fmt::format("{} = {}\n", name, boost::json::serialize(value));
}

}  // namespace

const base::Settings<ColumnRule> ColumnRule::settings{
    {{"name", &ColumnRule::name, "of the column; the field's by default"},
     {"field", &ColumnRule::field, "as received; a.b reaches into a JSON object"},
     {"op", &ColumnRule::op, "how a number is made"},
     {"separator", &ColumnRule::separator, "of count", {.check = &check_separator}},
     {"unit", &ColumnRule::unit, "of the numbers"},
     {"factor", &ColumnRule::factor, "what a number is multiplied by"},
     {"missing", &ColumnRule::missing, "more spellings of no value"},
     {"invalid", &ColumnRule::invalid, "what becomes of values that are none"},
     {"format", &ColumnRule::format, "of times, as in %d/%m/%Y", {.check = &check_format}}},
    &check_column};

const base::Settings<Rules> Rules::settings{
    {{"key", &Rules::key, "fields that name a record; all must be filled"},
     {"title", &Rules::title, "the first filled one is the title"},
     {"body", &Rules::body, "all of them are the body"},
     {"media",
      &Rules::media,
      "the first filled one holds the picture, sound, film or PDF; by default the first that has "
      "one"},
     {"group", &Rules::group, "the first filled one is the group"},
     {"group_pattern",
      &Rules::group_pattern,
      "a regular expression: its first capture is the group",
      {.check = &check_pattern}},
     {"time", &Rules::time, "the field that is the record's time"},
     {"time_invalid", &Rules::time_invalid, "what becomes of a time that is none"},
     {"drop", &Rules::drop, "fields that are not stored at all"},
     {"missing", &Rules::missing, "spellings of no value"},
     {"licence", &Rules::licence, "of all records"},
     {"time_format",
      &Rules::time_format,
      "of the time, as in %d/%m/%Y %H:%M; any usual one by default",
      {.check = &check_format}},
     {"column", &Rules::columns, "numbers made from fields"}},
    &check_rules};

Rules parse_rules(std::string_view toml, const std::string& name) {
    return Rules::settings.read(base::Document::toml(toml, name));
}

std::string to_toml(const Rules& rules) {
    auto written = Rules::settings.write(rules).as_object();
    std::string out;
    for (const auto& [name, value] : written)
        if (name != "column") put(out, name, value);
    for (const auto& column : rules.columns) {
        out += "\n[[column]]\n";
        auto table = ColumnRule::settings.write(column).as_object();
        table["op"] = base::name_of(column.op);
        for (const auto& [name, value] : table) put(out, name, value);
    }
    return out;
}

}  // namespace ingest

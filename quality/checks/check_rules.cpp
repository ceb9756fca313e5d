// Rules of checks, declared once for all kinds: what a kind needs of them stands in its file. What
// a check lacks, or has no use for, is said with the line of the file before a single record is
// read, for a run over millions of records must not end on a misspelt word.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/settings/settings.hpp"
#include "base/text/pattern.hpp"
#include "quality/checks/check_kind.hpp"
#include "quality/checks/json_schema.hpp"
#include "schema/select/filter.hpp"

namespace quality {

namespace {

using base::Fault;

std::vector<std::string> names_of_kinds() {
    std::vector<std::string> names;
    for (const auto& one : check_kinds()) names.emplace_back(one.name);
    return names;
}

std::optional<Fault> pattern_fault(const std::string& text) {
    base::Pattern::parse(text);
    return std::nullopt;
}

std::optional<Fault> condition_fault(const std::string& text) {
    schema::Filter::parse(text);
    return std::nullopt;
}

std::optional<Fault> schema_fault(const std::string& text) {
    if (auto fault = JsonSchema::fault(text)) return Fault{"'schema': " + *fault};
    return std::nullopt;
}

std::optional<Fault> complete(Check& made) {
    const auto& kind = kind_of(made);
    auto needs = [&](std::string_view what) {
        return Fault{fmt::format("a check of kind {} needs {}", kind.name, what)};
    };
    auto count = made.columns.size();
    if (count < kind.columns.at_least || count > kind.columns.at_most)
        return needs(kind.columns.words);
    for (const auto& need : kind.needs)
        if (!need.met(made)) return needs(need.words);
    if (!std::is_sorted(made.bounds.begin(), made.bounds.end()))
        return Fault{.reason = "must rise", .at = "bounds"};
    if (kind.looks != Looks::each && made.severity == Severity::quarantine)
        return Fault{
            fmt::format("kind {} looks at no single record; use warn or block", kind.name)};
    if (kind.looks != Looks::each && !made.where.empty())
        return Fault{fmt::format("kind {} looks at all records; leave out 'where'", kind.name)};
    if (made.name.empty()) {
        made.name = made.kind;
        for (const auto& column : made.columns) made.name += " " + column;
        if (!made.statistic.empty()) made.name += " " + made.statistic;
    }
    return std::nullopt;
}

struct CheckFile {
    std::vector<Check> check;
    static const base::Settings<CheckFile> settings;
};

std::optional<Fault> fault_of(CheckFile& file) {
    if (file.check.empty()) return Fault{"there is no [[check]]"};
    std::set<std::string> names;
    for (const auto& one : file.check)
        if (!names.insert(one.name).second)
            return Fault{fmt::format("two checks are called '{}'", one.name)};
    return std::nullopt;
}

const base::Settings<CheckFile> CheckFile::settings{
    {{"check", &CheckFile::check, "what should hold"}},
    &fault_of};

}  // namespace

const base::Settings<Check> Check::settings{
    {{"name", &Check::name, "made from kind and columns by default"},
     {"kind", &Check::kind, "what should hold", {.choices = names_of_kinds(), .required = true}},
     {"columns", &Check::columns, "which", {.alias = "column"}},
     {"mostly", &Check::mostly, "a share of the records that must hold it", {.low = 0, .high = 1}},
     {"severity", &Check::severity, "what comes of it when it does not pass"},
     {"where", &Check::where, "only records that match it", {.check = &condition_fault}},
     {"values", &Check::values, "those to compare with", {.scalars = true}},
     {"shares", &Check::shares, "of `values`, or of the ranges between `bounds`"},
     {"bounds", &Check::bounds, "of ranges, rising"},
     {"tuples", &Check::tuples, "values of several columns", {.scalars = true}},
     {"minimum", &Check::minimum, "the least"},
     {"maximum", &Check::maximum, "the most"},
     {"strict", &Check::strict, "the bounds themselves do not hold; neighbours must differ"},
     {"patterns",
      &Check::patterns,
      "regular expressions",
      {.alias = "pattern", .check = &pattern_fault}},
     {"all", &Check::all, "every pattern instead of any"},
     {"format", &Check::format, "of a time, as for strftime"},
     {"statistic", &Check::statistic, "of the column"},
     {"types",
      &Check::types,
      "of the values",
      {.choices = {"number", "integer", "boolean", "date", "time", "datetime", "link"},
       .alias = "type"}},
     {"order", &Check::order, "the column to sort by"},
     {"source", &Check::source, "another one, to compare with"},
     {"schema", &Check::schema, "a JSON schema, as JSON", {.check = &schema_fault}}},
    &complete};

std::vector<Check> parse_checks(std::string_view toml, const std::string& name) {
    return CheckFile::settings.read(base::Document::toml(toml, name)).check;
}

std::string checks_reference() {
    std::string page =
        "# Checks\n\nMade by `tilth reference checks`. Each is a table `[[check]]` of the file "
        "of `tilth quality check`.\n\n## Kinds\n\n| kind | holds when | of | needs |\n"
        "|---|---|---|---|\n";
    for (const auto& kind : check_kinds()) {
        std::string needs;
        for (const auto& need : kind.needs) {
            if (!needs.empty()) needs += "; ";
            needs += need.words;
        }
        page += fmt::format(
            "| `{}` | {} | {}, {} | {} |\n",
            kind.name,
            kind.words,
            kind.columns.words,
            kind.looks == Looks::each ? "each record" : "all records",
            needs
        );
    }
    return page + "\n## Settings\n\n" + Check::settings.markdown();
}

}  // namespace quality

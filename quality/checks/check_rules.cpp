// Two tables instead of a function a kind: `kinds` says how many columns a kind takes and what it
// needs, field() reads every key that any kind has. What a check lacks, or has no use for, is said
// with the line of the file before a single record is read, for a run over millions of records must
// not end on a misspelt word.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/text/pattern.hpp"
#include "base/time/parse.hpp"
#include "quality/checks/checks.hpp"
#include "quality/checks/json_schema.hpp"
#include "schema/select/filter.hpp"

namespace quality {

namespace {

struct Kind {
    bool by_record = true;
    std::size_t columns_at_least = 1, columns_at_most = 1;
    std::string_view columns = "one column";
    std::vector<std::string_view> needs;
};

constexpr std::size_t any = 1000;

const std::map<std::string, Kind, std::less<>> kinds{
    {"not_missing", {}},
    {"missing", {}},
    {"unique", {true, 1, any, "a column", {}}},
    {"unique_within", {true, 2, any, "two columns and more", {}}},
    {"in_set", {true, 1, 1, "one column", {"values"}}},
    {"not_in_set", {true, 1, 1, "one column", {"values"}}},
    {"tuple_in_set", {true, 2, any, "two columns and more", {"tuples"}}},
    {"between", {true, 1, 1, "one column", {"bounds"}}},
    {"date_between", {true, 1, 1, "one column", {"values"}}},
    {"length", {true, 1, 1, "one column", {"bounds"}}},
    {"type", {true, 1, 1, "one column", {"type"}}},
    {"time_format", {true, 1, 1, "one column", {"format"}}},
    {"json", {}},
    {"json_schema", {true, 1, 1, "one column", {"schema"}}},
    {"matches", {true, 1, 1, "one column", {"pattern"}}},
    {"not_matches", {true, 1, 1, "one column", {"pattern"}}},
    {"like", {true, 1, 1, "one column", {"values"}}},
    {"not_like", {true, 1, 1, "one column", {"values"}}},
    {"greater", {true, 2, 2, "two columns", {}}},
    {"greater_or_equal", {true, 2, 2, "two columns", {}}},
    {"equal", {true, 2, 2, "two columns", {}}},
    {"sum", {true, 2, any, "two columns and more", {"bounds"}}},
    {"increasing", {}},
    {"decreasing", {}},
    {"z_score", {true, 1, 1, "one column", {"maximum"}}},
    {"where", {true, 0, 0, "no column", {"where"}}},
    {"records", {false, 0, 0, "no column", {"bounds"}}},
    {"same_records", {false, 0, 0, "no column", {"source"}}},
    {"columns", {false, 0, 0, "no column", {"values"}}},
    {"has_columns", {false, 0, 0, "no column", {"values"}}},
    {"column_count", {false, 0, 0, "no column", {"bounds"}}},
    {"statistic", {false, 1, 1, "one column", {"statistic", "bounds"}}},
    {"distinct_in_set", {false, 1, 1, "one column", {"values"}}},
    {"distinct_contains", {false, 1, 1, "one column", {"values"}}},
    {"distinct_equals", {false, 1, 1, "one column", {"values"}}},
    {"most_common_in_set", {false, 1, 1, "one column", {"values"}}},
    {"divergence", {false, 1, 1, "one column", {"shares", "maximum"}}},
    {"chi_square", {false, 1, 1, "one column", {"shares"}}},
    {"association", {false, 2, 2, "two columns", {"maximum"}}}};

class Reader {
public:
    explicit Reader(const std::string& name) : name_(name) {}

    std::vector<Check> read(std::string_view text) {
        toml::table table;
        try {
            table = toml::parse(text, name_);
        } catch (const toml::parse_error& error) {
            fail(error.source().begin.line, std::string(error.description()));
        }
        std::vector<Check> checks;
        for (auto&& [key, value] : table) {
            const auto* list = key.str() == "check" ? value.as_array() : nullptr;
            if (!list)
                fail(
                    value.source().begin.line,
                    fmt::format("unknown key '{}'; write [[check]]", key.str())
                );
            for (const auto& item : *list) {
                if (!item.is_table())
                    fail(item.source().begin.line, "checks are written as [[check]]");
                checks.push_back(check(*item.as_table()));
            }
        }
        std::set<std::string> names;
        for (auto& one : checks)
            if (!names.insert(one.name).second)
                fail(0, fmt::format("two checks are called '{}'", one.name));
        if (checks.empty()) fail(0, "there is no [[check]]");
        return checks;
    }

private:
    [[noreturn]] void fail(toml::source_index line, const std::string& reason) const {
        throw base::UsageError(
            line ? fmt::format("{}, line {}", name_, line) : name_, reason, "mend the file"
        );
    }

    Check check(const toml::table& table) {
        Check made;
        auto line = table.source().begin.line;
        for (auto&& [key, value] : table) field(made, key.str(), value);
        auto known = kinds.find(made.kind);
        if (known == kinds.end())
            fail(
                line,
                made.kind.empty() ? "the check has no kind"
                                  : fmt::format("kind '{}' is unknown", made.kind)
            );
        const auto& kind = known->second;
        auto need = [&](bool there, std::string_view what) {
            if (!there) fail(line, fmt::format("a check of kind {} needs {}", made.kind, what));
        };
        auto count = made.columns.size();
        need(count >= kind.columns_at_least && count <= kind.columns_at_most, kind.columns);
        for (auto what : kind.needs) {
            if (what == "bounds") need(made.minimum || made.maximum, "minimum or maximum");
            if (what == "maximum") need(made.maximum.has_value(), "a maximum");
            if (what == "values") need(!made.values.empty(), "values");
            if (what == "tuples") need(!made.tuples.empty(), "tuples");
            if (what == "pattern") need(!made.patterns.empty(), "a pattern");
            if (what == "type") need(!made.types.empty(), "a type");
            if (what == "statistic") need(!made.statistic.empty(), "a statistic");
            if (what == "format") need(!made.format.empty(), "a format");
            if (what == "schema") need(!made.schema.empty(), "a schema");
            if (what == "source") need(!made.source.empty(), "a source");
            if (what == "where") need(!made.where.empty(), "a condition in 'where'");
            if (what == "shares") need(!made.shares.empty(), "shares");
        }
        for (const auto& tuple : made.tuples)
            need(tuple.size() == count, "tuples of as many values as there are columns");
        if (!made.shares.empty()) {
            need(
                made.shares.size() ==
                    (made.bounds.empty() ? made.values.size() : made.bounds.size() + 1),
                "a share for each of its values, or one more than bounds"
            );
            double sum = 0;
            for (double share : made.shares) sum += share;
            need(std::abs(sum - 1) < 0.01, "shares that add up to 1");
        }
        if (made.kind == "date_between")
            for (const auto& value : made.values)
                need(value.empty() || base::parse_time(value), "dates in values");
        if (!made.by_record() && made.severity == Severity::quarantine)
            fail(
                line, fmt::format("kind {} looks at no single record; use warn or block", made.kind)
            );
        if (!made.by_record() && !made.where.empty())
            fail(line, fmt::format("kind {} looks at all records; leave out 'where'", made.kind));
        if (made.name.empty()) {
            made.name = made.kind;
            for (const auto& column : made.columns) made.name += " " + column;
            if (!made.statistic.empty()) made.name += " " + made.statistic;
        }
        return made;
    }

    void field(Check& made, std::string_view key, const toml::node& value) {
        auto line = value.source().begin.line;
        auto text = [&] {
            if (!value.is_string()) fail(line, fmt::format("'{}' must be a string", key));
            return std::string(*value.value<std::string>());
        };
        auto number = [&] {
            auto found = value.value<double>();
            if (!found || value.is_string()) fail(line, fmt::format("'{}' must be a number", key));
            return *found;
        };
        auto texts_of = [&](const toml::node& from) {
            std::vector<std::string> all;
            const auto* list = from.as_array();
            if (!list) fail(line, fmt::format("'{}' must be a list", key));
            for (const auto& item : *list) {
                if (auto one = item.value<std::string>()) {
                    all.push_back(*one);
                } else if (auto whole = item.value<std::int64_t>()) {
                    all.push_back(std::to_string(*whole));
                } else {
                    fail(line, fmt::format("'{}' must hold texts or whole numbers", key));
                }
            }
            return all;
        };
        auto texts = [&] { return texts_of(value); };
        auto numbers = [&] {
            std::vector<double> all;
            const auto* list = value.as_array();
            if (!list) fail(line, fmt::format("'{}' must be a list", key));
            for (const auto& item : *list) {
                auto one = item.value<double>();
                if (!one || item.is_string())
                    fail(line, fmt::format("'{}' must hold numbers", key));
                all.push_back(*one);
            }
            return all;
        };
        auto flag = [&] {
            if (!value.is_boolean()) fail(line, fmt::format("'{}' must be true or false", key));
            return *value.value<bool>();
        };
        if (key == "name")
            made.name = text();
        else if (key == "kind")
            made.kind = text();
        else if (key == "column")
            made.columns = {text()};
        else if (key == "columns")
            made.columns = texts();
        else if (key == "values")
            made.values = texts();
        else if (key == "pattern")
            made.patterns = {pattern(text(), line)};
        else if (key == "patterns")
            for (auto& one : texts()) made.patterns.push_back(pattern(one, line));
        else if (key == "all")
            made.all = flag();
        else if (key == "strict")
            made.strict = flag();
        else if (key == "tuples") {
            const auto* list = value.as_array();
            if (!list) fail(line, "'tuples' must be a list of lists");
            for (const auto& item : *list) made.tuples.push_back(texts_of(item));
        } else if (key == "shares")
            made.shares = numbers();
        else if (key == "bounds") {
            made.bounds = numbers();
            if (!std::is_sorted(made.bounds.begin(), made.bounds.end()))
                fail(line, "'bounds' must rise");
        } else if (key == "where") {
            made.where = text();
            schema::Filter::parse(made.where);
        } else if (key == "format")
            made.format = text();
        else if (key == "order")
            made.order = text();
        else if (key == "source")
            made.source = text();
        else if (key == "schema") {
            made.schema = text();
            if (auto fault = JsonSchema::fault(made.schema)) fail(line, "'schema': " + *fault);
        } else if (key == "statistic")
            made.statistic = statistic(text(), line);
        else if (key == "type")
            made.types = {type(text(), line)};
        else if (key == "types")
            for (auto& one : texts()) made.types.push_back(type(one, line));
        else if (key == "minimum")
            made.minimum = number();
        else if (key == "maximum")
            made.maximum = number();
        else if (key == "mostly") {
            made.mostly = number();
            if (!(made.mostly >= 0 && made.mostly <= 1))
                fail(line, "'mostly' is a share from 0 to 1");
        } else if (key == "severity") {
            auto word = text();
            if (word == "warn")
                made.severity = Severity::warn;
            else if (word == "quarantine")
                made.severity = Severity::quarantine;
            else if (word == "block")
                made.severity = Severity::block;
            else
                fail(
                    line,
                    fmt::format("severity '{}' is unknown; use warn, quarantine or block", word)
                );
        } else {
            fail(line, fmt::format("unknown key '{}' of a check", key));
        }
    }

    std::string pattern(std::string text, toml::source_index line) const {
        try {
            base::Pattern::parse(text);
        } catch (const base::UsageError& error) {
            fail(line, error.what());
        }
        return text;
    }
    std::string type(std::string text, toml::source_index line) const {
        for (std::string_view known :
             {"number", "integer", "boolean", "date", "time", "datetime", "link"})
            if (text == known) return text;
        fail(
            line,
            fmt::format(
                "type '{}' is unknown; use number, integer, boolean, date, time, datetime or link",
                text
            )
        );
    }
    std::string statistic(std::string text, toml::source_index line) const {
        for (std::string_view known :
             {"mean",
              "deviation",
              "sum",
              "minimum",
              "maximum",
              "median",
              "distinct",
              "missing",
              "distinct_share"})
            if (text == known) return text;
        if (text.starts_with('q'))
            if (auto q = base::parse_number(std::string_view(text).substr(1));
                q && *q >= 0 && *q <= 1)
                return text;
        fail(
            line,
            fmt::format(
                "statistic '{}' is unknown; use mean, deviation, sum, minimum, maximum, median, "
                "q0.95, distinct, distinct_share or missing",
                text
            )
        );
    }

    const std::string& name_;
};

}  // namespace

bool Check::by_record() const {
    auto found = kinds.find(kind);
    return found != kinds.end() && found->second.by_record;
}

std::string_view name_of(Severity severity) {
    switch (severity) {
        case Severity::warn:
            return "warn";
        case Severity::quarantine:
            return "quarantine";
        case Severity::block:
            return "block";
    }
    return "warn";
}

std::vector<Check> parse_checks(std::string_view toml, const std::string& name) {
    return Reader(name).read(toml);
}

}  // namespace quality

#include "ingest/quality/checks.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <regex>
#include <set>
#include <unordered_set>

#include <fmt/format.h>
#include <toml++/toml.h>
#include <xxhash.h>

#include "base/error.hpp"
#include "ingest/value_type.hpp"

namespace ingest::quality {

namespace {

constexpr std::size_t examples_kept = 10;

const std::set<std::string, std::less<>> row_kinds{
    "not_missing",
    "unique",
    "in_set",
    "not_in_set",
    "between",
    "length",
    "type",
    "matches",
    "not_matches",
    "greater",
    "equal"};
const std::set<std::string, std::less<>> whole_kinds{"records", "columns", "statistic"};

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
        bool by_row = row_kinds.contains(made.kind);
        if (!by_row && !whole_kinds.contains(made.kind))
            fail(
                line,
                made.kind.empty() ? "the check has no kind"
                                  : fmt::format("kind '{}' is unknown", made.kind)
            );
        auto need = [&](bool there, const char* what) {
            if (!there) fail(line, fmt::format("a check of kind {} needs {}", made.kind, what));
        };
        bool bounds = made.minimum || made.maximum;
        if (made.kind == "greater" || made.kind == "equal") {
            need(made.columns.size() == 2, "two columns");
        } else if (made.kind == "unique") {
            need(!made.columns.empty(), "a column");
        } else if (by_row || made.kind == "statistic") {
            need(made.columns.size() == 1, "one column");
        }
        if (made.kind == "between" || made.kind == "length" || made.kind == "records" ||
            made.kind == "statistic")
            need(bounds, "minimum or maximum");
        if (made.kind == "in_set" || made.kind == "not_in_set" || made.kind == "columns")
            need(!made.values.empty(), "values");
        if (made.kind == "matches" || made.kind == "not_matches")
            need(!made.pattern.empty(), "a pattern");
        if (made.kind == "type") need(!made.type.empty(), "a type");
        if (made.kind == "statistic") need(!made.statistic.empty(), "a statistic");
        if (!by_row && made.severity == Severity::quarantine)
            fail(
                line, fmt::format("kind {} looks at no single record; use warn or block", made.kind)
            );
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
        auto texts = [&] {
            std::vector<std::string> all;
            const auto* list = value.as_array();
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
            made.pattern = pattern(text(), line);
        else if (key == "statistic")
            made.statistic = statistic(text(), line);
        else if (key == "type")
            made.type = type(text(), line);
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
            std::regex compiled(text, std::regex::ECMAScript);
        } catch (const std::regex_error&) {
            fail(line, fmt::format("'{}' is no regular expression", text));
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
             {"mean", "deviation", "sum", "minimum", "maximum", "median", "distinct", "missing"})
            if (text == known) return text;
        if (text.starts_with('q'))
            if (auto q = parse_number(std::string_view(text).substr(1)); q && *q >= 0 && *q <= 1)
                return text;
        fail(
            line,
            fmt::format(
                "statistic '{}' is unknown; use mean, deviation, sum, minimum, maximum, median, "
                "q0.95, distinct or missing",
                text
            )
        );
    }

    const std::string& name_;
};

bool has_type(std::string_view value, std::string_view wanted) {
    auto type = name_of(type_of(value));
    return type == wanted || (wanted == "number" && type == "integer") ||
           (wanted == "datetime" && type == "date");
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

bool within(const Check& check, double value) {
    return !(check.minimum && value < *check.minimum) && !(check.maximum && value > *check.maximum);
}

double statistic_of(const std::string& name, const ColumnProfile& column, std::uint64_t records) {
    if (name == "mean") return column.moments.mean();
    if (name == "deviation") return std::sqrt(column.moments.variance());
    if (name == "sum") return column.moments.mean() * column.moments.count();
    if (name == "minimum") return column.moments.minimum();
    if (name == "maximum") return column.moments.maximum();
    if (name == "median") return column.quantiles.at(0.5);
    if (name == "distinct")
        return column.frequent.exact() ? static_cast<double>(column.frequent.top(1000).size())
                                       : column.distinct.estimate();
    if (name == "missing")
        return records ? 1 - static_cast<double>(column.present - column.spelled_missing) /
                                 static_cast<double>(records)
                       : 0;
    return column.quantiles.at(parse_number(std::string_view(name).substr(1)).value_or(0.5));
}

}  // namespace

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

struct Checker::Impl {
    struct State {
        CheckResult result;
        std::regex pattern;
        std::set<std::string, std::less<>> values;
        std::unordered_set<std::uint64_t> seen;  // of unique
        std::vector<std::size_t> hints;          // where the columns were in the last record
    };
    std::vector<State> states;

    static std::string_view
    value_in(std::span<const Field> fields, const std::string& name, std::size_t& hint) {
        if (hint >= fields.size() || fields[hint].name != name) {
            hint = 0;
            while (hint < fields.size() && fields[hint].name != name) ++hint;
        }
        if (hint == fields.size() || fields[hint].kind == Field::Kind::null) return {};
        return trim(fields[hint].value);
    }

    // Whether the record holds the check; nothing if there is no value to look at.
    static std::optional<bool> holds(State& state, std::span<const std::string_view> values) {
        const auto& check = state.result.check;
        auto value = values.front();
        bool none = value.empty() || (value.size() <= 20 && is_missing(normalised(value)));
        if (check.kind == "not_missing") return !none;
        if (check.kind == "unique") {
            XXH64_hash_t hash = 0;
            for (auto part : values) {
                if (part.empty()) return std::nullopt;
                hash = XXH3_64bits_withSeed(part.data(), part.size(), hash + 1);
            }
            return state.seen.insert(hash).second;
        }
        if (none) return std::nullopt;
        if (check.kind == "in_set") return state.values.contains(value);
        if (check.kind == "not_in_set") return !state.values.contains(value);
        if (check.kind == "length") return within(check, static_cast<double>(characters(value)));
        if (check.kind == "type") return has_type(value, check.type);
        if (check.kind == "matches" || check.kind == "not_matches")
            return std::regex_search(value.begin(), value.end(), state.pattern) ==
                   (check.kind == "matches");
        auto number = parse_number(value);
        if (check.kind == "between") return number && within(check, *number);
        auto other = values.back();
        if (other.empty()) return std::nullopt;
        auto second = parse_number(other);
        if (check.kind == "greater") return number && second ? *number > *second : value > other;
        return number && second ? *number == *second : value == other;
    }
};

Checker::Checker(std::vector<Check> checks) : impl_(std::make_unique<Impl>()) {
    for (auto& check : checks) {
        auto& state = impl_->states.emplace_back();
        if (!check.pattern.empty())
            state.pattern =
                std::regex(check.pattern, std::regex::ECMAScript | std::regex::optimize);
        state.values.insert(check.values.begin(), check.values.end());
        state.hints.resize(check.columns.size());
        state.result.check = std::move(check);
    }
}

Checker::~Checker() = default;

void Checker::add(const Table::Row& row, std::span<const Field> fields) {
    std::vector<std::string_view> values;
    for (auto& state : impl_->states) {
        auto& result = state.result;
        if (!row_kinds.contains(result.check.kind)) continue;
        values.clear();
        for (std::size_t i = 0; i < result.check.columns.size(); ++i)
            values.push_back(Impl::value_in(fields, result.check.columns[i], state.hints[i]));
        auto good = Impl::holds(state, values);
        if (!good) continue;
        ++result.examined;
        if (*good) continue;
        ++result.failed;
        if (result.rows.size() < examples_kept || result.check.severity == Severity::quarantine)
            result.rows.push_back(row);
        if (result.examples.size() < examples_kept)
            result.examples.emplace_back(values.front().substr(0, 100));
    }
}

std::vector<CheckResult> Checker::finish(const Profile& profile) {
    std::vector<CheckResult> results;
    for (auto& state : impl_->states) {
        auto& result = state.result;
        const auto& check = result.check;
        if (row_kinds.contains(check.kind)) {
            auto share = result.examined ? 1 - static_cast<double>(result.failed) /
                                                   static_cast<double>(result.examined)
                                         : 1;
            result.passed = share >= check.mostly;
            result.observed =
                fmt::format("{} of {} do not hold it", result.failed, result.examined);
        } else if (check.kind == "records") {
            result.examined = profile.records;
            result.passed = within(check, static_cast<double>(profile.records));
            result.observed = fmt::format("{} records", profile.records);
        } else if (check.kind == "columns") {
            for (const auto& [name, column] : profile.columns)
                if (!state.values.contains(name))
                    result.observed += (result.observed.empty() ? "more: " : ", ") + name;
            std::string lacking;
            for (const auto& name : check.values)
                if (!profile.columns.contains(name))
                    lacking += (lacking.empty() ? "missing: " : ", ") + name;
            if (!lacking.empty())
                result.observed += (result.observed.empty() ? "" : "; ") + lacking;
            result.passed = result.observed.empty();
            if (result.passed) result.observed = fmt::format("{} columns", check.values.size());
            result.examined = profile.records;
        } else {
            auto column = profile.columns.find(check.columns.front());
            auto value = column == profile.columns.end()
                             ? (check.statistic == "missing" ? 1 : std::nan(""))
                             : statistic_of(check.statistic, column->second, profile.records);
            result.examined = profile.records;
            result.passed = !std::isnan(value) && within(check, value);
            result.observed = fmt::format("{} is {:.6g}", check.statistic, value);
        }
        results.push_back(std::move(result));
    }
    return results;
}

}  // namespace ingest::quality

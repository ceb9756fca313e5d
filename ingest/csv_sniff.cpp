#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "ingest/csv.hpp"
#include "ingest/value_type.hpp"

namespace ingest {

namespace {

constexpr std::size_t sample_rows = 300;
constexpr std::array<char, 6> delimiters = {',', ';', '\t', '|', ' ', ':'};

using Row = std::vector<std::string>;

struct Rows {
    std::vector<Row> rows;
    std::size_t cells = 0;
    std::size_t known = 0;  // cells of a recognised form
    bool broken = false;    // a quote that never closes
};

// A text looks like one value, not like several run together.
bool one_value(std::string_view value) {
    if (type_of(value) != ValueType::text) return true;
    if (value.front() == '"' || value.back() == '"' || value.front() == '\'') return false;
    std::size_t separators = 0;
    for (char c : value) separators += c == ',' || c == ';' || c == '\t' || c == '|';
    return separators == 0;
}

Rows split(std::string_view sample, bool whole, const Dialect& dialect) {
    Rows result;
    std::vector<Cell> cells;
    while (!sample.empty() && result.rows.size() < sample_rows) {
        auto scan = scan_record(sample, dialect, whole, cells);
        if (scan.state == Scan::State::unterminated) result.broken = true;
        if (scan.state != Scan::State::record) break;
        if (scan.size > 0) {
            auto& row = result.rows.emplace_back();
            for (const auto& cell : cells) {
                auto& value = row.emplace_back();
                append_value(sample, cell, dialect.quote, value);
                ++result.cells;
                bool clean = cell.quoted ? cell.tail <= cell.end + 1 : one_value(value);
                if (clean) ++result.known;
            }
        }
        sample.remove_prefix(scan.next);
    }
    return result;
}

// Rows of the same length speak for a dialect, the more so the longer they are.
double evenness(const std::vector<Row>& rows) {
    std::map<std::size_t, std::size_t> lengths;
    for (const auto& row : rows) ++lengths[row.size()];
    double score = 0;
    for (auto [length, count] : lengths) {
        auto cells = static_cast<double>(length);
        score += static_cast<double>(count) * std::max(1e-3, cells - 1) / cells;
    }
    return lengths.empty()
               ? 0
               : score / static_cast<double>(lengths.size()) / static_cast<double>(rows.size());
}

std::string shown(char c) {
    if (c == '\0') return "none";
    if (c == '\t') return "tab";
    if (c == ' ') return "space";
    return fmt::format("'{}'", c);
}

// A quote counts only where one can stand: at the start of a line or after a delimiter.
bool opens_cells(std::string_view sample, char quote, char delimiter) {
    for (auto at = sample.find(quote); at != sample.npos; at = sample.find(quote, at + 1)) {
        if (at == 0 || sample[at - 1] == delimiter || sample[at - 1] == '\n' ||
            sample[at - 1] == '\r')
            return true;
    }
    return false;
}

ValueType widen(ValueType a, ValueType b) {
    if (a == b || b == ValueType::empty) return a;
    if (a == ValueType::empty) return b;
    auto numeric = [](ValueType t) { return t == ValueType::integer || t == ValueType::number; };
    if (numeric(a) && numeric(b)) return ValueType::number;
    auto dated = [](ValueType t) { return t == ValueType::date || t == ValueType::datetime; };
    if (dated(a) && dated(b)) return ValueType::datetime;
    return ValueType::text;
}

std::vector<ValueType>
column_types(const std::vector<Row>& rows, std::size_t from, std::size_t width) {
    std::vector<ValueType> types(width, ValueType::empty);
    for (auto row = from; row < rows.size(); ++row) {
        for (std::size_t i = 0; i < std::min(width, rows[row].size()); ++i) {
            types[i] = widen(types[i], type_of(rows[row][i]));
        }
    }
    return types;
}

struct HeaderGuess {
    bool header = false;
    std::string why;
};

HeaderGuess guess_header(const std::vector<Row>& rows) {
    if (rows.empty()) return {false, "no rows"};
    const auto& first = rows.front();
    std::set<std::string_view> names;
    for (const auto& cell : first) {
        auto type = type_of(cell);
        if (type == ValueType::integer || type == ValueType::number || type == ValueType::date ||
            type == ValueType::datetime) {
            return {false, fmt::format("no header: the first row holds the value '{}'", cell)};
        }
        if (!trim(cell).empty() && !names.insert(trim(cell)).second) {
            return {false, fmt::format("no header: '{}' is twice in the first row", cell)};
        }
    }
    if (names.empty()) return {false, "no header: the first row is empty"};
    auto types = column_types(rows, 1, first.size());
    for (std::size_t i = 0; i < types.size(); ++i) {
        if (types[i] != ValueType::text && types[i] != ValueType::empty) {
            return {
                true,
                fmt::format(
                    "header: '{}' stands above values of type {}", first[i], name_of(types[i])
                )};
        }
    }
    for (std::size_t row = 1; row < rows.size(); ++row) {
        for (std::size_t i = 0; i < std::min(first.size(), rows[row].size()); ++i) {
            if (!first[i].empty() && rows[row][i] == first[i]) {
                return {
                    false,
                    fmt::format("no header: '{}' of the first row comes again below it", first[i])};
            }
        }
    }
    return {true, "header: the first row's texts are all different and do not come again"};
}

std::vector<std::string> name_columns(const Row* first, std::size_t width) {
    std::vector<std::string> names;
    std::set<std::string> taken;
    for (std::size_t i = 0; i < width; ++i) {
        std::string name(first && i < first->size() ? trim((*first)[i]) : std::string_view{});
        if (name.empty()) name = fmt::format("column_{}", i + 1);
        auto unique = name;
        for (int n = 2; !taken.insert(unique).second; ++n) unique = fmt::format("{}_{}", name, n);
        names.push_back(unique);
    }
    return names;
}

}  // namespace

Sniffed sniff(std::string_view sample, bool whole, const DialectHints& hints) {
    Sniffed result;
    double best = -1;
    double second = -1;
    Rows rows;
    for (char delimiter : delimiters) {
        if (hints.delimiter && delimiter != delimiters[0]) break;
        if (hints.delimiter) delimiter = *hints.delimiter;
        for (char quote : {'"', '\'', '\0'}) {
            if (hints.quote && *hints.quote != quote && quote != '"') continue;
            if (hints.quote) quote = *hints.quote;
            if (quote != '\0' && !hints.quote && !opens_cells(sample, quote, delimiter)) continue;
            Dialect dialect{delimiter, quote, true};
            auto tried = split(sample, whole, dialect);
            auto score = evenness(tried.rows) * static_cast<double>(tried.known) /
                         static_cast<double>(std::max<std::size_t>(tried.cells, 1));
            if (delimiter == ' ' || delimiter == ':') score *= 0.7;  // also stand inside values
            if (tried.broken) score *= 0.1;
            if (score > best) {
                if (result.dialect.delimiter != delimiter) second = best;
                best = score;
                result.dialect = dialect;
                rows = std::move(tried);
            } else if (delimiter != result.dialect.delimiter) {
                second = std::max(second, score);
            }
        }
    }
    if (result.dialect.quote == '\0' && !hints.quote)
        result.dialect.quote = '"';  // may still come later
    if (rows.rows.size() > 0 && !hints.delimiter &&
        std::all_of(rows.rows.begin(), rows.rows.end(), [](const Row& row) {
            return row.size() == 1;
        })) {
        result.dialect.delimiter = ',';
    }
    result.why.push_back(
        hints.delimiter ? fmt::format("delimiter {}: as asked", shown(result.dialect.delimiter))
                        : fmt::format(
                              "delimiter {}: score {:.3f}, the next best has {:.3f}",
                              shown(result.dialect.delimiter),
                              best,
                              std::max(second, 0.0)
                          )
    );
    result.why.push_back(
        hints.quote ? fmt::format("quote {}: as asked", shown(result.dialect.quote))
                    : fmt::format("quote {}", shown(result.dialect.quote))
    );
    auto header = guess_header(rows.rows);
    if (hints.header)
        header = {*hints.header, *hints.header ? "header: as asked" : "no header: as asked"};
    result.dialect.header = header.header;
    result.why.push_back(header.why);

    std::map<std::size_t, std::size_t> lengths;
    for (const auto& row : rows.rows) ++lengths[row.size()];
    std::size_t width = 0;
    std::size_t most = 0;
    for (auto [length, count] : lengths) {
        if (count > most) std::tie(width, most) = std::tuple(length, count);
    }
    if (header.header && !rows.rows.empty()) width = rows.rows.front().size();
    if (lengths.size() > 1) {
        result.why.push_back(fmt::format(
            "{} columns; {} of {} rows have another number",
            width,
            rows.rows.size() - lengths[width],
            rows.rows.size()
        ));
    }
    result.names =
        name_columns(header.header && !rows.rows.empty() ? &rows.rows.front() : nullptr, width);
    for (auto type : column_types(rows.rows, header.header ? 1 : 0, width)) {
        result.types.emplace_back(type == ValueType::link ? "text" : name_of(type));
    }
    return result;
}

}  // namespace ingest

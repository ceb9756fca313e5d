// The dialect of a CSV text, found by trying (after van den Burg, Nazabal, Sutton: "Wrangling messy
// CSV files by detecting row and type patterns", 2019).
//
// Each delimiter and quote splits the sample; the best one gives rows of equal length whose cells
// look like values. Escapes and blanks around cells are tried only for the winner.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "base/text/ascii.hpp"
#include "formats/csv/csv.hpp"
#include "formats/csv/csv_layout.hpp"
#include "formats/text/value_type.hpp"

namespace formats {

namespace {

constexpr std::size_t sample_rows = 300;
constexpr std::array<std::string_view, 6> usual_delimiters = {",", ";", "\t", "|", " ", ":"};
// What else separates cells now and then.
constexpr std::string_view odd_delimiters = "^~#*&%!@`";
constexpr double odd_weight = 0.7;

struct Rows {
    std::vector<SampledRow> rows;
    std::size_t cells = 0;
    std::size_t known = 0;  // cells of a recognised form
    bool broken = false;    // a quote that never closes
};

// A text looks like one value, not like several run together.
bool one_value(std::string_view value) {
    if (type_of(value) != ValueType::text) return true;
    if (value.front() == '"' || value.back() == '"' || value.front() == '\'') return false;
    return value.find_first_of(",;\t|") == value.npos;
}

void add_row(
    Rows& rows,
    std::string_view text,
    const std::vector<Cell>& cells,
    const Dialect& dialect,
    bool apart
) {
    auto& row = rows.rows.emplace_back();
    row.apart = apart;
    for (const auto& cell : cells) {
        auto& value = row.cells.emplace_back();
        append_value(text, cell, dialect, value);
        ++rows.cells;
        bool clean = cell.quoted ? cell.tail <= cell.end + 1 ||
                                       text.substr(cell.end + 1, cell.tail - cell.end - 1)
                                               .find_first_not_of(" \t") == text.npos
                                 : one_value(value);
        if (clean) ++rows.known;
    }
}

Rows split(std::string_view sample, bool whole, const Dialect& dialect) {
    Rows result;
    std::vector<Cell> cells;
    bool apart = false;
    while (!sample.empty() && result.rows.size() < sample_rows) {
        auto scan = scan_record(sample, dialect, whole, cells);
        if (scan.state == Scan::State::unterminated) {
            result.broken = true;
            scan = first_line(sample);
            scan_line(sample.substr(0, scan.size), dialect, cells);
        }
        if (scan.state != Scan::State::record) break;
        if (scan.size > 0) add_row(result, sample, cells, dialect, apart);
        apart = scan.size == 0;
        sample.remove_prefix(scan.next);
    }
    return result;
}

// Rows of the same length speak for a dialect, the more so the longer they are.
double evenness(const std::vector<SampledRow>& rows) {
    std::map<std::size_t, std::size_t> lengths;
    for (const auto& row : rows) ++lengths[row.cells.size()];
    double score = 0;
    for (auto [length, count] : lengths) {
        auto cells = static_cast<double>(length);
        score += static_cast<double>(count) * std::max(1e-3, cells - 1) / cells;
    }
    return lengths.empty()
               ? 0
               : score / static_cast<double>(lengths.size()) / static_cast<double>(rows.size());
}

std::string shown(std::string_view text) {
    if (text.empty() || text == std::string_view("\0", 1)) return "none";
    if (text == "\t") return "tab";
    if (text == " ") return "space";
    if (text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x20)
        return fmt::format("0x{:02x}", static_cast<unsigned char>(text[0]));
    return fmt::format("'{}'", text);
}

// A quote counts only where one can stand: at the start of a line or after a delimiter.
bool opens_cells(std::string_view sample, char quote, std::string_view delimiter) {
    for (auto at = sample.find(quote); at != sample.npos; at = sample.find(quote, at + 1)) {
        auto before = sample.substr(0, at);
        while (!before.empty() && before.back() == ' ' && delimiter != " ") before.remove_suffix(1);
        if (before.empty() || before.ends_with(delimiter) || before.back() == '\n' ||
            before.back() == '\r')
            return true;
    }
    return false;
}

// The character at text[at] if it is a sign that is neither ASCII nor part of words.
std::string_view sign_at(std::string_view text, std::size_t at) {
    auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    auto lead = byte(at);
    if (lead < 0x20)
        return lead == '\t' || lead == '\n' || lead == '\r' || lead == 0 ? std::string_view{}
                                                                         : text.substr(at, 1);
    if (lead == 0xC2 && byte(at + 1) >= 0xA1) return text.substr(at, 2);
    if (lead == 0xC3 && (byte(at + 1) == 0x97 || byte(at + 1) == 0xB7)) return text.substr(at, 2);
    bool sign = (lead == 0xE2) || (lead == 0xE3 && byte(at + 1) == 0x80) ||
                (lead == 0xEF && byte(at + 1) == 0xBC && byte(at + 2) < 0xA1) || lead == 0xEE;
    return sign && at + 2 < text.size() ? text.substr(at, 3) : std::string_view{};
}

// Signs that are in nearly every line as often as in the others.
void add_odd_delimiters(std::string_view sample, std::vector<std::string>& into) {
    std::map<std::string, std::map<std::size_t, std::size_t>> counts;  // sign, times, lines
    std::size_t lines = 0;
    while (!sample.empty() && lines < sample_rows) {
        auto line = first_line(sample);
        auto text = sample.substr(0, line.size);
        sample.remove_prefix(line.next);
        if (text.empty()) continue;
        ++lines;
        std::map<std::string, std::size_t> here;
        for (std::size_t i = 0; i < text.size(); ++i) {
            auto sign = odd_delimiters.find(text[i]) != odd_delimiters.npos ? text.substr(i, 1)
                                                                            : sign_at(text, i);
            if (!sign.empty()) ++here[std::string(sign)];
        }
        for (const auto& [sign, times] : here) ++counts[sign][times];
    }
    for (const auto& [sign, times] : counts) {
        bool ascii = static_cast<unsigned char>(sign[0]) >= 0x20 &&
                     static_cast<unsigned char>(sign[0]) < 0x80;
        for (auto [often, in] : times)
            if (in * 10 >= lines * 8 && in > 1 && often >= (ascii ? 2U : 1U)) into.push_back(sign);
    }
}

struct Choice {
    Dialect dialect;
    Rows rows;
    double score = -1;
    double second = -1;  // of the best with another delimiter
};

double score_of(const Rows& rows, const Dialect& dialect, bool asked) {
    auto score = evenness(rows.rows) * static_cast<double>(rows.known) /
                 static_cast<double>(std::max<std::size_t>(rows.cells, 1));
    bool usual =
        std::find(usual_delimiters.begin(), usual_delimiters.end() - 2, dialect.delimiter) !=
        usual_delimiters.end() - 2;
    if (!usual) score *= odd_weight;  // also stand inside of values
    if (rows.broken) score *= 0.1;
    if (asked || (dialect.delimiter != " " && dialect.delimiter != ":")) return score;
    // Two words are rather a name than two cells, and "http://" and "10:30" are values.
    bool pairs = std::all_of(rows.rows.begin(), rows.rows.end(), [](const auto& row) {
        return row.cells.size() <= 2;
    });
    auto types = column_types(rows.rows, 0, 2);
    bool texts = types[0] == ValueType::text && types[1] == ValueType::text;
    return pairs && texts ? 0 : score;
}

// Every line as a whole is one value: a link, a time.
bool one_column(std::string_view sample) {
    std::size_t values = 0, lines = 0;
    while (!sample.empty() && lines < sample_rows) {
        auto line = first_line(sample);
        auto type = type_of(sample.substr(0, line.size));
        if (line.size > 0) ++lines;
        values += type != ValueType::empty && type != ValueType::text;
        sample.remove_prefix(line.next);
    }
    return lines > 1 && values + 1 >= lines;
}

// Whether a backslash stands before quotes (or delimiters, where nothing is quoted).
bool escapes(std::string_view sample, const Dialect& dialect) {
    for (auto at = sample.find('\\'); at != sample.npos && at + 1 < sample.size();
         at = sample.find('\\', at + 2)) {
        auto rest = sample.substr(at + 1);
        if (dialect.quote != '\0' && rest.front() == dialect.quote) return true;
        if (rest.starts_with(dialect.delimiter)) return true;
    }
    return false;
}

void consider(
    Choice& best,
    const Dialect& dialect,
    std::string_view sample,
    bool whole,
    bool asked
) {
    auto rows = split(sample, whole, dialect);
    auto score = score_of(rows, dialect, asked);
    bool as_good = dialect.escape != '\0' && best.dialect.escape == '\0' && score == best.score &&
                   dialect.delimiter == best.dialect.delimiter &&
                   dialect.quote == best.dialect.quote;
    if (score > best.score || as_good) {
        if (best.dialect.delimiter != dialect.delimiter) best.second = best.score;
        best = {dialect, std::move(rows), score, best.second};
    } else if (dialect.delimiter != best.dialect.delimiter) {
        best.second = std::max(best.second, score);
    }
}

Choice choose(std::string_view sample, bool whole, const DialectHints& hints) {
    std::vector<std::string> delimiters(usual_delimiters.begin(), usual_delimiters.end());
    if (hints.delimiter) {
        delimiters = {*hints.delimiter};
    } else if (one_column(sample)) {
        delimiters = {","};
    } else {
        add_odd_delimiters(sample, delimiters);
    }
    std::vector<char> quotes{'"', '\'', '\0'};
    if (hints.quote) quotes = {*hints.quote};
    Choice best;
    best.dialect.delimiter = delimiters.front();
    for (const auto& delimiter : delimiters) {
        for (char quote : quotes) {
            if (quote != '\0' && !hints.quote && !opens_cells(sample, quote, delimiter)) continue;
            Dialect dialect{.delimiter = delimiter, .quote = quote};
            if (hints.trim) dialect.trim = *hints.trim;
            if (hints.escape) dialect.escape = *hints.escape;
            consider(best, dialect, sample, whole, hints.delimiter.has_value());
            if (!hints.escape && escapes(sample, dialect)) {
                dialect.escape = '\\';
                consider(best, dialect, sample, whole, hints.delimiter.has_value());
            }
        }
    }
    return best;
}

// Doubled delimiters leave every second cell empty; blanks behind all of them are not the cells'.
void refine(Choice& best, std::string_view sample, bool whole, const DialectHints& hints) {
    std::size_t inner = 0, blank = 0, odd = 0, empty = 0, bare = 0, quoted = 0;
    for (const auto& row : best.rows.rows)
        for (std::size_t i = 1; i < row.cells.size(); ++i) {
            ++inner;
            const auto& cell = row.cells[i];
            blank += cell.starts_with(' ') || cell.starts_with('\t');
            auto begin = base::trim(cell);
            quoted += begin.size() < cell.size() && best.dialect.quote != '\0' &&
                      begin.starts_with(best.dialect.quote);
            if (i % 2 == 1) ++odd, empty += cell.empty();
            if (i % 2 == 0) bare += cell.empty();
        }
    auto other = best.dialect;
    bool blanks = inner > 1 && blank * 10 >= inner * 9;
    bool often = best.dialect.delimiter != "," ||
                 odd >= 2 * best.rows.rows.size();  // "a,,b" may lack a value
    if (!hints.delimiter && odd > 1 && empty == odd && bare * 10 <= inner - odd && often &&
        best.dialect.delimiter != " ") {
        other.delimiter += other.delimiter;
    } else if (!hints.trim && best.dialect.delimiter != " " && (blanks || quoted > 0)) {
        other.trim = true;
    } else {
        return;
    }
    auto rows = split(sample, whole, other);
    if (rows.broken && !best.rows.broken) return;
    if (other.trim && !blanks &&
        score_of(rows, other, true) <= score_of(best.rows, best.dialect, true))
        return;
    best.dialect = other;
    best.rows = std::move(rows);
}

// Lines of prose: most have one cell, and where others have more they do not agree.
bool is_prose(const std::vector<SampledRow>& rows) {
    std::size_t single = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto width = rows[i].cells.size();
        single += width == 1;
        if (i > 0 && width > 1 && width == rows[i - 1].cells.size()) return false;
    }
    return !rows.empty() && rows.front().cells.size() == 1 && single * 10 >= rows.size() * 6 &&
           single < rows.size();
}

// "sep=;" at the start, as Excel writes it.
std::optional<std::string> told_separator(std::string_view sample) {
    auto line = first_line(sample);
    auto text = sample.substr(0, line.size);
    if (text.size() == 6 && text.front() == '"' && text.back() == '"') text = text.substr(1, 4);
    if (text.size() != 5 || (!text.starts_with("sep=") && !text.starts_with("SEP=")))
        return std::nullopt;
    return std::string(text.substr(4));
}

// Of the dialect, for people. `best` is what was found before it was completed.
std::vector<std::string>
reasons(const Choice& best, const Dialect& dialect, const DialectHints& hints, bool prose) {
    std::vector<std::string> why;
    auto delimiter = shown(dialect.delimiter);
    why.push_back(
        prose ? std::string("no delimiter: most lines have one cell, the others do not agree")
        : hints.delimiter ? fmt::format("delimiter {}: as asked", delimiter)
                          : fmt::format(
                                "delimiter {}: score {:.3f}, the next best has {:.3f}",
                                delimiter,
                                std::max(best.score, 0.0),
                                std::max(best.second, 0.0)
                            )
    );
    auto quote = shown(std::string_view(&dialect.quote, 1));
    why.push_back(fmt::format("quote {}{}", quote, hints.quote ? ": as asked" : ""));
    if (dialect.escape != '\0')
        why.push_back(fmt::format(
            "escape '{}'{}",
            dialect.escape,
            hints.escape ? ": as asked" : ": stands before quotes or delimiters"
        ));
    if (dialect.trim)
        why.push_back(fmt::format(
            "blanks around cells are left out{}",
            hints.trim ? ": as asked" : ": nearly every delimiter has one"
        ));
    return why;
}

}  // namespace

Sniffed sniff(std::string_view sample, bool whole, const DialectHints& hints) {
    if (auto told = told_separator(sample); told && !hints.delimiter) {
        auto known = hints;
        known.delimiter = told;
        if (!hints.skip) known.skip = 1;
        auto result = sniff(sample, whole, known);
        result.why.front() = fmt::format("delimiter {}: the first line says so", shown(*told));
        return result;
    }
    auto best = choose(sample, whole, hints);
    refine(best, sample, whole, hints);
    bool prose = !hints.delimiter && is_prose(best.rows.rows);
    if (prose) {
        best.dialect.delimiter.clear();
        best.rows = split(sample, whole, best.dialect);
    }
    Sniffed result;
    result.dialect = best.dialect;
    const auto& rows = best.rows.rows;
    if (result.dialect.quote == '\0' && !hints.quote)
        result.dialect.quote = '"';  // may still come later
    if (!rows.empty() && !hints.delimiter && !prose &&
        std::all_of(rows.begin(), rows.end(), [](const auto& row) {
            return row.cells.size() == 1;
        }))
        result.dialect.delimiter = std::string(1, ',');
    result.why = reasons(best, result.dialect, hints, prose);
    auto layout = lay_out(rows, hints);
    result.dialect.header = layout.header_rows > 0;
    result.skip = layout.skip;
    result.header_rows = layout.header_rows;
    result.width = layout.width;
    result.least = layout.least;
    for (auto row = layout.skip; row < std::min(layout.skip + layout.header_rows, rows.size());
         ++row)
        result.header.push_back(rows[row].cells);
    result.why.insert(result.why.end(), layout.why.begin(), layout.why.end());
    result.names = name_columns(rows, layout);
    for (auto type : column_types(rows, layout.skip + layout.header_rows, layout.width))
        result.types.emplace_back(type == ValueType::link ? "text" : name_of(type));
    return result;
}

}  // namespace formats

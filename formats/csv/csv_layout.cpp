// Where a table begins, how many rows its header has, and what its columns are called.
//
// A header is told by its difference from what is below it: words over numbers, names over values
// that repeat. Each decision leaves a sentence, since people must be able to see why and to
// overrule it.
#include "formats/csv/csv_layout.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/text/ascii.hpp"

namespace formats {

namespace {

constexpr std::size_t most_header_rows = 4;
constexpr std::size_t rows_for_long_headers = 3;
constexpr std::size_t rows_between_headers = 4;  // of texts alone, which may be rows themselves
constexpr std::size_t rows_that_agree = 3;

using Row = std::vector<std::string>;

std::size_t filled(const Row& row) {
    return static_cast<std::size_t>(std::count_if(row.begin(), row.end(), [](const auto& cell) {
        return !base::trim(cell).empty();
    }));
}

std::size_t words(std::string_view text) {
    std::size_t count = 0;
    bool inside = false;
    for (char c : text) {
        bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        count += !blank && !inside;
        inside = !blank;
    }
    return count;
}

bool is_value(ValueType type) {
    return type == ValueType::integer || type == ValueType::number || type == ValueType::date ||
           type == ValueType::time || type == ValueType::datetime;
}

bool is_year(std::string_view text) {
    text = base::trim(text);
    return text.size() == 4 &&
           (text.starts_with("18") || text.starts_with("19") || text.starts_with("20")) &&
           type_of(text) == ValueType::integer;
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

// The length that most rows have; of those as frequent the greater one.
std::size_t common_width(const std::vector<SampledRow>& rows) {
    std::map<std::size_t, std::size_t> lengths;
    for (const auto& row : rows) ++lengths[row.cells.size()];
    std::size_t width = 0;
    std::size_t most = 0;
    for (auto [length, count] : lengths)
        if (count >= most) std::tie(width, most) = std::tuple(length, count);
    // A few rows below a long preamble are still a table.
    for (auto [length, count] : lengths)
        if (width == 1 && length > 2 && count >= 2) width = length;
    return width;
}

bool above_table(const SampledRow& row, std::size_t width, bool apart) {
    const auto& first = row.cells.front();
    if (row.cells.size() != width && first.starts_with('#')) return true;
    if (row.cells.size() == 1 && width > 2) return true;
    auto cells = filled(row.cells);
    if (width > 2 && cells <= 1) return true;
    if (width == 2 && row.cells.size() == 1)
        return apart || words(first) > 1 || base::trim(first).ends_with(':');
    // "Author:,Ann" above a wide table
    return cells == 2 && row.cells.size() <= 2 &&
           (width > 4 || (width > 2 && base::trim(first).ends_with(':')));
}

// Rows before an empty line that are narrower than the table and no table themselves.
bool block_above(const std::vector<SampledRow>& rows, std::size_t end, std::size_t width) {
    if (end == 0 || end >= rows.size() || !rows[end].apart) return false;
    bool even = end > 1;
    for (std::size_t i = 0; i < end; ++i) {
        if (rows[i].cells.size() >= width) return false;
        even = even && rows[i].cells.size() > 1 && rows[i].cells.size() == rows[0].cells.size();
    }
    return !even;
}

// Rows above the table, if all of them read like that and a whole row follows.
std::size_t preamble(const std::vector<SampledRow>& rows, std::size_t width) {
    std::size_t at = 0;
    while (at < rows.size()) {
        const auto& row = rows[at];
        bool apart = at + 1 < rows.size() && rows[at + 1].apart;
        bool starts =
            row.cells.size() == width && filled(row.cells) >= std::max<std::size_t>(2, width / 2);
        bool comment = row.cells.front().starts_with("# ") && at + 1 < rows.size() &&
                       row.cells.size() != width;
        bool said = std::any_of(
            rows.begin(),
            rows.begin() + static_cast<std::ptrdiff_t>(at),
            [](const auto& above) { return filled(above.cells) > 0; }
        );
        if (starts && !comment) return said ? at : 0;
        if (!above_table(row, width, apart)) break;
        ++at;
    }
    for (at = 0; at < rows.size() && rows[at].cells.size() < width;) ++at;
    return width > 2 && block_above(rows, at, width) ? at : 0;
}

struct HeaderGuess {
    bool header = false;
    std::string why;
};

// A value in a row that names columns; a year is none beside texts.
std::optional<std::string> value_in(const Row& row) {
    bool texts = std::any_of(row.begin(), row.end(), [](const auto& cell) {
        return type_of(cell) == ValueType::text;
    });
    for (const auto& cell : row)
        if (is_value(type_of(cell)) && !(texts && is_year(cell))) return cell;
    return std::nullopt;
}

HeaderGuess guess_header(const std::vector<SampledRow>& rows, std::size_t at) {
    if (at >= rows.size()) return {false, "no rows"};
    const auto& first = rows[at].cells;
    if (auto value = value_in(first))
        return {false, fmt::format("no header: the first row holds the value '{}'", *value)};
    std::set<std::string_view> names;
    std::string_view twice;
    for (const auto& cell : first)
        if (!base::trim(cell).empty() && !names.insert(base::trim(cell)).second) twice = cell;
    if (names.empty()) return {false, "no header: the first row is empty"};
    auto types = column_types(rows, at + 1, first.size());
    auto again = static_cast<std::size_t>(std::count_if(
        rows.begin() + static_cast<std::ptrdiff_t>(at) + 1,
        rows.end(),
        [&](const auto& row) { return row.cells == first; }
    ));
    for (std::size_t i = 0; i < types.size(); ++i) {
        if (types[i] == ValueType::text || types[i] == ValueType::empty) continue;
        if (types[i] == type_of(first[i])) continue;
        return {
            true,
            fmt::format(
                "header: '{}' stands above values of type {}", first[i], name_of(types[i])
            )};
    }
    if (!twice.empty())
        return {false, fmt::format("no header: '{}' is twice in the first row", twice)};
    // The rows of files that were put behind each other begin with their headers.
    bool repeated = first.size() > 1 && again * rows_between_headers <= rows.size() - at - 1;
    for (std::size_t row = at + 1; row < rows.size(); ++row) {
        if (repeated && rows[row].cells == first) continue;
        for (std::size_t i = 0; i < std::min(first.size(), rows[row].cells.size()); ++i) {
            if (!first[i].empty() && rows[row].cells[i] == first[i]) {
                return {
                    false,
                    fmt::format("no header: '{}' of the first row comes again below it", first[i])};
            }
        }
    }
    return {true, "header: the first row's texts are all different and do not come again"};
}

// Rows below the first header row that are header too: texts above columns of values.
std::size_t
count_header_rows(const std::vector<SampledRow>& rows, std::size_t at, std::size_t width) {
    for (std::size_t n = 1; n <= most_header_rows; ++n) {
        if (at + n + rows_for_long_headers > rows.size()) return 1;
        auto types = column_types(rows, at + n, width);
        auto values = static_cast<std::size_t>(std::count_if(types.begin(), types.end(), is_value));
        if (values > 0 && values * 3 >= width) {
            // All rows so far must have texts where values stand below.
            for (std::size_t row = at + 1; row < at + n; ++row) {
                std::size_t texts = 0;
                for (std::size_t i = 0; i < std::min(width, rows[row].cells.size()); ++i)
                    texts += is_value(types[i]) && type_of(rows[row].cells[i]) == ValueType::text;
                if (rows[row].cells.size() != width || texts * 2 < values || texts == 0) return 1;
            }
            return n;
        }
        if (rows[at + n].cells.size() != width || value_in(rows[at + n].cells)) return 1;
    }
    return 1;
}

bool counts_up(const std::vector<SampledRow>& rows, std::size_t from) {
    for (auto row = from; row < rows.size(); ++row)
        if (rows[row].cells.front() != std::to_string(row - from + 1) &&
            rows[row].cells.front() != std::to_string(row - from))
            return false;
    return true;
}

// Headers that have another number of cells than all that stands below them. Names of rows stand in
// a first column without a name (R writes tables so); a column may have lost its name; cells at the
// end of rows may be left out where they are empty.
void fit_width(const std::vector<SampledRow>& rows, Layout& layout) {
    auto from = layout.skip + layout.header_rows;
    const auto& names = rows[layout.skip].cells;
    layout.least = layout.width;
    while (layout.least > 1 && base::trim(names[layout.least - 1]).empty()) --layout.least;
    if (layout.header_rows != 1 || rows.size() < from + rows_that_agree) return;
    std::vector<SampledRow> below(rows.begin() + static_cast<std::ptrdiff_t>(from), rows.end());
    std::erase_if(below, [&](const auto& row) { return row.cells == names; });
    auto common = common_width(below);
    auto agree =
        static_cast<std::size_t>(std::count_if(below.begin(), below.end(), [&](const auto& row) {
            return row.cells.size() == common;
        }));
    if (common < layout.width && agree * 2 > below.size()) {
        layout.least = std::min(layout.least, common);
        if (common > 1)
            layout.why.push_back(
                fmt::format("rows of {} cells lack what the header has more", common)
            );
        return;
    }
    bool filled_end = std::any_of(below.begin(), below.end(), [](const auto& row) {
        return !base::trim(row.cells.back()).empty();
    });
    if (common != layout.width + 1 || agree != below.size() || layout.width < 2 || !filled_end)
        return;
    std::set<std::string_view> first_cells;
    for (const auto& row : below) first_cells.insert(row.cells.front());
    bool texts = column_types(below, 0, common).front() == ValueType::text;
    layout.row_names = first_cells.size() == below.size() && (texts || counts_up(below, 0));
    layout.least = ++layout.width;
    layout.why.push_back(fmt::format(
        "each row has one cell more than the header: the {} column has no name",
        layout.row_names ? "first" : "last"
    ));
}

std::string rows_said(std::size_t count) {
    return fmt::format("{} row{}", count, count == 1 ? "" : "s");
}

}  // namespace

bool is_remark(const std::vector<std::string>& row, std::size_t width, bool apart) {
    if (row.empty() || width < 2 || filled(row) != 1 || base::trim(row.front()).empty())
        return false;
    if (row.size() != 1 && row.size() != width) return false;
    auto text = base::trim(row.front());
    if (type_of(text) != ValueType::text) return false;
    if (apart) return true;
    bool sign =
        text.front() == '*' || text.front() == '#' || text.front() == '(' || text.front() == '[';
    return width > 2 &&
           (sign || words(text) >= 4 ||
            (words(text) >= 2 && (text.back() == '.' || text.find(": ") != text.npos)));
}

std::vector<ValueType>
column_types(const std::vector<SampledRow>& rows, std::size_t from, std::size_t width) {
    std::vector<ValueType> types(width, ValueType::empty);
    for (auto row = from; row < rows.size(); ++row) {
        const auto& cells = rows[row].cells;
        if (from > 0 && cells.size() > 1 && cells == rows[from - 1].cells) continue;
        if (row + 1 == rows.size() && is_remark(cells, width, rows[row].apart)) break;
        for (std::size_t i = 0; i < std::min(width, cells.size()); ++i)
            types[i] = widen(types[i], type_of(cells[i]));
    }
    return types;
}

Layout lay_out(const std::vector<SampledRow>& rows, const DialectHints& hints) {
    Layout layout;
    auto common = common_width(rows);
    layout.skip = hints.skip ? std::min(*hints.skip, rows.size()) : preamble(rows, common);
    if (hints.skip && *hints.skip > 0)
        layout.why.push_back(
            fmt::format("{} left out above the table: as asked", rows_said(*hints.skip))
        );
    else if (layout.skip > 0)
        layout.why.push_back(fmt::format(
            "{} above the table, from '{}' on: they do not have its {} columns",
            rows_said(layout.skip),
            rows.front().cells.front().substr(0, 60),
            common
        ));
    auto header = guess_header(rows, layout.skip);
    if (hints.header)
        header = {*hints.header, *hints.header ? "header: as asked" : "no header: as asked"};
    bool has_rows = layout.skip < rows.size();
    layout.width = header.header && has_rows ? rows[layout.skip].cells.size() : common;
    layout.why.push_back(header.why);
    if (header.header) {
        layout.header_rows = hints.header_rows ? std::max<std::size_t>(1, *hints.header_rows)
                                               : count_header_rows(rows, layout.skip, layout.width);
        if (layout.header_rows > 1)
            layout.why.push_back(fmt::format(
                "the header has {}{}",
                rows_said(layout.header_rows),
                hints.header_rows ? ": as asked" : ": texts above columns of values"
            ));
    }
    if (header.header) fit_width(rows, layout);
    if (layout.least == 0) layout.least = layout.width;
    std::size_t others = 0;
    for (auto i = layout.skip; i < rows.size(); ++i) others += rows[i].cells.size() != layout.width;
    if (others > 0)
        layout.why.push_back(fmt::format(
            "{} columns; {} of {} rows have another number",
            layout.width,
            others,
            rows.size() - layout.skip
        ));
    return layout;
}

std::vector<std::string> name_columns(const std::vector<SampledRow>& rows, const Layout& layout) {
    std::vector<std::string> names;
    std::set<std::string> taken;
    for (std::size_t i = 0; i < layout.width; ++i) {
        std::string name;
        for (std::size_t row = layout.skip;
             row < std::min(layout.skip + layout.header_rows, rows.size());
             ++row) {
            const auto& cells = rows[row].cells;
            auto at = layout.row_names ? i - 1 : i;  // of column 0 then none
            auto part = at < cells.size() ? base::trim(cells[at]) : std::string_view{};
            // A name above several columns stands over the first of them.
            if (part.empty() && row + 1 < layout.skip + layout.header_rows)
                for (auto k = std::min(i, cells.size()); k-- > 0 && part.empty();)
                    part = base::trim(cells[k]);
            if (part.empty() || part == name) continue;
            if (!name.empty()) name += ' ';
            name += part;
        }
        if (name.empty()) name = fmt::format("column_{}", i + 1);
        auto unique = name;
        for (int n = 2; !taken.insert(unique).second; ++n) unique = fmt::format("{}_{}", name, n);
        names.push_back(unique);
    }
    return names;
}

}  // namespace formats

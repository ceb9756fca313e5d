// Which rows of a sheet are its head, and what they call each column.
//
// People write sheets to be looked at: a title across the table, groups of columns under one merged
// cell. Excel's file says of a merged cell only its first place and how far it reaches, so that a
// name is put together here from all that stands over a column, each cell once.
#include "formats/excel/head.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text/ascii.hpp"

namespace formats {

namespace {

const ExcelRange*
range_at(const std::vector<ExcelRange>& merged, std::int64_t row, std::size_t column) {
    const auto found = std::find_if(merged.begin(), merged.end(), [&](const ExcelRange& range) {
        return range.holds(row, column);
    });
    return found == merged.end() ? nullptr : &*found;
}

bool is_title(const ExcelRow& row, const std::vector<ExcelRange>& merged) {
    if (row.cells.size() != 1) return false;
    const auto* range = range_at(merged, row.number, row.cells.front().column);
    return range && range->right > range->left;
}

// The last row of a head that begins in `first`.
std::int64_t last_of(
    std::int64_t first,
    const std::vector<ExcelRange>& merged,
    const std::vector<ExcelRow>& rows
) {
    auto last = first;
    for (bool more = true; more;) {
        more = false;
        for (const auto& range : merged)
            if (range.top >= first && range.top <= last && range.right > range.left &&
                range.bottom + 1 > last) {
                last = range.bottom + 1;
                more = true;
            }
    }
    // What is shown across has nothing under it: the head ends with it.
    return std::min(last, std::max(first, rows.back().number));
}

const std::string* text_at(const ExcelRow& row, std::size_t column) {
    for (const auto& cell : row.cells)
        if (cell.column == column) return &cell.text;
    return nullptr;
}

// What stands over a column in one row of the head, also in a cell that reaches into it.
std::string part_of(
    const std::vector<const ExcelRow*>& rows,
    const ExcelRow& row,
    const std::vector<ExcelRange>& merged,
    std::size_t column,
    const ExcelRange*& range
) {
    range = range_at(merged, row.number, column);
    if (!range) {
        const auto* text = text_at(row, column);
        return text ? std::string(base::trim(*text)) : std::string();
    }
    for (const auto* each : rows)
        if (each->number == range->top)
            if (const auto* text = text_at(*each, range->left))
                return std::string(base::trim(*text));
    return {};
}

}  // namespace

std::string column_name(std::size_t column) {
    return fmt::format("column_{}", column + 1);
}

ExcelHead head_of(
    const std::vector<ExcelRow>& rows,
    const std::vector<ExcelRange>& merged,
    std::int64_t skip,
    std::optional<std::size_t> rows_said
) {
    ExcelHead head{.names = {}, .last = skip};
    auto at = std::find_if(rows.begin(), rows.end(), [&](const ExcelRow& row) {
        return row.number > skip && (rows_said || !is_title(row, merged));
    });
    if (rows_said == std::size_t{0} || at == rows.end()) return head;
    head.last = rows_said ? at->number + static_cast<std::int64_t>(*rows_said) - 1
                          : last_of(at->number, merged, rows);
    std::vector<const ExcelRow*> lines;
    std::size_t width = 0;
    for (; at != rows.end() && at->number <= head.last; ++at) {
        lines.push_back(&*at);
        width = std::max(width, at->cells.empty() ? 0 : at->cells.back().column + 1);
        for (const auto& range : merged)
            if (range.top == at->number && text_at(*at, range.left))
                width = std::max(width, range.right + 1);
    }
    std::set<std::string> taken;
    for (std::size_t column = 0; column < width; ++column) {
        std::string name;
        const ExcelRange *before = nullptr, *range = nullptr;
        for (const auto* line : lines) {
            const auto part = part_of(lines, *line, merged, column, range);
            if (!part.empty() && (!range || range != before))
                name += (name.empty() ? "" : " / ") + part;
            before = range;
        }
        if (name.empty()) name = column_name(column);
        auto unique = name;
        for (int n = 2; !taken.insert(unique).second; ++n) unique = fmt::format("{}_{}", name, n);
        head.names.push_back(std::move(unique));
    }
    return head;
}

}  // namespace formats

// Which rows of a sheet are its head, and what they call each column.
//
// People write sheets to be looked at: a title across the table, groups of columns under one merged
// cell. Excel's file says of a merged cell only its first place and how far it reaches, so that a
// name is put together here from all that stands over a column, each cell once.
//
// Rows of data have merged cells, too, often all the same. A row is one of the head only where it
// divides a cell above it, so that each step down is narrower than the one before.
#include "formats/excel/head.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"

namespace formats {

namespace {

// A cell that stands across all columns names each of them.
constexpr std::size_t most_of_part = 200;

// The merged cells of one row, from left to right. Excel lets none reach into another; of such the
// left one is taken.
class Across {
public:
    Across(const std::vector<ExcelRange>& merged, std::int64_t row) {
        std::vector<const ExcelRange*> found;
        for (const auto& range : merged)
            if (range.holds(row, range.left)) found.push_back(&range);
        std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) {
            return a->left < b->left;
        });
        for (const auto* range : found)
            if (ranges_.empty() || range->left > ranges_.back()->right) ranges_.push_back(range);
    }

    // Null: the cell stands alone.
    const ExcelRange* at(std::size_t column) const {
        const auto behind = std::upper_bound(
            ranges_.begin(),
            ranges_.end(),
            column,
            [](std::size_t wanted, const auto* range) { return wanted < range->left; }
        );
        if (behind == ranges_.begin()) return nullptr;
        const auto* range = *std::prev(behind);
        return column <= range->right ? range : nullptr;
    }
    const std::vector<const ExcelRange*>& all() const { return ranges_; }

private:
    std::vector<const ExcelRange*> ranges_;
};

using Cells = std::vector<ExcelCell>;

Cells::const_iterator from_column(const ExcelRow& row, std::size_t column) {
    return std::lower_bound(
        row.cells.begin(),
        row.cells.end(),
        column,
        [](const ExcelCell& cell, std::size_t wanted) { return cell.column < wanted; }
    );
}

std::string_view text_at(const ExcelRow& row, std::size_t column) {
    const auto cell = from_column(row, column);
    if (cell == row.cells.end() || cell->column != column) return {};
    return base::cut_at_character(base::trim(cell->text), most_of_part);
}

// Those of the rows that are asked for, each looked for once: a row may have thousands of merged
// cells, and a sheet a million.
class Merged {
public:
    explicit Merged(const std::vector<ExcelRange>& ranges) : ranges_(ranges) {}

    const Across& of(std::int64_t row) {
        const auto at = rows_.find(row);
        return at != rows_.end() ? at->second
                                 : rows_.emplace(row, Across(ranges_, row)).first->second;
    }

private:
    const std::vector<ExcelRange>& ranges_;
    std::map<std::int64_t, Across> rows_;
};

bool is_title(const ExcelRow& row, Merged& merged) {
    if (row.cells.size() != 1) return false;
    const auto* range = merged.of(row.number).at(row.cells.front().column);
    return range && range->right > range->left;
}

// Whether something stands in the row under that cell and is narrower.
bool divides(const ExcelRow& row, const Across& across, const ExcelRange& above) {
    for (auto cell = from_column(row, above.left);
         cell != row.cells.end() && cell->column <= above.right;
         ++cell) {
        const auto* range = across.at(cell->column);
        const auto left = range ? range->left : cell->column;
        const auto right = range ? range->right : cell->column;
        if (left > above.left || right < above.right) return true;
    }
    return false;
}

// The last row of a head that begins in `first`.
std::int64_t last_of(
    std::vector<ExcelRow>::const_iterator first,
    Merged& merged,
    const std::vector<ExcelRow>& rows
) {
    auto last = first->number;
    for (auto row = first; row != rows.end() && row->number <= last; ++row) {
        for (const auto* range : merged.of(row->number).all()) {
            if (range->top != row->number || range->right == range->left) continue;
            const auto below = std::find_if(row, rows.end(), [&](const ExcelRow& each) {
                return each.number == range->bottom + 1;
            });
            if (below != rows.end() && below->number > last &&
                divides(*below, merged.of(below->number), *range))
                last = below->number;
        }
    }
    return last;
}

struct Line {
    const ExcelRow* row;
    const Across* across;
};

// What stands over a column in one row of the head, also in a cell that reaches into it.
std::string_view part_of(
    const std::vector<Line>& lines,
    const ExcelRow& row,
    std::size_t column,
    const ExcelRange* range
) {
    if (!range) return text_at(row, column);
    for (const auto& each : lines)
        if (each.row->number == range->top) return text_at(*each.row, range->left);
    return {};
}

std::size_t width_of(const std::vector<Line>& lines) {
    std::size_t width = 0;
    for (const auto& [row, across] : lines) {
        if (!row->cells.empty()) width = std::max(width, row->cells.back().column + 1);
        for (const auto* range : across->all())
            if (range->top == row->number && !text_at(*row, range->left).empty())
                width = std::max(width, range->right + 1);
    }
    return width;
}

std::string name_of(const std::vector<Line>& lines, std::size_t column) {
    std::string name;
    const ExcelRange* before = nullptr;
    for (const auto& line : lines) {
        const auto* range = line.across->at(column);
        const auto part = part_of(lines, *line.row, column, range);
        if (!part.empty() && (!range || range != before))
            name.append(name.empty() ? "" : " / ").append(part);
        before = range;
    }
    return name;
}

}  // namespace

ExcelNames::ExcelNames(std::initializer_list<std::string_view> taken) {
    for (auto name : taken) taken_.emplace(name, 1);
}

void ExcelNames::add(std::string said) {
    if (said.empty()) said = fmt::format("column_{}", names_.size() + 1);
    auto unique = said;
    // The number goes on where it was, so that a thousand of one name are a thousand steps.
    for (auto& count = taken_[said]; ++count > 1;) {
        unique = fmt::format("{}_{}", said, count);
        if (taken_.emplace(unique, 1).second) break;
    }
    names_.push_back(std::move(unique));
}

const std::string& ExcelNames::at(std::size_t column) {
    while (names_.size() <= column) add({});
    return names_[column];
}

ExcelHead head_of(
    const std::vector<ExcelRow>& rows,
    const std::vector<ExcelRange>& ranges,
    std::int64_t skip,
    std::optional<std::size_t> rows_said,
    ExcelNames names
) {
    ExcelHead head{.names = std::move(names), .last = skip};
    Merged merged(ranges);
    auto at = std::find_if(rows.begin(), rows.end(), [&](const ExcelRow& row) {
        return row.number > skip && (rows_said || !is_title(row, merged));
    });
    if (rows_said == std::size_t{0} || at == rows.end()) return head;
    head.last = rows_said ? at->number + static_cast<std::int64_t>(*rows_said) - 1
                          : last_of(at, merged, rows);
    std::vector<Line> lines;
    for (; at != rows.end() && at->number <= head.last; ++at)
        lines.push_back({&*at, &merged.of(at->number)});
    const auto width = width_of(lines);
    for (std::size_t column = 0; column < width; ++column) head.names.add(name_of(lines, column));
    return head;
}

}  // namespace formats

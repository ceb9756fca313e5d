// What a column of the judged rows is cut into, and how that is said to people and in conditions.
#include "training/analysis/slice_columns.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/numbers/short_figure.hpp"

namespace training {

namespace {

constexpr std::size_t most_whole_values = 12;  // taken one by one

// A name or text between marks, with the marks within it doubled.
std::string between_marks(const std::string& text, char mark) {
    std::string out(1, mark);
    for (char c : text) out += c == mark ? std::string(2, mark) : std::string(1, c);
    return out + mark;
}

using RowList = std::vector<std::uint32_t>;

// Few whole numbers are a scale or a code: each is a value. Nothing otherwise.
std::vector<double> whole_values(const std::vector<double>& numbers) {
    std::set<double> seen;
    for (double v : numbers) {
        if (std::isnan(v)) continue;
        if (v != std::floor(v)) return {};
        seen.insert(v);
        if (seen.size() > most_whole_values) return {};
    }
    return {seen.begin(), seen.end()};
}

void cut_numbers(const SliceColumn& column, std::vector<SliceValue>& out) {
    SliceValue missing{
        {column.name, SlicePredicate::Kind::missing, "", 0, 0, false, column.field}, {}};
    std::vector<double> known;
    for (double v : column.numbers)
        if (std::isfinite(v)) known.push_back(v);
    const auto whole = whole_values(column.numbers);
    std::vector<double> cuts;
    if (whole.empty() && !known.empty()) {
        for (double q : {0.0, 0.25, 0.5, 0.75, 1.0}) cuts.push_back(base::quantile(known, q));
        cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    }
    const auto kinds = whole.empty() ? cuts.empty() ? 0 : cuts.size() - 1 : whole.size();
    std::vector<RowList> rows(kinds);
    for (std::uint32_t row = 0; row < column.numbers.size(); ++row) {
        const double value = column.numbers[row];
        if (!std::isfinite(value)) {
            missing.rows.push_back(row);
            continue;
        }
        if (kinds == 0) continue;
        // The first whole value that is not below it, or the first range whose upper end is not.
        const auto first = whole.empty() ? cuts.begin() + 1 : whole.begin();
        const auto last = whole.empty() ? cuts.end() : whole.end();
        const auto at = std::lower_bound(first, last, value) - first;
        rows[std::min(static_cast<std::size_t>(at), kinds - 1)].push_back(row);
    }
    for (std::size_t i = 0; i < kinds; ++i) {
        SlicePredicate predicate{column.name};
        predicate.field = column.field;
        if (whole.empty()) {
            predicate.kind = SlicePredicate::Kind::range;
            predicate.low = cuts[i];
            predicate.high = cuts[i + 1];
            predicate.from = i == 0;
        } else {
            predicate.text = base::number_text(whole[i]);
        }
        out.push_back({std::move(predicate), std::move(rows[i])});
    }
    out.push_back(std::move(missing));
}

void cut_texts(const SliceColumn& column, std::vector<SliceValue>& out) {
    std::map<std::string, RowList> values;
    for (std::uint32_t row = 0; row < column.texts.size(); ++row)
        values[column.texts[row]].push_back(row);
    for (auto& [text, rows] : values) {
        SlicePredicate predicate{column.name};
        predicate.field = column.field;
        predicate.telling = column.telling;
        predicate.text = text;
        if (text.empty()) predicate.kind = SlicePredicate::Kind::missing;
        out.push_back({std::move(predicate), std::move(rows)});
    }
}

bool row_holds(const SlicePredicate& predicate, const SliceColumn& column, std::uint32_t row) {
    if (column.numbers.empty()) {
        const auto& text = column.texts[row];
        return predicate.kind == SlicePredicate::Kind::missing ? text.empty()
                                                               : text == predicate.text;
    }
    const double value = column.numbers[row];
    switch (predicate.kind) {
        case SlicePredicate::Kind::missing:
            return !std::isfinite(value);
        case SlicePredicate::Kind::equal:
            return std::isfinite(value) && base::number_text(value) == predicate.text;
        case SlicePredicate::Kind::range:
            break;
    }
    return value <= predicate.high &&
           (predicate.from ? value >= predicate.low : value > predicate.low);
}

}  // namespace

std::string SlicePredicate::description() const {
    switch (kind) {
        case Kind::missing:
            return column + " is missing";
        case Kind::equal:
            return telling ? text : column + " = " + text;
        case Kind::range:
            break;
    }
    return column + (from ? " in " : " above ") + base::short_figure(low) +
           (from ? " .. " : " to ") + base::short_figure(high);
}

std::string SlicePredicate::where() const {
    if (field.empty()) return {};
    const auto name = between_marks(field, '"');
    switch (kind) {
        case Kind::missing:
            return name + " is null";
        case Kind::equal:
            return name + " = " + between_marks(text, '\'');
        case Kind::range:
            break;
    }
    return name + (from ? " >= " : " > ") + base::number_text(low) + " and " + name +
           " <= " + base::number_text(high);
}

std::vector<SliceValue>
values_of(const SliceColumn& column, std::size_t rows, std::size_t least_rows, std::size_t most) {
    const auto size = std::max(column.texts.size(), column.numbers.size());
    if (size != rows)
        throw base::Error(
            "slice column '" + column.name + "'",
            "it has " + std::to_string(size) + " values for " + std::to_string(rows) + " rows"
        );
    std::vector<SliceValue> all;
    column.numbers.empty() ? cut_texts(column, all) : cut_numbers(column, all);
    std::erase_if(all, [&](const SliceValue& one) {
        return one.rows.size() < least_rows || one.rows.size() == rows;
    });
    std::stable_sort(all.begin(), all.end(), [](auto& a, auto& b) {
        return a.rows.size() > b.rows.size();
    });
    if (all.size() > most) all.resize(most);
    return all;
}

std::vector<std::uint32_t>
rows_of(std::span<const SlicePredicate> predicates, std::span<const SliceColumn> columns) {
    std::vector<std::uint32_t> out;
    bool first = true;
    for (const auto& predicate : predicates) {
        const auto column = std::find_if(columns.begin(), columns.end(), [&](const auto& one) {
            return one.name == predicate.column;
        });
        if (column == columns.end()) return {};
        const auto size = std::max(column->texts.size(), column->numbers.size());
        std::vector<std::uint32_t> kept;
        for (std::uint32_t row = 0; row < size; ++row)
            if (row_holds(predicate, *column, row)) kept.push_back(row);
        if (first) {
            out = std::move(kept);
            first = false;
            continue;
        }
        std::vector<std::uint32_t> both;
        std::set_intersection(
            out.begin(), out.end(), kept.begin(), kept.end(), std::back_inserter(both)
        );
        out = std::move(both);
    }
    return out;
}

}  // namespace training

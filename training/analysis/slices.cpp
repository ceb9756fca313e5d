// A slice is a value of a column (a quarter of the range for numbers), or two of them at once.
// Whether its errors are more than chance is the upper tail of the hypergeometric distribution:
// drawing that many rows at random from all, errors included (Fisher's exact test, one-sided).
// Hundreds of slices are tested, so p-values are adjusted (adjust(), Benjamini and Hochberg 1995).
//
// A pair must be worse than each of its parts, or it only repeats the worse one. Rows are kept as
// sorted lists, so that a pair is one intersection; 120 single slices make at most 7,140 pairs.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "base/error.hpp"
#include "training/analysis/errors.hpp"

namespace training {

namespace {

constexpr std::size_t most_values = 50;   // of one column
constexpr std::size_t most_paired = 120;  // single slices that pairs are made of

struct Candidate {
    Slice slice;
    std::size_t column = 0;
    double parts_rate = 0;  // of a pair: the higher rate of its two parts
};

std::string number_text(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

void split_numbers(
    const SliceColumn& column,
    std::map<std::string, std::vector<std::uint32_t>>& out
) {
    std::vector<double> known;
    for (double v : column.numbers) {
        if (std::isfinite(v)) known.push_back(v);
    }
    std::vector<double> cuts;
    for (double q : {0.0, 0.25, 0.5, 0.75, 1.0}) cuts.push_back(base::quantile(known, q));
    if (known.empty()) return;
    for (std::uint32_t row = 0; row < column.numbers.size(); ++row) {
        const double value = column.numbers[row];
        if (!std::isfinite(value)) {
            out["is missing"].push_back(row);
            continue;
        }
        std::size_t bin = 0;
        while (bin < 3 && value > cuts[bin + 1]) ++bin;
        const auto range = (bin == 0 ? "in " : "above ") + number_text(cuts[bin]) +
                           (bin == 0 ? " .. " : " to ") + number_text(cuts[bin + 1]);
        out[range].push_back(row);
    }
}

void split_texts(
    const SliceColumn& column,
    std::map<std::string, std::vector<std::uint32_t>>& out
) {
    for (std::uint32_t row = 0; row < column.texts.size(); ++row) {
        const auto& text = column.texts[row];
        out[text.empty() ? "is missing" : "= " + text].push_back(row);
    }
}

void measure(Slice& slice, std::span<const std::uint8_t> wrong, std::size_t all_errors) {
    for (auto row : slice.rows) slice.errors += wrong[row] != 0 ? 1 : 0;
    const auto n = slice.rows.size();
    slice.rate = static_cast<double>(slice.errors) / static_cast<double>(n);
    slice.interval = base::wilson(static_cast<double>(slice.errors), static_cast<double>(n));
    const double overall = static_cast<double>(all_errors) / static_cast<double>(wrong.size());
    slice.lift = overall > 0 ? slice.rate / overall : 0;
    slice.p_value = hypergeometric_tail(slice.errors, n, all_errors, wrong.size());
}

std::vector<Candidate> singles(
    std::span<const SliceColumn> columns,
    std::span<const std::uint8_t> wrong,
    std::size_t all_errors,
    const SliceSpec& spec
) {
    std::vector<Candidate> out;
    for (std::size_t c = 0; c < columns.size(); ++c) {
        const auto size = std::max(columns[c].texts.size(), columns[c].numbers.size());
        if (size != wrong.size()) {
            throw base::Error(
                "slice column '" + columns[c].name + "'",
                "it has " + std::to_string(size) + " values for " + std::to_string(wrong.size()) +
                    " rows"
            );
        }
        std::map<std::string, std::vector<std::uint32_t>> values;
        if (columns[c].numbers.empty()) {
            split_texts(columns[c], values);
        } else {
            split_numbers(columns[c], values);
        }
        std::vector<Candidate> of_column;
        for (auto& [value, rows] : values) {
            if (rows.size() < spec.least_rows || rows.size() == wrong.size()) continue;
            Candidate candidate{
                {columns[c].name + " " + value, std::move(rows), 0, 0, {}, 0, 1, 1}, c, 0};
            measure(candidate.slice, wrong, all_errors);
            of_column.push_back(std::move(candidate));
        }
        std::stable_sort(of_column.begin(), of_column.end(), [](auto& a, auto& b) {
            return a.slice.rows.size() > b.slice.rows.size();
        });
        if (of_column.size() > most_values) of_column.resize(most_values);
        for (auto& candidate : of_column) out.push_back(std::move(candidate));
    }
    return out;
}

void add_pairs(
    std::vector<Candidate>& all,
    std::span<const std::uint8_t> wrong,
    std::size_t all_errors,
    const SliceSpec& spec
) {
    const auto count = std::min(all.size(), most_paired);
    for (std::size_t a = 0; a < count; ++a) {
        for (std::size_t b = a + 1; b < count; ++b) {
            if (all[a].column == all[b].column) continue;
            Candidate both;
            const auto& x = all[a].slice;
            const auto& y = all[b].slice;
            std::set_intersection(
                x.rows.begin(),
                x.rows.end(),
                y.rows.begin(),
                y.rows.end(),
                std::back_inserter(both.slice.rows)
            );
            const auto n = both.slice.rows.size();
            if (n < spec.least_rows || n == x.rows.size() || n == y.rows.size()) continue;
            both.slice.description = x.description + " and " + y.description;
            both.parts_rate = std::max(x.rate, y.rate);
            measure(both.slice, wrong, all_errors);
            all.push_back(std::move(both));
        }
    }
}

}  // namespace

std::vector<Slice> worst_slices(
    std::span<const SliceColumn> columns,
    std::span<const std::uint8_t> wrong,
    const SliceSpec& spec
) {
    const auto all_errors = static_cast<std::size_t>(
        std::count_if(wrong.begin(), wrong.end(), [](auto w) { return w != 0; })
    );
    if (wrong.empty() || all_errors == 0) return {};
    auto candidates = singles(columns, wrong, all_errors, spec);
    if (spec.pairs) add_pairs(candidates, wrong, all_errors, spec);
    std::vector<double> p_values;
    for (const auto& candidate : candidates) p_values.push_back(candidate.slice.p_value);
    const auto q_values = adjust(p_values);
    std::vector<Slice> out;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        auto& slice = candidates[i].slice;
        slice.q_value = q_values[i];
        if (slice.q_value <= spec.most_q && slice.lift > 1 && slice.rate > candidates[i].parts_rate)
            out.push_back(std::move(slice));
    }
    std::stable_sort(out.begin(), out.end(), [](auto& a, auto& b) { return a.lift > b.lift; });
    if (out.size() > spec.limit) out.resize(spec.limit);
    return out;
}

}  // namespace training

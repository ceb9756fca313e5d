#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "training/evaluation/statistics.hpp"

// Where a model is worse than elsewhere. Pure.
namespace training {

// A property of the judged rows to slice by. One of the two lists is filled, with a value for each
// row; numbers are cut at their quartiles, or taken one by one where they are few whole ones. NaN
// or an empty text is "missing".
struct SliceColumn {
    std::string name;
    std::vector<std::string> texts = {};
    std::vector<double> numbers = {};
    std::string field = {};  // what a condition (--where) calls it; empty: no condition can ask
    bool telling = false;    // a value says by itself what it is: "texts about goal, match"
};

// One condition of a slice.
struct SlicePredicate {
    enum class Kind { equal, range, missing };
    std::string column;
    Kind kind = Kind::equal;
    std::string text = {};   // of equal
    double low = 0;          // of range: above it, or from it if `from`
    double high = 0;         // of range: up to it
    bool from = false;       // the lowest range holds its low end
    std::string field = {};  // as SliceColumn
    bool telling = false;    // as SliceColumn

    std::string description() const;  // "language = de", "size above 10 to 20"
    // As schema/select/filter.hpp reads it; empty if no condition can ask for it.
    std::string where() const;
    bool operator==(const SlicePredicate&) const = default;
};

struct Slice {
    std::vector<SlicePredicate> predicates;
    std::string description;  // "language = de", "size above 10 to 20 and language = de"
    std::string where;        // the same as a condition; empty if there is none
    std::vector<std::uint32_t> rows;
    std::size_t errors = 0;  // rows that are wrong; of values, rows whose error is above the mean
    double rate = 0;         // share of wrong rows; of values, their mean error
    Interval interval;       // Wilson; of values, by the normal distribution
    double lift = 0;         // rate over the rate of all rows
    double score = 0;        // of SliceLine
    double p_value = 1;      // that errors are not greater here
    double q_value = 1;      // after false-discovery control over all slices of the lattice
};

struct SliceSpec {
    std::size_t least_rows = 30;
    double most_q = 0.05;
    std::size_t limit = 20;
    std::size_t predicates = 3;  // of a slice, at most
    double weight = 0.99;        // of the error against the size, alpha of SliceLine
};

// Slices where errors are greater than elsewhere, with q at most most_q, highest score first.
// `errors`: for each row 0 or 1, or any amount not below 0.
//
// The slices are those of the lattice of all conjunctions, of one value a column, with at least
// least_rows rows (SliceLine; Sagadeeva and Boehm 2021). Their score weighs how far the mean error
// is above that of all rows against how much smaller than all rows the slice is. A conjunction is
// passed over only if the bounds that its parts set to its size and its errors keep its score below
// those found, so that none of the best `10 * limit` is missed.
//
// Errors of 0 and 1 are tested by the upper tail of the hypergeometric distribution (Fisher's exact
// test), amounts by rank sums (Wilcoxon 1945); what was passed over counts among the tests
// (Benjamini and Hochberg 1995). A conjunction is given only if it is worse than each part of it by
// more than chance. Throws base::Error for columns of another length, base::Interrupted at a stop.
std::vector<Slice> worst_slices(
    std::span<const SliceColumn> columns,
    std::span<const double> errors,
    const SliceSpec& spec = {},
    std::stop_token stop = {}
);

// The rows that hold all predicates; none if a column is not there.
std::vector<std::uint32_t>
rows_of(std::span<const SlicePredicate> predicates, std::span<const SliceColumn> columns);

}  // namespace training

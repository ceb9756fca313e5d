#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "quality/table.hpp"

namespace quality {

// How far each value lies from the median in units of 0.6745 / MAD (modified z-score, Iglewicz and
// Hoaglin 1993; beyond 3.5 is an outlier). When more than half of the values are equal the mean
// absolute deviation stands in (1.253314). NaN stays NaN; a constant column scores 0.
std::vector<double> robust_z(const std::vector<double>& values);

// Tukey's fences: quartiles -+ k times their distance (1977; k = 1.5 mild, 3 far out).
struct Fences {
    double low = 0, high = 0;
};
Fences tukey_fences(const std::vector<double>& values, double k = 1.5);

// Isolation forest (Liu, Ting and Zhou 2008): 100 trees over samples of 256; the score of each row,
// 0 to 1: about 0.5 is usual, beyond 0.6 rare. columns[c][row]; NaN counts as the column's median.
std::vector<double>
isolation_scores(const std::vector<std::vector<double>>& columns, std::uint64_t seed = 1);

// A text that is a finite number and nothing else.
std::optional<double> number_of(std::string_view text);

// A column's values as numbers, NaN where one is none, as its texts come.
class NumberColumn {
public:
    // Of a row after those before; rows between have none.
    void add(std::size_t row, std::string_view value);
    // Of so many rows in all; nothing if fewer than nine of ten, or than twenty, are numbers.
    std::optional<std::vector<double>> finish(std::size_t rows) &&;

private:
    std::vector<double> numbers_;
    std::size_t filled_ = 0, good_ = 0;
};
std::optional<std::vector<double>> numbers_of(const std::vector<std::string>& column);

struct Outlier {
    std::uint32_t row = 0;
    std::size_t column = 0;
    double score = 0;  // robust deviations from the median
    Fences fences;
};

// Values of one column that are beyond `limit` robust deviations and beyond the outer fences.
std::vector<Outlier>
find_outliers(const std::vector<double>& numbers, std::size_t column, double limit = 3.5);
// Values of columns of numbers that are beyond `limit` robust deviations and beyond the outer
// fences.
std::vector<Outlier>
find_outliers(const Table& table, const std::vector<std::size_t>& columns, double limit = 3.5);

}  // namespace quality

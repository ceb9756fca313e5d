#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/settings/fwd.hpp"
#include "base/words.hpp"

namespace training {

enum class Impute { mean, median, constant, knn };

constexpr auto words_of(Impute) {
    using enum Impute;
    return std::to_array<base::Word<Impute>>({
        {mean, "mean", "the mean of the training rows"},
        {median, "median", "their median"},
        {constant, "constant", "`fill`"},
        {knn, "knn", "the mean of the five nearest training rows by the other numbers"},
    });
}

enum class Scale { automatic, standard, minmax, robust, quantile, power, none };

constexpr auto words_of(Scale) {
    using enum Scale;
    return std::to_array<base::Word<Scale>>({
        {automatic, "auto", "standard; of the logarithm where a skewed column gains by it"},
        {standard, "standard", "(x - mean) / deviation"},
        {minmax, "minmax", "training rows from 0 to 1"},
        {robust, "robust", "(x - median) / interquartile range"},
        {quantile, "quantile", "the share of training rows below, from 0 to 1"},
        {power, "power", "Yeo-Johnson's power that makes it most normal, then standard"},
        {none, "none", "as it is"},
    });
}

enum class Encode { one_hot, ordinal, hashing, target };

constexpr auto words_of(Encode) {
    using enum Encode;
    return std::to_array<base::Word<Encode>>({
        {one_hot, "one_hot", "a 0/1 column for each value that is not rare"},
        {ordinal, "ordinal", "the value's place in their order"},
        {hashing, "hashing", "a 0/1 column for each of `buckets`, by the value's name"},
        {target, "target", "what the labels of training rows with the value are, cross-fitted"},
    });
}

enum class DatePart { year, month, day, weekday, yearday, hour };

constexpr auto words_of(DatePart) {
    using enum DatePart;
    return std::to_array<base::Word<DatePart>>({
        {year, "year"},
        {month, "month", "1 to 12"},
        {day, "day", "of the month"},
        {weekday, "weekday", "Monday is 1"},
        {yearday, "yearday", "1 to 366"},
        {hour, "hour", "0 to 23, UTC"},
    });
}

// How a column becomes features.
struct ColumnPlan {
    Impute impute = Impute::mean;
    double fill = 0;
    bool missing_flag = true;
    Scale scale = Scale::automatic;
    Encode encode = Encode::one_hot;
    int min_count = 2;
    int max_levels = 256;
    bool rare = false;
    int buckets = 64;
    double smoothing = 10;
    std::vector<DatePart> dates = {};
};

// What is said of columns; what is not said is as it is without.
struct ColumnSpec {
    std::optional<Impute> impute = {};
    std::optional<double> fill = {};
    std::optional<bool> missing_flag = {};
    std::optional<Scale> scale = {};
    std::optional<Encode> encode = {};
    std::optional<int> min_count = {};
    std::optional<int> max_levels = {};
    std::optional<bool> rare = {};
    std::optional<int> buckets = {};
    std::optional<double> smoothing = {};
    std::optional<std::vector<DatePart>> dates = {};

    ColumnPlan over(ColumnPlan plan) const;

    static const base::Settings<ColumnSpec> settings;
};

// Which columns are features, and how.
struct ColumnsSpec {
    std::vector<std::string> include = {};  // empty: all
    std::vector<std::string> exclude = {};
    ColumnSpec all = {};
    std::map<std::string, ColumnSpec> one = {};  // of columns by name, over `all`

    bool takes(const std::string& column) const;
    ColumnPlan plan(const std::string& column) const;
};

}  // namespace training

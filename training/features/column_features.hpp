#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "training/features/column_spec.hpp"
#include "training/numeric/bytes.hpp"
#include "training/numeric/design.hpp"
#include "training/snapshots/examples.hpp"

namespace training {

// Columns of numbers, categories, flags and times as features.
//
// By default a number, flag or time becomes (x - mean) / deviation; first ln(1 + x) where the
// column is non-negative with a skewness above 2 and the logarithm lessens it. A missing value
// becomes the mean, and columns that had one get a 0/1 column beside them. A category becomes one
// 0/1 column per value met at least twice, the 256 most frequent at most; an unknown one is all
// zeros. A column that never varies gives nothing. Other ways are ColumnPlan's.
class ColumnFeatures {
public:
    // Learns from the training rows, and gives theirs. Target encodings of training rows are those
    // that the other four fifths of the rows give (Micci-Barreca 2001, cross-fitted), so that no
    // row sees its own label. Throws base::UsageError if the spec names a column that is not there.
    Design fit(const Examples& train, const ColumnsSpec& spec);

    // Dense, rows x width(). Columns are those of fit() by name and type; further ones are passed
    // over. Throws base::Error if one is missing.
    Design apply(const Examples& examples) const;

    std::size_t width() const { return outputs_.size(); }
    // One per output: "size", "size missing", "priority = 3", "at month".
    std::vector<std::string> names() const;
    // For JSON: the columns read as logarithms.
    std::vector<std::string> logarithms() const;
    const std::vector<schema::Column>& columns() const { return columns_; }

    void save(Writer& out) const;
    static ColumnFeatures load(Reader& in);
    // As artefacts before version 3 have it.
    static ColumnFeatures load_standardizer(Reader& in);

    // How the features are made.
    // Numbers stand as codes for the values of categories. A new kind goes to the end: they are
    // stored.
    struct Output {
        enum class Kind : std::uint8_t {
            value,
            logarithm,
            missing,
            level,     // whether it is the value `mean`
            rare,      // whether it is none of the table's
            mapped,    // what the table says; `absent` for others
            bucket,    // whether the table says `mean`
            quantile,  // the table's `to` are quantiles of the training rows
            power,     // Yeo-Johnson by `to[0]`
            date       // the part `to[0]` of a time
        };
        std::uint32_t column = 0;
        Kind kind = Kind::value;
        double mean = 0;
        double scale = 1;              // values are multiplied by it
        double absent = 0;             // what a missing value becomes
        std::vector<double> from, to;  // a table: codes in rising order, and what they become
        std::string label;             // its name behind the column's

        double of(double x) const;
    };
    const std::vector<Output>& outputs() const { return outputs_; }
    bool imputes_by_neighbours() const {
        return std::any_of(by_neighbours_.begin(), by_neighbours_.end(), [](auto b) {
            return b != 0;
        });
    }

private:
    void fit_number(const Examples& train, std::uint32_t column, const ColumnPlan& plan);
    void fit_dates(const Examples& train, std::uint32_t column, const ColumnPlan& plan);
    // A code of a category, and in how many rows it comes.
    struct Level {
        double code = 0;
        std::size_t rows = 0;
    };
    static std::vector<Level> counted(const Examples& rows, std::size_t column);
    void fit_category(const Examples& train, std::uint32_t column, const ColumnPlan& plan);
    void fit_levels(
        const Examples& train,
        std::uint32_t column,
        std::vector<Level> levels,
        const ColumnPlan& plan
    );
    void fit_ordinal(
        const Examples& train,
        std::uint32_t column,
        const std::vector<Level>& levels,
        ColumnPlan plan
    );
    void fit_buckets(
        const Examples& train,
        std::uint32_t column,
        const std::vector<Level>& levels,
        const ColumnPlan& plan
    );
    void fit_target(const Examples& train, std::uint32_t column, const ColumnPlan& plan);
    void add_scaled(Output output, std::vector<double> known, const ColumnPlan& plan);
    void add_missing(std::uint32_t column, bool missing, const ColumnPlan& plan);
    void cross_fit(const Examples& train, const ColumnsSpec& spec, Design& rows) const;
    void keep_used(const Examples& train, const ColumnsSpec& spec);
    void keep_neighbours(const Examples& train, const ColumnsSpec& spec);
    double from_neighbours(const double* row, std::size_t column) const;
    std::vector<std::size_t> places_in(const Examples& examples) const;

    std::vector<schema::Column> columns_;
    std::vector<Output> outputs_;
    // For kNN: training rows (rows x columns), what a column's distances are divided by (0: no part
    // of a distance), and which columns are imputed by them.
    std::vector<double> neighbours_, spreads_;
    std::vector<std::uint8_t> by_neighbours_;
};

}  // namespace training

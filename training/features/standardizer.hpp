#pragma once

#include <string>
#include <vector>

#include "training/numeric/bytes.hpp"
#include "training/numeric/design.hpp"
#include "training/snapshots/examples.hpp"

namespace training {

// Numeric columns made comparable, with everything learnt from the rows given to fit().
//
// A number, flag or time becomes (x - mean) / deviation; first ln(1 + x) where the column is
// non-negative with a skewness above 2 and the logarithm lessens it. A missing value becomes the
// mean, and columns that had one get a 0/1 column beside them. A category becomes one 0/1 column
// per value met at least twice, the 256 most frequent at most; an unknown one is all zeros. A
// column that never varies gives nothing.
class Standardizer {
public:
    void fit(const Examples& examples);

    // Dense, rows x width(). Columns are those of fit() by name and type; further ones are passed
    // over. Throws base::Error if one is missing.
    detail::Design apply(const Examples& examples) const;

    std::size_t width() const { return outputs_.size(); }
    // One per output: "size", "size missing", "priority = 3".
    std::vector<std::string> names() const;
    // For JSON: the columns read as logarithms.
    std::vector<std::string> logarithms() const;
    const std::vector<schema::Column>& columns() const { return columns_; }

    void save(detail::Writer& out) const;
    static Standardizer load(detail::Reader& in);

private:
    struct Output {
        enum class Kind : std::uint8_t { value, logarithm, missing, level };
        std::uint32_t column = 0;
        Kind kind = Kind::value;
        double mean = 0;   // of a level: its code
        double scale = 1;  // values are multiplied by it
    };
    void fit_number(const Examples& examples, std::uint32_t column);
    void fit_category(const Examples& examples, std::uint32_t column);
    std::vector<std::size_t> places_in(const Examples& examples) const;

    std::vector<schema::Column> columns_;
    std::vector<Output> outputs_;
};

// Grey or colour values as x / 255 less the training mean of that position.
class Pixels {
public:
    void fit(const Examples& examples);
    // Throws base::Error if the images do not have the size of those of fit().
    detail::Design apply(const Examples& examples) const;

    std::size_t width() const { return mean_.size(); }

    void save(detail::Writer& out) const { out.list(mean_); }
    static Pixels load(detail::Reader& in);

private:
    std::vector<float> mean_;
};

}  // namespace training

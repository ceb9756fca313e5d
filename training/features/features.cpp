// Parts are fitted apart and joined row by row. With text the join is sparse, and numbers and
// pixels are divided by the square root of their count: a row of text has length 1, and
// standardised numbers would otherwise outweigh it by their mere number.
//
// The columns' order (n-grams, numbers, pixels) is part of the artefact's format: weights are
// stored by column.
#include "training/features/features.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "training/features/part_scale.hpp"
#include "training/numeric/large.hpp"

namespace training {

namespace {

std::size_t values_of(const Design& part, std::size_t row) {
    if (part.columns == 0) return 0;
    const float* from = part.row_values(row);
    return part.columns - static_cast<std::size_t>(std::count(from, from + part.columns, 0.0F));
}

// From place `at` on; returns what follows it.
std::size_t
put_dense(const Design& part, std::size_t row, std::size_t offset, Design& out, std::size_t at) {
    if (part.columns == 0) return at;
    const float scale = part_scale(part.columns);
    const float* from = part.row_values(row);
    for (std::size_t i = 0; i < part.columns; ++i) {
        if (from[i] == 0) continue;
        out.values[at] = from[i] * scale;
        out.where[at++] = static_cast<std::uint32_t>(offset + i);
    }
    return at;
}

}  // namespace

Featurizer Featurizer::fit(
    const Examples& train,
    const FeatureSpec& spec,
    Team& team,
    Design& rows,
    std::uint64_t seed
) {
    Featurizer out;
    Design numbers, pictures;
    if (spec.use_numeric && !train.columns.empty()) {
        numbers = out.numeric_.emplace().fit(train, spec.columns);
        if (out.numeric_->width() == 0) {
            out.numeric_.reset();
            numbers = {};
        }
    }
    if (spec.use_pixels && train.pixel_count > 0)
        pictures = out.pictures_.emplace().fit(train, spec.pictures, seed, team);
    if (spec.use_text && !train.text.empty()) {
        out.text_.emplace(spec.text);
        rows = join(out.text_->fit(train.text, team), numbers, pictures);
        return out;
    }
    if (!out.numeric_ && !out.pictures_) {
        throw base::Error(
            "training examples",
            "no text, numbers or pixels to learn from",
            "choose a snapshot whose records have content"
        );
    }
    rows = dense(std::move(numbers), std::move(pictures));
    return out;
}

Design Featurizer::apply(const Examples& examples, Team& team) const {
    auto numbers = numeric_ ? numeric_->apply(examples) : Design{};
    auto pictures = pictures_ ? pictures_->apply(examples, team) : Design{};
    if (!text_) return dense(std::move(numbers), std::move(pictures));
    if (examples.text.size() != examples.rows) {
        throw base::Error(
            "examples", "no text, which the model needs", "give title and body for each row"
        );
    }
    return join(text_->apply(examples.text, team), numbers, pictures);
}

// A part that is not there has no columns.
Design Featurizer::dense(Design left, Design right) {
    if (right.columns == 0) return left;
    if (left.columns == 0) return right;
    Design out;
    out.rows = left.rows;
    out.columns = left.columns + right.columns;
    reserve_large(out.values, out.rows * out.columns);
    for (std::size_t row = 0; row < out.rows; ++row) {
        out.values.insert(
            out.values.end(), left.row_values(row), left.row_values(row) + left.columns
        );
        out.values.insert(
            out.values.end(), right.row_values(row), right.row_values(row) + right.columns
        );
    }
    return out;
}

// The rows of the text move back, the last first, and what they make room for is put behind each: a
// second design beside it would be what the most memory of a training goes to.
Design Featurizer::join(Design text, const Design& numbers, const Design& pictures) {
    if (numbers.columns == 0 && pictures.columns == 0) return text;
    const auto first_number = text.columns, first_pixel = text.columns + numbers.columns;
    text.columns = first_pixel + pictures.columns;
    std::size_t more = 0;
    for (std::size_t row = 0; row < text.rows; ++row)
        more += values_of(numbers, row) + values_of(pictures, row);
    auto end = text.values.size() + more;
    reserve_large(text.values, end);
    reserve_large(text.where, end);
    text.values.resize(end);
    text.where.resize(end);
    for (auto row = text.rows; row-- > 0;) {
        const auto from = text.starts[row], to = text.starts[row + 1];
        const auto dense = values_of(numbers, row) + values_of(pictures, row);
        const auto at = end - dense - (to - from);
        std::copy_backward(
            text.values.data() + from, text.values.data() + to, text.values.data() + end - dense
        );
        std::copy_backward(
            text.where.data() + from, text.where.data() + to, text.where.data() + end - dense
        );
        const auto then = put_dense(numbers, row, first_number, text, end - dense);
        put_dense(pictures, row, first_pixel, text, then);
        text.starts[row + 1] = end;
        end = at;
    }
    return text;
}

std::size_t Featurizer::columns() const {
    return (text_ ? text_->columns() : 0) + (numeric_ ? numeric_->width() : 0) +
           (pictures_ ? pictures_->width() : 0);
}

std::string Featurizer::name(std::size_t column) const {
    if (text_ && column < text_->columns()) return text_->name(column);
    if (text_) column -= text_->columns();
    if (numeric_ && column < numeric_->width()) return numeric_->names()[column];
    if (numeric_) column -= numeric_->width();
    return pictures_ ? pictures_->name(column) : std::string();
}

std::string Featurizer::json() const {
    boost::json::object out;
    if (text_) {
        const auto& spec = text_->spec();
        out["text"] = {
            {"kind",
             std::string(base::name_of(spec.method)) + (spec.scaled ? " tf-idf" : " counts")},
            {"title", spec.title},
            {"body", spec.body},
            {"bits", spec.bits},
            {"columns", text_->columns()},
            {"words_from", spec.words_from},
            {"ngrams", spec.ngrams},
            {"chars_from", spec.chars_from},
            {"chars_to", spec.chars_to},
            {"lower", spec.lower},
            {"signed", spec.signed_hash},
            {"min_documents", spec.min_documents},
        };
    }
    if (numeric_) {
        boost::json::array names;
        for (const auto& name : numeric_->names()) names.emplace_back(name);
        boost::json::array logs;
        for (const auto& name : numeric_->logarithms()) logs.emplace_back(name);
        out["numeric"] = {{"outputs", names}, {"logarithms", logs}};
    }
    if (pictures_)
        out["pixels"] = {
            {"features", std::string(base::name_of(pictures_->kind()))},
            {"values", pictures_->width()}};
    return boost::json::serialize(out);
}

void Featurizer::save(Writer& out) const {
    out.put<std::uint8_t>(text_.has_value());
    if (text_) text_->save(out);
    out.put<std::uint8_t>(numeric_.has_value());
    if (numeric_) numeric_->save(out);
    out.put<std::uint8_t>(pictures_.has_value());
    if (pictures_) pictures_->save(out);
}

Featurizer Featurizer::load(Reader& in) {
    Featurizer out;
    if (in.get<std::uint8_t>() != 0) out.text_ = HashedTfidf::load(in);
    if (in.get<std::uint8_t>() != 0) out.numeric_ = ColumnFeatures::load(in);
    if (in.get<std::uint8_t>() != 0) out.pictures_ = PictureFeaturizer::load(in);
    if (!out.text_ && !out.numeric_ && !out.pictures_) Reader::broken();
    return out;
}

Featurizer Featurizer::load_first(Reader& in) {
    Featurizer out;
    if (in.get<std::uint8_t>() != 0) out.text_ = HashedTfidf::load_first(in);
    if (in.get<std::uint8_t>() != 0) out.numeric_ = ColumnFeatures::load_standardizer(in);
    if (in.get<std::uint8_t>() != 0) out.pictures_ = PictureFeaturizer::load_pixels(in);
    if (!out.text_ && !out.numeric_ && !out.pictures_) Reader::broken();
    return out;
}

}  // namespace training

#include <algorithm>
#include <array>
#include <cmath>

#include "schema/records/record.hpp"
#include "training/analysis/errors.hpp"

namespace training {

namespace {

constexpr std::size_t cells_across = 8, cells = cells_across * cells_across;
constexpr std::size_t hash_bits = 64;

// Brings the columns from `from` to `to` to a mean of 0 and a standard deviation such that all of
// them together make 1; what is missing becomes the mean.
void standardise(Places& places, std::size_t rows, std::size_t from, std::size_t to) {
    const double weight = 1 / std::sqrt(static_cast<double>(to - from));
    for (auto column = from; column < to; ++column) {
        double sum = 0, squares = 0, known = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            const double value = places.numbers[row * places.width + column];
            if (std::isnan(value)) continue;
            sum += value;
            squares += value * value;
            ++known;
        }
        const double mean = known > 0 ? sum / known : 0;
        const double spread =
            known > 0 ? std::sqrt(std::max(0.0, squares / known - mean * mean)) : 0;
        for (std::size_t row = 0; row < rows; ++row) {
            auto& value = places.numbers[row * places.width + column];
            const bool none = std::isnan(value) || spread <= 0;
            value = none ? 0 : static_cast<float>((value - mean) / spread * weight);
        }
    }
}

// The mean of the pixels in each of 8 x 8 parts; of pixels without places, of 64 parts in a row.
std::array<float, cells> pooled(const Examples& examples, std::size_t row) {
    std::array<double, cells> sums{}, counts{};
    const auto* pixels = &examples.pixels[row * examples.pixel_count];
    const auto channels = std::max<std::size_t>(examples.pixel_channels, 1);
    const auto across = examples.pixel_width;
    const auto down = across == 0 ? 0 : examples.pixel_count / channels / across;
    for (std::size_t i = 0; i < examples.pixel_count; ++i) {
        std::size_t cell = i * cells / examples.pixel_count;
        if (down > 0) {
            const auto at = i / channels;
            cell = at / across * cells_across / down * cells_across +
                   at % across * cells_across / across;
        }
        sums[std::min(cell, cells - 1)] += pixels[i];
        ++counts[std::min(cell, cells - 1)];
    }
    std::array<float, cells> means{};
    for (std::size_t cell = 0; cell < cells; ++cell)
        means[cell] = counts[cell] > 0 ? static_cast<float>(sums[cell] / counts[cell]) : 0;
    return means;
}

}  // namespace

Places places_of(const Examples& examples) {
    std::vector<std::size_t> columns;
    for (std::size_t i = 0; i < examples.columns.size(); ++i)
        if (examples.columns[i].type != schema::Column::Type::category) columns.push_back(i);
    const std::size_t bits = examples.text.empty() ? 0 : hash_bits;
    const std::size_t pixels = examples.pixel_count == 0 ? 0 : cells;
    Places places{.numbers = {}, .width = bits + columns.size() + pixels};
    places.numbers.resize(examples.rows * places.width);
    for (std::size_t row = 0; row < examples.rows; ++row) {
        auto* at = &places.numbers[row * places.width];
        if (bits > 0) {
            const auto& text = examples.text[row];
            const auto hash = schema::simhash(text.joined());
            for (std::size_t bit = 0; bit < hash_bits; ++bit)
                *at++ = (hash >> bit & 1U) != 0 ? 1 : -1;
        }
        for (auto column : columns)
            *at++ = static_cast<float>(examples.numeric[row * examples.columns.size() + column]);
        if (pixels > 0) {
            const auto means = pooled(examples, row);
            std::copy(means.begin(), means.end(), at);
        }
    }
    const auto numbers = bits + columns.size();
    if (bits > 0) standardise(places, examples.rows, 0, bits);
    if (!columns.empty()) standardise(places, examples.rows, bits, numbers);
    if (pixels > 0) standardise(places, examples.rows, numbers, places.width);
    return places;
}

}  // namespace training

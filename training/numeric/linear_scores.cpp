// Ridge, the linear machines and their kin differ in how weights are found, not in what is done
// with them: that is here once. In the artefact the highest bit of the width says that only
// features with a weight follow; artefacts of before have all of them, and no such bit.
#include "training/numeric/linear_scores.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/models/models.hpp"

namespace training {

namespace {

constexpr std::size_t scored_rows = 512;  // of one part of a team's work
constexpr std::uint64_t only_used = std::uint64_t{1} << 63;

}  // namespace

void LinearScores::set(
    std::size_t classes,
    std::size_t features,
    std::vector<double> weights,
    std::vector<double> bias
) {
    classes_ = classes;
    features_ = features;
    width_ = std::max<std::size_t>(1, classes);
    temperature_ = 1;
    weights_ = std::move(weights);
    bias_ = std::move(bias);
}

std::vector<double> LinearScores::scores(const Design& rows, Team& team) const {
    if (rows.columns != features_)
        throw base::Error("model", "its features do not fit the rows", "train the model again");
    std::vector<double> out(rows.rows * width_);
    team.run((rows.rows + scored_rows - 1) / scored_rows, [&](std::size_t b) {
        const auto end = std::min(rows.rows, (b + 1) * scored_rows);
        for (auto row = b * scored_rows; row < end; ++row) {
            double* line = out.data() + row * width_;
            std::copy(bias_.begin(), bias_.end(), line);
            const float* values = rows.row_values(row);
            const auto count = rows.sparse ? rows.count(row) : rows.columns;
            for (std::size_t i = 0; i < count; ++i) {
                const double* w =
                    weights_.data() + (rows.sparse ? rows.row_where(row)[i] : i) * width_;
                for (std::size_t j = 0; j < width_; ++j)
                    line[j] += static_cast<double>(values[i]) * w[j];
            }
        }
    });
    return out;
}

std::vector<double> LinearScores::predict(const Design& rows, Team& team) const {
    auto out = scores(rows, team);
    if (classes_ == 0) return out;
    for (std::size_t row = 0; row < rows.rows; ++row) {
        const auto line = std::span(out).subspan(row * width_, width_);
        for (double& s : line) s *= temperature_;
        softmax(line);
    }
    return out;
}

PlainLinear LinearScores::plain() const {
    PlainLinear out;
    out.outputs = classes_;
    out.weights = weights_;
    out.bias = bias_;
    out.temperature = temperature_;
    return out;
}

// Golden-section search over the logarithm of the temperature.
double LinearScores::calibrate(const View& data, Team& team) {
    const auto raw = scores(*data.rows, team);
    const auto loss = [&](double log_temperature) {
        std::vector<double> line(width_);
        double sum = 0, rows = 0;
        for (std::size_t row = 0; row < data.size(); ++row) {
            rows += static_cast<double>(weight_at(data.weights, row));
            for (std::size_t j = 0; j < width_; ++j)
                line[j] = raw[row * width_ + j] * std::exp(log_temperature);
            const double chosen = line[static_cast<std::size_t>(data.classes[row])];
            sum += static_cast<double>(weight_at(data.weights, row)) * (softmax(line) - chosen);
        }
        return rows > 0 ? sum / rows : 0;
    };
    const double golden = (std::sqrt(5.0) - 1) / 2;
    double low = -3;
    double high = 5;
    double a = high - golden * (high - low);
    double b = low + golden * (high - low);
    double at_a = loss(a);
    double at_b = loss(b);
    for (int i = 0; i < 24; ++i) {
        if (at_a < at_b) {
            high = b;
            b = a;
            at_b = at_a;
            a = high - golden * (high - low);
            at_a = loss(a);
        } else {
            low = a;
            a = b;
            at_a = at_b;
            b = low + golden * (high - low);
            at_b = loss(b);
        }
    }
    temperature_ = std::exp((low + high) / 2);
    return loss((low + high) / 2);
}

void LinearScores::save(Writer& out) const {
    std::vector<std::uint32_t> used;
    std::vector<double> weights;
    for (std::size_t f = 0; f < features_; ++f) {
        const auto* row = weights_.data() + f * width_;
        if (std::all_of(row, row + width_, [](double w) { return w == 0; })) continue;
        used.push_back(static_cast<std::uint32_t>(f));
        weights.insert(weights.end(), row, row + width_);
    }
    out.put<std::uint64_t>(classes_);
    out.put<std::uint64_t>(features_);
    out.put<std::uint64_t>(width_ | only_used);
    out.put(temperature_);
    out.list(used);
    out.list(weights);
    out.list(bias_);
}

void LinearScores::load(Reader& in) {
    classes_ = in.get<std::uint64_t>();
    features_ = in.get<std::uint64_t>();
    const auto width = in.get<std::uint64_t>();
    width_ = width & ~only_used;
    temperature_ = in.get<double>();
    if (width_ == 0 || width_ > 65536 || width_ != std::max<std::uint64_t>(1, classes_) ||
        features_ > (1U << 26) || features_ * width_ > (std::uint64_t{1} << 31))
        Reader::broken();
    const auto used = width & only_used ? in.list<std::uint32_t>() : std::vector<std::uint32_t>{};
    weights_ = in.list<double>();
    bias_ = in.list<double>();
    if (bias_.size() != width_) Reader::broken();
    if (!(width & only_used)) {
        if (weights_.size() != features_ * width_) Reader::broken();
        return;
    }
    if (weights_.size() != used.size() * width_) Reader::broken();
    std::vector<double> all(features_ * width_);
    for (std::size_t i = 0; i < used.size(); ++i) {
        if (used[i] >= features_) Reader::broken();
        std::copy_n(weights_.data() + i * width_, width_, all.data() + used[i] * width_);
    }
    weights_ = std::move(all);
}

RowSubset take_part(const View& data, std::span<const std::uint32_t> chosen) {
    RowSubset out;
    out.rows = take_rows(*data.rows, chosen);
    out.chosen.assign(chosen.begin(), chosen.end());
    const auto outputs = data.size() == 0 ? 0 : data.soft.size() / data.size();
    const auto marks = data.size() == 0 ? 0 : data.marks.size() / data.size();
    for (auto row : chosen) {
        if (!data.classes.empty()) out.classes.push_back(data.classes[row]);
        if (!data.targets.empty()) out.targets.push_back(data.targets[row]);
        if (!data.weights.empty()) out.weights.push_back(data.weights[row]);
        for (std::size_t c = 0; c < outputs; ++c) out.soft.push_back(data.soft[row * outputs + c]);
        for (std::size_t c = 0; c < marks; ++c) out.marks.push_back(data.marks[row * marks + c]);
    }
    return out;
}

std::pair<RowSubset, RowSubset> hold_out_fifth(const View& data, std::uint64_t seed) {
    std::vector<std::uint32_t> order(data.size());
    std::iota(order.begin(), order.end(), 0U);
    base::CounterRandom(seed, 21).shuffle(std::span(order));
    const auto fifth = data.size() / 5;
    std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(fifth));
    std::sort(order.begin() + static_cast<std::ptrdiff_t>(fifth), order.end());
    const auto all = std::span<const std::uint32_t>(order);
    return {take_part(data, all.subspan(fifth)), take_part(data, all.first(fifth))};
}

}  // namespace training

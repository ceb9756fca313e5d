// Each input column gives outputs {column, kind, mean, scale}; apply() is one pass over them, and
// the artefact is their list. Categories arrive as codes (numbers), so a level keeps its code in
// `mean`.
//
// Skewed columns are tried as logarithms, and keep them only if the skewness falls: linear models
// and networks suffer from a few values far out. A level that was seen once gets no output, since
// it would let a model learn that single row by heart.
#include "training/features/standardizer.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/error.hpp"

namespace training {

namespace {

struct Moments {
    double mean = 0;
    double deviation = 0;
    double skewness = 0;
};

Moments moments(const std::vector<double>& values) {
    Moments out;
    if (values.empty()) return out;
    const auto n = static_cast<double>(values.size());
    for (double v : values) out.mean += v / n;
    double second = 0;
    double third = 0;
    for (double v : values) {
        const double d = v - out.mean;
        second += d * d / n;
        third += d * d * d / n;
    }
    out.deviation = std::sqrt(second);
    if (second > 0) out.skewness = third / (second * out.deviation);
    return out;
}

bool varies(const Moments& m) {
    return m.deviation > 1e-12 * std::max(1.0, std::abs(m.mean));
}

}  // namespace

void Standardizer::fit_number(const Examples& examples, std::uint32_t column) {
    const auto width = columns_.size();
    std::vector<double> known;
    known.reserve(examples.rows);
    for (std::size_t row = 0; row < examples.rows; ++row) {
        const double value = examples.numeric[row * width + column];
        if (std::isfinite(value)) known.push_back(value);
    }
    const bool missing = known.size() < examples.rows;
    auto plain = moments(known);
    auto kind = Output::Kind::value;
    if (plain.skewness > 2 &&
        std::all_of(known.begin(), known.end(), [](double v) { return v >= 0; })) {
        for (double& v : known) v = std::log1p(v);
        const auto logs = moments(known);
        if (varies(logs) && std::abs(logs.skewness) < plain.skewness) {
            kind = Output::Kind::logarithm;
            plain = logs;
        }
    }
    if (varies(plain)) outputs_.push_back({column, kind, plain.mean, 1 / plain.deviation});
    if (missing && !known.empty()) outputs_.push_back({column, Output::Kind::missing, 0, 1});
}

void Standardizer::fit_category(const Examples& examples, std::uint32_t column) {
    constexpr std::size_t most = 256;
    const auto width = columns_.size();
    std::map<double, std::size_t> counts;
    bool missing = false;
    for (std::size_t row = 0; row < examples.rows; ++row) {
        const double code = examples.numeric[row * width + column];
        if (std::isfinite(code)) {
            ++counts[code];
        } else {
            missing = true;
        }
    }
    std::vector<std::pair<std::size_t, double>> levels;
    for (auto [code, count] : counts) {
        if (count >= 2) levels.emplace_back(count, code);
    }
    std::stable_sort(levels.begin(), levels.end(), [](auto& a, auto& b) {
        return a.first > b.first;
    });
    if (levels.size() > most) levels.resize(most);
    if (levels.size() == 1 && !missing && counts.size() == 1) return;
    for (auto [count, code] : levels) outputs_.push_back({column, Output::Kind::level, code, 1});
    if (missing && !levels.empty()) outputs_.push_back({column, Output::Kind::missing, 0, 1});
}

void Standardizer::fit(const Examples& examples) {
    columns_ = examples.columns;
    outputs_.clear();
    for (std::uint32_t column = 0; column < columns_.size(); ++column) {
        if (columns_[column].type == schema::Column::Type::category) {
            fit_category(examples, column);
        } else {
            fit_number(examples, column);
        }
    }
}

std::vector<std::size_t> Standardizer::places_in(const Examples& examples) const {
    std::vector<std::size_t> places;
    for (const auto& column : columns_) {
        auto found = std::find_if(
            examples.columns.begin(),
            examples.columns.end(),
            [&](const schema::Column& other) {
                return other.name == column.name && other.type == column.type;
            }
        );
        if (found != examples.columns.end())
            places.push_back(static_cast<std::size_t>(found - examples.columns.begin()));
    }
    if (places.size() == columns_.size()) return places;
    std::string names;
    for (const auto& column : columns_) names += (names.empty() ? "" : ", ") + column.name;
    throw base::Error(
        "numeric columns",
        "they differ from the training columns",
        "give " + names + " in this order"
    );
}

detail::Design Standardizer::apply(const Examples& examples) const {
    const auto places = places_in(examples);
    detail::Design design;
    design.rows = examples.rows;
    design.columns = width();
    design.values.resize(design.rows * design.columns);
    for (std::size_t row = 0; row < design.rows; ++row) {
        const double* from = examples.numeric.data() + row * examples.columns.size();
        float* to = design.values.data() + row * design.columns;
        for (std::size_t i = 0; i < outputs_.size(); ++i) {
            const auto& output = outputs_[i];
            const double value = from[places[output.column]];
            const bool known = std::isfinite(value);
            double x = 0;
            switch (output.kind) {
                case Output::Kind::value:
                    x = known ? (value - output.mean) * output.scale : 0;
                    break;
                case Output::Kind::logarithm:
                    x = known ? (std::log1p(std::max(0.0, value)) - output.mean) * output.scale : 0;
                    break;
                case Output::Kind::missing:
                    x = known ? 0 : 1;
                    break;
                case Output::Kind::level:
                    x = known && value == output.mean ? 1 : 0;
                    break;
            }
            to[i] = static_cast<float>(x);
        }
    }
    return design;
}

std::vector<std::string> Standardizer::names() const {
    std::vector<std::string> out;
    for (const auto& output : outputs_) {
        auto name = columns_[output.column].name;
        if (output.kind == Output::Kind::missing) name += " missing";
        if (output.kind == Output::Kind::level)
            name += " = " + std::to_string(static_cast<long long>(output.mean));
        out.push_back(std::move(name));
    }
    return out;
}

std::vector<std::string> Standardizer::logarithms() const {
    std::vector<std::string> out;
    for (const auto& output : outputs_) {
        if (output.kind == Output::Kind::logarithm) out.push_back(columns_[output.column].name);
    }
    return out;
}

void Standardizer::save(detail::Writer& out) const {
    out.put<std::uint64_t>(columns_.size());
    for (const auto& column : columns_) {
        out.text(column.name);
        out.put(static_cast<std::uint8_t>(column.type));
        out.text(column.unit);
    }
    out.put<std::uint64_t>(outputs_.size());
    for (const auto& output : outputs_) {
        out.put(output.column);
        out.put(static_cast<std::uint8_t>(output.kind));
        out.put(output.mean);
        out.put(output.scale);
    }
}

Standardizer Standardizer::load(detail::Reader& in) {
    Standardizer out;
    for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
        schema::Column column;
        column.name = in.text();
        const auto type = in.get<std::uint8_t>();
        if (type > static_cast<std::uint8_t>(schema::Column::Type::time)) detail::Reader::broken();
        column.type = static_cast<schema::Column::Type>(type);
        column.unit = in.text();
        out.columns_.push_back(std::move(column));
    }
    for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
        Output output;
        output.column = in.get<std::uint32_t>();
        const auto kind = in.get<std::uint8_t>();
        output.mean = in.get<double>();
        output.scale = in.get<double>();
        if (output.column >= out.columns_.size() ||
            kind > static_cast<std::uint8_t>(Output::Kind::level))
            detail::Reader::broken();
        output.kind = static_cast<Output::Kind>(kind);
        out.outputs_.push_back(output);
    }
    return out;
}

void Pixels::fit(const Examples& examples) {
    std::vector<std::uint64_t> sums(examples.pixel_count);
    const auto* from = examples.pixels.data();
    for (std::size_t row = 0; row < examples.rows; ++row) {
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += *from++;
    }
    mean_.resize(sums.size());
    for (std::size_t i = 0; i < sums.size(); ++i) {
        mean_[i] = static_cast<float>(
            static_cast<double>(sums[i]) /
            (255.0 * static_cast<double>(std::max<std::size_t>(1, examples.rows)))
        );
    }
}

detail::Design Pixels::apply(const Examples& examples) const {
    if (examples.pixel_count != width()) {
        throw base::Error(
            "images",
            std::to_string(examples.pixel_count) + " values each, but the model was trained on " +
                std::to_string(width()),
            "scale the images to the training size"
        );
    }
    detail::Design design;
    design.rows = examples.rows;
    design.columns = width();
    design.values.resize(design.rows * design.columns);
    const auto* from = examples.pixels.data();
    float* to = design.values.data();
    for (std::size_t row = 0; row < design.rows; ++row) {
        for (float mean : mean_) *to++ = static_cast<float>(*from++) * (1.0F / 255.0F) - mean;
    }
    return design;
}

Pixels Pixels::load(detail::Reader& in) {
    Pixels out;
    out.mean_ = in.list<float>();
    return out;
}

}  // namespace training

// Each input column gives outputs {column, kind, mean, scale, table}; apply() is one pass over
// them, and the artefact is their list. How they are learnt is in column_fitting.cpp.
#include "training/features/column_features.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "training/features/column_map.hpp"
#include "training/features/column_values.hpp"
#include "training/numeric/large.hpp"

namespace training {

namespace {

constexpr auto kinds = static_cast<std::uint8_t>(10);

double date_part(double seconds, DatePart part) {
    using namespace std::chrono;
    const sys_seconds time{std::chrono::seconds(static_cast<std::int64_t>(std::floor(seconds)))};
    const auto day = floor<days>(time);
    const year_month_day date{day};
    switch (part) {
        case DatePart::year:
            return static_cast<int>(date.year());
        case DatePart::month:
            return static_cast<unsigned>(date.month());
        case DatePart::day:
            return static_cast<unsigned>(date.day());
        case DatePart::weekday:
            return weekday(day).iso_encoding();
        case DatePart::yearday:
            return static_cast<double>((day - sys_days(date.year() / January / 1)).count() + 1);
        case DatePart::hour:
            return static_cast<double>(duration_cast<hours>(time - day).count());
    }
    return 0;
}

// The share of the training rows below, between the table's quantiles by a straight line.
double share_below(const std::vector<double>& quantiles, double x) {
    const auto last = static_cast<double>(quantiles.size() - 1);
    const auto above = std::upper_bound(quantiles.begin(), quantiles.end(), x);
    if (above == quantiles.end()) return 1;
    if (above == quantiles.begin()) return 0;
    const auto low = above - 1;
    const double part = *above > *low ? (x - *low) / (*above - *low) : 0;
    return (static_cast<double>(low - quantiles.begin()) + part) / last;
}

// What is far beyond all training rows is so far at most that sums of products and squares stay
// finite: a model would else answer NaN.
float within_float(double x) {
    constexpr double far = 1e15;
    return static_cast<float>(std::clamp(x, -far, far));
}

}  // namespace

double ColumnFeatures::Output::of(double x) const {
    if (kind == Kind::missing) return std::isfinite(x) ? 0 : 1;
    if (!std::isfinite(x)) return absent;
    const auto in_table = [&] {
        const auto found = std::lower_bound(from.begin(), from.end(), x);
        return found != from.end() && *found == x ? found - from.begin() : std::ptrdiff_t{-1};
    };
    switch (kind) {
        case Kind::value:
            return (x - mean) * scale;
        case Kind::logarithm:
            return (std::log1p(std::max(0.0, x)) - mean) * scale;
        case Kind::level:
            return x == mean ? 1 : 0;
        case Kind::rare:
            return in_table() < 0 ? 1 : 0;
        case Kind::mapped: {
            const auto place = in_table();
            return place < 0 ? absent : (to[static_cast<std::size_t>(place)] - mean) * scale;
        }
        case Kind::bucket: {
            const auto place = in_table();
            return place >= 0 && to[static_cast<std::size_t>(place)] == mean ? 1 : 0;
        }
        case Kind::quantile:
            return (share_below(to, x) - mean) * scale;
        case Kind::power:
            return (yeo_johnson(x, to[0]) - mean) * scale;
        case Kind::date:
            if (std::abs(x) > 9e11) return absent;
            return (date_part(x, static_cast<DatePart>(to[0])) - mean) * scale;
        case Kind::missing:
            break;
    }
    return 0;
}

std::vector<std::size_t> ColumnFeatures::places_in(const Examples& examples) const {
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

// The mean of the five nearest training rows that have the column; distances are over the numbers
// that both rows have. NaN if no row has it.
double ColumnFeatures::from_neighbours(const double* row, std::size_t column) const {
    constexpr std::size_t nearest = 5;
    const auto width = columns_.size();
    std::vector<std::pair<double, double>> found;
    for (std::size_t first = 0; first < neighbours_.size(); first += width) {
        const auto* other = neighbours_.data() + first;
        if (!std::isfinite(other[column])) continue;
        double square = 0, shared = 0;
        for (std::size_t i = 0; i < width; ++i) {
            if (i == column || spreads_[i] == 0) continue;
            const double off = (row[i] - other[i]) / spreads_[i];
            if (!std::isfinite(off)) continue;
            square += off * off;
            shared += 1;
        }
        found.emplace_back(shared > 0 ? square / shared : 1e300, other[column]);
    }
    if (found.empty()) return std::numeric_limits<double>::quiet_NaN();
    const auto count = std::min(nearest, found.size());
    std::partial_sort(
        found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), found.end()
    );
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += found[i].second;
    return sum / static_cast<double>(count);
}

Design ColumnFeatures::apply(const Examples& examples) const {
    const auto places = places_in(examples);
    Design design;
    design.rows = examples.rows;
    design.columns = width();
    reserve_large(design.values, design.rows * design.columns);
    design.values.resize(design.rows * design.columns);
    std::vector<double> given(columns_.size()), filled;
    for (std::size_t row = 0; row < design.rows; ++row) {
        const double* from = examples.numeric.data() + row * examples.columns.size();
        for (std::size_t i = 0; i < given.size(); ++i) given[i] = from[places[i]];
        filled = given;
        for (std::size_t i = 0; i < by_neighbours_.size(); ++i)
            if (by_neighbours_[i] != 0 && !std::isfinite(given[i]))
                filled[i] = from_neighbours(given.data(), i);
        float* to = design.values.data() + row * design.columns;
        for (std::size_t i = 0; i < outputs_.size(); ++i) {
            const auto& output = outputs_[i];
            const auto& values = output.kind == Output::Kind::missing ? given : filled;
            to[i] = within_float(output.of(values[output.column]));
        }
    }
    return design;
}

std::vector<std::string> ColumnFeatures::names() const {
    std::vector<std::string> out;
    for (const auto& output : outputs_) {
        auto name = columns_[output.column].name;
        if (output.kind == Output::Kind::missing) name += " missing";
        if (output.kind == Output::Kind::level && output.label.empty())
            name += " = " + name_of_value(output.mean);
        if (!output.label.empty()) name += " " + output.label;
        out.push_back(std::move(name));
    }
    return out;
}

std::vector<std::string> ColumnFeatures::logarithms() const {
    std::vector<std::string> out;
    for (const auto& output : outputs_) {
        if (output.kind == Output::Kind::logarithm) out.push_back(columns_[output.column].name);
    }
    return out;
}

void ColumnFeatures::save(Writer& out) const {
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
        out.put(output.absent);
        out.list(output.from);
        out.list(output.to);
        out.text(output.label);
    }
    out.list(neighbours_);
    out.list(spreads_);
    out.list(by_neighbours_);
}

namespace {

std::vector<schema::Column> read_columns(Reader& in) {
    std::vector<schema::Column> columns;
    for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
        schema::Column column;
        column.name = in.text();
        const auto type = in.get<std::uint8_t>();
        if (type > static_cast<std::uint8_t>(schema::Column::Type::time)) Reader::broken();
        column.type = static_cast<schema::Column::Type>(type);
        column.unit = in.text();
        columns.push_back(std::move(column));
    }
    return columns;
}

}  // namespace

ColumnFeatures ColumnFeatures::load(Reader& in) {
    ColumnFeatures out;
    out.columns_ = read_columns(in);
    const auto width = out.columns_.size();
    for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
        Output output;
        output.column = in.get<std::uint32_t>();
        const auto kind = in.get<std::uint8_t>();
        output.mean = in.get<double>();
        output.scale = in.get<double>();
        output.absent = in.get<double>();
        output.from = in.list<double>();
        output.to = in.list<double>();
        output.label = in.text();
        if (output.column >= width || kind >= kinds) Reader::broken();
        output.kind = static_cast<Output::Kind>(kind);
        using enum Output::Kind;
        const bool table = output.kind == mapped || output.kind == bucket;
        const bool one = output.kind == power || output.kind == date;
        if ((table && output.from.size() != output.to.size()) || (one && output.to.size() != 1) ||
            (output.kind == quantile && output.to.size() < 2) ||
            (output.kind == date && !(output.to[0] >= 0 && output.to[0] <= 5)))
            Reader::broken();
        out.outputs_.push_back(std::move(output));
    }
    out.neighbours_ = in.list<double>();
    out.spreads_ = in.list<double>();
    out.by_neighbours_ = in.list<std::uint8_t>();
    if (!out.by_neighbours_.empty() &&
        (out.by_neighbours_.size() != width || out.spreads_.size() != width ||
         out.neighbours_.size() % width != 0))
        Reader::broken();
    return out;
}

ColumnFeatures ColumnFeatures::load_standardizer(Reader& in) {
    ColumnFeatures out;
    out.columns_ = read_columns(in);
    for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
        Output output;
        output.column = in.get<std::uint32_t>();
        const auto kind = in.get<std::uint8_t>();
        output.mean = in.get<double>();
        output.scale = in.get<double>();
        if (output.column >= out.columns_.size() ||
            kind > static_cast<std::uint8_t>(Output::Kind::level))
            Reader::broken();
        output.kind = static_cast<Output::Kind>(kind);
        out.outputs_.push_back(std::move(output));
    }
    return out;
}

}  // namespace training

// What ColumnFeatures learns of training rows.
//
// Skewed columns are tried as logarithms, and keep them only if the skewness falls: linear models
// and networks suffer from a few values far out.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/settings/read.hpp"
#include "training/features/column_features.hpp"
#include "training/features/column_values.hpp"

namespace training {

namespace {

constexpr std::size_t most_quantiles = 1001;
constexpr std::size_t most_neighbours = 1000;

double quantile_of(const std::vector<double>& sorted, double share) {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto low = static_cast<std::size_t>(place);
    const auto high = std::min(low + 1, sorted.size() - 1);
    return sorted[low] + (place - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

// The lambda of the highest likelihood (Yeo and Johnson 2000), by golden section from -2 to 4.
double best_power(const std::vector<double>& values) {
    const auto n = static_cast<double>(values.size());
    double slope = 0;
    for (double v : values) slope += std::copysign(std::log1p(std::abs(v)), v);
    const auto likelihood = [&](double lambda) {
        std::vector<double> moved;
        moved.reserve(values.size());
        for (double v : values) moved.push_back(yeo_johnson(v, lambda));
        const double spread = moments(moved).deviation;
        return -n * std::log(std::max(spread, 1e-300)) + (lambda - 1) * slope;
    };
    constexpr double golden = 0.6180339887498949;
    double low = -2, high = 4;
    double a = high - golden * (high - low), b = low + golden * (high - low);
    double at_a = likelihood(a), at_b = likelihood(b);
    for (int step = 0; step < 40; ++step) {
        if (at_a > at_b) {
            high = b;
            b = a;
            at_b = at_a;
            at_a = likelihood(a = high - golden * (high - low));
        } else {
            low = a;
            a = b;
            at_a = at_b;
            at_b = likelihood(b = low + golden * (high - low));
        }
    }
    return (low + high) / 2;
}

// Names of columns that the rows do not have are mistakes, but for leaving out what the program
// has left out already.
void check_names(const Examples& train, const ColumnsSpec& spec) {
    std::vector<std::string> known;
    for (const auto& column : train.columns) known.push_back(column.name);
    const auto has = [](const std::vector<std::string>& names, const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    const auto check = [&](const std::string& name, bool left_out) {
        const bool dropped = has(train.dropped, name);
        if (has(known, name) || (dropped && left_out)) return;
        const auto place = fmt::format("features: column '{}'", name);
        if (dropped)
            throw base::UsageError(place, "it repeats the label and is no feature", "leave it out");
        throw base::UsageError(
            place, "the training rows have none of that name", base::mend_of_unknown(name, known)
        );
    };
    for (const auto& name : spec.include) check(name, false);
    for (const auto& name : spec.exclude) check(name, true);
    for (const auto& [name, plan] : spec.one) check(name, false);
}

}  // namespace

void ColumnFeatures::add_missing(std::uint32_t column, bool missing, const ColumnPlan& plan) {
    if (!missing || !plan.missing_flag) return;
    Output output;
    output.column = column;
    output.kind = Output::Kind::missing;
    outputs_.push_back(std::move(output));
}

// `known`: the raw values; the output's kind says what is made of them before they are scaled.
void ColumnFeatures::add_scaled(Output output, std::vector<double> known, const ColumnPlan& plan) {
    const auto raw = known;
    for (double& v : known) v = output.of(v);  // mean 0 and scale 1 so far
    auto sorted = known;
    std::sort(sorted.begin(), sorted.end());
    const auto plain = moments(known);
    if (!varies(plain)) return;
    output.mean = plain.mean;
    output.scale = 1 / plain.deviation;
    if (plan.scale == Scale::minmax) {
        output.mean = sorted.front();
        output.scale = 1 / (sorted.back() - sorted.front());
    } else if (plan.scale == Scale::robust) {
        const double range = quantile_of(sorted, 0.75) - quantile_of(sorted, 0.25);
        output.mean = quantile_of(sorted, 0.5);
        output.scale = range > 0 ? 1 / range : output.scale;
    } else if (plan.scale == Scale::none || plan.scale == Scale::quantile) {
        output.mean = 0;
        output.scale = 1;
    }
    output.absent = (plain.mean - output.mean) * output.scale;
    auto raw_sorted = raw;
    std::sort(raw_sorted.begin(), raw_sorted.end());
    if (plan.impute == Impute::median) output.absent = output.of(quantile_of(raw_sorted, 0.5));
    if (plan.impute == Impute::constant) output.absent = output.of(plan.fill);
    outputs_.push_back(std::move(output));
}

void ColumnFeatures::fit_number(
    const Examples& train,
    std::uint32_t column,
    const ColumnPlan& plan
) {
    auto known = known_values(train, column);
    const bool missing = known.size() < train.rows;
    Output output;
    output.column = column;
    if (known.empty()) return;
    if (plan.scale == Scale::automatic) {
        const auto plain = moments(known);
        const bool skewed =
            plain.skewness > 2 &&
            std::all_of(known.begin(), known.end(), [](double v) { return v >= 0; });
        if (skewed) {
            auto logs = known;
            for (double& v : logs) v = std::log1p(v);
            const auto by_log = moments(logs);
            if (varies(by_log) && std::abs(by_log.skewness) < plain.skewness)
                output.kind = Output::Kind::logarithm;
        }
    } else if (plan.scale == Scale::power && varies(moments(known))) {
        output.kind = Output::Kind::power;
        output.to = {best_power(known)};
    } else if (plan.scale == Scale::quantile && varies(moments(known))) {
        auto sorted = known;
        std::sort(sorted.begin(), sorted.end());
        const auto count = std::min(most_quantiles, std::max<std::size_t>(2, sorted.size()));
        output.kind = Output::Kind::quantile;
        for (std::size_t i = 0; i < count; ++i)
            output.to.push_back(
                quantile_of(sorted, static_cast<double>(i) / static_cast<double>(count - 1))
            );
    }
    add_scaled(output, std::move(known), plan);
    add_missing(column, missing, plan);
}

void ColumnFeatures::fit_dates(
    const Examples& train,
    std::uint32_t column,
    const ColumnPlan& plan
) {
    const auto known = known_values(train, column);
    for (auto part : plan.dates) {
        Output output;
        output.column = column;
        output.kind = Output::Kind::date;
        output.to = {static_cast<double>(part)};
        output.label = base::name_of(part);
        auto standard = plan;
        if (standard.scale == Scale::quantile || standard.scale == Scale::power)
            standard.scale = Scale::standard;
        if (!known.empty()) add_scaled(output, known, standard);
    }
    add_missing(column, known.size() < train.rows && !known.empty(), plan);
}

// The columns that are features, and those that neighbours are told by.
void ColumnFeatures::keep_used(const Examples& train, const ColumnsSpec& spec) {
    const bool near = std::any_of(columns_.begin(), columns_.end(), [&](const auto& column) {
        return spec.takes(column.name) && spec.plan(column.name).impute == Impute::knn;
    });
    std::vector<std::uint32_t> places(columns_.size());
    std::vector<schema::Column> kept;
    for (std::uint32_t i = 0; i < columns_.size(); ++i) {
        places[i] = static_cast<std::uint32_t>(kept.size());
        const bool used = std::any_of(outputs_.begin(), outputs_.end(), [&](const auto& output) {
            return output.column == i;
        });
        // A column that no training row has tells no neighbours, and no input has it.
        if (used || (near && spec.takes(columns_[i].name) && !known_values(train, i).empty()))
            kept.push_back(columns_[i]);
    }
    for (auto& output : outputs_) output.column = places[output.column];
    columns_ = std::move(kept);
}

void ColumnFeatures::keep_neighbours(const Examples& train, const ColumnsSpec& spec) {
    using Type = schema::Column::Type;
    const auto from = places_in(train);
    by_neighbours_.assign(columns_.size(), 0);
    spreads_.assign(columns_.size(), 0);
    bool any = false;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i].type == Type::category) continue;
        const auto known = known_values(train, from[i]);
        const auto spread = moments(known);
        if (varies(spread)) spreads_[i] = spread.deviation;
        const bool wanted = spec.plan(columns_[i].name).impute == Impute::knn;
        by_neighbours_[i] = wanted && !known.empty() ? 1 : 0;
        any = any || by_neighbours_[i] != 0;
    }
    if (!any) {
        by_neighbours_.clear();
        spreads_.clear();
        return;
    }
    const auto rows = std::min(train.rows, most_neighbours);
    const auto width = columns_.size();
    for (std::size_t i = 0; i < rows; ++i) {
        const auto row = i * train.rows / rows;
        for (std::size_t c = 0; c < width; ++c)
            neighbours_.push_back(column_value(train, row, from[c]));
    }
}

Design ColumnFeatures::fit(const Examples& train, const ColumnsSpec& spec) {
    *this = {};
    check_names(train, spec);
    columns_ = train.columns;
    for (std::uint32_t column = 0; column < columns_.size(); ++column) {
        if (!spec.takes(columns_[column].name)) continue;
        const auto plan = spec.plan(columns_[column].name);
        if (columns_[column].type == schema::Column::Type::category) {
            fit_category(train, column, plan);
        } else if (columns_[column].type == schema::Column::Type::time && !plan.dates.empty()) {
            fit_dates(train, column, plan);
        } else {
            fit_number(train, column, plan);
        }
    }
    keep_used(train, spec);
    keep_neighbours(train, spec);
    auto rows = apply(train);
    cross_fit(train, spec, rows);
    return rows;
}

}  // namespace training

// What ColumnFeatures learns of categories. A value that was seen once gets no column of its own,
// since it would let a model learn that single row by heart.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/numbers/random.hpp"
#include "training/features/column_features.hpp"
#include "training/features/column_map.hpp"
#include "training/features/column_values.hpp"

namespace training {

namespace {

constexpr std::size_t folds = 5;
constexpr std::size_t most_target_classes = 64;

std::string level_name(const Examples& rows, std::size_t column, double code) {
    const auto names = rows.levels.find(rows.columns[column].name);
    if (names == rows.levels.end() || !(code >= 0) ||
        code >= static_cast<double>(names->second.size()))
        return name_of_value(code);
    return names->second[static_cast<std::size_t>(code)];
}

// What is learnt of labels for one output: whether a row is of a class, or its value.
double label_of(const Examples& rows, std::size_t row, std::size_t which) {
    if (!rows.has_classes()) return rows.targets[row];
    return static_cast<std::size_t>(rows.classes[row]) == which ? 1 : 0;
}

std::size_t fold_of(const Examples& rows, std::size_t row) {
    const auto key = rows.keys.empty() ? row : static_cast<std::uint64_t>(rows.keys[row]);
    return static_cast<std::size_t>(base::mix(key ^ 0x5bd1e995U) % folds);
}

}  // namespace

// How often each code comes; the most frequent first, of equals the lowest code.
std::vector<ColumnFeatures::Level>
ColumnFeatures::counted(const Examples& rows, std::size_t column) {
    std::map<double, std::size_t> counts;
    for (double code : known_values(rows, column)) ++counts[code];
    std::vector<Level> levels;
    for (auto [code, count] : counts) levels.push_back({code, count});
    std::stable_sort(levels.begin(), levels.end(), [](const auto& a, const auto& b) {
        return a.rows > b.rows;
    });
    return levels;
}

void ColumnFeatures::fit_target(
    const Examples& train,
    std::uint32_t column,
    const ColumnPlan& plan
) {
    const auto classes = train.has_classes() ? train.class_names.size() : 1;
    if (classes > most_target_classes)
        throw base::UsageError(
            fmt::format("column '{}'", train.columns[column].name),
            fmt::format("{} classes are too many for encode = \"target\"", classes),
            fmt::format("it takes {} at most; use one_hot or hashing", most_target_classes)
        );
    if (!train.has_classes() && train.targets.empty()) return;
    const bool two = train.has_classes() && classes == 2;
    const std::size_t first = two ? 1 : 0;
    for (auto which = first; which < classes; ++which) {
        std::map<double, std::pair<double, double>> sums;
        double all = 0;
        for (std::size_t row = 0; row < train.rows; ++row) {
            const double label = label_of(train, row, which);
            all += label;
            const double code = column_value(train, row, column);
            if (!std::isfinite(code)) continue;
            sums[code].first += label;
            sums[code].second += 1;
        }
        const double prior = all / static_cast<double>(train.rows);
        Output output;
        output.column = column;
        output.kind = Output::Kind::mapped;
        output.label = train.has_classes() ? "target " + train.class_names[which] : "target";
        std::vector<double> over_rows;
        for (const auto& [code, sum] : sums) {
            const double value =
                (sum.first + plan.smoothing * prior) / (sum.second + plan.smoothing);
            output.from.push_back(code);
            output.to.push_back(value);
            over_rows.insert(over_rows.end(), static_cast<std::size_t>(sum.second), value);
        }
        const auto spread = moments(over_rows);
        if (!varies(spread)) continue;
        output.mean = spread.mean;
        output.scale = 1 / spread.deviation;
        output.absent = (prior - output.mean) * output.scale;
        outputs_.push_back(std::move(output));
    }
}

void ColumnFeatures::cross_fit(const Examples& train, const ColumnsSpec& spec, Design& rows) const {
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
        const auto& output = outputs_[i];
        if (output.kind != Output::Kind::mapped || !output.label.starts_with("target")) continue;
        std::size_t which = 0;
        for (std::size_t c = 0; c < train.class_names.size(); ++c)
            if (output.label == "target " + train.class_names[c]) which = c;
        const auto column = static_cast<std::size_t>(
            std::find_if(
                train.columns.begin(),
                train.columns.end(),
                [&](const auto& other) { return other.name == columns_[output.column].name; }
            ) -
            train.columns.begin()
        );
        const double smoothing = spec.plan(columns_[output.column].name).smoothing;
        struct Sum {
            double labels[folds + 1] = {}, rows[folds + 1] = {};  // the last: of all
        };
        std::map<double, Sum> sums;
        Sum prior;
        for (std::size_t row = 0; row < train.rows; ++row) {
            const double label = label_of(train, row, which);
            const double code = column_value(train, row, column);
            for (auto* sum : {&prior, std::isfinite(code) ? &sums[code] : nullptr})
                for (auto fold : {fold_of(train, row), folds}) {
                    if (!sum) continue;
                    sum->labels[fold] += label;
                    sum->rows[fold] += 1;
                }
        }
        for (std::size_t row = 0; row < train.rows; ++row) {
            const double code = column_value(train, row, column);
            const auto fold = fold_of(train, row);
            const double others = std::max(1.0, prior.rows[folds] - prior.rows[fold]);
            const double mean = (prior.labels[folds] - prior.labels[fold]) / others;
            double value = mean;
            if (std::isfinite(code)) {
                const auto& sum = sums.at(code);
                const double n = sum.rows[folds] - sum.rows[fold];
                const double labels = sum.labels[folds] - sum.labels[fold];
                if (n + smoothing > 0) value = (labels + smoothing * mean) / (n + smoothing);
            }
            rows.values[row * rows.columns + i] =
                static_cast<float>((value - output.mean) * output.scale);
        }
    }
}

void ColumnFeatures::fit_ordinal(
    const Examples& train,
    std::uint32_t column,
    const std::vector<Level>& levels,
    ColumnPlan plan
) {
    std::vector<std::pair<std::string, double>> order;
    bool numbers = true;
    for (const auto& level : levels) {
        order.emplace_back(level_name(train, column, level.code), level.code);
        numbers = numbers && base::parse_number(order.back().first).has_value();
    }
    std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
        if (numbers) return *base::parse_number(a.first) < *base::parse_number(b.first);
        return a.first < b.first;
    });
    std::map<double, double> ranks;
    for (std::size_t rank = 0; rank < order.size(); ++rank)
        ranks[order[rank].second] = static_cast<double>(rank);
    Output output;
    output.column = column;
    output.kind = Output::Kind::mapped;
    output.label = "rank";
    for (auto [code, rank] : ranks) {
        output.from.push_back(code);
        output.to.push_back(rank);
    }
    plan.scale = Scale::standard;
    plan.impute = Impute::mean;
    add_scaled(std::move(output), known_values(train, column), plan);
}

void ColumnFeatures::fit_buckets(
    const Examples& train,
    std::uint32_t column,
    const std::vector<Level>& levels,
    const ColumnPlan& plan
) {
    std::map<double, double> buckets;
    std::set<double> filled;
    for (const auto& level : levels) {
        const auto hash = base::hash_64(level_name(train, column, level.code));
        buckets[level.code] = static_cast<double>(hash % static_cast<std::uint64_t>(plan.buckets));
        filled.insert(buckets[level.code]);
    }
    Output output;
    output.column = column;
    output.kind = Output::Kind::bucket;
    for (auto [code, bucket] : buckets) {
        output.from.push_back(code);
        output.to.push_back(bucket);
    }
    for (double bucket : filled) {
        output.mean = bucket;
        output.label = "bucket " + name_of_value(bucket);
        outputs_.push_back(output);
    }
}

void ColumnFeatures::fit_levels(
    const Examples& train,
    std::uint32_t column,
    std::vector<Level> levels,
    const ColumnPlan& plan
) {
    std::erase_if(levels, [&](const auto& level) {
        return level.rows < static_cast<std::size_t>(plan.min_count);
    });
    levels.resize(std::min(levels.size(), static_cast<std::size_t>(plan.max_levels)));
    Output output;
    output.column = column;
    output.kind = Output::Kind::level;
    for (const auto& level : levels) {
        output.mean = level.code;
        output.label = "= " + level_name(train, column, level.code);
        outputs_.push_back(output);
    }
    if (!plan.rare) return;
    output.kind = Output::Kind::rare;
    output.label = "rare";
    for (const auto& level : levels) output.from.push_back(level.code);
    std::sort(output.from.begin(), output.from.end());
    outputs_.push_back(output);
}

void ColumnFeatures::fit_category(
    const Examples& train,
    std::uint32_t column,
    const ColumnPlan& plan
) {
    std::size_t known = 0;
    auto levels = counted(train, column);
    for (const auto& level : levels) known += level.rows;
    const bool missing = known < train.rows;
    if (levels.empty() || (levels.size() == 1 && !missing)) return;
    const auto before = outputs_.size();
    switch (plan.encode) {
        case Encode::target:
            fit_target(train, column, plan);
            break;
        case Encode::ordinal:
            fit_ordinal(train, column, levels, plan);
            break;
        case Encode::hashing:
            fit_buckets(train, column, levels, plan);
            break;
        case Encode::one_hot:
            fit_levels(train, column, std::move(levels), plan);
            break;
    }
    if (outputs_.size() > before) add_missing(column, missing, plan);
}

}  // namespace training

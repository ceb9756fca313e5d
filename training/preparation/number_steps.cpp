// Operations on numeric columns.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/json/finite.hpp"
#include "base/numbers/statistics.hpp"
#include "training/preparation/columns.hpp"
#include "training/preparation/step.hpp"

namespace training {

namespace {

namespace json = boost::json;
constexpr auto missing = std::numeric_limits<double>::quiet_NaN();
using Numbers = std::vector<double>;

double mean_of(const Numbers& values) {
    double sum = 0;
    for (double value : values) sum += value;
    return values.empty() ? missing : sum / static_cast<double>(values.size());
}

double mode_of(const Numbers& sorted) {
    double best = missing;
    std::size_t most = 0;
    for (std::size_t begin = 0; begin < sorted.size();) {
        auto end = begin;
        while (end < sorted.size() && sorted[end] == sorted[begin]) ++end;
        if (end - begin > most) {
            most = end - begin;
            best = sorted[begin];
        }
        begin = end;
    }
    return best;
}

// What a column is given: learnt from its values, sorted, none missing; and what becomes of a
// value.
using Learn = std::function<Numbers(const Numbers& sorted)>;
using Map = std::function<double(double value, const Numbers& parameters)>;

class ColumnStep : public Step {
public:
    ColumnStep(Learn learn, Map map, Settings& settings)
        : learn_(std::move(learn)), map_(std::move(map)), columns_(settings.texts("columns")) {
        if (settings.has("columns") && columns_.empty())
            settings.fail("'columns' is empty", "name some, or leave it out for all numbers");
    }

    void fit(const Examples& train) override {
        parameters_.clear();
        auto names = columns_;
        if (names.empty())
            for (const auto& column : train.columns)
                if (column.type == schema::Column::Type::number) names.push_back(column.name);
        for (const auto& name : names) {
            auto at = require_column(train, name);
            if (train.columns[at].type == schema::Column::Type::category)
                throw base::Error(
                    "preparation",
                    fmt::format(
                        "column '{}' has categories, and '{}' works on numbers",
                        name,
                        std::string(operation.at("op").as_string())
                    ),
                    "cast it to numbers before, or leave it out"
                );
            Numbers values;
            for (std::size_t row = 0; row < train.rows; ++row)
                if (double value = train.numeric[row * train.columns.size() + at];
                    std::isfinite(value))
                    values.push_back(value);
            std::sort(values.begin(), values.end());
            auto& parameters = parameters_[name] = learn_(values);
            for (auto& value : parameters)
                if (!std::isfinite(value)) value = missing;  // as it is kept
        }
    }

    std::size_t apply(Examples& examples) const override {
        std::size_t changed = 0;
        auto width = examples.columns.size();
        for (const auto& [name, parameters] : parameters_) {
            auto at = require_column(examples, name);
            for (std::size_t row = 0; row < examples.rows; ++row) {
                auto& value = examples.numeric[row * width + at];
                auto made = map_(value, parameters);
                if (made == value || (std::isnan(made) && std::isnan(value))) continue;
                value = made;
                ++changed;
            }
            if (!unit.empty()) examples.columns[at].unit = unit;
        }
        return changed;
    }

    json::object fitted() const override {
        json::object all;
        for (const auto& [name, parameters] : parameters_) {
            json::array list;
            for (double value : parameters) list.push_back(base::finite_or_null(value));
            all[name] = std::move(list);
        }
        return all;
    }
    void load(const json::object& all) override {
        parameters_.clear();
        for (const auto& item : all) {
            auto& list = parameters_[std::string(item.key())];
            for (const auto& value : item.value().as_array())
                list.push_back(base::number_or_nan(value));
        }
    }

    std::string unit;

private:
    Learn learn_;
    Map map_;
    std::vector<std::string> columns_;
    std::map<std::string, Numbers> parameters_;
};

Numbers nothing(const Numbers&) {
    return {};
}

std::unique_ptr<Step> fill(Settings& settings) {
    const auto* with = settings.value("with");
    if (!with || !(with->is_string() || with->is_number()))
        settings.fail("has no 'with'", "use mean, median, mode or a number");
    Learn learn;
    if (with->is_number()) {
        learn = [value = with->to_number<double>()](const Numbers&) { return Numbers{value}; };
    } else {
        auto word = settings.text("with");
        if (word == "mean") {
            learn = [](const Numbers& sorted) { return Numbers{mean_of(sorted)}; };
        } else if (word == "median") {
            learn = [](const Numbers& sorted) {
                return Numbers{base::quantile_of_sorted(sorted, 0.5)};
            };
        } else if (word == "mode") {
            learn = [](const Numbers& sorted) { return Numbers{mode_of(sorted)}; };
        } else {
            settings.fail("'with' is '" + word + "'", "use mean, median, mode or a number");
        }
    }
    return std::make_unique<ColumnStep>(
        learn,
        [](double value, const Numbers& p) { return std::isnan(value) ? p[0] : value; },
        settings
    );
}

std::unique_ptr<Step> clip(Settings& settings) {
    auto shares = settings.numbers("quantiles");
    auto low = settings.number("low", -std::numeric_limits<double>::max());
    auto high = settings.number("high", std::numeric_limits<double>::max());
    bool by_shares = !shares.empty();
    if (by_shares &&
        (shares.size() != 2 || shares[0] < 0 || shares[1] > 1 || shares[0] >= shares[1]))
        settings.fail("'quantiles' are not two shares in order", "write quantiles = [0.01, 0.99]");
    if (by_shares == (settings.has("low") || settings.has("high")) || low > high)
        settings.fail("needs 'quantiles', or 'low' and 'high'", "give one of them");
    auto learn = [=](const Numbers& sorted) {
        return by_shares
                   ? Numbers{base::quantile_of_sorted(sorted, shares[0]), base::quantile_of_sorted(sorted, shares[1])}
                   : Numbers{low, high};
    };
    return std::make_unique<ColumnStep>(
        learn,
        [](double value, const Numbers& p) {
            return value < p[0] ? p[0] : value > p[1] ? p[1] : value;
        },
        settings
    );
}

std::unique_ptr<Step> scale(Settings& settings) {
    auto by = settings.text("by", "standard");
    Learn learn;
    if (by == "standard") {
        learn = [](const Numbers& sorted) {
            double mean = mean_of(sorted), sum = 0;
            for (double value : sorted) sum += (value - mean) * (value - mean);
            return Numbers{
                mean, sorted.empty() ? 1 : std::sqrt(sum / static_cast<double>(sorted.size()))};
        };
    } else if (by == "minmax") {
        learn = [](const Numbers& sorted) {
            return sorted.empty() ? Numbers{0, 1}
                                  : Numbers{sorted.front(), sorted.back() - sorted.front()};
        };
    } else if (by == "robust") {
        learn = [](const Numbers& sorted) {
            return Numbers{
                base::quantile_of_sorted(sorted, 0.5),
                base::quantile_of_sorted(sorted, 0.75) - base::quantile_of_sorted(sorted, 0.25)};
        };
    } else {
        settings.fail("'by' is '" + by + "'", "use standard, minmax or robust");
    }
    return std::make_unique<ColumnStep>(
        learn,
        [](double value, const Numbers& p) { return (value - p[0]) / (p[1] > 0 ? p[1] : 1); },
        settings
    );
}

std::unique_ptr<Step> bin(Settings& settings) {
    auto edges = settings.numbers("edges");
    auto bins = settings.number("bins", 0);
    auto by = settings.text("by", "quantiles");
    if (edges.empty() == (bins < 2 || bins > 1000 || bins != std::floor(bins)))
        settings.fail("needs 'edges', or 'bins' from 2 to 1000", "give one of them");
    if (by != "quantiles" && by != "width")
        settings.fail("'by' is '" + by + "'", "use quantiles or width");
    std::sort(edges.begin(), edges.end());
    auto learn = [=](const Numbers& sorted) {
        if (!edges.empty() || sorted.empty()) return edges;
        Numbers made;
        for (double i = 1; i < bins; ++i)
            made.push_back(
                by == "width" ? sorted.front() + (sorted.back() - sorted.front()) * i / bins
                              : base::quantile_of_sorted(sorted, i / bins)
            );
        made.erase(std::unique(made.begin(), made.end()), made.end());
        return made;
    };
    return std::make_unique<ColumnStep>(
        learn,
        [](double value, const Numbers& p) {
            return std::isnan(value) ? value
                                     : static_cast<double>(
                                           std::upper_bound(p.begin(), p.end(), value) - p.begin()
                                       );
        },
        settings
    );
}

std::unique_ptr<Step> convert(Settings& settings) {
    auto factor = settings.number("factor", 1), offset = settings.number("offset", 0);
    if (factor == 0) settings.fail("'factor' is 0", "give what a value is multiplied by");
    auto unit = settings.text("unit");
    auto step = std::make_unique<ColumnStep>(
        nothing, [=](double value, const Numbers&) { return value * factor + offset; }, settings
    );
    step->unit = unit;
    return step;
}

std::unique_ptr<Step> missing_values(Settings& settings) {
    auto values = settings.numbers("values");
    if (values.empty())
        settings.fail("has no 'values'", "list the numbers that mean that there is none");
    return std::make_unique<ColumnStep>(
        nothing,
        [values](double value, const Numbers&) {
            return std::find(values.begin(), values.end(), value) != values.end() ? missing : value;
        },
        settings
    );
}

std::unique_ptr<Step> map_values(Settings& settings) {
    const auto from = settings.numbers("from"), to = settings.numbers("to");
    if (from.empty() || from.size() != to.size())
        settings.fail(
            "'from' and 'to' are no lists of one length", "give what each number becomes"
        );
    const bool others = settings.has("otherwise");
    const double otherwise = settings.number("otherwise", 0);
    return std::make_unique<ColumnStep>(
        nothing,
        [=](double value, const Numbers&) {
            const auto at = std::find(from.begin(), from.end(), value);
            if (at != from.end()) return to[static_cast<std::size_t>(at - from.begin())];
            return others && !std::isnan(value) ? otherwise : value;
        },
        settings
    );
}

std::unique_ptr<Step> logarithm(Settings& settings) {
    return std::make_unique<ColumnStep>(
        nothing,
        [](double value, const Numbers&) { return value > -1 ? std::log1p(value) : missing; },
        settings
    );
}

constexpr std::array kinds{
    StepKind{"missing", "values", "numbers that mean that there is none", missing_values},
    StepKind{"fill", "with", "missing ones by mean, median, mode (fitted) or a number", fill},
    StepKind{"clip", "quantiles, or low and high", "to quantiles (fitted) or limits", clip},
    StepKind{"scale", "by", "standard, minmax or robust (fitted)", scale},
    StepKind{"bin", "bins, by, or edges", "by quantiles or width (fitted), or at edges", bin},
    StepKind{"log", "", "ln(1 + x); missing for -1 and less", logarithm},
    StepKind{"map", "from, to, otherwise", "numbers to others, one by one", map_values},
    StepKind{"convert", "factor, offset, unit", "x * factor + offset", convert},
};

}  // namespace

std::span<const StepKind> number_steps() {
    return kinds;
}

}  // namespace training

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/numbers/parse.hpp"
#include "base/numbers/short_figure.hpp"
#include "quality/checks/check_kind.hpp"

namespace quality {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Statistic {
    std::string_view name;
    double (*of)(const ColumnProfile& column, std::uint64_t records);
};
double or_nan(const ColumnProfile& column, double of_its_numbers) {
    return column.moments.count() > 0 ? of_its_numbers : nan;
}

constexpr Statistic statistics[] = {
    {"mean", [](const auto& column, auto) { return or_nan(column, column.moments.mean()); }},
    {"deviation", [](const auto& column, auto) { return std::sqrt(column.moments.variance()); }},
    {"sum",
     [](const auto& column, auto) { return column.moments.mean() * column.moments.count(); }},
    {"minimum", [](const auto& column, auto) { return or_nan(column, column.moments.minimum()); }},
    {"maximum", [](const auto& column, auto) { return or_nan(column, column.moments.maximum()); }},
    {"median", [](const auto& column, auto) { return column.quantile(0.5); }},
    {"distinct", [](const auto& column, auto) { return column.distinct_values(); }},
    {"distinct_share",
     [](const auto& column, auto) {
         return column.present ? column.distinct_values() / static_cast<double>(column.present)
                               : nan;
     }},
    {"missing",
     [](const auto& column, auto records) {
         return records ? 1 - static_cast<double>(column.present - column.spelled_missing) /
                                  static_cast<double>(records)
                        : 0;
     }},
};

const Statistic* find_statistic(const std::string& name) {
    for (const auto& one : statistics)
        if (one.name == name) return &one;
    return nullptr;
}

// "q0.95"
std::optional<double> quantile_of(const std::string& name) {
    if (!name.starts_with('q')) return std::nullopt;
    auto share = base::parse_number(std::string_view(name).substr(1));
    if (share && !(*share >= 0 && *share <= 1)) share.reset();
    return share;
}

constexpr Need a_statistic{
    [](const Check& check) {
        return find_statistic(check.statistic) || quantile_of(check.statistic);
    },
    "a statistic: mean, deviation, sum, minimum, maximum, median, q0.95, distinct, "
    "distinct_share or missing"};

std::unique_ptr<Judge> judge_statistic(const Check& check, const World& world) {
    const auto* found = column_of(check, world);
    return judge_all([&, found](CheckResult& result) {
        static const ColumnProfile none;
        const auto& column = found ? *found : none;
        double value = nan;
        if (const auto* known = find_statistic(check.statistic))
            value = known->of(column, world.profile.records);
        else
            value = column.quantile(quantile_of(check.statistic).value_or(0.5));
        result.passed = !std::isnan(value) && within(check, value);
        result.observed = fmt::format("{} is {}", check.statistic, base::short_figure(value, 6));
    });
}

}  // namespace

std::span<const CheckKind> statistic_checks() {
    static const std::array kinds{CheckKind{
        .name = "statistic",
        .words = "the column's `statistic` is from `minimum` to `maximum`: mean, deviation, sum, "
                 "minimum, maximum, median, a quantile such as q0.95, distinct, distinct_share or "
                 "missing (a share)",
        .columns = one_column,
        .needs = {a_statistic, a_range},
        .judge = judge_statistic,
        .looks = Looks::profile,
        .of_no_column = [](const Check& check) { return check.statistic == "missing"; }}};
    return kinds;
}

}  // namespace quality

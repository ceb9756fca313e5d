// Numbers, dates and lengths between two bounds.
//
// What is no number or no date fails: a rule on the size of a value says that there is one. Mean
// and deviation of z_score are the profile's, made before, so that one pass is enough.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/numbers/parse.hpp"
#include "base/text/utf8.hpp"
#include "base/time/parse.hpp"
#include "quality/checks/check_kind.hpp"

namespace quality {

namespace {

constexpr Need dates{
    [](const Check& check) {
        return std::all_of(check.values.begin(), check.values.end(), [](const auto& value) {
            return value.empty() || base::parse_time(value);
        });
    },
    "dates in values"};

std::unique_ptr<Judge> judge_between(const Check& check, const World&) {
    return judge_values([&check](std::string_view value) {
        auto number = base::parse_number(value);
        return number && within(check, *number);
    });
}

std::unique_ptr<Judge> judge_dates(const Check& check, const World&) {
    auto bound = [&](std::size_t i) {
        return i < check.values.size() && !check.values[i].empty()
                   ? base::parse_time(check.values[i])
                   : std::nullopt;
    };
    return judge_values([low = bound(0), high = bound(1)](std::string_view value) {
        auto time = base::parse_time(value);
        return time && !(low && *time < *low) && !(high && *time > *high);
    });
}

std::unique_ptr<Judge> judge_length(const Check& check, const World&) {
    return judge_values([&check](std::string_view value) {
        return within(check, static_cast<double>(base::count_code_points(value)));
    });
}

std::unique_ptr<Judge> judge_sum(const Check& check, const World&) {
    return judge_together([&check](Values values) {
        double sum = 0;
        for (auto value : values) {
            auto number = base::parse_number(value);
            if (!number) return false;
            sum += *number;
        }
        return within(check, sum);
    });
}

std::unique_ptr<Judge> judge_deviation(const Check& check, const World& world) {
    double mean = 0, deviation = 0;
    if (const auto* column = column_of(check, world)) {
        mean = column->moments.mean();
        deviation = std::sqrt(column->moments.variance());
    }
    return judge_values([most = check.maximum.value_or(0), mean, deviation](std::string_view value
                        ) {
        auto number = base::parse_number(value);
        if (!number || !(deviation > 0)) return number.has_value();
        return std::abs(*number - mean) / deviation <= most;
    });
}

}  // namespace

std::span<const CheckKind> range_checks() {
    static const std::array kinds{
        CheckKind{
            .name = "between",
            .words = "the number is from `minimum` to `maximum`",
            .columns = one_column,
            .needs = {a_range},
            .judge = judge_between},
        CheckKind{
            .name = "date_between",
            .words = "the date is from the first of `values` to the second; \"\" is no bound",
            .columns = one_column,
            .needs = {some_values, dates},
            .judge = judge_dates},
        CheckKind{
            .name = "length",
            .words = "the text has from `minimum` to `maximum` characters",
            .columns = one_column,
            .needs = {a_range},
            .judge = judge_length},
        CheckKind{
            .name = "sum",
            .words = "the columns add up to a number from `minimum` to `maximum`",
            .columns = several_columns,
            .needs = {a_range},
            .judge = judge_sum},
        CheckKind{
            .name = "z_score",
            .words = "the number is at most `maximum` deviations from the mean",
            .columns = one_column,
            .needs = {a_maximum},
            .judge = judge_deviation}};
    return kinds;
}

}  // namespace quality

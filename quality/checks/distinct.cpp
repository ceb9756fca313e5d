#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "quality/checks/check_kind.hpp"

namespace quality {

namespace {

// The values that a column has against `values`: whether others, and whether fewer, are a fault.
template <bool no_more, bool all>
std::unique_ptr<Judge> judge_distinct(const Check& check, const World& world) {
    return judge_column(check, world, [&](CheckResult& result, const ColumnProfile& column) {
        std::set<std::string, std::less<>> wanted(check.values.begin(), check.values.end()), seen;
        std::vector<std::string> more, missing;
        for (const auto& [value, count] : column.frequent.top(1000)) {
            seen.insert(value);
            if (no_more && !wanted.contains(value)) more.push_back(value);
        }
        for (const auto& value : wanted)
            if (all && !seen.contains(value)) missing.push_back(value);
        result.observed = compared(more, missing);
        if (no_more && more.empty() && !column.frequent.exact())
            result.observed = fmt::format(
                "too many values to know them all{}{}", missing.empty() ? "" : "; ", result.observed
            );
        result.passed = result.observed.empty();
        if (result.passed) result.observed = fmt::format("{} values", seen.size());
    });
}

std::unique_ptr<Judge> judge_most_common(const Check& check, const World& world) {
    return judge_column(check, world, [&](CheckResult& result, const ColumnProfile& column) {
        auto top = column.frequent.top(1000);
        result.passed = !top.empty() &&
                        std::find(check.values.begin(), check.values.end(), top.front().first) !=
                            check.values.end();
        result.observed = top.empty() ? "no values" : "most common is " + top.front().first;
    });
}

}  // namespace

std::span<const CheckKind> distinct_checks() {
    static const std::array kinds{
        CheckKind{
            .name = "distinct_in_set",
            .words = "no value but `values` occurs",
            .columns = one_column,
            .needs = {some_values},
            .judge = judge_distinct<true, false>,
            .looks = Looks::profile},
        CheckKind{
            .name = "distinct_contains",
            .words = "all of `values` occur",
            .columns = one_column,
            .needs = {some_values},
            .judge = judge_distinct<false, true>,
            .looks = Looks::profile},
        CheckKind{
            .name = "distinct_equals",
            .words = "the values that occur are exactly `values`",
            .columns = one_column,
            .needs = {some_values},
            .judge = judge_distinct<true, true>,
            .looks = Looks::profile},
        CheckKind{
            .name = "most_common_in_set",
            .words = "the most common value is one of `values`",
            .columns = one_column,
            .needs = {some_values},
            .judge = judge_most_common,
            .looks = Looks::profile}};
    return kinds;
}

}  // namespace quality

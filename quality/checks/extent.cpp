#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "quality/checks/check_kind.hpp"

namespace quality {

namespace {

constexpr Need a_source{[](const Check& check) { return !check.source.empty(); }, "a source"};

void judge_count(const Check& check, std::uint64_t count, const char* what, CheckResult& result) {
    result.passed = within(check, static_cast<double>(count));
    result.observed = fmt::format("{} {}", count, what);
}

std::unique_ptr<Judge> judge_records(const Check& check, const World& world) {
    return judge_all([&](CheckResult& result) {
        judge_count(check, world.profile.records, "records", result);
    });
}

std::unique_ptr<Judge> judge_column_count(const Check& check, const World& world) {
    return judge_all([&](CheckResult& result) {
        judge_count(check, world.profile.columns.size(), "columns", result);
    });
}

std::unique_ptr<Judge> judge_same_records(const Check& check, const World& world) {
    return judge_all([&](CheckResult& result) {
        auto other = world.others.find(check.source);
        auto count = other == world.others.end() ? 0 : other->second;
        result.passed = count == world.profile.records;
        result.observed =
            fmt::format("{} records, {} in {}", world.profile.records, count, check.source);
    });
}

template <bool no_more>
std::unique_ptr<Judge> judge_columns(const Check& check, const World& world) {
    return judge_all([&](CheckResult& result) {
        const auto& wanted = check.values;
        std::vector<std::string> more, missing;
        for (const auto& [name, column] : world.profile.columns)
            if (no_more && std::find(wanted.begin(), wanted.end(), name) == wanted.end())
                more.push_back(name);
        for (const auto& name : wanted)
            if (!world.profile.columns.contains(name)) missing.push_back(name);
        result.observed = compared(more, missing);
        result.passed = result.observed.empty();
        if (result.passed) result.observed = fmt::format("{} columns", wanted.size());
    });
}

}  // namespace

std::span<const CheckKind> extent_checks() {
    static const std::array kinds{
        CheckKind{
            .name = "records",
            .words = "there are from `minimum` to `maximum` records",
            .columns = no_column,
            .needs = {a_range},
            .judge = judge_records,
            .looks = Looks::profile},
        CheckKind{
            .name = "same_records",
            .words = "there are as many records as in `source`",
            .columns = no_column,
            .needs = {a_source},
            .judge = judge_same_records,
            .looks = Looks::profile},
        CheckKind{
            .name = "columns",
            .words = "the fields are exactly `values`",
            .columns = no_column,
            .needs = {some_values},
            .judge = judge_columns<true>,
            .looks = Looks::profile},
        CheckKind{
            .name = "has_columns",
            .words = "the fields `values` are there",
            .columns = no_column,
            .needs = {some_values},
            .judge = judge_columns<false>,
            .looks = Looks::profile},
        CheckKind{
            .name = "column_count",
            .words = "there are from `minimum` to `maximum` fields",
            .columns = no_column,
            .needs = {a_range},
            .judge = judge_column_count,
            .looks = Looks::profile}};
    return kinds;
}

}  // namespace quality

#include <algorithm>
#include <array>
#include <set>

#include "quality/checks/check_kind.hpp"

namespace quality {

namespace {

constexpr Need some_tuples{[](const Check& check) { return !check.tuples.empty(); }, "tuples"};
constexpr Need whole_tuples{
    [](const Check& check) {
        return std::all_of(check.tuples.begin(), check.tuples.end(), [&](const auto& tuple) {
            return tuple.size() == check.columns.size();
        });
    },
    "tuples of as many values as there are columns"};

template <bool wanted>
std::unique_ptr<Judge> judge_membership(const Check& check, const World&) {
    std::set<std::string, std::less<>> values(check.values.begin(), check.values.end());
    return judge_values([values = std::move(values)](std::string_view value) {
        return values.contains(value) == wanted;
    });
}

}  // namespace

std::span<const CheckKind> set_checks() {
    static const std::array kinds{
        CheckKind{
            .name = "in_set",
            .words = "the value is one of `values`",
            .columns = one_column,
            .needs = {some_values},
            .judge = judge_membership<true>},
        CheckKind{
            .name = "not_in_set",
            .words = "the value is none of `values`",
            .columns = one_column,
            .needs = {some_values},
            .judge = judge_membership<false>},
        CheckKind{
            .name = "tuple_in_set",
            .words = "the values of the columns together are one of `tuples`",
            .columns = several_columns,
            .needs = {some_tuples, whole_tuples},
            .judge = [](const Check& check, const World&) {
                std::set<std::vector<std::string>> tuples(check.tuples.begin(), check.tuples.end());
                return judge_together([tuples = std::move(tuples)](Values values) {
                    return tuples.contains({values.begin(), values.end()});
                });
            }}};
    return kinds;
}

}  // namespace quality

#include <array>

#include "quality/checks/check_kind.hpp"

namespace quality {

namespace {

constexpr Need a_condition{
    [](const Check& check) { return !check.where.empty(); },
    "a condition in 'where'"};

}  // namespace

std::span<const CheckKind> condition_checks() {
    static const std::array kinds{CheckKind{
        .name = "where",
        .words = "the record matches the condition `where`",
        .columns = no_column,
        .needs = {a_condition},
        .judge =
            [](const Check&, const World&) {
                return judge_each([](const Sight& sight) { return sight.chosen; });
            },
        .sees_all = true}};
    return kinds;
}

}  // namespace quality

#include <array>

#include "quality/checks/check_kind.hpp"

namespace quality {

namespace {

template <bool wanted>
std::unique_ptr<Judge> judge_presence(const Check&, const World&) {
    return judge_each([](const Sight& sight) { return is_none(sight.values.front()) != wanted; });
}

}  // namespace

std::span<const CheckKind> presence_checks() {
    static const std::array kinds{
        CheckKind{
            .name = "not_missing",
            .words = "there is a value, and no spelling of none such as \"n/a\"",
            .columns = one_column,
            .needs = {},
            .judge = judge_presence<true>},
        CheckKind{
            .name = "missing",
            .words = "there is no value",
            .columns = one_column,
            .needs = {},
            .judge = judge_presence<false>,
            .of_no_column = [](const Check&) { return true; }}};
    return kinds;
}

}  // namespace quality

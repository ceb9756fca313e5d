// Order between the columns of a record and between records.
//
// Records come in the order of their hashes, so that increasing and decreasing keep each value with
// what it is sorted by until all have been seen; that is the memory which they cost.
#include <algorithm>
#include <array>

#include "quality/checks/check_kind.hpp"

namespace quality {

namespace {

template <typename Holds>
std::unique_ptr<Judge> judge_pair(Holds holds) {
    return judge_together([holds](Values values) {
        return holds(order_of(values.front(), values.back()));
    });
}

// Records come in the order of their hashes, so all are kept and judged at the end.
class Order : public Judge {
public:
    Order(int wanted, bool strict, bool by_line)
        : wanted_(wanted), strict_(strict), by_line_(by_line) {}

    std::optional<bool> look(const Sight& sight) override {
        auto value = sight.values.front();
        if (is_none(value)) return std::nullopt;
        auto order = by_line_ ? std::to_string(sight.row.line) : std::string(sight.values.back());
        placed_.push_back({std::move(order), std::string(value), sight.row});
        return std::nullopt;
    }

    void finish(CheckResult& result) override {
        std::stable_sort(placed_.begin(), placed_.end(), [](const auto& a, const auto& b) {
            return order_of(a.order, b.order) < 0;
        });
        result.examined = placed_.size();
        for (std::size_t i = 1; i < placed_.size(); ++i) {
            auto step = wanted_ * order_of(placed_[i].value, placed_[i - 1].value);
            if (step < 0 || (step == 0 && strict_))
                add_failure(result, placed_[i].row, placed_[i].value);
        }
    }

private:
    struct Placed {
        std::string order, value;
        Table::Row row;
    };
    int wanted_;
    bool strict_, by_line_;
    std::vector<Placed> placed_;
};

template <int wanted>
std::unique_ptr<Judge> judge_order(const Check& check, const World&) {
    return std::make_unique<Order>(wanted, check.strict, check.order.empty());
}

}  // namespace

std::span<const CheckKind> order_checks() {
    static const std::array kinds{
        CheckKind{
            .name = "greater",
            .words = "the first column is over the second",
            .columns = two_columns,
            .needs = {},
            .judge = [](const Check&,
                        const World&) { return judge_pair([](int order) { return order > 0; }); }},
        CheckKind{
            .name = "greater_or_equal",
            .words = "the first column is not below the second",
            .columns = two_columns,
            .needs = {},
            .judge = [](const Check&,
                        const World&) { return judge_pair([](int order) { return order >= 0; }); }},
        CheckKind{
            .name = "equal",
            .words = "both columns are the same, as numbers if they are some",
            .columns = two_columns,
            .needs = {},
            .judge = [](const Check&,
                        const World&) { return judge_pair([](int order) { return order == 0; }); }},
        CheckKind{
            .name = "increasing",
            .words = "in the order of the column `order`, else of the lines, no value is below the "
                     "one before; with `strict` each is over it",
            .columns = one_column,
            .needs = {},
            .judge = judge_order<1>},
        CheckKind{
            .name = "decreasing",
            .words = "likewise downwards",
            .columns = one_column,
            .needs = {},
            .judge = judge_order<-1>}};
    return kinds;
}

}  // namespace quality

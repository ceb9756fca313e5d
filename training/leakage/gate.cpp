#include "training/leakage/gate.hpp"

#include <fmt/format.h>

#include "training/leakage/column_leaks.hpp"
#include "training/leakage/part_label_leaks.hpp"
#include "training/leakage/part_leaks_store.hpp"
#include "training/leakage/text_leaks.hpp"

namespace training {

std::vector<LeakFinding> look_for_leaks(
    base::Database& database,
    const SnapshotInfo& snapshot,
    const std::array<std::vector<Item>, 3>& items,
    const std::array<Examples, 3>& examples,
    std::uint64_t seed
) {
    Leakage all;
    const auto& train = examples[0];
    const bool labelled = train.has_classes() || !train.targets.empty();
    const auto& held_out = examples[1].rows > 0 ? examples[1] : examples[2];
    all.add(part_leaks(database, snapshot));
    if (labelled) {
        check(train);
        all.add(column_leaks(train, held_out));
    } else if (train.has_sets()) {
        check(train);
        all.add(set_leaks(train, held_out));
    } else if (train.has_spans()) {
        check(train);
        all.add(span_leaks(train));
    }
    if (labelled || train.has_sets()) all.add(text_leaks(train, seed));
    if (labelled || train.has_sets() || train.has_spans())
        all.add(order_leaks(database, snapshot, items[0], train));
    return std::move(all.findings);
}

std::vector<LeakFinding> score_leaks(std::size_t rows, double accuracy, double commonest) {
    if (rows < 200 || accuracy < 0.9995 || commonest > 0.95) return {};
    return {
        {.kind = LeakKind::score,
         .gravity = Gravity::warning,
         .text = fmt::format(
             "accuracy {:.4f} on {} held-out records is too good for most data: look what the "
             "model "
             "sees that it would not see in use",
             accuracy,
             rows
         ),
         .columns = {},
         .examples = {},
         .measure = "accuracy",
         .value = accuracy}};
}

std::vector<LeakFinding> score_leaks(std::size_t rows, double r2) {
    if (rows < 30 || r2 < 0.99999) return {};
    return {
        {.kind = LeakKind::score,
         .gravity = Gravity::stop,
         .text = fmt::format(
             "R2 {:.6f} on {} held-out records: columns make up the target, and no data of the "
             "world "
             "do",
             r2,
             rows
         ),
         .columns = {},
         .examples = {},
         .measure = "R2",
         .value = r2}};
}

}  // namespace training

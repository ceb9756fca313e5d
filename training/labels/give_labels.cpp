#include "training/labels/give_labels.hpp"

#include <set>

#include "base/error.hpp"
#include "training/folds/fold_store.hpp"
#include "training/labels/part_labels.hpp"
#include "training/labels/soft_labels.hpp"

namespace training {

void give_labels(
    base::Database& database,
    const ExampleStore& store,
    const SnapshotInfo& snapshot,
    const TrainSettings& settings,
    const std::optional<AskedQuestion>& question,
    const std::array<std::vector<Item>, 3>& items,
    std::array<Examples, 3>& examples
) {
    std::set<std::string> fields;
    if (labels_are_spans(snapshot.kind) && settings.target.empty())
        for (const auto& part : items) fields.merge(fields_marked(part));
    for (std::size_t split = 0; split < 3 && settings.target.empty(); ++split) {
        if (labels_are_sets(snapshot.kind)) give_sets(examples[split], items[split]);
        if (labels_are_spans(snapshot.kind))
            give_spans(store, fields, examples[split], items[split]);
        if (question) give_answers(*question, examples[split], items[split]);
    }
    if (settings.curve && examples[0].has_spans())
        throw base::UsageError("curve", "of spans there is none", "leave it out");
    if (settings.labels == Labels::soft) soften(examples[0], items[0]);
    give_folds(database, snapshot, items[0], examples[0]);
}

}  // namespace training

#include "training/folds/fold_store.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/database/database.hpp"
#include "training/candidates/times.hpp"
#include "training/snapshots/split.hpp"
#include "training/snapshots/strata.hpp"

namespace training {

namespace {

constexpr int folds_of_time = 6;  // the first is learnt from only, five are judged

std::vector<int> folds_by_time(
    base::Database& database,
    const SnapshotInfo& snapshot,
    const std::vector<Item>& items
) {
    const auto said = field_by_key(database, snapshot.source_id, made_with(snapshot, "time"));
    std::vector<std::optional<std::string>> texts;
    for (const auto& item : items) {
        const auto found = said.find(item.id.key);
        texts.push_back(found == said.end() ? std::nullopt : std::optional(found->second));
    }
    const auto times = read_times(texts, made_with(snapshot, "time_format"));
    Members members;
    Split split;
    split.parts.assign(items.size(), Part::training);
    split.clusters.resize(items.size());
    std::unordered_map<std::int64_t, std::uint32_t> heads;
    for (std::size_t i = 0; i < items.size(); ++i) {
        members.add({.id = i, .time = times.at[i].value_or(0)});
        const auto at = static_cast<std::uint32_t>(i);
        split.clusters[i] = heads.try_emplace(items[i].cluster, at).first->second;
    }
    SplitSpec spec;
    spec.by = SplitSpec::By::time;
    spec.folds = folds_of_time;
    return deal_folds(members, split, spec);
}

}  // namespace

void give_folds(
    base::Database& database,
    const SnapshotInfo& snapshot,
    const std::vector<Item>& items,
    Examples& examples
) {
    examples.groups.clear();
    for (const auto& item : items) examples.groups.push_back(item.cluster);
    examples.folds_in_time = !made_with(snapshot, "time").empty();
    if (std::all_of(items.begin(), items.end(), [](const auto& item) { return item.fold; })) {
        for (const auto& item : items) examples.folds.push_back(*item.fold);
    } else if (examples.folds_in_time) {
        examples.folds = folds_by_time(database, snapshot, items);
    }
}

}  // namespace training

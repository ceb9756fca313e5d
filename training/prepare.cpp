#include "training/prepare.hpp"

#include "base/database.hpp"
#include "training/preparation_store.hpp"

namespace training {

Prepared prepare(
    base::Database& database,
    const ExampleStore& store,
    const SnapshotInfo& snapshot,
    std::optional<int> version,
    schema::Time now
) {
    Prepared prepared;
    std::string operations;
    auto kept = database.call([&](base::Tx& tx) -> std::optional<PreparationFit> {
        auto found = require_preparation(tx, snapshot.source_id, version);
        prepared.version = found.version;
        operations = found.operations;
        if (found.version == 0) return std::nullopt;
        return find_fit(tx, snapshot.id, found.version);
    });
    if (prepared.version == 0) return prepared;
    if (kept) {
        prepared.fitted = FittedPreparation::load(kept->fitted);
        return prepared;
    }
    auto items = store.split_items(snapshot.id, 0);
    prepared.fitted = Preparation::parse(operations).fit(store.load(items, {}));
    database.call([&](base::Tx& tx) {
        keep_fit(
            tx,
            {snapshot.id, snapshot.source_id, prepared.version, items.size(), prepared.fitted.json()},
            now
        );
    });
    return prepared;
}

}  // namespace training

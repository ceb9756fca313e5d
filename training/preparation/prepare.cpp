#include "training/preparation/prepare.hpp"

#include "base/database/database.hpp"
#include "training/preparation/preparation_store.hpp"

namespace training {

Prepared prepare(
    base::Database& database,
    ExampleStore& store,
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
        store.use_fixes(prepared.fitted.uses_fixes());
        store.leave_images(!prepared.fitted.sees_pictures());
        store.choose_pictures(prepared.fitted.pictures());
        return prepared;
    }
    auto items = store.split_items(snapshot.id, 0);
    auto recipe = Preparation::parse(operations);
    store.use_fixes(recipe.uses_fixes());
    store.leave_images(!recipe.sees_pictures());
    store.choose_pictures(recipe.pictures());
    prepared.fitted = recipe.fit(store.load(items, {}));
    database.call([&](base::Tx& tx) {
        keep_fit(
            tx,
            {snapshot.id,
             snapshot.source_id,
             prepared.version,
             items.size(),
             prepared.fitted.json()},
            now
        );
    });
    return prepared;
}

}  // namespace training

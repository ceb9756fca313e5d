// Importance is measured when the page is asked for: it costs a prediction of some thousand rows
// for each column, which not every training should pay.
#include "training/report/report_importance.hpp"

#include <numeric>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/numbers/random.hpp"
#include "base/text/figures.hpp"
#include "training/snapshots/label_copies.hpp"
#include "training/trainer.hpp"

namespace training {

namespace {

// Some of the items by chance, in their order.
std::vector<Item> some_of(std::vector<Item> items, std::size_t most) {
    if (items.size() <= most) return items;
    std::vector<std::size_t> order(items.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    base::CounterRandom(1, 37).shuffle(std::span(order));
    order.resize(most);
    std::sort(order.begin(), order.end());
    std::vector<Item> out;
    for (auto i : order) out.push_back(std::move(items[i]));
    return out;
}

}  // namespace

void add_importance(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    const RunInfo& run,
    const SnapshotInfo& snapshot,
    Report& report,
    std::stop_token stop
) {
    const auto artefact = database.call([&](base::Tx& tx) {
        return models_of(tx, run.id).empty() ? std::string() : artefact_of_run(tx, blobs, run.id);
    });
    if (artefact.empty()) return;
    const auto predictor = Predictor::load(artefact);
    report.gains = predictor.gains();
    ImportanceSpec spec;
    spec.stop = std::move(stop);
    ExampleStore store(database, blobs, decode);
    store.use_fixes(predictor.preparation().uses_fixes());
    store.leave_out(label_in_text(snapshot));
    if (const auto& inputs = predictor.inputs()) store.choose_pictures(inputs->pictures());
    auto items = some_of(store.split_items(snapshot.id, 1), spec.rows);
    const bool validation = !items.empty();
    if (!validation) items = some_of(store.split_items(snapshot.id, 2), spec.rows);
    if (items.empty()) return;
    const auto settings = boost::json::parse(run.spec);
    const auto* target = settings.as_object().if_contains("target");
    auto examples = store.load(
        items, predictor.class_names(), {.target = target ? std::string(target->as_string()) : ""}
    );
    drop_columns(examples, label_columns(snapshot));
    const auto found = permutation_importance(predictor, examples, spec);
    report.importance = found.columns;
    report.importance_of = fmt::format(
        "{} on {} {} rows",
        predictor.predicts_classes() ? "log-loss" : "RMSE",
        base::grouped(found.rows),
        validation ? "validation" : "test"
    );
}

}  // namespace training

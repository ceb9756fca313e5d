// Judges only rows the model has not learnt from: on training rows every model looks good, and a
// wrong label that was learnt by heart looks right. Validation and test are taken together, for
// slices need many rows.
//
// The same predictor serves the second half, which ranks unlabelled records; there the texts'
// SimHashes keep near-equal records from being asked for twice.
#include "training/analysis/analysis.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/text/utf8.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/snapshots/label_copies.hpp"
#include "training/snapshots/snapshot_store.hpp"
#include "training/trainer.hpp"

namespace training {

namespace {

constexpr std::size_t snippet_length = 120;

// The rows of validation and test together.
struct Judged {
    std::vector<Item> items;
    Examples examples;
    std::vector<double> probabilities;
    std::vector<int> decided;
};

std::string snippet_of(const Examples& examples, std::size_t row) {
    if (examples.text.empty()) return {};
    const auto& text = examples.text[row];
    const auto& whole = text.title.empty() ? text.body : text.title;
    std::string snippet(base::cut_at_character(whole, snippet_length));
    for (char& c : snippet)
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    return snippet;
}

Judged judge(const ExampleStore& store, const Predictor& predictor, const SnapshotInfo& snapshot) {
    Judged judged;
    for (int split : {1, 2}) {
        auto items = store.split_items(snapshot.id, split);
        judged.items.insert(judged.items.end(), items.begin(), items.end());
    }
    judged.examples = store.load(judged.items, predictor.class_names());
    drop_columns(judged.examples, label_columns(snapshot));
    if (judged.items.empty()) return judged;
    judged.probabilities = predictor.predict(judged.examples);
    judged.decided = predictor.decide(judged.probabilities);
    return judged;
}

// What slices are made of: each numeric column, the length of the text, and the label.
std::vector<SliceColumn> slice_columns(const Judged& judged) {
    std::vector<SliceColumn> columns;
    const auto& examples = judged.examples;
    for (std::size_t i = 0; i < examples.columns.size(); ++i) {
        SliceColumn column{examples.columns[i].name, {}, {}};
        for (std::size_t row = 0; row < examples.rows; ++row)
            column.numbers.push_back(examples.numeric[row * examples.columns.size() + i]);
        columns.push_back(std::move(column));
    }
    if (!examples.text.empty()) {
        SliceColumn length{"characters", {}, {}};
        for (const auto& text : examples.text)
            length.numbers.push_back(static_cast<double>(text.body.size()));
        columns.push_back(std::move(length));
    }
    if (examples.pixel_count > 0) {
        SliceColumn brightness{"brightness", {}, {}};
        for (std::size_t row = 0; row < examples.rows; ++row) {
            double sum = 0;
            for (std::size_t i = 0; i < examples.pixel_count; ++i)
                sum += examples.pixels[row * examples.pixel_count + i];
            brightness.numbers.push_back(sum / static_cast<double>(examples.pixel_count));
        }
        columns.push_back(std::move(brightness));
    }
    SliceColumn label{"label", {}, {}};
    for (int c : examples.classes)
        label.texts.push_back(examples.class_names.at(static_cast<std::size_t>(c)));
    columns.push_back(std::move(label));
    return columns;
}

void find_label_errors(const Judged& judged, std::size_t at_most, Analysis& analysis) {
    const auto& names = judged.examples.class_names;
    auto found = label_errors(judged.probabilities, judged.examples.classes, names.size());
    analysis.estimated_label_errors = found.estimated_share;
    for (const auto& suspect : found.suspects) {
        if (analysis.label_errors.size() == at_most) break;
        analysis.label_errors.push_back(
            {judged.items[suspect.row],
             names.at(static_cast<std::size_t>(suspect.given)),
             names.at(static_cast<std::size_t>(suspect.suggested)),
             suspect.self_confidence,
             "label-error",
             snippet_of(judged.examples, suspect.row)}
        );
    }
}

// A run with its model, ready to predict records.
struct LoadedRun {
    RunInfo run;
    SnapshotInfo snapshot;
    Predictor predictor;
    ExampleStore store;
};

LoadedRun load(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    std::int64_t run_id
) {
    RunInfo run;
    std::string artefact;
    SnapshotInfo snapshot;
    database.call([&](base::Tx& tx) {
        run = require_run(tx, run_id);
        artefact = artefact_of_run(tx, blobs, run_id);
        snapshot = require_snapshot(tx, run.snapshot);
    });
    LoadedRun loaded{
        std::move(run),
        std::move(snapshot),
        Predictor::load(artefact),
        ExampleStore(database, blobs, decode)};
    if (!loaded.predictor.predicts_classes() || loaded.predictor.predicts_sets())
        throw base::Error(
            fmt::format("run {}", run_id),
            loaded.predictor.finder()
                ? "has no labels that it could get wrong"
                : "predicts values, sets or spans; error analysis knows one class of each record "
                  "so far",
            "choose a run of a classification project"
        );
    loaded.store.use_fixes(loaded.predictor.preparation().uses_fixes());
    loaded.store.leave_out(label_in_text(loaded.snapshot));
    if (const auto& inputs = loaded.predictor.inputs())
        loaded.store.choose_pictures(inputs->pictures());
    return loaded;
}

Doubt doubt_by(Order order) {
    switch (order) {
        case Order::uncertain:
            return Doubt::uncertain;
        case Order::entropy:
            return Doubt::entropy;
        case Order::margin:
        case Order::diverse:
            break;
    }
    return Doubt::margin;
}

std::vector<NextItem> choose(
    const NextRequest& request,
    std::span<const double> probabilities,
    std::size_t classes,
    const Examples& examples
) {
    NextSpec spec;
    spec.count = request.count;
    spec.by = doubt_by(request.order);
    spec.random_share = request.random_share;
    spec.seed = request.seed;
    if (request.order == Order::diverse) {
        auto places = places_of(examples);
        return spread_items(probabilities, classes, places.numbers, places.width, spec);
    }
    std::vector<std::uint64_t> hashes;
    if (!request.all)
        for (const auto& text : examples.text)
            hashes.push_back(schema::simhash(text.title + "\n" + text.body));
    return next_items(probabilities, classes, hashes, spec);
}

NextFound choose_next(const LoadedRun& loaded, const NextRequest& request) {
    const auto& [run, snapshot, predictor, store] = loaded;
    auto items = request.among ? *request.among
                               : store.unlabeled_items(run.project_id, run.source_id, request.pool);
    NextFound found{.items = {}, .pool = items.size()};
    if (items.empty()) return found;
    const auto& names = predictor.class_names();
    auto examples = store.load(items, names);
    auto probabilities = predictor.predict(examples);
    auto decided = predictor.decide(probabilities);
    for (const auto& next : choose(request, probabilities, names.size(), examples))
        found.items.push_back(
            {items[next.row],
             "",
             names.at(static_cast<std::size_t>(decided[next.row])),
             next.score,
             std::string(
                 next.reason == NextItem::Reason::random ? "random" : base::name_of(request.order)
             ),
             snippet_of(examples, next.row)}
        );
    return found;
}

}  // namespace

Analysis analyse(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    const AnalysisRequest& request
) {
    auto loaded = load(database, blobs, decode, request.run_id);
    const auto& predictor = loaded.predictor;
    Analysis analysis;
    analysis.run = loaded.run;
    auto judged = judge(loaded.store, predictor, loaded.snapshot);
    analysis.judged = judged.items.size();
    if (!judged.items.empty()) {
        std::vector<std::uint8_t> wrong;
        for (std::size_t row = 0; row < judged.items.size(); ++row)
            wrong.push_back(judged.decided[row] != judged.examples.classes[row]);
        analysis.wrong = static_cast<std::size_t>(std::count(wrong.begin(), wrong.end(), 1));
        Judging how;
        how.brief = true;
        how.said = judged.decided;
        auto report = judge_classes(
            judged.probabilities, judged.examples.classes, predictor.class_names().size(), how
        );
        for (const auto& pair : confused_pairs(report))
            analysis.confused.push_back(
                {predictor.class_names().at(pair.truth),
                 predictor.class_names().at(pair.predicted),
                 pair.rows,
                 pair.share}
            );
        if (request.slices) analysis.slices = worst_slices(slice_columns(judged), wrong);
        if (request.label_errors) find_label_errors(judged, request.label_errors_at_most, analysis);
    }
    if (request.next.count > 0) {
        auto next = choose_next(loaded, request.next);
        analysis.next = std::move(next.items);
        analysis.pool = next.pool;
    }
    return analysis;
}

NextFound choose_next(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    const NextRequest& request
) {
    return choose_next(load(database, blobs, decode, request.run_id), request);
}

}  // namespace training

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

constexpr std::size_t findings_at_most = 100;
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
    judged.decided = decide(judged.probabilities, predictor.class_names().size());
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

void find_label_errors(const Judged& judged, Analysis& analysis) {
    const auto& names = judged.examples.class_names;
    auto found = label_errors(judged.probabilities, judged.examples.classes, names.size());
    analysis.estimated_label_errors = found.estimated_share;
    for (const auto& suspect : found.suspects) {
        if (analysis.label_errors.size() == findings_at_most) break;
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

void find_next(
    const ExampleStore& store,
    const Predictor& predictor,
    const AnalysisRequest& request,
    Analysis& analysis
) {
    auto items =
        store.unlabeled_items(analysis.run.project_id, analysis.run.source_id, request.pool);
    analysis.pool = items.size();
    if (items.empty()) return;
    auto examples = store.load(items, predictor.class_names());
    auto probabilities = predictor.predict(examples);
    auto classes = predictor.class_names().size();
    auto decided = decide(probabilities, classes);
    std::vector<std::uint64_t> hashes;
    for (const auto& text : examples.text)
        hashes.push_back(schema::simhash(text.title + "\n" + text.body));
    NextSpec spec;
    spec.count = request.next;
    spec.seed = request.seed;
    for (const auto& next : next_items(probabilities, classes, hashes, spec)) {
        analysis.next.push_back(
            {items[next.row],
             "",
             predictor.class_names().at(static_cast<std::size_t>(decided[next.row])),
             next.score,
             next.reason == NextItem::Reason::random ? "random" : "uncertain",
             snippet_of(examples, next.row)}
        );
    }
}

}  // namespace

Analysis analyse(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    const AnalysisRequest& request
) {
    Analysis analysis;
    std::string artefact;
    SnapshotInfo snapshot;
    database.call([&](base::Tx& tx) {
        analysis.run = require_run(tx, request.run_id);
        artefact = artefact_of_run(tx, blobs, request.run_id);
        snapshot = require_snapshot(tx, analysis.run.snapshot);
    });
    auto predictor = Predictor::load(artefact);
    if (!predictor.predicts_classes())
        throw base::Error(
            fmt::format("run {}", request.run_id),
            "predicts values; error analysis knows classes so far",
            "choose a run of a classification project"
        );
    ExampleStore store(database, blobs, decode);
    store.use_fixes(predictor.preparation().uses_fixes());
    store.leave_out(label_in_text(snapshot));
    if (predictor.inputs()) store.choose_pictures(predictor.inputs()->pictures());
    auto judged = judge(store, predictor, snapshot);
    analysis.judged = judged.items.size();
    if (!judged.items.empty()) {
        std::vector<std::uint8_t> wrong;
        for (std::size_t row = 0; row < judged.items.size(); ++row)
            wrong.push_back(judged.decided[row] != judged.examples.classes[row]);
        analysis.wrong = static_cast<std::size_t>(std::count(wrong.begin(), wrong.end(), 1));
        auto report = judge_classes(
            judged.probabilities, judged.examples.classes, predictor.class_names().size()
        );
        for (const auto& pair : confused_pairs(report))
            analysis.confused.push_back(
                {predictor.class_names().at(pair.truth),
                 predictor.class_names().at(pair.predicted),
                 pair.rows,
                 pair.share}
            );
        if (request.slices) analysis.slices = worst_slices(slice_columns(judged), wrong);
        if (request.label_errors) find_label_errors(judged, analysis);
    }
    if (request.next > 0) find_next(store, predictor, request, analysis);
    return analysis;
}

}  // namespace training

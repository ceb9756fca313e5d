#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "training/analysis/content/contents_of_run.hpp"
#include "training/analysis/parts/span_errors.hpp"
#include "training/analysis/slices.hpp"
#include "training/answers/answer_model.hpp"
#include "training/answers/asked_question.hpp"
#include "training/run_store.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/snapshots/snapshot_store.hpp"
#include "training/trainer.hpp"

namespace training {

// A run with its model, ready to predict records, and what it was fitted by.
struct LoadedRun {
    base::Database& database;
    RunInfo run;
    SnapshotInfo snapshot;
    Predictor predictor;
    ExampleStore store;
    SetApart apart;  // its target, if it learnt no labels of the project, and its weights
    std::vector<std::string> left_out;  // columns that repeat the label
    TrainSpec spec;                     // with kind and parameters as they were chosen, no search
    std::size_t training_rows = 0;

    std::optional<AskedQuestion> question;  // of a model of its answers

    // What it predicts: one class of each record, a set of classes, spans, answers, or a value.
    bool predicts_one_class() const {
        return predictor.predicts_classes() && !predictor.predicts_sets();
    }
    bool predicts_values() const { return predictor.predicts_values(); }
};

// Throws base::Error for a run that there is not, that made no model, or that learns no labels.
LoadedRun load_run(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    std::int64_t run_id
);

// Members of some parts of the run's snapshot.
struct RunRows {
    std::vector<Item> items;
    std::vector<int> parts;  // 0 training, 1 validation, 2 test
    Examples examples;
    // How sure each label is, as truth inference says it of who gave it; NaN where nobody knows.
    std::vector<double> reliability;
};
// With marks, spans or answers, where the run predicts these. Throws base::Error if the members
// have not all what it predicts.
RunRows rows_of_parts(const LoadedRun& loaded, std::initializer_list<int> parts);

// What the run's model says of rows, and how wrong that is.
struct RowErrors {
    std::vector<double> predicted = {};   // probabilities, or values
    std::vector<int> decided = {};        // classes
    std::vector<std::uint8_t> sets = {};  // in the place of these: rows x classes
    std::vector<JudgedSpans> spans = {};  // in the place of all these
    std::vector<SaidAnswer> said = {};    // likewise, of models of answers
    PartsProbable probable = {};          // of their parts
    std::vector<JudgedBoxes> boxes = {};  // or what they find beside marks
    std::vector<double> errors = {};      // as SizeErrors has them
};
RowErrors judge_rows(const LoadedRun& loaded, const RunRows& rows);

// What rows can be sliced by: columns (categories by their values), the length of the text, the
// brightness of the picture, language, host and file of the record, what its content is about, and,
// with `label`, the class.
std::vector<SliceColumn> slice_columns_of(
    const LoadedRun& loaded,
    const RunContents& contents,
    const std::vector<Item>& items,
    const Examples& examples,
    bool label
);

// Takes the condition from slices that it does not find the records of: it asks for a column that a
// mapping made of fields with other names.
void drop_false_conditions(
    const LoadedRun& loaded,
    const std::vector<Item>& items,
    std::vector<Slice>& slices
);

// The label of a row: the name of its class, the names of a set's classes, how many spans there
// are; empty for a value or none.
std::string label_text(const Examples& examples, std::size_t row);
std::string set_text(std::span<const std::uint8_t> marks, const std::vector<std::string>& names);

// Title or first words of a row, in one line.
std::string snippet_of(const Examples& examples, std::size_t row);

}  // namespace training

#pragma once

#include <cstddef>
#include <vector>

#include "training/analysis/analysis.hpp"
#include "training/analysis/judged_run.hpp"
#include "training/analysis/kept/kept_fits.hpp"
#include "training/analysis/odd_items.hpp"

// The parts of analyse(): each reads what it needs of a run and adds what it finds.
namespace training {

// All that the findings share: each part of the snapshot is read once.
struct Findings {
    const LoadedRun& loaded;
    const AnalysisRequest& request;
    RunRows judged;                         // validation and test
    RowErrors errors;                       // of them
    RunRows training;                       // read where it is needed
    RunContents contents = {};              // what the judged rows are about
    std::vector<SliceColumn> columns = {};  // of judged rows
    // Of the judged rows.
    std::vector<std::uint8_t> suspect = {}, far = {};
    std::vector<double> doubt = {};
    KeptFits fits = {};
};

// A row that deserves a look, its label as given.
ReviewItem review_of(const RunRows& rows, std::uint32_t row, double score, std::string reason);

// A label that may be wrong, of any kind.
struct Suspected {
    const RunRows* rows = nullptr;
    std::uint32_t row = 0;
    double quality = 0;
    bool confident = false;
    std::string given, suggested;
};
// The best of both parts by quality, or as their ranks follow each other where another order than
// by log-odds was asked for. Each list is of one part, the likeliest error first.
void take_suspects(
    std::vector<std::vector<Suspected>> parts,
    const AnalysisRequest& request,
    Analysis& out
);

// Whether the run's model says something of single records, which a baseline does not.
bool tells_records_apart(const LoadedRun& loaded);

void find_confusions(const Findings& of, Analysis& analysis);
// Labels that may be wrong, of all parts.
void find_label_errors(Findings& of, Analysis& analysis);
// The same two of sets, of spans, and of answers of several parts, class by class, with slices.
void find_set_errors(Findings& of, Analysis& analysis);
void find_span_errors(Findings& of, Analysis& analysis);
void find_answer_errors(Findings& of, Analysis& analysis);
// Rows of several parts that are right, and yet doubtful.
void find_ambiguous_parts(Findings& of, Analysis& analysis);
// Ambiguous rows, those far from the training rows, and those nearly the same as others.
void find_odd_items(Findings& of, Analysis& analysis);
// Learning curves, what they promise, what earlier promises were worth, and the advice.
void find_forecasts(Findings& of, Analysis& analysis);

}  // namespace training

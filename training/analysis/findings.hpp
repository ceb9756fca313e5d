#pragma once

#include <cstddef>
#include <vector>

#include "training/analysis/analysis.hpp"
#include "training/analysis/judged_run.hpp"
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
    std::vector<SliceColumn> columns = {};  // of judged rows
    // Of the judged rows.
    std::vector<std::uint8_t> suspect = {}, far = {};
    std::vector<double> doubt = {};
};

void find_confusions(const Findings& of, Analysis& analysis);
// Labels that may be wrong, of all parts.
void find_label_errors(Findings& of, Analysis& analysis);
// Ambiguous rows, those far from the training rows, and those nearly the same as others.
void find_odd_items(Findings& of, Analysis& analysis);
// Learning curves, what they promise, what earlier promises were worth, and the advice.
void find_forecasts(Findings& of, Analysis& analysis);

}  // namespace training

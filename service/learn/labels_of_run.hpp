#pragma once

#include <cstdint>

#include "service/learn/errors.hpp"
#include "service/verb.hpp"
#include "training/analysis/analysis.hpp"
#include "training/run_store.hpp"

// What labeling knows of the records of a run: the two modules meet here.
namespace service {

// The labels of the snapshot's members now, and how many are others than the snapshot has. Of a run
// that learnt no labels of a project nothing can change.
training::LabelsNow labels_now(Work& work, const training::RunInfo& run);

// Fills in what people said of records that several answered: "sport 2, music 1".
void add_people(Work& work, const training::Analysis& analysis, FoundErrors& found);

}  // namespace service

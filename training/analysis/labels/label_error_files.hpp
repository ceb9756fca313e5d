#pragma once

#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include "training/analysis/labels/label_errors.hpp"

// Suspected label errors of plain files, without a database.
namespace training {

// Rows of two files that belong together.
struct JudgedLabels {
    std::vector<std::string> classes;
    std::vector<std::string> ids;  // of the rows in the order of the labels; from 1 without ids
    std::vector<int> labels;
    std::vector<double> probabilities;  // rows x classes, each row sums to 1
    std::vector<std::string> notes;     // what was left out or mended, a line for each kind
};

// Both files are tables (formats/table/table.hpp): CSV or JSON, plain or packed.
//
// Probabilities: a column `id` (or `key`) and one column for each class; or JSON lines with the
// classes as members, or within the member `probabilities` as `tilth model predict` prints them.
// Labels: `id` (or `key`) and `label`. Where neither file has ids, rows belong together by their
// order, and numbers without a header will do: a matrix, and a column of class numbers from 0.
//
// Rows that cannot be used are left out and counted in `notes`: an id that only one file has, a
// label that is missing or that no class has, probabilities that are missing, not finite or
// negative, or that sum to 0. Rows that do not sum to 1 are scaled, and counted. Throws base::Error
// for an id that stands twice in a file, files of different length without ids, and if no row is
// left; base::Interrupted at a stop.
JudgedLabels read_judged_labels(
    const std::string& probabilities,
    const std::string& labels,
    const std::stop_token& stop = {}
);

}  // namespace training

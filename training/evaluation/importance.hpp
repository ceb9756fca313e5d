#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "training/trainer.hpp"

namespace training {

// What a column of the input is worth to a model.
struct ColumnImportance {
    std::string column;    // by name; "title", "body" and "picture" for what is none
    double rise = 0;       // of the loss, when its values are dealt out anew among the rows
    double deviation = 0;  // among the repetitions
};

struct ImportanceSpec {
    std::size_t rows = 2000;    // looked at, of more by chance
    std::size_t columns = 200;  // of numbers, the first
    std::size_t repetitions = 3;
    std::uint64_t seed = 1;
    std::size_t threads = 0;
    std::stop_token stop = {};
};

struct Importance {
    std::vector<ColumnImportance> columns;  // the highest first
    std::size_t rows = 0;
    double loss = 0;  // of the rows as they are: mean log-loss, or RMSE
};

// Permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019) of the columns that the
// model was trained on, on labelled rows that it has not learnt from. The same seed gives the same
// bits. Nothing where there are no rows or no labels. Throws base::Interrupted at a stop.
Importance permutation_importance(
    const Predictor& predictor,
    const Examples& examples,
    const ImportanceSpec& spec = {}
);

}  // namespace training

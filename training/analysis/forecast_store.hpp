#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schema/records/record.hpp"
#include "training/analysis/forecast.hpp"
#include "training/analysis/slices.hpp"
#include "training/run_store.hpp"

namespace base {
class Tx;
}

// Forecasts of what more labels bring, kept with the run that made them, so that a later run on
// more labels shows what they were worth.
namespace training {

struct Forecast {
    std::int64_t run_id = 0;
    std::string slice = {};  // its description; empty: all judged rows
    std::vector<SlicePredicate> predicates = {};
    std::size_t training_rows = 0;  // that the run learnt from
    std::size_t judged = 0;         // rows that the curve was drawn by
    std::size_t labels = 0;         // so many more
    double error = 0;               // at training_rows, by the curve; of values the RMSE
    Expected gain = {};             // fall of the error by that many
    // The slice's share of the training rows: labels given to it alone count as 1 / share labels
    // by chance.
    double share = 1;
    CurveLaws curve = {};
};

// A forecast beside what came.
struct ScoredForecast {
    std::int64_t run_id = 0;  // that made it
    std::string slice;
    std::size_t rows_then = 0, rows_now = 0;  // of training
    double error_then = 0;
    Expected expected = {};  // at rows_now, with the chance of the judged rows
    double came = 0;
    std::size_t judged = 0;
    bool held = false;  // what came lies within what was expected
};

// In place of those that the run had.
void keep_forecasts(
    base::Tx& tx,
    std::int64_t run_id,
    const std::vector<Forecast>& forecasts,
    schema::Time now
);
std::vector<Forecast> forecasts_of(base::Tx& tx, std::int64_t run_id);
// Of the newest run before that has some: of the same source, project and kind of model, with fewer
// training rows.
std::vector<Forecast>
forecasts_before(base::Tx& tx, std::int64_t run_id, std::size_t training_rows);

// By the error of `judged` rows of a run that learnt from `rows_now`: a mean, of values the RMSE.
// Forecasts of older programs, which spoke of squared errors of values, are read as roots.
ScoredForecast score(
    const Forecast& forecast,
    std::size_t rows_now,
    double came,
    std::size_t judged,
    bool of_classes
);

// Forecasts of all judged rows against what a run's metrics say.
struct MeasuredRun {
    std::int64_t run_id = 0;
    std::size_t training_rows = 0;
    std::size_t judged = 0;  // rows of validation and test
    double error = 0;        // of them: wrong ones, the Hamming loss of sets, or the RMSE
    bool of_classes = true;
};
// As a run's metrics and analysis say; nothing for one that judged no rows.
std::optional<MeasuredRun> measured_run(const RunInfo& run, const std::vector<Metric>& metrics);
std::vector<ScoredForecast> scored_forecasts(base::Tx& tx, const MeasuredRun& run);

}  // namespace training

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "training/analysis/errors.hpp"
#include "training/trainer.hpp"

// What more labels would bring, as learning curves say it.
namespace training {

// The errors of models that were fitted on `rows` training rows, one for each held-out row: 0 or 1,
// the share of classes that a set has wrong, of spans 1 less the F1 of the text's, or a squared
// error.
struct SizeErrors {
    std::size_t rows = 0;
    std::vector<double> errors;
    std::vector<std::vector<double>> again = {};  // by other draws of as many rows
};

// Fits `spec`, without a search, at growing sizes (1/16, 1/8, .. 1 of the rows, from 20 on), each
// the beginning of one seeded shuffle, and judges each on `held_out`; sizes below all of them of as
// many shuffles as `draws` says, half of the rows of two at most. What the spec decides from
// probabilities is fitted at each size: on these rows of `held_out`, or out of fold where there are
// none. Throws base::Interrupted at a stop.
std::vector<SizeErrors> errors_by_size(
    const Examples& train,
    const Examples& held_out,
    const TrainSpec& spec,
    std::stop_token stop = {},
    std::span<const std::uint32_t> validation = {},
    std::size_t draws = 1
);

// Power laws that fit resamples of the points: how far the curve may lie from the one drawn; and
// what a single model differs from its law by, beside.
struct CurveLaws {
    PowerLaw law;                       // of all rows
    std::vector<PowerLaw> others = {};  // one a resample
    bool roots = false;                 // of the roots of mean errors: RMSE
    // Standard deviation of an error by which training rows were drawn, as a share of it.
    double by_draw = 0;
    // Of the error of a judged row: over that of one that is wrong or right; of roots, over the
    // mean error.
    double by_row = 1;
};

// Curves of the mean error of `rows` (positions in SizeErrors::errors; empty: all), or of its root;
// inverse power laws (Hestness et al. 2017) of fit_power_law(). Resampled are the rows, with
// repetition, the same ones at each size (Efron 1979), and at each size what the draw of the
// training rows moved the error by, as much as those that were drawn again differ. Nothing for
// fewer than three sizes or ten rows.
std::optional<CurveLaws> curve_laws(
    std::span<const SizeErrors> sizes,
    std::span<const std::uint32_t> rows = {},
    std::uint64_t seed = 1,
    std::size_t resamples = 60,
    bool roots = false
);

// How often what comes lies within an interval of Expected, as far as error follows a power law.
inline constexpr double expected_coverage = 0.8;

// An error that is expected, and where it lies with 80 %.
struct Expected {
    double error = 0;
    Interval interval;
};
// At `rows` training rows. With `judged` of one model: so many held-out rows will measure it, and
// what these and its training rows differ by chance widens the interval; 0: of the law.
Expected error_at(const CurveLaws& curve, double rows, std::size_t judged = 0);
// The fall of the error from `rows` to `rows + more` training rows: the return of so many labels.
// Each law is compared with itself, so that what all sizes have in common falls out.
Expected gain_of(const CurveLaws& curve, double rows, double more);

}  // namespace training

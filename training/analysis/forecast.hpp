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

// The errors of one model that was fitted on `rows` training rows, one for each held-out row: 0 or
// 1, the share of classes that a set has wrong, or a squared error.
struct SizeErrors {
    std::size_t rows = 0;
    std::vector<double> errors;
};

// Fits `spec`, without a search, at growing sizes (1/16, 1/8, .. 1 of the rows, from 20 on), each
// the beginning of one seeded shuffle, and judges each on `held_out`. What the spec decides from
// probabilities is fitted at each size: on these rows of `held_out`, or out of fold where there are
// none. Throws base::Interrupted at a stop.
std::vector<SizeErrors> errors_by_size(
    const Examples& train,
    const Examples& held_out,
    const TrainSpec& spec,
    std::stop_token stop = {},
    std::span<const std::uint32_t> validation = {}
);

// Power laws that fit resamples of the held-out rows: how far the curve may lie from the one drawn.
struct CurveLaws {
    PowerLaw law;                  // of all rows
    std::vector<PowerLaw> others;  // one a resample
};

// Curves of the mean error of `rows` (positions in SizeErrors::errors; empty: all), by resamples of
// the rows with repetition, the same ones at each size (Efron 1979); inverse power laws (Hestness
// et al. 2017) of fit_power_law(). Nothing for fewer than three sizes or ten rows.
std::optional<CurveLaws> curve_laws(
    std::span<const SizeErrors> sizes,
    std::span<const std::uint32_t> rows = {},
    std::uint64_t seed = 1,
    std::size_t resamples = 60
);

// A mean error that is expected, and where it lies with 95 %.
struct Expected {
    double error = 0;
    Interval interval;
};
// At `rows` training rows. `judged`: so many held-out rows will measure it; what they differ by
// chance widens the interval (the binomial's normal bound); 0: not.
Expected error_at(const CurveLaws& curve, double rows, std::size_t judged = 0);
// The fall of the error from `rows` to `rows + more` training rows: the return of so many labels.
// Each law is compared with itself, so that what all sizes have in common falls out.
Expected gain_of(const CurveLaws& curve, double rows, double more);

}  // namespace training

#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "training/report/report.hpp"

namespace training {

// Drawings of the report as SVG, each with a title and description for screen readers. Colours come
// from the style sheet.
std::string
learning_curve_plot(std::span<const CurveSample> samples, const std::optional<PowerLaw>& law);
std::string epochs_plot(std::span<const Progress> epochs);
std::string calibration_plot(const ClassReport& report);
std::string balance_plot(
    std::span<const std::string> names,
    std::span<const std::array<std::size_t, 3>> balance
);
// ROC and precision against recall of each class.
std::string roc_plot(std::span<const ClassCurves> curves);
std::string precision_recall_plot(std::span<const ClassCurves> curves);
// Accuracy of what is answered when only the surest are; the point is where the model stops, if it
// does.
std::string coverage_plot(const CurveOfPoints& curve, const std::optional<double>& answered);
// Prediction less truth against the prediction.
std::string residuals_plot(std::span<const std::pair<double, double>> points);
// How many rows are missed by how much.
std::string misses_plot(std::span<const std::pair<double, double>> points);
std::string trials_plot(std::span<const Trial> trials);
std::string scatter_plot(std::span<const std::pair<double, double>> points);
// A dot with its interval on a scale from `low` to `high`.
std::string interval_mark(const Estimate& estimate, double low, double high);

}  // namespace training

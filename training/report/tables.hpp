#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "training/report/report.hpp"

namespace training {

// Parts of the report as HTML; all texts from data are escaped.
std::string show(double value, const MetricName& metric);
std::string models_table(const Report& report);
std::string heat_map(const Report& report);
std::string pairs_table(const Report& report);
std::string class_table(const Report& report);  // the weakest first
std::string slices_table(const Report& report);
std::string misses_table(const Report& report);
// The points of a plot; all of them HTML.
std::string points_table(
    std::string_view label,
    std::string_view first,
    std::string_view second,
    const std::vector<std::pair<std::string, std::string>>& points
);
// `joint` stands between truth and prediction.
std::string findings(const std::vector<Finding>& list, std::string_view joint);
std::string importance_table(const Report& report);
std::string gains_table(const Report& report);  // the twenty highest
std::string composition_tables(const Report& report);
// The points of the plots.
std::string bins_table(const ClassReport& report);
std::string curve_table(const Report& report);
std::string epochs_table(const Report& report);
std::string coverage_table(const CurveOfPoints& curve);
std::string balance_table(const Report& report);
// Of the largest part of the training rows that was fitted for the learning curve.
double last_size(const Report& report);
std::string name_of_class(const Report& report, std::size_t i);
std::string trials_table(const Report& report);  // the ten best

}  // namespace training

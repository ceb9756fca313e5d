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
// `joint` stands between truth and prediction.
std::string findings(const std::vector<Finding>& list, std::string_view joint);
std::string importance_table(const Report& report);
std::string gains_table(const Report& report);  // the twenty highest
std::string composition_tables(const Report& report);
std::string trials_table(const Report& report);  // the ten best

}  // namespace training

#pragma once

#include <vector>

#include <boost/json/object.hpp>

#include "service/learn/runs.hpp"

namespace CLI {
class App;
}
namespace service {
class Context;
}

namespace app {

// A run as machines read it.
boost::json::object run_json(const service::RunLine& run);
// `runs watch`.
void watch_run(CLI::App& runs, service::Context& context);
// For people.
void print_metrics(const std::vector<service::RunMetric>& metrics);
// What more labels are expected to bring, and what earlier such words were worth.
void print_forecasts(const std::vector<service::LabelForecast>& forecasts);
void print_past(const std::vector<service::PastForecast>& past);

}  // namespace app

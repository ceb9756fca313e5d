#pragma once

#include "api/server/message.hpp"
#include "api/server/metrics.hpp"
#include "service/figures.hpp"

// What /metrics tells.
namespace api {

void set_figures(Metrics& metrics, const service::Figures& figures);
Response metrics_page(const Metrics& metrics);

}  // namespace api

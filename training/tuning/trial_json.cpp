#include "training/tuning/trial_json.hpp"

#include <boost/json.hpp>

#include "base/json/finite.hpp"

namespace training {

boost::json::object to_json(const Trial& trial) {
    boost::json::object params;
    boost::json::array curve;
    for (const auto& [name, value] : trial.params) params[name] = value;
    for (const auto& point : trial.curve) {
        boost::json::object entry{{"epoch", point.done}, {"loss", point.loss}};
        if (point.validation) entry["validation"] = *point.validation;
        curve.push_back(std::move(entry));
    }
    return {
        {"kind", trial.kind},
        {"params", params},
        {"fraction", trial.fraction},
        {"cost", base::finite_or_null(trial.cost)},
        {"seconds", trial.seconds},
        {"failure", trial.failure},
        {"curve", curve}};
}

}  // namespace training

#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/describe/class.hpp>

#include "service/models/predict.hpp"
#include "service/verb.hpp"

// Models that answer: read once, checked, and kept in memory.
namespace service {

// How a model's golden predictions (training/registry/golden.hpp) came out again.
struct GoldenCheck {
    int records = 0;  // that were compared; 0: none is left, or the run judged nothing
    bool holds = true;
    double worst = 0;  // how far the furthest is off
    std::string told;  // one line
};
BOOST_DESCRIBE_STRUCT(GoldenCheck, (), (records, holds, worst, told))

GoldenCheck check_golden(Work& work, const LoadedModel& model);

// A model by its name, version 0 being the one in production or the newest. It is read, and its
// golden predictions replayed, when it is first asked for; eight models are kept, those asked for
// last. Throws base::Error in one line, and answers nothing, if the replay does not hold. Any
// thread may ask.
std::shared_ptr<const LoadedModel>
serving_model(Work& work, const std::string& name, int version = 0);
// The same of a model that was looked up.
std::shared_ptr<const LoadedModel> serving_model(Work& work, const training::ModelInfo& info);

}  // namespace service

#pragma once

#include <string>

#include <boost/json/array.hpp>

#include "schema/blobs/blobs.hpp"
#include "training/run_store.hpp"
#include "training/trainer.hpp"

namespace base {
class Database;
}

namespace app {

// A stored model, ready to answer.
struct LoadedModel {
    training::ModelInfo info;
    training::Predictor predictor;
    std::vector<schema::Column> columns;  // of the source it learnt from
};

// Version 0: the one in production, or else the newest.
LoadedModel load_model(
    base::Database& database,
    const schema::Blobs& blobs,
    const std::string& name,
    int version = 0
);

// One answer per input object: {"class","probability","probabilities":{..}} or {"value"}. An input
// has "title", "body" or "text", and the source's numeric columns by name; what is absent is
// missing. Throws base::UsageError for an input that is no object.
boost::json::array predict(const LoadedModel& model, const boost::json::array& inputs);

// The same for examples at hand.
boost::json::array predict(const LoadedModel& model, const training::Examples& examples);

}  // namespace app

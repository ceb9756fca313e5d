#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <boost/json/array.hpp>

#include "schema/blobs/blobs.hpp"
#include "training/run_store.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/trainer.hpp"

namespace base {
class Database;
class Tx;
}  // namespace base

namespace service {

struct WatchedInputs;  // watch.hpp

// A stored model, ready to answer.
struct LoadedModel {
    training::ModelInfo info;
    training::Predictor predictor;
    training::InputSignature inputs;         // what it learnt from, by name
    std::vector<std::string> label_in_text;  // fields to be taken out of its texts
    // Of each category column, by its place among the inputs' columns, the values by their codes.
    std::map<std::size_t, std::map<int, std::string>> levels = {};
};

// Version 0: the one in production, or else the newest.
LoadedModel
load_model(base::Tx& tx, const schema::Blobs& blobs, const std::string& name, int version = 0);

// The model that a training run made. Throws base::Error if there is no such run, or it made none.
LoadedModel load_run(base::Tx& tx, const schema::Blobs& blobs, std::int64_t run);

// One answer per input object: {"class","probability","probabilities":{..}}, {"classes":[..],
// "probabilities":{..}} for sets of classes, {"spans":[{"start","end","label","probability"}, ..],
// "probability"} for spans, {"answer","probability", ..} for questions of several parts (the answer
// null where the input has nothing that it could be of; of candidates their "scores", of rows how
// "sure" each is), or {"value"}; of models that find structure {"cluster","distance"},
// {"cluster","memberships"}, {"components","residual"} or {"score"}, a cluster of null for none. Of
// a model that may leave records without an answer it says "abstained" too; the class is then null.
// What an input may have says inputs.hpp; "unknown", "unknown_values" and "left_out" of an answer
// name what the model could make nothing of. Throws as rows_of() does. `watch` sees what was
// answered.
boost::json::array predictions_for(
    const LoadedModel& model,
    const boost::json::array& inputs,
    bool strict = false,
    WatchedInputs* watch = nullptr
);

// The records of a model's source that a condition holds for, in the order of the store.
class RecordPredictions {
public:
    // `model` must outlive this.
    RecordPredictions(
        base::Database& database,
        const schema::Blobs& blobs,
        const LoadedModel& model,
        const std::string& where
    );
    // None, for of_items() alone.
    RecordPredictions(
        base::Database& database,
        const schema::Blobs& blobs,
        const LoadedModel& model
    );
    std::size_t size() const { return items_.size(); }
    // What is answered from now on is seen by it too.
    void watch(WatchedInputs* watch) { watch_ = watch; }
    // Versions of records as the model is given them.
    training::Examples rows_of(const std::vector<training::Item>& some) const;
    // The answers for `count` of them from `first` on, with the member "key" first.
    boost::json::array of(std::size_t first, std::size_t count) const;
    // The same for versions of records at hand.
    boost::json::array of_items(const std::vector<training::Item>& some) const;

private:
    const LoadedModel& model_;
    training::ExampleStore store_;
    std::vector<training::Item> items_;
    WatchedInputs* watch_ = nullptr;
};

}  // namespace service

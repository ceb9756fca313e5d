#pragma once

#include <cstdint>

#include <boost/json/array.hpp>

#include "quality/profile/profile.hpp"
#include "service/models/predict.hpp"
#include "service/verb.hpp"

// What models are asked and answer, watched: sketches by the hour, compared with the held-out rows
// of the snapshot; an alarm (webhook event model.drift) once an hour where they differ.
namespace service {

// That a comparison with held-out rows says something of.
inline constexpr std::int64_t enough_predictions = 200;

// Of some predictions of one model.
struct WatchedInputs {
    std::int64_t predictions = 0, abstained = 0, unknown = 0;
    // The model's columns by name, and "(class)", "(probability)", "(value)", "(text bytes)".
    quality::Profile profile;

    // `rows`: aligned; `answers`: as predictions_for() gives them.
    void
    add(const LoadedModel& model, const training::Examples& rows, const boost::json::array& answers
    );
    void merge(const WatchedInputs& other);
};

// Keeps what was watched in memory, apart for each database. Waits for nothing but other callers,
// so that no prediction waits for the disk; who serves calls store_watched() every few seconds. Any
// thread may call.
void keep_watched(const Environment& here, const training::ModelInfo& model, WatchedInputs watched);

// Stores what was kept of models that had 200 predictions, or whose first is 10 s ago; of each
// model with `all`. Models that are gone are passed over. Where it throws all is kept again. Any
// thread may call.
void store_watched(base::Tx& tx, const Environment& here, base::Time at, bool all = false);
// Whether anything is kept.
bool watched_waits(const Environment& here);

// Stores what the model's held-out rows are like, 5,000 of them at most, if it is not there yet;
// training rows where fewer than 200 are held out.
void make_reference(Work& work, const LoadedModel& model);

}  // namespace service

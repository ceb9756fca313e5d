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

// Keeps what was watched in memory, and stores it when there are 200 predictions of the model and
// the last time is a second ago, 10 s have passed since then, or `now` is asked for. Any thread may
// call.
void keep_watched(
    const Environment& here,
    const training::ModelInfo& model,
    WatchedInputs watched,
    base::Time at,
    bool now = false
);

// Stores what the model's held-out rows are like, 5,000 of them at most, if it is not there yet;
// training rows where fewer than 200 are held out.
void make_reference(Work& work, const LoadedModel& model);

}  // namespace service

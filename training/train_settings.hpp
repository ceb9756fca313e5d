#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json/shape_of.hpp"
#include "base/settings/fwd.hpp"
#include "training/labels/soft_labels.hpp"
#include "training/semi_supervised/unlabelled_spec.hpp"
#include "training/trainer.hpp"

namespace training {

// Which version of the source's preparation a training uses: 0 none, nothing the present one.
struct PreparationChoice {
    std::optional<int> version;

    bool operator==(const PreparationChoice&) const = default;
};

// All that a training is told: by the flags of `tilth train`, its --spec file, a job and HTTP.
struct TrainSettings {
    std::string snapshot;
    std::string model = "softmax";
    std::string tune;
    Params params;
    FeatureSpec features;
    Objective objective = Objective::log_loss;
    double budget = 0;  // seconds after which a search ends
    Loss loss = Loss::squared;
    double quantile = 0.5;
    Labels labels = Labels::hard;
    DecisionSpec decision;
    std::string target;  // a numeric column to predict instead of the project's labels
    std::string weight;  // a numeric column: how much each training row counts
    PreparationChoice prepare;
    std::string name;  // of the model; empty: see model_name()
    std::uint64_t seed = 1;
    std::size_t threads = 0;
    bool curve = false;
    UnlabelledSpec unlabelled;               // what is made of records without a label
    std::string allow_leak;                  // why a leak that was found is none
    bool again = false;                      // even if the same was trained before
    std::map<std::string, std::string> tag;  // of the run
    std::string note;

    // What the trainer is to do; the preparation is not looked up yet.
    TrainSpec spec() const;

    static const base::Settings<TrainSettings> settings;
};

}  // namespace training

template <>
struct base::Spelling<training::PreparationChoice> {
    static constexpr std::string_view wanted = "a version, 0 for none, or present";
    static std::optional<training::PreparationChoice> read(std::string_view text);
    static std::string write(const training::PreparationChoice& choice);
};

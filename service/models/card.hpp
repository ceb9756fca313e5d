#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/learn/runs.hpp"
#include "service/models/models.hpp"
#include "service/models/serving.hpp"
#include "training/registry/model_about_store.hpp"
#include "training/snapshots/card_store.hpp"

// Model cards (Mitchell et al. 2019): what a version of a model is, what it learnt from, how good
// it is where, and what it is for.
namespace service {

struct CardClass {
    std::string name;
    std::optional<double> precision, recall, f1;  // on the test part, or on validation
    std::int64_t support = 0;
};
BOOST_DESCRIBE_STRUCT(CardClass, (), (name, precision, recall, f1, support))

struct CardSlice {
    std::string slice;
    std::int64_t rows = 0;
    double rate = 0, low = 0, high = 0;  // of errors, with the 95 % interval
};
BOOST_DESCRIBE_STRUCT(CardSlice, (), (slice, rows, rate, low, high))

struct ModelCard {
    std::string name;
    int version = 0;
    training::Stage stage = training::Stage::candidate;
    std::string kind, created_at, code_version, run_key, artefact_sha256;
    std::int64_t run = 0;
    std::uint64_t seed = 0;
    base::JsonText parameters;
    std::vector<std::string> learnt;  // a column as target or as weights
    training::ModelAbout about;
    training::Card data;      // of the snapshot: where from, licences, classes by part
    training::Rights rights;  // what sites and licences say of its members now
    std::vector<RunMetric> metrics;
    std::vector<CardClass> classes;
    std::vector<CardSlice> slices;  // worse than the rest beyond chance
    GoldenCheck golden;
    std::optional<bool> tests_passed;
    std::string tested_at;
    std::vector<std::string> limits;
};
BOOST_DESCRIBE_STRUCT(
    ModelCard,
    (),
    (name,
     version,
     stage,
     kind,
     created_at,
     code_version,
     run_key,
     artefact_sha256,
     run,
     seed,
     parameters,
     learnt,
     about,
     data,
     rights,
     metrics,
     classes,
     slices,
     golden,
     tests_passed,
     tested_at,
     limits)
)

struct ModelVersion {
    std::string model;
    int version = 0;  // 0: the one in production, or the newest
    static const base::Settings<ModelVersion> settings;
};
ModelCard card_of_model(Work& work, const ModelVersion& request);
std::string card_markdown(const ModelCard& card);

struct EditModel {
    std::string model;
    int version = 0;
    std::optional<std::string> intended_use, known_limits;
    static const base::Settings<EditModel> settings;
};
struct ModelNoted {
    std::string name;
    int version = 0;
    training::ModelAbout about;
};
BOOST_DESCRIBE_STRUCT(ModelNoted, (), (name, version, about))
// What people say of a version stands in its card.
ModelNoted edit_model(Work& work, const EditModel& request);

}  // namespace service

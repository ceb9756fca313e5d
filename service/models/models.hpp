#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/verb.hpp"
#include "training/run_store.hpp"

// What people do with trained models.
namespace service {

struct Model {
    std::string name;
    int version = 0;
    training::Stage stage = training::Stage::candidate;
    std::string kind;
    std::string model;  // the kind, by its older name
    std::int64_t run_id = 0;
    std::int64_t run = 0;  // the same
    std::string snapshot;
    std::string project;
    std::string artefact_sha256;
    std::string created_at;
};
BOOST_DESCRIBE_STRUCT(
    Model,
    (),
    (name, version, stage, kind, model, run_id, run, snapshot, project, artefact_sha256, created_at)
)

struct ModelDetail : Model {
    base::JsonText summary;            // what it sees, and its parameters
    std::vector<std::string> classes;  // empty: it predicts values
};
BOOST_DESCRIBE_STRUCT(ModelDetail, (Model), (summary, classes))

struct ListModels {
    int limit = 50;
    std::string after;
    static const base::Settings<ListModels> settings;
};

struct ModelName {
    std::string model;
    static const base::Settings<ModelName> settings;
};

struct Promotion {
    std::string model;
    int version = 0;
    training::Stage stage = training::Stage::candidate;
    static const base::Settings<Promotion> settings;
};

struct Promoted {
    std::string name;
    int version = 0;
    training::Stage stage = training::Stage::candidate;
};
BOOST_DESCRIBE_STRUCT(Promoted, (), (name, version, stage))

// By name and version.
Page<Model> list_models(Work& work, const ListModels& request);
// The version in production, or the newest. base::Error if there is none.
ModelDetail show_model(Work& work, const ModelName& request);
// Puts a version into a stage; the one that was in production before is retired.
Promoted promote_model(Work& work, const Promotion& request);

}  // namespace service

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/array.hpp>

#include "service/models/serving.hpp"
#include "service/verb.hpp"
#include "training/exchange/onnx.hpp"
#include "training/promotion/promotion.hpp"
#include "training/registry/model_about_store.hpp"
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

// A version that was put into a stage.
struct PastPromotion {
    int version = 0;
    training::Stage stage = training::Stage::candidate;
    std::optional<int> against;         // the version that was in production
    std::optional<std::string> forced;  // why, where the evidence was not enough
    base::JsonText evidence;
    std::string promoted_by;
    std::string promoted_at;
};
BOOST_DESCRIBE_STRUCT(
    PastPromotion,
    (),
    (version, stage, against, forced, evidence, promoted_by, promoted_at)
)

struct ModelDetail : Model {
    base::JsonText summary;            // what it sees, its parameters and decisions
    std::vector<std::string> classes;  // empty: it predicts values
    GoldenCheck golden;
    training::ModelAbout about;
    std::optional<bool> tests_passed;       // of its behaviour, the last time that they were run
    std::vector<PastPromotion> promotions;  // the newest first
};
BOOST_DESCRIBE_STRUCT(
    ModelDetail,
    (Model),
    (summary, classes, golden, about, tests_passed, promotions)
)

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
    std::optional<training::Compared> by;
    std::string force;
    static const base::Settings<Promotion> settings;
};

struct Promoted {
    std::string name;
    int version = 0;
    training::Stage stage = training::Stage::candidate;
    std::optional<training::PromotionEvidence> evidence;  // of production
    std::optional<std::string> forced;
};
BOOST_DESCRIBE_STRUCT(Promoted, (), (name, version, stage, evidence, forced))

enum class ModelFormat { native, onnx };

constexpr auto words_of(ModelFormat) {
    return std::to_array<base::Word<ModelFormat>>({
        {ModelFormat::native, "native", "what this program reads"},
        {ModelFormat::onnx, "onnx", "a graph that other programs compute"},
    });
}

struct ExportModel {
    std::string model;
    ModelFormat format = ModelFormat::native;
    training::OnnxInputs inputs = training::OnnxInputs::columns;
    static const base::Settings<ExportModel> settings;
};

struct Predict {
    std::string model;
    int version = 0;            // 0: the one in production, or the newest
    boost::json::array inputs;  // objects: see predictions_for()
    bool strict = false;
    std::optional<std::string> where;
    int limit = 1000;
    std::string after;
    static const base::Settings<Predict> settings;
};

struct Predictions {
    boost::json::array predictions;
    std::optional<std::string> next;  // of records: the `after` of the following part
};
BOOST_DESCRIBE_STRUCT(Predictions, (), (predictions, next))

struct ModelVersionItem : Model {
    std::optional<bool> tests_passed;      // of its behaviour, the last time that they were run
    std::optional<std::string> tested_at;  // when that was
};
BOOST_DESCRIBE_STRUCT(ModelVersionItem, (Model), (tests_passed, tested_at))
// All versions of one model, the newest first, on one page.
Page<ModelVersionItem> list_versions(Work& work, const ModelName& request);

// By name and version.
Page<Model> list_models(Work& work, const ListModels& request);
// The version in production, or the newest. base::Error if there is none.
ModelDetail show_model(Work& work, const ModelName& request);
// Puts a version into a stage, and notes it; the one that was in production before is retired. Into
// production goes only what passes the tests that are kept for the model (behaviour.hpp), and what
// is better than the one there, by the paired interval on the test records that both judged; else
// Refusal conflict with the figures, unless `force` gives a reason.
Promoted promote_model(Work& work, const Promotion& request);
// The artefact of the version in use, or its graph; base::Error for what a graph does not express
// (training/exchange/onnx.hpp).
Download export_model(Work& work, const ExportModel& request);
// For inputs, or for the records of the model's source that a condition holds for, each with its
// key; one of the two must be there.
Predictions predict(Work& work, const Predict& request);

}  // namespace service

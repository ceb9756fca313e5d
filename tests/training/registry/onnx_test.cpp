// What a graph says of itself, and what cannot be one. That its numbers are right onnx_test checks.
#include "training/exchange/onnx.hpp"

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/training/made_data.hpp"

using namespace training;

namespace {

Predictor made_by(const std::string& model, const Examples& data, FeatureSpec features = {}) {
    TrainSpec spec;
    spec.model = model;
    spec.threads = 1;
    spec.features = std::move(features);
    spec.features.text.bits = 9;
    return Predictor::load(fit(data, {}, spec).artefact);
}

}  // namespace

TEST_CASE("a graph names its columns, classes and where it is from", "[training][onnx]") {
    const auto model = made_by("ridge", made::clouds(100, 1));
    const auto bytes = onnx_of(model, OnnxInputs::columns);
    for (const char* part :
         {"tilth", "c0", "c3", "probabilities", "left", "signature", "ai.onnx.ml"})
        CHECK(bytes.find(part) != bytes.npos);
    CHECK(onnx_of(model, OnnxInputs::columns) == bytes);
    CHECK(onnx_of(model, OnnxInputs::features).find("features") != std::string::npos);
}

TEST_CASE("what operators do not express is refused in one line", "[training][onnx]") {
    const auto texts = made_by("softmax", made::topics(100, 1));
    CHECK_THROWS_WITH(
        onnx_of(texts, OnnxInputs::columns),
        "onnx: n-grams of texts by their hash have no operator; train with method = "
        "\"vocabulary\" in [features.texts], or export with --inputs features, or native"
    );
    CHECK_NOTHROW(onnx_of(texts, OnnxInputs::features));
    CHECK_THROWS_WITH(
        onnx_of(made_by("knn", made::clouds(100, 1)), OnnxInputs::columns),
        "onnx: models of the kind 'knn' have no operators; export native, or train another kind"
    );
    auto gaps = made::clouds(100, 1);
    gaps.numeric[0] = std::numeric_limits<double>::quiet_NaN();
    FeatureSpec features;
    features.columns.all.impute = Impute::knn;
    CHECK_THROWS_WITH(
        onnx_of(made_by("ridge", gaps, features), OnnxInputs::columns),
        Catch::Contains("imputation by the nearest rows has no operator")
    );
    auto times = made::clouds(100, 1);
    times.columns[0].type = schema::Column::Type::time;
    features = {};
    features.columns.all.dates = {{DatePart::month}};
    for (auto& value : times.numeric) value = value * 1e7 + 1.6e9;
    CHECK_THROWS_WITH(
        onnx_of(made_by("ridge", times, features), OnnxInputs::columns),
        Catch::Contains("parts of a date have no operator: column 'c0'")
    );
}

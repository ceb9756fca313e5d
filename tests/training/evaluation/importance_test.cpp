#include "training/evaluation/importance.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/training/made_data.hpp"

using namespace training;

namespace {

double rise_of(const Importance& found, std::string_view column) {
    for (const auto& one : found.columns)
        if (one.column == column) return one.rise;
    FAIL("no such column");
    return 0;
}

}  // namespace

TEST_CASE("columns that tell the classes apart are the important ones", "[training][importance]") {
    const auto train = made::clouds(600, 81);
    const auto held_out = made::clouds(400, 82);
    TrainSpec spec;
    spec.threads = 1;
    for (const std::string kind : {"softmax", "boosting", "forest"}) {
        INFO(kind);
        spec.model = kind;
        const auto model = Predictor::load(fit(train, {}, spec).artefact);
        const auto found = permutation_importance(model, held_out);
        REQUIRE(found.columns.size() == 4);
        CHECK(found.rows == 400);
        CHECK(std::min(rise_of(found, "c0"), rise_of(found, "c1")) > 0.3);
        CHECK(std::max(rise_of(found, "c2"), rise_of(found, "c3")) < 0.1);
        ImportanceSpec two;
        two.threads = 2;
        CHECK(
            permutation_importance(model, held_out, two).columns[0].rise == found.columns[0].rise
        );
        const auto gains = model.gains();
        CHECK(gains.empty() == (kind == "softmax"));
        if (gains.empty()) continue;
        CHECK((gains[0].first == "c0" || gains[0].first == "c1"));
        CHECK((gains[1].first == "c0" || gains[1].first == "c1"));
    }
}

TEST_CASE("importance of values and texts, of few rows and none", "[training][importance]") {
    TrainSpec spec;
    spec.threads = 1;
    spec.model = "ridge";
    const auto model = Predictor::load(fit(made::plane(300, 83), {}, spec).artefact);
    const auto found = permutation_importance(model, made::plane(200, 84));
    // y = 3 a - 2 b + 5: the root of twice the variance of what was dealt out.
    CHECK(found.columns[0].column == "c0");
    CHECK(rise_of(found, "c0") / rise_of(found, "c1") > 1);
    CHECK(std::abs(rise_of(found, "c2")) < 0.05);
    CHECK(permutation_importance(model, {}).columns.empty());

    spec.model = "softmax";
    spec.features.text.bits = 9;
    const auto topics = Predictor::load(fit(made::topics(300, 85), {}, spec).artefact);
    ImportanceSpec some;
    some.rows = 50;
    const auto texts = permutation_importance(topics, made::topics(200, 86), some);
    CHECK(texts.rows == 50);
    CHECK(std::any_of(texts.columns.begin(), texts.columns.end(), [](const auto& one) {
        return one.column == "body" && one.rise > 0.1;
    }));
    std::stop_source stop;
    stop.request_stop();
    some.stop = stop.get_token();
    CHECK_THROWS_AS(permutation_importance(topics, made::topics(200, 86), some), base::Interrupted);
}

// What each kind of model is told beside rows and labels: weights, unsure labels, losses. And the
// known answers of those that have one.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <numeric>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/training/made_data.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/features/features.hpp"
#include "training/models/model.hpp"

using namespace training;

namespace {

Design rows_of(const Examples& data) {
    Team team(1);
    Design rows;
    TextSpec text;
    text.bits = 9;
    Featurizer::fit(data, {true, true, true, text}, team, rows);
    return rows;
}

std::unique_ptr<Model>
learnt(const std::string& kind, const View& view, std::size_t outputs, Params params = {}) {
    Team team(1);
    auto model = make_model(kind, params);
    model->fit(view, {}, outputs, {1, {}, {}, &team});
    return model;
}

std::vector<double> said(const Model& model, const Design& rows) {
    Team team(1);
    return model.predict(rows, team);
}

double share_right(const std::vector<double>& probabilities, const Examples& data) {
    const auto decided = decide(probabilities, data.class_names.size());
    std::size_t right = 0;
    for (std::size_t i = 0; i < decided.size(); ++i) right += decided[i] == data.classes[i] ? 1 : 0;
    return static_cast<double>(right) / static_cast<double>(decided.size());
}

bool fits(const ModelKind& kind, const Examples& data) {
    return learns(kind, Learns::classes) &&
           kind.takes != (data.text.empty() ? Takes::texts : Takes::numbers) &&
           kind.takes != Takes::pictures;  // see models/cnn_test.cpp
}

// Counts with mean exp(a), and their rows.
Examples counts(std::size_t rows) {
    auto out = made::plane(rows, 31);
    const base::CounterRandom random(5, 1);
    for (std::size_t row = 0; row < rows; ++row) {
        const double mean = std::exp(0.7 * out.numeric[row * 4]);
        double product = random.unit(row * 1000);
        std::uint64_t count = 0;  // Knuth's way: uniforms until their product is below exp(-mean)
        while (product > std::exp(-mean)) product *= random.unit(row * 1000 + ++count);
        out.targets[row] = static_cast<double>(count);
    }
    return out;
}

double share_below(const std::vector<double>& predicted, const Examples& data) {
    double below = 0;
    for (std::size_t i = 0; i < data.rows; ++i) below += data.targets[i] < predicted[i] ? 1 : 0;
    return below / static_cast<double>(data.rows);
}

}  // namespace

TEST_CASE("rows that weigh nothing teach no kind anything", "[training][models]") {
    for (auto data : {made::clouds(400, 21), made::topics(400, 21)}) {
        const auto rows = rows_of(data);
        const auto truth = data;
        std::vector<float> weights(data.rows, 1);
        const auto classes = static_cast<int>(data.class_names.size());
        for (std::size_t i = 0; i < data.rows; i += 2) {  // half of the labels are wrong
            data.classes[i] = (data.classes[i] + 1) % classes;
            weights[i] = 0;
        }
        for (const auto& name : model_kinds()) {
            const auto& kind = model_kind(name);
            if (kind.baseline || !fits(kind, data)) continue;
            INFO(name);
            const auto outputs = data.class_names.size();
            const auto model = learnt(name, {&rows, data.classes, {}, weights}, outputs);
            CHECK(share_right(said(*model, rows), truth) > 0.8);
        }
    }
}

TEST_CASE("a row of weight three is three rows", "[training][models]") {
    const auto data = made::clouds(120, 22);
    std::vector<std::size_t> chosen;
    std::vector<float> weights(data.rows, 1);
    for (std::size_t i = 0; i < data.rows; ++i) {
        weights[i] = i % 4 == 0 ? 3.0F : 1.0F;
        chosen.insert(chosen.end(), i % 4 == 0 ? 3 : 1, i);
    }
    const auto rows = rows_of(data);
    std::vector<std::uint32_t> places(chosen.begin(), chosen.end());
    const auto repeated = take_rows(rows, places);
    const auto labels = take(data, chosen).classes;
    for (const std::string name : {"majority", "rule", "ridge", "gaussian_nb"}) {
        INFO(name);
        // The ranges of a rule are of equally many rows: one column of them is enough to compare.
        const auto a = said(*learnt(name, {&rows, data.classes, {}, weights}, 3), rows);
        const auto b = said(*learnt(name, {&repeated, labels, {}}, 3), rows);
        if (name == "rule") {
            CHECK(std::abs(share_right(a, data) - share_right(b, data)) < 0.1);
            continue;
        }
        for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == Approx(b[i]).margin(2e-3));
    }
}

TEST_CASE("labels that are quite sure teach what certain ones teach", "[training][models]") {
    for (const auto& data : {made::clouds(200, 23), made::topics(200, 23)}) {
        const auto rows = rows_of(data);
        const auto outputs = data.class_names.size();
        std::vector<float> soft(data.rows * outputs);
        for (std::size_t i = 0; i < data.rows; ++i)
            soft[i * outputs + static_cast<std::size_t>(data.classes[i])] = 1;
        for (const auto& name : model_kinds()) {
            if (!fits(model_kind(name), data)) continue;
            INFO(name);
            if (!model_kind(name).soft_labels) {
                CHECK_THROWS_WITH(
                    learnt(name, {&rows, data.classes, {}, {}, soft}, outputs),
                    Catch::Contains("it learns from labels that are certain, not from soft ones")
                );
                continue;
            }
            const auto a = said(*learnt(name, {&rows, data.classes, {}}, outputs), rows);
            const auto b = said(*learnt(name, {&rows, data.classes, {}, {}, soft}, outputs), rows);
            for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == Approx(b[i]).margin(1e-6));
        }
    }
}

TEST_CASE("a label that is half sure makes a model that is half sure", "[training][models]") {
    const auto data = made::topics(400, 24);
    const auto rows = rows_of(data);
    std::vector<float> soft(data.rows * 2);
    for (std::size_t i = 0; i < data.rows; ++i) {
        soft[i * 2] = data.classes[i] == 0 ? 0.7F : 0.3F;
        soft[i * 2 + 1] = 1 - soft[i * 2];
    }
    for (const std::string name : {"softmax", "mlp", "boosting"}) {
        INFO(name);
        const auto p = said(*learnt(name, {&rows, data.classes, {}, {}, soft}, 2), rows);
        double sure = 0;
        for (std::size_t i = 0; i < data.rows; ++i)
            sure += std::max(p[i * 2], p[i * 2 + 1]) / static_cast<double>(data.rows);
        CHECK(sure < 0.8);
        CHECK(share_right(p, data) > 0.9);
    }
}

TEST_CASE("what a kind does not learn is refused in one line", "[training][models]") {
    const auto clouds = made::clouds(60, 25);
    const auto topics = made::topics(60, 25);
    const auto plane = made::plane(60, 25);
    const auto dense = rows_of(clouds);
    const auto sparse = rows_of(topics);
    const View classes{&dense, clouds.classes, {}};
    const View values{&dense, {}, plane.targets};
    CHECK_THROWS_WITH(
        learnt("lasso", classes, 3), Catch::Contains("lasso: it learns values, not classes")
    );
    CHECK_THROWS_WITH(
        learnt("svm", values, 0), Catch::Contains("svm: it learns classes, not values")
    );
    CHECK_THROWS_WITH(learnt("multinomial_nb", classes, 3), Catch::Contains("it takes texts"));
    CHECK_THROWS_WITH(
        learnt("gaussian_nb", {&sparse, topics.classes, {}}, 2),
        Catch::Contains("it takes numbers or pictures")
    );
    Team team(1);
    FitContext median{1, {}, {}, &team};
    median.loss = Loss::absolute;
    CHECK_THROWS_WITH(
        make_model("ridge", {})->fit(values, {}, 0, median),
        Catch::Contains("cannot lower the loss 'absolute'")
    );
    const std::vector<float> none(60, 0);
    CHECK_THROWS_WITH(
        learnt("ridge", {&dense, clouds.classes, {}, none}, 3), Catch::Contains("all are 0")
    );
    const std::vector<float> short_of(7, 1);
    CHECK_THROWS_AS(learnt("ridge", {&dense, clouds.classes, {}, short_of}, 3), base::Error);
}

TEST_CASE("a quantile has its share of the rows below it", "[training][models]") {
    const auto data = made::plane(1500, 26);
    const auto rows = rows_of(data);
    Team team(1);
    for (const std::string name : {"boosting", "mlp"}) {
        for (double share : {0.2, 0.5, 0.9}) {
            INFO(name);
            FitContext context{1, {}, {}, &team};
            context.loss = Loss::quantile;
            context.quantile = share;
            auto model = make_model(name, {});
            model->fit({&rows, {}, data.targets}, {}, 0, context);
            CHECK(share_below(said(*model, rows), data) == Approx(share).margin(0.08));
        }
    }
}

TEST_CASE(
    "the median and Huber's loss are not moved by a few wild targets, and counts stay above 0",
    "[training][models]"
) {
    auto data = made::plane(1000, 27);
    const auto rows = rows_of(data);
    const auto truth = data.targets;
    for (std::size_t i = 0; i < data.rows; i += 25) data.targets[i] = 1e4;
    Team team(1);
    const auto error = [&](const std::string& name, Loss loss) {
        FitContext context{1, {}, {}, &team};
        context.loss = loss;
        auto model = make_model(name, {});
        model->fit({&rows, {}, data.targets}, {}, 0, context);
        return judge_values(said(*model, rows), truth).mae.value;
    };
    for (const std::string name : {"boosting", "mlp"}) {
        INFO(name);
        CHECK(error(name, Loss::absolute) < 0.5 * error(name, Loss::squared));
        CHECK(error(name, Loss::huber) < 0.5 * error(name, Loss::squared));
    }
    const auto events = counts(1500);
    const auto event_rows = rows_of(events);
    for (const std::string name : {"boosting", "mlp"}) {
        INFO(name);
        FitContext context{1, {}, {}, &team};
        context.loss = Loss::poisson;
        auto model = make_model(name, {});
        model->fit({&event_rows, {}, events.targets}, {}, 0, context);
        const auto predicted = said(*model, event_rows);
        CHECK(*std::min_element(predicted.begin(), predicted.end()) > 0);
        CHECK(judge_values(predicted, events.targets).r2.value > 0.4);
        auto negative = events.targets;
        negative[3] = -1;
        CHECK_THROWS_WITH(
            make_model(name, {})->fit({&event_rows, {}, negative}, {}, 0, context),
            Catch::Contains("a target is negative")
        );
    }
}

TEST_CASE("the lasso stands where no weight can move", "[training][models]") {
    const auto data = made::plane(300, 28);
    const auto rows = rows_of(data);
    const View view{&rows, {}, data.targets};
    const auto n = static_cast<double>(data.rows);
    const double mean = std::accumulate(data.targets.begin(), data.targets.end(), 0.0) / n;
    const auto slopes = [&](const std::vector<double>& predicted) {
        std::vector<double> out(4);
        for (std::size_t j = 0; j < 4; ++j)
            for (std::size_t i = 0; i < data.rows; ++i)
                out[j] +=
                    static_cast<double>(rows.values[i * 4 + j]) * (data.targets[i] - predicted[i]);
        return out;
    };
    const auto at_start = slopes(std::vector<double>(data.rows, mean));
    double most = 0;
    for (double slope : at_start) most = std::max(most, std::abs(slope));
    // At strength 1 nothing is worth a weight; at a tenth the slopes of those that have one are the
    // penalty, and no other is above it (Karush, Kuhn and Tucker).
    const auto still = said(*learnt("lasso", view, 0, {{"strength", 1}}), rows);
    for (double value : still) CHECK(value == Approx(mean));
    const auto predicted = said(*learnt("lasso", view, 0, {{"strength", 0.1}}), rows);
    const auto now = slopes(predicted);
    CHECK(std::abs(now[0]) == Approx(0.1 * most).epsilon(1e-3));
    CHECK(std::abs(now[1]) == Approx(0.1 * most).epsilon(1e-3));
    CHECK(std::abs(now[2]) <= 0.1 * most * (1 + 1e-6));
    CHECK(std::abs(now[3]) <= 0.1 * most * (1 + 1e-6));
}

TEST_CASE("one neighbour of a stored row is the row itself", "[training][models]") {
    for (const auto& data : {made::clouds(300, 29), made::topics(200, 29)}) {
        const auto rows = rows_of(data);
        const auto outputs = data.class_names.size();
        const auto model = learnt("knn", {&rows, data.classes, {}}, outputs, {{"k", 1}});
        CHECK(share_right(said(*model, rows), data) > 0.995);
    }
    const auto plane = made::plane(300, 29);
    const auto rows = rows_of(plane);
    const auto p = said(*learnt("knn", {&rows, {}, plane.targets}, 0, {{"k", 1}}), rows);
    for (std::size_t i = 0; i < plane.rows; ++i) CHECK(p[i] == Approx(plane.targets[i]));
}

TEST_CASE("multinomial naive Bayes counts as it is written", "[training][models]") {
    // Two words; class 0 has 3 and 1 of them, class 1 has 1 and 3; smoothing 1.
    Design rows;
    rows.rows = 2;
    rows.columns = 2;
    rows.sparse = true;
    rows.values = {3, 1, 1, 3};
    rows.where = {0, 1, 0, 1};
    rows.starts = {0, 2, 4};
    const std::vector<int> classes{0, 1};
    Design asked;
    asked.rows = 1;
    asked.columns = 2;
    asked.sparse = true;
    asked.values = {1};
    asked.where = {0};
    asked.starts = {0, 1};
    const auto p =
        said(*learnt("multinomial_nb", {&rows, classes, {}}, 2, {{"smoothing", 1}}), asked);
    CHECK(p[0] == Approx(4.0 / 6));  // (3 + 1) / (4 + 2) against (1 + 1) / (4 + 2)
    const auto there =
        said(*learnt("bernoulli_nb", {&rows, classes, {}}, 2, {{"smoothing", 1}}), asked);
    CHECK(there[0] == Approx(0.5));  // both words are in both classes
}

TEST_CASE("validation stops the trees before they learn the noise", "[training][models]") {
    const auto data = made::clouds(400, 30);
    const auto held_out = made::clouds(200, 32);
    Team team(1);
    Design rows;
    const auto featurizer = Featurizer::fit(data, {}, team, rows);
    const auto held_rows = featurizer.apply(held_out, team);
    std::vector<Progress> epochs;
    auto model = make_model("boosting", {{"rounds", 2000}, {"patience", 10}});
    model->fit(
        {&rows, data.classes, {}},
        {&held_rows, held_out.classes, {}},
        3,
        {1, {}, [&](const Progress& now) { epochs.push_back(now); }, &team}
    );
    REQUIRE(epochs.size() > 10);
    CHECK(epochs.size() < 500);
    const auto best = std::min_element(epochs.begin(), epochs.end(), [](auto& a, auto& b) {
        return *a.validation < *b.validation;
    });
    CHECK(epochs.end() - best == 11);  // the best round, and ten without gain
    CHECK(
        judge_classes(said(*model, held_rows), held_out.classes, 3).log_loss.value ==
        Approx(*best->validation).epsilon(1e-3)
    );
}

TEST_CASE("the page of models says what they declare", "[training][models]") {
    INFO("make it anew with 'tilth reference models > docs/reference/models.md'");
    std::ifstream in(TILTH_SOURCE_DIR "/docs/reference/models.md");
    CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == models_reference());
}

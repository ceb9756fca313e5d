// A class for each row of a table.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/answers/answer_model.hpp"
#include "training/evaluation/baselines.hpp"
#include "training/trainer.hpp"

using namespace training;

namespace {

namespace json = boost::json;

// Bills: a header, items of a few hundred names, at times a note, and a total, whose place and
// cells alone tell what they are. Some are lists, some objects.
Examples bills(std::size_t count, std::uint64_t seed) {
    const base::CounterRandom random(seed, 1);
    AskedQuestion question;
    question.kind = "rows";
    question.classes = {"header", "item", "total"};
    question.table = "lines";
    Examples out;
    out.rows = count;
    out.asked = question.json();
    std::uint64_t at = 0;
    for (std::size_t bill = 0; bill < count; ++bill) {
        json::array rows, labels;
        const bool objects = random.unit(at++) < 0.3;
        const auto add = [&](const std::string& what, json::value price, json::value label) {
            if (objects)
                rows.push_back(json::object{{"what", what}, {"price", std::move(price)}});
            else
                rows.push_back(json::array{what, std::move(price)});
            labels.push_back(std::move(label));
        };
        add("Article", "Price", "header");
        double sum = 0;
        for (std::uint64_t i = 0, n = 2 + random.below(at++, 6); i < n; ++i) {
            const auto price = 1 + static_cast<double>(random.below(at++, 900)) / 10;
            sum += price;
            add("thing" + std::to_string(random.below(at++, 300)), price, "item");
            if (random.unit(at++) < 0.2) add("as agreed by phone", nullptr, nullptr);
        }
        add(random.unit(at++) < 0.5 ? "Sum" : "To pay", sum, "total");
        out.payload["lines"].push_back(json::serialize(rows));
        out.answers.push_back(json::serialize(labels));
    }
    return out;
}

TrainSpec rows_by(const std::string& model) {
    TrainSpec spec;
    spec.model = model;
    spec.features.text.bits = 12;
    spec.threads = 1;
    return spec;
}

double row_figure(const AnswersJudged& judged, std::string_view name) {
    for (const auto& metric : judged.metrics)
        if (metric.name == name) {
            CHECK(metric.estimate.interval.low <= metric.estimate.value);
            CHECK(metric.estimate.interval.high >= metric.estimate.value);
            return metric.estimate.value;
        }
    FAIL("no metric " << name);
    return 0;
}

}  // namespace

TEST_CASE("the class of each row of a table is learnt", "[training][answers]") {
    const auto train = bills(150, 1), test = bills(60, 2);
    for (const auto* name : {"softmax", "svm", "boosting"}) {
        INFO(name);
        const auto fitted = fit(train, bills(30, 3), rows_by(name));
        CHECK(fitted.kind == name);
        const auto model = Predictor::load(fitted.artefact);
        REQUIRE(model.answers());
        CHECK(model.question_kind() == "rows");
        const auto judged = model.judge_answers(test, {1});
        CHECK(row_figure(judged, "row_accuracy") > 0.95);
        CHECK(row_figure(judged, "row_macro_f1") > 0.95);
        CHECK(row_figure(judged, "all_rows_right") > 0.8);
        CHECK(judged.report.at("parts").as_array().size() == 4);  // with that of no class
        // Answers have the form that people's have.
        std::size_t same = 0;
        for (std::size_t row = 0; row < test.rows; ++row) {
            CHECK((judged.errors[row] == 0) == (judged.said[row].answer == test.answers[row]));
            same += judged.errors[row] == 0;
        }
        CHECK(
            static_cast<double>(same) / static_cast<double>(test.rows) ==
            Approx(row_figure(judged, "all_rows_right"))
        );
        auto two = rows_by(name);
        two.threads = 2;
        CHECK(fit(train, bills(30, 3), two).artefact == fitted.artefact);
    }
    std::size_t baselines = 0;
    for (const auto& baseline : fit_baselines(train, rows_by("softmax"), {})) {
        ++baselines;
        if (baseline.kind != "majority") continue;
        CHECK(row_figure(baseline.model.judge_answers(test, {1}), "row_accuracy") < 0.8);
        CHECK(row_figure(baseline.model.judge_answers(test, {1}), "row_macro_f1") < 0.3);
    }
    CHECK(baselines == 2);
}

TEST_CASE("row labels are judged as they are computed by hand", "[training][answers]") {
    // A model that says the commonest class of each row.
    const auto model = Predictor::load(fit(bills(80, 4), {}, rows_by("majority")).artefact);
    auto test = bills(2, 5);
    test.payload["lines"] = {"[[\"a\",1],[\"b\",2],[\"c\",3],[\"d\",4]]", "[[\"x\",9]]"};
    test.answers = {R"(["item","item","total",null])", R"(["item"])"};
    const auto judged = model.judge_answers(test, {1});
    CHECK(row_figure(judged, "row_accuracy") == Approx(3.0 / 5));
    CHECK(row_figure(judged, "row_macro_f1") == Approx((2 * 3.0 / (5 + 3)) / 3));
    CHECK(row_figure(judged, "all_rows_right") == Approx(0.5));
    CHECK(judged.errors == std::vector<double>{0.5, 0});
    CHECK(judged.said[1].answer == R"(["item"])");
}

TEST_CASE("labels of other tables teach nothing, and are counted", "[training][answers]") {
    auto train = bills(60, 6);
    train.answers[3] = R"(["header"])";
    train.payload["lines"][4].clear();
    train.payload["lines"][5] = "no table";
    const auto fitted = fit(train, {}, rows_by("softmax"));
    const auto notes = json::parse(fitted.summary).at("features");
    CHECK(notes.at("unfit").to_number<int>() == 3);
    const auto said = Predictor::load(fitted.artefact).answer(train, 1);
    CHECK(said[4].answer.empty());
    CHECK(said[5].answer.empty());
    CHECK(said[3].answer.starts_with("[\"header\""));
    for (auto& table : train.payload["lines"]) table.clear();
    CHECK_THROWS_WITH(
        fit(train, {}, rows_by("softmax")), Catch::Contains("no record has a labelled row")
    );
}

TEST_CASE("rows are searched for by cross-validation of whole records", "[training][answers]") {
    auto spec = rows_by("logistic");
    spec.tune = "random:2";
    const auto fitted = fit(bills(60, 7), {}, spec);
    CHECK(fitted.trials.size() == 2);
    spec.model = "bradley_terry";
    CHECK_THROWS_WITH(fit(bills(20, 7), {}, spec), Catch::Contains("it learns order, not classes"));
}

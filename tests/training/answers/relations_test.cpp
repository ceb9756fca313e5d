// Spans of texts and how they are related.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "tests/training/change_texts.hpp"
#include "training/answers/answer_model.hpp"
#include "training/evaluation/baselines.hpp"
#include "training/exchange/onnx.hpp"
#include "training/trainer.hpp"

using namespace training;

namespace {

namespace json = boost::json;

// Who works for which firm, and who only knows of it: what stands between says it.
Examples reports(std::size_t count, std::uint64_t seed) {
    const base::CounterRandom random(seed, 1);
    AskedQuestion question;
    question.kind = "relations";
    question.classes = {"person", "firm"};
    question.relations = {{"works for", {"person"}, {"firm"}}, {"knows", {"person"}, {"person"}}};
    Examples out;
    out.rows = count;
    out.asked = question.json();
    static constexpr const char* people[] = {"Ann", "Bob", "Cid", "Dora", "Eve", "Fred", "Gus"};
    static constexpr const char* firms[] = {"Acme", "Bolt", "Core", "Dyne", "Etco"};
    std::uint64_t at = 0;
    for (std::size_t row = 0; row < count; ++row) {
        std::string body;
        json::array spans, relations;
        const auto mark = [&](const std::string& word, const char* label) {
            spans.push_back(
                {{"start", body.size()}, {"end", body.size() + word.size()}, {"label", label}}
            );
            body += word;
            return spans.size() - 1;
        };
        const auto person = [&] { return mark(people[random.below(at++, 7)], "person"); };
        const auto firm = [&] { return mark(firms[random.below(at++, 5)], "firm"); };
        for (std::uint64_t n = 1 + random.below(at++, 3); n > 0; --n) {
            const auto who = person();
            const auto what = random.below(at++, 4);
            body += what == 0   ? " is paid by "
                    : what == 1 ? " writes about "
                    : what == 2 ? " is a friend of "
                                : " never met ";
            if (what < 2) {
                const auto where = firm();
                if (what == 0)
                    relations.push_back({{"from", who}, {"to", where}, {"label", "works for"}});
            } else {
                const auto whom = person();
                if (what == 2)
                    relations.push_back({{"from", who}, {"to", whom}, {"label", "knows"}});
            }
            body += ". ";
        }
        out.text.push_back({"", body});
        out.answers.push_back(json::serialize(json::object{
            {"spans", spans}, {"relations", relations}}));
    }
    return out;
}

TrainSpec relations_by(const std::string& model) {
    TrainSpec spec;
    spec.model = model;
    spec.features.text.bits = 14;
    spec.threads = 1;
    return spec;
}

double graph_figure(const AnswersJudged& judged, std::string_view name) {
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

TEST_CASE("relations between spans of texts are learnt", "[training][answers]") {
    const auto train = reports(250, 1), held_out = reports(50, 2), test = reports(80, 3);
    const auto fitted = fit(train, held_out, relations_by("logistic"));
    const auto model = Predictor::load(fitted.artefact);
    CHECK_THROWS_WITH(
        onnx_of(model, OnnxInputs::columns),
        "onnx: a model of relations looks for spans by a tagger, which no operator is; export "
        "native"
    );
    CHECK(model.question_kind() == "relations");
    CHECK(model.reads_whole_texts());
    const auto judged = model.judge_answers(test, {1});
    CHECK(graph_figure(judged, "relation_f1") > 0.95);
    CHECK(graph_figure(judged, "span_f1") > 0.95);
    CHECK(graph_figure(judged, "found_relation_f1") > 0.9);
    CHECK(judged.report.at("parts").as_array().size() == 2);
    // An answer is what people's are: the same text where all is right.
    std::size_t same = 0;
    for (std::size_t row = 0; row < test.rows; ++row) {
        const bool right = json::parse(judged.said[row].answer) == json::parse(test.answers[row]);
        CHECK(right == (judged.errors[row] == 0));
        same += right;
    }
    CHECK(same > 60);
    for (const auto& baseline : fit_baselines(train, relations_by("logistic"), {}))
        if (baseline.kind == "majority")
            CHECK(graph_figure(baseline.model.judge_answers(test, {1}), "relation_f1") == 0);
    auto two = relations_by("logistic");
    two.threads = 2;
    CHECK(fit(train, held_out, two).artefact == fitted.artefact);
}

TEST_CASE("relations go only between spans that the question allows", "[training][answers]") {
    const auto model = Predictor::load(fit(reports(120, 4), {}, relations_by("softmax")).artefact);
    auto test = reports(40, 5);
    test.answers.clear();
    for (const auto& said : model.answer(test, 1)) {
        const auto graph = json::parse(said.answer);
        const auto& spans = graph.at("spans").as_array();
        for (const auto& one : graph.at("relations").as_array()) {
            const auto from = spans.at(one.at("from").to_number<std::size_t>()).at("label");
            const auto to = spans.at(one.at("to").to_number<std::size_t>()).at("label");
            CHECK(from == "person");
            CHECK(to == (one.at("label") == "knows" ? "person" : "firm"));
        }
    }
    Examples empty = test;
    made::change_texts(empty.text, [](auto& text, auto) { text.body.clear(); });
    for (const auto& said : model.answer(empty, 1))
        CHECK(said.answer == R"({"spans":[],"relations":[]})");
}

TEST_CASE("labels without pairs, or of fields, teach no relations", "[training][answers]") {
    auto data = reports(30, 6);
    for (auto& answer : data.answers) answer = R"({"spans":[],"relations":[]})";
    CHECK_THROWS_WITH(
        fit(data, {}, relations_by("logistic")),
        Catch::Contains("no record has a labelled relation")
    );
    data = reports(60, 7);
    data.answers[0] =
        R"({"spans":[{"start":0,"end":3,"label":"person","field":"title"}],"relations":[]})";
    const auto fitted = fit(data, {}, relations_by("logistic"));
    CHECK(json::parse(fitted.summary).at("features").at("unfit").to_number<int>() == 1);
    data.text.clear();
    CHECK_THROWS_WITH(
        fit(data, {}, relations_by("logistic")), Catch::Contains("the records have no text")
    );
}

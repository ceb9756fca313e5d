// Preferences of two and rankings of more: their figures by hand, and models of them on texts where
// a known function decides.
#include <algorithm>
#include <chrono>
#include <numeric>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/answers/answer_model.hpp"
#include "training/answers/order_judging.hpp"
#include "training/evaluation/baselines.hpp"
#include "training/models/bradley_terry.hpp"
#include "training/trainer.hpp"

using namespace training;

namespace {

namespace json = boost::json;

// Answers of words that are kind, rude or neither; the kinder one is better, but for some noise.
// Every candidate is of other length.
Examples chats(std::size_t rows, std::uint64_t seed, std::size_t candidates, double noise = 0) {
    const base::CounterRandom random(seed, 1);
    AskedQuestion question;
    question.kind = candidates == 2 ? "pairwise" : "ranking";
    question.ties = candidates == 2;
    for (std::size_t i = 0; i < candidates; ++i)
        question.candidates.push_back("answer_" + std::string(1, static_cast<char>('a' + i)));
    Examples out;
    out.rows = rows;
    out.asked = question.json();
    std::uint64_t at = 0;
    const auto word = [&](const char* stem) {
        return stem + std::to_string(random.below(at++, 8));
    };
    for (std::size_t row = 0; row < rows; ++row) {
        out.text.push_back({"", "please tell me about topic" + std::to_string(row % 17)});
        std::vector<std::pair<double, std::string>> ranked;
        for (const auto& name : question.candidates) {
            std::string text;
            double worth = 0;
            const auto words = 5 + random.below(at++, 25);
            for (std::uint64_t w = 0; w < words; ++w) {
                const auto kind = random.unit(at++);
                text += kind < 0.15 ? word("kind") : kind < 0.3 ? word("rude") : word("word");
                text += ' ';
                worth += kind < 0.15 ? 1 : kind < 0.3 ? -1 : 0;
            }
            out.payload[name].push_back(text);
            ranked.emplace_back(-worth - noise * random.normal(at++), name);
        }
        std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
            return a.first < b.first;
        });
        json::value label(ranked.front().second);
        if (candidates == 2 && ranked[0].first == ranked[1].first) label = "tie";
        if (candidates > 2) {
            json::array list;
            for (const auto& [worth, name] : ranked) list.emplace_back(name);
            label = list;
        }
        out.answers.push_back(json::serialize(label));
    }
    return out;
}

TrainSpec by_scores() {
    TrainSpec spec;
    spec.model = "bradley_terry";
    spec.features.text.bits = 12;
    spec.threads = 1;
    return spec;
}

double figure(const AnswersJudged& judged, std::string_view name) {
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

TEST_CASE("figures of orders are as they are computed by hand", "[training][answers]") {
    // Truth a before b and c, which are level; said b, a, c.
    const JudgedOrder one{{0, 1, 1}, {0.5, 0.9, -1}};
    CHECK(*right_pairs(one) == Approx(0.5));
    CHECK(*tau_b(one) == Approx(0 / std::sqrt(2.0 * 3)).margin(1e-12));
    // Gains 2, 0, 0; at the second place of the order that was said.
    CHECK(*ndcg(one) == Approx((2 / std::log2(3.0)) / 2));
    const JudgedOrder right{{0, 1, 2}, {3, 2, 1}};
    CHECK(*tau_b(right) == Approx(1));
    CHECK(*ndcg(right) == Approx(1));
    CHECK(
        *order_loss(right) == Approx((2 * std::log1p(std::exp(-1)) + std::log1p(std::exp(-2))) / 3)
    );
    const JudgedOrder wrong{{2, 1, 0}, {3, 2, 1}};
    CHECK(*tau_b(wrong) == Approx(-1));
    CHECK(*right_pairs(wrong) == 0);
    // Gains 0, 1, 2 as said, against 2, 1, 0.
    CHECK(*ndcg(wrong) == Approx((1 / std::log2(3.0) + 2 / 2.0) / (2 + 1 / std::log2(3.0))));
    CHECK_FALSE(right_pairs({{0, 0}, {1, 2}}));
    CHECK_FALSE(tau_b({{0, 1}, {1, 1}}));
    // Candidates that a score has level are in no order, wherever they stand in the question.
    const JudgedOrder level{{0, 1, 2}, {1, 1, 0}}, turned{{1, 0, 2}, {1, 1, 0}};
    CHECK(*ndcg(level) == Approx(*ndcg(turned)));
    CHECK(*ndcg(level) < 1);
    const auto first_of = [](const JudgedOrder& order) {
        return order_metrics(std::vector{order}, {}).at(4).estimate.value;
    };
    CHECK(first_of(level) == 0.5);
    CHECK(first_of(turned) == 0.5);
    CHECK(*right_pairs({{0, 1}, {1, 1}}) == 0.5);
    CHECK(pair_loss(-1000) == Approx(1000));
    CHECK(pair_loss(1000) == 0);
    const std::vector<JudgedOrder> all{one, right, {{0, 0, 0}, {1, 2, 3}}};
    const auto metrics = order_metrics(all, {});
    REQUIRE(metrics.size() == 5);
    CHECK(metrics[0].name == "pair_accuracy");
    CHECK(metrics[0].estimate.value == Approx(0.75));
    CHECK(metrics[4].name == "best_first");
    CHECK(metrics[4].estimate.value == Approx(0.5));
}

TEST_CASE("the better of two answers is learnt from preferences", "[training][answers]") {
    const auto train = chats(1200, 1, 2), test = chats(400, 2, 2);
    const auto fitted = fit(train, chats(200, 3, 2), by_scores());
    const auto model = Predictor::load(fitted.artefact);
    REQUIRE(model.answers());
    CHECK(model.question_kind() == "pairwise");
    CHECK_FALSE(model.predicts_classes());
    CHECK_FALSE(model.predicts_values());
    const auto judged = model.judge_answers(test, {1});
    CHECK(figure(judged, "pair_accuracy") > 0.9);
    CHECK(figure(judged, "pair_loss") < 0.3);
    CHECK(judged.report.at("level").to_number<int>() > 5);
    std::size_t right = 0, decided = 0;
    for (std::size_t row = 0; row < test.rows; ++row) {
        CHECK(judged.said[row].probability >= 0.5);
        if (test.answers[row] == "\"tie\"") continue;
        ++decided;
        right += judged.said[row].answer == test.answers[row];
    }
    CHECK(static_cast<double>(right) / static_cast<double>(decided) > 0.9);
    CHECK(judged.said[0].more.at("scores").as_object().size() == 2);
    // What it learnt is told in words.
    const auto summary = json::parse(fitted.summary);
    const auto first = summary.at("features").at("speaks_for").at(0).at("feature").as_string();
    CHECK_THAT(std::string(first), Catch::Contains("kind"));
    // Baselines know nothing of it.
    for (const auto& baseline : fit_baselines(train, by_scores(), {})) {
        INFO(baseline.kind);
        CHECK(model_kind(baseline.kind).learns == Learns::order);
        CHECK(figure(baseline.model.judge_answers(test, {1}), "pair_accuracy") < 0.6);
    }
    CHECK(fit_baselines(train, by_scores(), {}).size() == 2);
}

TEST_CASE("scores are probabilities of the pairs", "[training][answers]") {
    // With noise a pair is won as often as its difference says.
    const auto fitted = fit(chats(3000, 4, 2, 1.5), chats(500, 5, 2, 1.5), by_scores());
    const auto test = chats(1500, 6, 2, 1.5);
    const auto said = Predictor::load(fitted.artefact).judge_answers(test, {1}).said;
    double sure = 0, right = 0;
    for (std::size_t row = 0; row < test.rows; ++row) {
        sure += said[row].probability;
        right += said[row].answer == test.answers[row];
    }
    CHECK(
        sure / static_cast<double>(test.rows) ==
        Approx(right / static_cast<double>(test.rows)).margin(0.04)
    );
}

TEST_CASE("a ranking is learnt as its pairs", "[training][answers]") {
    const auto train = chats(500, 7, 4), test = chats(200, 8, 4);
    const auto fitted = fit(train, chats(100, 9, 4), by_scores());
    const auto model = Predictor::load(fitted.artefact);
    const auto judged = model.judge_answers(test, {1});
    CHECK(figure(judged, "pair_accuracy") > 0.85);
    CHECK(figure(judged, "kendall_tau") > 0.7);
    CHECK(figure(judged, "ndcg") > 0.9);
    CHECK(figure(judged, "best_first") > 0.7);
    for (const auto& one : judged.said) {
        CHECK(json::parse(one.answer).as_array().size() == 4);
        CHECK(one.probability > 0);
        CHECK(one.probability <= 1);
    }
    // The same bits at any number of threads, and after a reload.
    auto many = by_scores();
    many.threads = 3;
    CHECK(fit(train, chats(100, 9, 4), many).artefact == fitted.artefact);
    CHECK_THROWS_AS(
        Predictor::load(std::string_view(fitted.artefact).substr(0, fitted.artefact.size() / 2)),
        base::Error
    );
}

TEST_CASE("level candidates are half a win for each", "[training][answers]") {
    // Only ties, and one win: the words of the ties gain nothing.
    auto train = chats(40, 10, 2);
    for (auto& answer : train.answers) answer = "\"tie\"";
    CHECK_THROWS_WITH(
        fit(train, {}, by_scores()), Catch::Contains("no label says that one candidate is better")
    );
    train.answers[0] = "\"answer_b\"";
    const auto model = Predictor::load(fit(train, {}, by_scores()).artefact);
    CHECK(model.answer(train, 1)[0].answer == "\"answer_b\"");
}

TEST_CASE("what cannot be compared gets no answer", "[training][answers]") {
    const auto model = Predictor::load(fit(chats(300, 11, 2), {}, by_scores()).artefact);
    auto rows = chats(3, 12, 2);
    rows.payload["answer_b"][1].clear();
    rows.answers.clear();
    const auto said = model.answer(rows, 1);
    CHECK(!said[0].answer.empty());
    CHECK(said[1].answer.empty());
    CHECK(said[1].probability == 0);
    CHECK(said[1].more.at("scores").as_object().size() == 1);  // of the one that is there
    CHECK_THROWS_WITH(model.predict(rows), Catch::Contains("answers questions of kind pairwise"));
    auto other = chats(50, 13, 2);
    other.answers[7] = "\"answer_x\"";
    CHECK_THROWS_WITH(fit(other, {}, by_scores()), Catch::Contains("none of the candidates"));
}

TEST_CASE("kinds that learn no order refuse preferences", "[training][answers]") {
    auto spec = by_scores();
    spec.model = "softmax";
    CHECK_THROWS_WITH(fit(chats(50, 14, 2), {}, spec), Catch::Contains("use bradley_terry"));
    spec.model = "auto";
    CHECK(fit(chats(50, 14, 2), {}, spec).kind == "bradley_terry");
    spec.model = "bradley_terry";
    spec.tune = "random:3";
    CHECK_THROWS_WITH(fit(chats(50, 14, 2), {}, spec), Catch::Contains("there is none"));
    const auto searched = fit(chats(200, 14, 2), chats(80, 15, 2), spec);
    CHECK(searched.trials.size() == 3);
    spec.tune = "";
    spec.decision.abstain_below = 0.5;
    CHECK_THROWS_AS(fit(chats(50, 14, 2), {}, spec), base::UsageError);
}

TEST_CASE("a stop ends the learning of preferences at once", "[training][answers]") {
    const auto data = chats(6000, 16, 4);
    std::stop_source stop;
    std::chrono::steady_clock::time_point asked;
    const auto ask = [&](const Progress&) {
        asked = std::chrono::steady_clock::now();
        stop.request_stop();
    };
    CHECK_THROWS_AS(fit(data, {}, by_scores(), ask, stop.get_token()), base::Interrupted);
    CHECK(std::chrono::steady_clock::now() - asked < std::chrono::seconds(1));
}

#include "labeling/truth/truth.hpp"
#include "base/numbers/random.hpp"

#include <catch2/catch.hpp>

#include <cmath>

#include "base/error.hpp"
#include "base/run/stopping.hpp"
#include "labeling/truth/score.hpp"
#include "tests/labeling/shared_data.hpp"

using labeling::Gold;
using labeling::Judgements;
using labeling::JudgementsBuilder;
using labeling::Method;

namespace {

constexpr Method class_methods[] = {
    Method::mv,
    Method::wawa,
    Method::ds,
    Method::onecoin,
    Method::glad,
    Method::mace,
    Method::lfc,
    Method::catd,
    Method::pm};

std::string name(char prefix, std::size_t i) {
    return prefix + std::to_string(10000 + i);
}

struct Crowd {
    Judgements judgements;
    Gold gold;
};

// Answers of workers whose chance of a wrong answer is given, `each` of them per question; wrong
// answers spread evenly.
Crowd crowd(
    std::size_t questions,
    std::size_t classes,
    const std::vector<double>& error,
    std::size_t each
) {
    base::Random random(5);
    Crowd result;
    JudgementsBuilder builder;
    for (std::size_t q = 0; q < questions; ++q) {
        auto truth = random.below(classes);
        result.gold[name('q', q)] = name('c', truth);
        auto first = random.below(error.size());
        for (std::size_t i = 0; i < each; ++i) {
            auto worker = (first + i) % error.size();
            auto answer = truth;
            if (random.uniform() < error[worker])
                answer = (truth + 1 + random.below(classes - 1)) % classes;
            builder.add(name('q', q), name('w', worker), name('c', answer));
        }
    }
    result.judgements = std::move(builder).build();
    return result;
}

struct Shared {
    Judgements judgements;
    Gold gold;
};

// One task of Snow et al. 2008: tab-separated, worker in column 2, question 3, answer 4, gold 5.
std::optional<Shared> snow(const std::string& task) {
    auto text = shared_data("truth/snow2008/" + task + ".standardized.tsv");
    if (!text) return std::nullopt;
    Shared result;
    JudgementsBuilder builder;
    std::istringstream in(*text);
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
        std::istringstream fields(line);
        std::string id, worker, question, answer, gold;
        std::getline(fields, id, '\t');
        std::getline(fields, worker, '\t');
        std::getline(fields, question, '\t');
        std::getline(fields, answer, '\t');
        std::getline(fields, gold);
        builder.add(question, worker, answer);
        result.gold[question] = gold;
    }
    result.judgements = std::move(builder).build();
    return result;
}

double accuracy(const Judgements& judgements, const Gold& gold, Method method) {
    return labeling::score(judgements, labeling::infer(judgements, method), gold).accuracy;
}

}  // namespace

TEST_CASE("published accuracies on product matching are met", "[labeling][truth]") {
    auto answers = shared_data("truth/D_Product/answer.csv");
    auto truths = shared_data("truth/D_Product/truth.csv");
    if (!answers || !truths) return;
    auto judgements = labeling::read_answers("answer.csv", *answers);
    auto gold = labeling::read_gold("truth.csv", *truths);
    CHECK(judgements.questions.size() == 8315);
    CHECK(judgements.rows.size() == 24945);
    CHECK(judgements.workers.size() == 176);

    CHECK(accuracy(judgements, gold, Method::mv) == Approx(0.8966).margin(0.0001));
    CHECK(accuracy(judgements, gold, Method::wawa) == Approx(0.897).margin(0.0005));
    CHECK(accuracy(judgements, gold, Method::ds) == Approx(0.9396).margin(0.0005));
    CHECK(accuracy(judgements, gold, Method::onecoin) == Approx(0.928).margin(0.002));
    CHECK(accuracy(judgements, gold, Method::glad) == Approx(0.928).margin(0.002));
    CHECK(accuracy(judgements, gold, Method::mace) >= 0.927);
    CHECK(accuracy(judgements, gold, Method::lfc) >= 0.937);
    CHECK(accuracy(judgements, gold, Method::catd) == Approx(0.9266).margin(0.0001));
    CHECK(accuracy(judgements, gold, Method::pm) == Approx(0.8981).margin(0.0001));
    for (const auto& known : {gold, Gold{}}) {
        auto choice = labeling::choose(judgements, known);
        INFO(choice.why);
        CHECK(accuracy(judgements, gold, choice.method) >= 0.935);
    }
}

TEST_CASE(
    "published accuracies on textual entailment and event order are met",
    "[labeling][truth]"
) {
    auto rte = snow("rte");
    auto temp = snow("temp");
    auto wsd = snow("wsd");
    if (!rte || !temp || !wsd) return;
    CHECK(accuracy(rte->judgements, rte->gold, Method::mv) == Approx(0.8969).margin(0.0001));
    CHECK(accuracy(rte->judgements, rte->gold, Method::ds) == Approx(0.9275).margin(0.0005));
    CHECK(accuracy(temp->judgements, temp->gold, Method::mv) == Approx(0.9361).margin(0.0001));
    CHECK(accuracy(temp->judgements, temp->gold, Method::ds) == Approx(0.9416).margin(0.0005));
    CHECK(accuracy(wsd->judgements, wsd->gold, Method::ds) == Approx(0.9944).margin(0.0005));
}

TEST_CASE("model-based methods beat the majority when workers differ", "[labeling][truth]") {
    auto [judgements, gold] =
        crowd(2000, 3, {0.05, 0.05, 0.6, 0.6, 0.6, 0.1, 0.6, 0.6, 0.05, 0.6}, 5);
    auto majority = accuracy(judgements, gold, Method::mv);
    for (auto method : {Method::ds, Method::lfc, Method::onecoin, Method::glad, Method::mace}) {
        INFO(base::name_of(method));
        CHECK(accuracy(judgements, gold, method) > majority + 0.05);
    }
    CHECK(accuracy(judgements, gold, Method::wawa) >= majority);
    auto choice = labeling::choose(judgements, {});
    INFO(choice.why);
    CHECK(accuracy(judgements, gold, choice.method) > majority + 0.05);
}

TEST_CASE("posteriors sum to one and worker accuracies are near the truth", "[labeling][truth]") {
    auto [judgements, gold] = crowd(3000, 4, {0.1, 0.2, 0.3, 0.4}, 4);
    for (auto method : class_methods) {
        INFO(base::name_of(method));
        auto truth = labeling::infer(judgements, method);
        for (std::size_t q = 0; q < judgements.questions.size(); ++q) {
            double sum = 0;
            for (std::size_t c = 0; c < truth.classes; ++c)
                sum += truth.posterior[q * truth.classes + c];
            REQUIRE(sum == Approx(1).margin(1e-9));
        }
        if (method == Method::mv || method == Method::wawa || labeling::takes_numbers(method))
            continue;  // their shares are no probabilities
        for (std::size_t w = 0; w < 4; ++w)
            CHECK(
                truth.worker_accuracy[w] == Approx(0.9 - 0.1 * static_cast<double>(w)).margin(0.03)
            );
    }
    auto table = labeling::confusion(judgements, labeling::infer(judgements, Method::ds), 1);
    CHECK(table[0] == Approx(0.8).margin(0.04));
    CHECK(table[0] + table[1] + table[2] + table[3] == Approx(1));
}

TEST_CASE(
    "probabilities of Dawid and Skene are calibrated on answers from their model",
    "[labeling][truth]"
) {
    auto [judgements, gold] = crowd(4000, 2, {0.2, 0.25, 0.3, 0.3, 0.35}, 3);
    auto truth = labeling::infer(judgements, Method::ds);
    double claimed = 0;
    for (std::size_t q = 0; q < judgements.questions.size(); ++q) claimed += truth.probability(q);
    claimed /= static_cast<double>(judgements.questions.size());
    CHECK(claimed == Approx(labeling::score(judgements, truth, gold).accuracy).margin(0.02));
}

TEST_CASE("a tie counts half, and is broken alike in every run", "[labeling][truth]") {
    JudgementsBuilder builder;
    Gold gold;
    for (std::size_t q = 0; q < 400; ++q) {
        builder.add(name('q', q), "a", "x");
        builder.add(name('q', q), "b", "y");
        gold.emplace(name('q', q), "x");
    }
    auto judgements = std::move(builder).build();
    auto truth = labeling::infer(judgements, Method::mv);
    CHECK(labeling::score(judgements, truth, gold).accuracy == Approx(0.5));
    CHECK(truth.label == labeling::infer(judgements, Method::mv).label);
    auto x = std::count(truth.label.begin(), truth.label.end(), 0u);
    CHECK(x > 150);
    CHECK(x < 250);
}

TEST_CASE(
    "the result does not depend on when a method is run or on what the workers are called",
    "[labeling][truth]"
) {
    auto [judgements, gold] = crowd(500, 3, {0.1, 0.3, 0.5}, 3);
    for (auto method : class_methods) {
        INFO(base::name_of(method));
        CHECK(
            labeling::infer(judgements, method).posterior ==
            labeling::infer(judgements, method).posterior
        );
    }
}

TEST_CASE("a question with one answer and a single class are no trouble", "[labeling][truth]") {
    JudgementsBuilder builder;
    builder.add("q", "w", "only");
    auto judgements = std::move(builder).build();
    for (auto method : class_methods) {
        INFO(base::name_of(method));
        auto truth = labeling::infer(judgements, method);
        CHECK(truth.label == std::vector<std::uint32_t>{0});
        CHECK(truth.probability(0) == Approx(1));
    }
    CHECK(labeling::choose(judgements, {}).method == Method::mv);
}

TEST_CASE("numbers are averaged, and auto tells a heavy tail by its errors", "[labeling][truth]") {
    JudgementsBuilder builder;
    for (auto [worker, answer] : {std::pair{"a", "1"}, {"b", "2.5"}, {"c", "10"}, {"d", "2.5"}})
        builder.add("q", worker, answer);
    auto judgements = std::move(builder).build();
    CHECK(labeling::looks_numeric(judgements));
    CHECK(labeling::estimate(judgements, Method::mean).value[0] == Approx(4));
    CHECK(labeling::estimate(judgements, Method::median).value[0] == Approx(2.5));

    base::Random random(3);
    JudgementsBuilder tailed, plain;
    for (std::size_t q = 0; q < 200; ++q)
        for (std::size_t w = 0; w < 7; ++w) {
            double noise = random.uniform() - 0.5;
            double spike = random.uniform() < 0.2 ? 1000 * random.uniform() : 0;
            plain.add(name('q', q), name('w', w), std::to_string(static_cast<double>(q) + noise));
            tailed.add(
                name('q', q), name('w', w), std::to_string(static_cast<double>(q) + noise + spike)
            );
        }
    CHECK(labeling::choose(std::move(plain).build(), {}).method == Method::mean);
    auto heavy = std::move(tailed).build();
    Gold gold;
    for (std::size_t q = 0; q < 200; ++q) gold[name('q', q)] = std::to_string(q);
    CHECK(labeling::choose(heavy, gold).method == Method::median);
}

TEST_CASE("a method that does not fit the answers is refused", "[labeling][truth]") {
    JudgementsBuilder builder;
    builder.add("q", "w", "cat");
    auto judgements = std::move(builder).build();
    CHECK_THROWS_AS(labeling::estimate(judgements, Method::mean), base::Error);
    CHECK_THROWS_AS(labeling::infer(judgements, Method::mean), base::Error);
    CHECK_THROWS_AS(labeling::infer(Judgements{}, Method::ds), base::Error);
}

TEST_CASE("what free answers cost grows with them alone", "[labeling][truth]") {
    base::Random random(9);
    JudgementsBuilder builder;
    Gold gold;
    for (std::size_t q = 0; q < 20000; ++q) {
        gold[name('q', q)] = "right" + std::to_string(q);
        for (std::size_t w = 0; w < 3; ++w)
            builder.add(
                name('q', q),
                name('w', w),
                random.uniform() < 0.8 ? gold[name('q', q)] : "wrong" + std::to_string(3 * q + w)
            );
    }
    auto judgements = std::move(builder).build();
    REQUIRE(judgements.answers.size() > 30000);
    for (auto method : class_methods) {
        INFO(base::name_of(method));
        auto truth = labeling::infer(judgements, method);
        CHECK(truth.posterior.share.size() <= judgements.rows.size());
        CHECK(labeling::memory_needed(judgements, method) < 40'000'000);
        CHECK(labeling::score(judgements, truth, gold).accuracy > 0.8);
    }
}

TEST_CASE("a class that nobody gave may be the likeliest", "[labeling][truth]") {
    JudgementsBuilder builder;
    for (std::size_t q = 0; q < 300; ++q)
        for (std::size_t w = 0; w < 5; ++w) {
            auto right = name('c', q % 2);
            builder.add(name('q', q), name('w', w), w < 4 ? right : name('c', 1 - q % 2));
        }
    builder.add("lone", name('w', 4), name('c', 0));
    auto judgements = std::move(builder).build();
    for (auto method : {Method::ds, Method::onecoin, Method::glad}) {
        INFO(base::name_of(method));
        auto truth = labeling::infer(judgements, method);
        CHECK(judgements.answers[truth.label.back()] == name('c', 1));
        CHECK(truth.probability(300) > 0.9);
        CHECK(truth.posterior.at(300, 0) + truth.posterior.at(300, 1) == Approx(1));
    }
}

TEST_CASE("classes that share the rest are told apart by their weights", "[labeling][truth]") {
    labeling::Posterior posterior;
    posterior.classes = 5;
    posterior.first = {0, 2};
    posterior.candidate = {1, 3};
    posterior.share = {0.3, 0.1};
    posterior.rest = {0.6};
    CHECK(posterior.top(0).count == 3);
    posterior.set_weights({0.25, 0.5, 0.5, 0.5, 0.25});
    CHECK(posterior.at(0, 0) == Approx(0.15));
    CHECK(posterior[2] == Approx(0.3));
    REQUIRE(posterior.top(0).count == 2);
    CHECK(posterior.top_class(0, 0) == 1);
    CHECK(posterior.top_class(0, 1) == 2);
    std::vector<double> row;
    posterior.spread(0, row);
    CHECK(row[4] == Approx(0.15));
    CHECK(row[3] == Approx(0.1));
}

TEST_CASE("what needs too much memory is refused before it begins", "[labeling][truth]") {
    JudgementsBuilder builder;
    for (std::size_t w = 0; w < 30000; ++w) builder.add("q", name('w', w), name('c', w));
    auto judgements = std::move(builder).build();
    CHECK_THROWS_WITH(
        labeling::infer(judgements, Method::ds),
        Catch::Contains("GB of memory") && Catch::Contains("use onecoin")
    );
    CHECK(labeling::infer(judgements, Method::onecoin).posterior.candidates(0) == 30000);
}

TEST_CASE("every method stops when it is asked to", "[labeling][truth]") {
    auto [judgements, gold] = crowd(50, 3, {0.1, 0.3}, 2);
    std::stop_source stop;
    stop.request_stop();
    for (auto method : {Method::ds, Method::lfc, Method::onecoin, Method::glad, Method::mace}) {
        INFO(base::name_of(method));
        CHECK_THROWS_AS(labeling::infer(judgements, method, stop.get_token()), base::Interrupted);
    }
    CHECK_THROWS_AS(labeling::choose(judgements, gold, stop.get_token()), base::Interrupted);
    const base::Stopping stopping(stop.get_token());  // of all that this thread does
    for (auto method : {Method::ds, Method::glad, Method::mace})
        CHECK_THROWS_AS(labeling::infer(judgements, method), base::Interrupted);
}

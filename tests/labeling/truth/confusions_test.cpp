#include "labeling/truth/confusions.hpp"

#include <catch2/catch.hpp>

#include "base/numbers/random.hpp"
#include "labeling/answers.hpp"

namespace {

// 400 questions, a quarter of them "yes"; ann is nearly always right, bob says "yes" half the time.
labeling::Judgements crowd() {
    labeling::JudgementsBuilder builder;
    base::Random random(3);
    for (int q = 0; q < 400; ++q) {
        auto name = "q" + std::to_string(q);
        bool yes = q % 4 == 0;
        auto says = [&](bool right) { return yes == right ? "yes" : "no"; };
        builder.add(name, "ann", says(random.uniform() < 0.97));
        builder.add(name, "cas", says(random.uniform() < 0.9));
        builder.add(name, "bob", yes || random.uniform() < 0.5 ? "yes" : "no");
    }
    return std::move(builder).build();
}

labeling::Judgements one(const std::vector<std::pair<std::string, std::string>>& answers) {
    labeling::JudgementsBuilder builder;
    for (auto name : {"yes", "no"}) builder.allow(name);
    for (const auto& [worker, answer] : answers) builder.add("q", worker, answer);
    return std::move(builder).build();
}

std::string likeliest(const labeling::Judgements& judgements, const labeling::Confusions& by) {
    return judgements.answers[labeling::weigh(judgements, by).label[0]];
}

}  // namespace

TEST_CASE(
    "an answer weighs what its person's answers for that class are worth",
    "[labeling][truth]"
) {
    auto judgements = crowd();
    auto truth = labeling::infer(judgements, labeling::Method::ds);
    auto known = labeling::confusions_of(judgements, truth);
    REQUIRE(known);
    CHECK(known->prior.at("yes") == Approx(0.25).margin(0.03));
    CHECK(known->people.at("ann").at("no").at("no") > 0.9);
    CHECK(known->people.at("bob").at("no").at("yes") == Approx(0.5).margin(0.1));
    // A class that nobody gave may be the likeliest.
    CHECK(likeliest(one({{"bob", "yes"}}), *known) == "no");
    CHECK(likeliest(one({{"bob", "no"}}), *known) == "no");
    CHECK(likeliest(one({{"ann", "yes"}, {"bob", "no"}}), *known) == "no");
    CHECK(likeliest(one({{"ann", "yes"}, {"bob", "yes"}}), *known) == "yes");
    auto sure = labeling::weigh(one({{"ann", "no"}, {"cas", "no"}}), *known);
    CHECK(sure.probability(0) > 0.98);
}

TEST_CASE(
    "weighing by confusions says what Dawid and Skene said of the same answers",
    "[labeling][truth]"
) {
    auto judgements = crowd();
    auto truth = labeling::infer(judgements, labeling::Method::ds);
    auto again = labeling::weigh(judgements, *labeling::confusions_of(judgements, truth));
    int other = 0;
    for (std::size_t q = 0; q < judgements.questions.size(); ++q) {
        other += again.label[q] != truth.label[q] ? 1 : 0;
        CHECK(again.probability(q) == Approx(truth.probability(q)).margin(0.2));
    }
    CHECK(other <= 4);
}

TEST_CASE("confusions survive as JSON; of many classes there are none", "[labeling][truth]") {
    auto judgements = crowd();
    auto known =
        *labeling::confusions_of(judgements, labeling::infer(judgements, labeling::Method::ds));
    auto back = labeling::usual_confusions(labeling::json_of_usual(known));
    REQUIRE(back);
    CHECK(back->prior.at("no") == Approx(known.prior.at("no")).margin(1e-4));
    auto ann = labeling::confusion_in(labeling::json_of(known.people.at("ann")));
    CHECK(ann.at("yes").at("no") == Approx(known.people.at("ann").at("yes").at("no")).margin(1e-4));
    CHECK_FALSE(labeling::usual_confusions(""));

    labeling::JudgementsBuilder many;
    for (int i = 0; i < 11; ++i) many.add("q" + std::to_string(i), "ann", "c" + std::to_string(i));
    auto eleven = std::move(many).build();
    CHECK_FALSE(labeling::confusions_of(eleven, labeling::infer(eleven, labeling::Method::mv)));
}

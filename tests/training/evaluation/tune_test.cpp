#include "training/tuning/tune.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "base/error.hpp"

using namespace training;

namespace {

const std::vector<Hyperparameter> parameters{
    {.name = "rate",
     .words = "",
     .usual = 1,
     .low = 0.01,
     .high = 100,
     .logarithmic = true,
     .grid = {0.1, 1, 10}},
    {.name = "depth", .words = "", .usual = 2, .low = 1, .high = 5, .whole = true, .grid = {1, 2}},
    {.name = "still", .words = "", .usual = 7},
};

// Least at rate 10.
double bowl(const Trial& trial, std::vector<Progress>& curve) {
    curve.push_back({"fit", 1, 1, trial.params.at("rate"), {}});
    return std::pow(std::log10(trial.params.at("rate")) - 1, 2) + (1 - trial.fraction) * 0.01;
}

Tuning tuning_of(const Search& search, std::uint64_t seed, std::size_t threads) {
    Tuning out;
    out.kind = "bowl";
    out.parameters = parameters;
    out.search = search;
    out.seed = seed;
    out.threads = threads;
    return out;
}

}  // namespace

TEST_CASE("a search is read from its words, and nonsense is refused", "[training][tune]") {
    CHECK(parse_search("random:40").trials == 40);
    CHECK(parse_search("halving:9").kind == Search::Kind::halving);
    CHECK(parse_search("tpe:12").kind == Search::Kind::tpe);
    CHECK(parse_search("grid").kind == Search::Kind::grid);
    CHECK(parse_search("").kind == Search::Kind::none);
    for (const auto* bad :
         {"random", "random:", "random:0", "random:4x", "halving:99999", "bayes:3"})
        CHECK_THROWS_AS(parse_search(bad), base::UsageError);
}

TEST_CASE(
    "a random search starts at the defaults, stays in range and repeats by seed",
    "[training][tune]"
) {
    const auto drawn = settings(parameters, {}, {Search::Kind::random, 50}, 3);
    REQUIRE(drawn.size() == 50);
    CHECK(drawn[0] == Params{{"rate", 1}, {"depth", 2}, {"still", 7}});
    for (const auto& params : drawn) {
        CHECK(params.at("rate") >= 0.01);
        CHECK(params.at("rate") <= 100);
        CHECK(params.at("depth") == std::round(params.at("depth")));
        CHECK(params.at("still") == 7);
    }
    CHECK(drawn == settings(parameters, {}, {Search::Kind::random, 50}, 3));
    CHECK(drawn != settings(parameters, {}, {Search::Kind::random, 50}, 4));
}

TEST_CASE(
    "a grid holds every combination, and a fixed parameter is not searched",
    "[training][tune]"
) {
    CHECK(settings(parameters, {}, {Search::Kind::grid, 0}, 1).size() == 6);
    const auto fixed = settings(parameters, {{"rate", 5}}, {Search::Kind::grid, 0}, 1);
    REQUIRE(fixed.size() == 2);
    CHECK(fixed[1].at("rate") == 5);
}

TEST_CASE("the search finds the least cost, whatever the number of threads", "[training][tune]") {
    const Search search{Search::Kind::halving, 27};
    const auto one = tune(tuning_of(search, 5, 1), bowl, {});
    const auto two = tune(tuning_of(search, 5, 2), bowl, {});
    REQUIRE(one.size() == 27 + 9 + 3);
    for (std::size_t i = 0; i < one.size(); ++i) {
        CHECK(one[i].params == two[i].params);
        CHECK(one[i].cost == two[i].cost);
        CHECK(one[i].number == i);
    }
    const auto& best = best_trial(one);
    CHECK(best.fraction == 1);
    for (const auto& trial : one) {
        CHECK(trial.kind == "bowl");
        REQUIRE(trial.curve.size() == 1);
        CHECK(trial.curve[0].loss == trial.params.at("rate"));
        if (trial.fraction == 1) CHECK(best.cost <= trial.cost);
    }
}

TEST_CASE(
    "a failed trial is kept with its reason, and all failing is an error",
    "[training][tune]"
) {
    const auto moody = [](const Trial& trial, std::vector<Progress>&) -> double {
        if (trial.params.at("depth") == 1) throw base::Error("fit", "too shallow");
        return trial.params.at("rate");
    };
    const auto trials = tune(tuning_of({Search::Kind::grid, 0}, 1, 1), moody, {});
    CHECK(trials.size() == 6);
    CHECK(best_trial(trials).params.at("rate") == 0.1);
    CHECK(best_trial(trials).params.at("depth") == 2);
    CHECK(trials[0].failure == "fit: too shallow");
    const auto never = [](const Trial&, std::vector<Progress>&) -> double {
        throw base::Error("fit", "no");
    };
    CHECK_THROWS_WITH(
        best_trial(tune(tuning_of({Search::Kind::grid, 0}, 1, 1), never, {})),
        Catch::Contains("every trial failed")
    );
}

TEST_CASE(
    "TPE looks where good settings are, finds more than chance and repeats on any threads",
    "[training][tune]"
) {
    double by_tpe = 0;
    double by_chance = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const auto one = tune(tuning_of({Search::Kind::tpe, 40}, seed, 1), bowl, {});
        const auto two = tune(tuning_of({Search::Kind::tpe, 40}, seed, 2), bowl, {});
        REQUIRE(one.size() == 40);
        for (std::size_t i = 0; i < one.size(); ++i) {
            CHECK(one[i].params == two[i].params);
            CHECK(one[i].number == i);
            CHECK(one[i].params.at("rate") >= 0.01);
            CHECK(one[i].params.at("rate") <= 100);
        }
        by_tpe += best_trial(one).cost;
        by_chance +=
            best_trial(tune(tuning_of({Search::Kind::random, 40}, seed, 1), bowl, {})).cost;
    }
    CHECK(by_tpe < by_chance);
}

TEST_CASE(
    "after the end no trial begins but the very first, and each says so",
    "[training][tune]"
) {
    auto late = tuning_of({Search::Kind::random, 5}, 1, 1);
    late.end = std::chrono::steady_clock::now() - std::chrono::seconds(1);
    const auto trials = tune(late, bowl, {});
    REQUIRE(trials.size() == 5);
    CHECK(trials[0].failure.empty());
    for (std::size_t i = 1; i < 5; ++i) CHECK(trials[i].failure == not_begun);
    CHECK(best_trial(trials).number == 0);
    CHECK(best_trial(trials).params.at("rate") == 1);
}

TEST_CASE("a search that its budget ends has the best of the most rows", "[training][tune]") {
    const auto slow = [](const Trial& trial, std::vector<Progress>&) -> double {
        if (trial.fraction == 1) throw base::Error("fit", "the budget was spent");
        return trial.params.at("rate") + trial.fraction;
    };
    const auto trials = tune(tuning_of({Search::Kind::halving, 9}, 1, 1), slow, {});
    const auto& best = best_trial(trials);
    CHECK(best.fraction == Approx(1.0 / 3));
    for (const auto& trial : trials)
        if (trial.fraction == best.fraction) CHECK(best.cost <= trial.cost);
}

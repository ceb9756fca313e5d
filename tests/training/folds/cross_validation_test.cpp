#include "training/folds/cross_validation.hpp"

#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/training/made_data.hpp"
#include "training/trainer.hpp"

using namespace training;

namespace {

// Ten rows of each of forty people. The label is the person's, drawn by chance; the columns tell
// the person apart and nothing of the label: whoever has seen a person knows the other nine rows.
Examples people() {
    const base::CounterRandom random(3, 1);
    Examples out;
    out.class_names = {"no", "yes"};
    for (int c = 0; c < 3; ++c)
        out.columns.push_back({"c" + std::to_string(c), schema::Column::Type::number, ""});
    for (std::uint64_t person = 0; person < 40; ++person)
        for (std::uint64_t i = 0; i < 10; ++i) {
            out.classes.push_back(static_cast<int>(random.below(person, 2)));
            out.groups.push_back(static_cast<std::int64_t>(person));
            for (std::uint64_t c = 0; c < 3; ++c)
                out.numeric.push_back(
                    10 * random.normal(1000 + person * 3 + c) +
                    0.01 * random.normal(9000 + out.rows * 3 + c)
                );
            ++out.rows;
        }
    return out;
}

double judged_error(const Examples& data) {
    TrainSpec spec;
    spec.model = "knn";
    spec.tune = "random:1";
    spec.objective = Objective::error;
    spec.threads = 1;
    return fit(data, {}, spec).trials.at(0).cost;
}

}  // namespace

TEST_CASE("a group is never on both sides of a round", "[training][folds]") {
    auto data = people();
    const auto rounds = rounds_of(data, 5);
    REQUIRE(rounds.size() == 5);
    std::set<std::size_t> judged;
    for (const auto& round : rounds) {
        std::set<std::int64_t> seen;
        for (auto row : round.learnt) seen.insert(data.groups[row]);
        for (auto row : round.judged) CHECK_FALSE(seen.contains(data.groups[row]));
        CHECK(round.learnt.size() + round.judged.size() == data.rows);
        CHECK(round.judged.size() == 80);
        judged.insert(round.judged.begin(), round.judged.end());
    }
    CHECK(judged.size() == data.rows);
}

TEST_CASE("rows made of others tell nothing of other folds", "[training][folds]") {
    auto data = people();
    const base::CounterRandom random(4, 1);
    for (std::size_t row = 0; row < data.rows; ++row)
        data.classes[row] = random.unit(static_cast<std::uint64_t>(data.groups[row])) < 0.3 ? 1 : 0;
    TrainSpec spec;
    spec.model = "knn";
    spec.tune = "random:1";
    spec.objective = Objective::error;
    spec.threads = 1;
    spec.preparation = Preparation::parse(R"([{"op":"smote","neighbours":100}])");
    CHECK(fit(data, {}, spec).trials.at(0).cost > 0.4);
}

TEST_CASE("what plain folds score perfectly, folds by group score as chance", "[training][folds]") {
    auto data = people();
    CHECK(judged_error(data) > 0.35);
    data.groups.clear();
    CHECK(judged_error(data) == 0);
    // Altered copies have the key of their row, and stay with it.
    for (std::size_t row = 0; row < data.rows; ++row)
        data.keys.push_back(static_cast<std::int64_t>(row / 10));
    CHECK(judged_error(data) > 0.35);
}

TEST_CASE("each round has its share of each class", "[training][folds]") {
    const auto data = made::clouds(300, 4);
    std::map<int, std::size_t> all;
    for (int label : data.classes) ++all[label];
    for (const auto& round : rounds_of(data, 1)) {
        std::map<int, std::size_t> seen;
        for (auto row : round.judged) ++seen[data.classes[row]];
        for (const auto& [label, rows] : all) {
            CHECK(seen[label] >= rows / 5);
            CHECK(seen[label] <= rows / 5 + 1);
        }
    }
}

TEST_CASE("folds that follow each other are judged by what came before", "[training][folds]") {
    auto data = made::clouds(60, 4);
    for (std::size_t row = 0; row < data.rows; ++row)
        data.folds.push_back(static_cast<int>(row % 4));
    data.folds_in_time = true;
    const auto rounds = rounds_of(data, 1);
    REQUIRE(rounds.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(rounds[i].learnt.size() == 15 * (i + 1));
        for (auto row : rounds[i].judged) CHECK(data.folds[row] == static_cast<int>(i) + 1);
    }
    data.folds_in_time = false;
    CHECK(rounds_of(data, 1).size() == 4);
}

TEST_CASE("rows of one group have no folds", "[training][folds]") {
    auto data = made::clouds(60, 4);
    data.groups.assign(60, 7);
    CHECK_THROWS_WITH(rounds_of(data, 1), Catch::Contains("are of one group"));
    CHECK_THROWS_WITH(rounds_of({}, 1), Catch::Contains("too few training rows"));
}

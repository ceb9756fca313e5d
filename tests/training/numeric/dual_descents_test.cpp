#include "training/numeric/dual_descents.hpp"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/numeric/dual_descent.hpp"

using training::descend_duals;
using training::Design;
using training::DualProblems;
using training::Team;

namespace {

struct DualRows {
    Design design;
    std::vector<int> classes;
    std::vector<float> costs;
};

// DualRows of 12 of 300 columns, a third of them of the class's own.
DualRows dual_rows(std::size_t count, std::size_t outputs) {
    base::Random random(7);
    DualRows out;
    out.design.rows = count;
    out.design.columns = 300;
    out.design.sparse = true;
    out.design.starts.push_back(0);
    for (std::size_t row = 0; row < count; ++row) {
        const auto own = random.below(outputs);
        std::vector<std::uint32_t> columns;
        for (int i = 0; i < 12; ++i)
            columns.push_back(static_cast<std::uint32_t>(
                i % 3 == 0 ? own * 7 + random.below(7) : random.below(300)
            ));
        std::sort(columns.begin(), columns.end());
        columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
        for (auto column : columns) {
            out.design.where.push_back(column);
            out.design.values.push_back(static_cast<float>(0.1 + 0.4 * random.uniform()));
        }
        out.design.starts.push_back(out.design.values.size());
        out.classes.push_back(static_cast<int>(own));
        out.costs.push_back(row % 17 == 0 ? 0.0F : 1.0F);
    }
    return out;
}

DualProblems dual_problems(const DualRows& rows, std::size_t outputs) {
    return {
        .rows = &rows.design,
        .classes = rows.classes,
        .outputs = outputs,
        .costs = rows.costs,
        .tolerance = 1e-3};
}

// |w|^2 / 2 + sum of C max(0, 1 - y w'x)^2, of a class.
double dual_loss(const DualRows& rows, std::size_t positive, const std::vector<float>& weights) {
    double loss = 0;
    for (float w : weights) loss += 0.5 * static_cast<double>(w * w);
    for (std::size_t row = 0; row < rows.design.rows; ++row) {
        auto score = static_cast<double>(weights.back());
        for (std::size_t i = 0; i < rows.design.count(row); ++i) {
            const auto column = rows.design.row_where(row)[i];
            score += static_cast<double>(rows.design.row_values(row)[i] * weights[column]);
        }
        const double side = static_cast<std::size_t>(rows.classes[row]) == positive ? 1 : -1;
        const double miss = std::max(0.0, 1 - side * score);
        loss += static_cast<double>(rows.costs[row]) * miss * miss;
    }
    return loss;
}

double dual_loss_alone(const DualRows& rows, std::size_t positive) {
    std::vector<signed char> sides;
    for (int c : rows.classes) sides.push_back(static_cast<std::size_t>(c) == positive ? 1 : -1);
    const auto squares = training::squared_lengths(rows.design, {});
    training::DualProblem problem;
    problem.rows = &rows.design;
    problem.squares = squares;
    problem.sides = sides;
    problem.costs = rows.costs;
    problem.tolerance = 1e-3;
    return dual_loss(rows, positive, training::descend_dual(problem));
}

}  // namespace

TEST_CASE("classes side by side end where each ends by itself", "[training][dual]") {
    constexpr std::size_t outputs = 35;
    const auto rows = dual_rows(900, outputs);
    Team team(2);
    const auto weights = descend_duals(dual_problems(rows, outputs), nullptr, team);
    REQUIRE(weights.size() == outputs);
    for (std::size_t c = 0; c < outputs; ++c) {
        REQUIRE(weights[c].size() == 301);
        CHECK(dual_loss(rows, c, weights[c]) == Approx(dual_loss_alone(rows, c)).epsilon(1e-3));
    }
}

TEST_CASE("what classes side by side find does not depend on threads", "[training][dual]") {
    const auto rows = dual_rows(500, 20);
    std::vector<std::vector<std::vector<float>>> found;
    std::vector<std::vector<float>> duals(3);
    for (std::size_t threads : {1U, 2U, 5U}) {
        Team team(threads);
        found.push_back(descend_duals(dual_problems(rows, 20), &duals[found.size()], team));
    }
    CHECK(found[0] == found[1]);
    CHECK(found[0] == found[2]);
    CHECK(duals[0] == duals[1]);
    CHECK(duals[0] == duals[2]);
}

TEST_CASE("a descent may start from the duals of another", "[training][dual]") {
    const auto rows = dual_rows(500, 6);
    Team team(1);
    std::vector<float> duals;
    auto problems = dual_problems(rows, 6);
    const auto first = descend_duals(problems, &duals, team);
    REQUIRE(duals.size() == 3000);
    problems.passes = 1;
    const auto again = descend_duals(problems, &duals, team);
    for (std::size_t c = 0; c < 6; ++c)
        CHECK(dual_loss(rows, c, again[c]) == Approx(dual_loss(rows, c, first[c])).epsilon(1e-4));
}

TEST_CASE("a descent of many classes can be stopped", "[training][dual]") {
    const auto rows = dual_rows(100, 6);
    Team team(1);
    std::stop_source source;
    source.request_stop();
    auto problems = dual_problems(rows, 6);
    problems.stop = source.get_token();
    CHECK_THROWS_AS(descend_duals(problems, nullptr, team), base::Interrupted);
}

// The compact form: hashed texts have a column for every hash, and most of them are never met.
// Columns that no training row has are left out before the descent, so that the weights of a class
// fit the cache, and come back as zeros after it.
#include "training/models/one_versus_rest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "training/numeric/dual_descent.hpp"

namespace training::detail {

namespace {

// The rows without the columns that none has; `kept` are those that stayed.
Design without_unused(const Design& rows, std::vector<std::uint32_t>& kept) {
    constexpr auto none = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> place(rows.columns, none);
    for (auto column : rows.where) place[column] = 0;
    for (std::size_t c = 0; c < rows.columns; ++c) {
        if (place[c] == none) continue;
        place[c] = static_cast<std::uint32_t>(kept.size());
        kept.push_back(static_cast<std::uint32_t>(c));
    }
    Design out = rows;
    out.columns = kept.size();
    for (auto& column : out.where) column = place[column];
    return out;
}

// ln of how often each column is met in rows of the class against how often in others, each by the
// whole of its side.
std::vector<float>
log_ratios(const View& train, std::size_t positive, std::span<const float> costs, double smooth) {
    const auto& rows = *train.rows;
    std::vector<double> own(rows.columns, smooth);
    std::vector<double> other(rows.columns, smooth);
    for (std::size_t row = 0; row < rows.rows; ++row) {
        auto& side = static_cast<std::size_t>(train.classes[row]) == positive ? own : other;
        for (std::size_t i = 0; i < rows.count(row); ++i)
            if (rows.row_values(row)[i] != 0)
                side[rows.row_where(row)[i]] += static_cast<double>(costs[row]);
    }
    double all_own = 0;
    double all_other = 0;
    for (double value : own) all_own += value;
    for (double value : other) all_other += value;
    std::vector<float> out(rows.columns);
    for (std::size_t c = 0; c < rows.columns; ++c)
        out[c] = static_cast<float>(std::log(own[c] / all_own) - std::log(other[c] / all_other));
    return out;
}

}  // namespace

std::vector<float> OneVersusRest::against(
    const View& train,
    std::size_t positive,
    std::span<const float> costs,
    std::span<const float> squares,
    const FitContext& context
) const {
    const auto& rows = *train.rows;
    const auto scale = settings_.ratios ? log_ratios(train, positive, costs, settings_.smoothing)
                                        : std::vector<float>{};
    const auto own_squares = scale.empty() ? std::vector<float>{} : squared_lengths(rows, scale);
    std::vector<signed char> sides(rows.rows);
    for (std::size_t row = 0; row < rows.rows; ++row)
        sides[row] = static_cast<std::size_t>(train.classes[row]) == positive ? 1 : -1;
    DualProblem problem;
    problem.rows = &rows;
    problem.squares = scale.empty() ? squares : std::span<const float>(own_squares);
    problem.scale = scale;
    problem.sides = sides;
    problem.costs = costs;
    problem.logistic = settings_.logistic;
    problem.tolerance = 0.1;
    problem.seed = context.seed + positive;
    problem.stop = context.stop;
    auto weights = descend_dual(problem);
    if (scale.empty()) return weights;
    double size = 0;
    for (std::size_t c = 0; c < rows.columns; ++c)
        size += static_cast<double>(std::abs(weights[c]));
    const auto mean = static_cast<float>(size / static_cast<double>(rows.columns));
    const auto blend = static_cast<float>(settings_.blend);
    for (std::size_t c = 0; c < rows.columns; ++c)
        weights[c] = ((1 - blend) * mean + blend * weights[c]) * scale[c];
    return weights;
}

LinearScores OneVersusRest::solve(const View& train, std::size_t outputs, const FitContext& context)
    const {
    auto costs = row_weights(train, outputs, settings_.balance);
    if (costs.empty()) costs.assign(train.size(), 1.0F);
    for (float& cost : costs) cost *= static_cast<float>(settings_.cost);
    std::vector<std::uint32_t> kept;
    const auto compact = train.rows->sparse ? without_unused(*train.rows, kept) : Design{};
    auto view = train;
    if (train.rows->sparse) view.rows = &compact;
    const auto squares = settings_.ratios ? std::vector<float>{} : squared_lengths(*view.rows, {});

    const auto problems = outputs == 2 ? std::size_t{1} : outputs;
    std::vector<std::vector<float>> found(problems);
    context.team->run(problems, [&](std::size_t p) {
        found[p] = against(view, outputs == 2 ? 1 : p, costs, squares, context);
    });

    const auto features = train.rows->columns;
    std::vector<double> weights(features * outputs);
    std::vector<double> bias(outputs);
    const auto put = [&](std::vector<double>& to, std::size_t at, std::size_t from) {
        for (std::size_t p = 0; p < problems; ++p) {
            const auto weight = static_cast<double>(found[p][from]);
            to[at * outputs + (outputs == 2 ? 1 : p)] = weight;
            if (outputs == 2) to[at * outputs] = -weight;
        }
    };
    for (std::size_t c = 0; c < view.rows->columns; ++c)
        put(weights, train.rows->sparse ? kept[c] : c, c);
    put(bias, 0, view.rows->columns);
    LinearScores out;
    out.set(outputs, features, std::move(weights), std::move(bias));
    return out;
}

void OneVersusRest::learn(
    const View& train,
    const View& validation,
    std::size_t outputs,
    const FitContext& context
) {
    constexpr std::size_t fewest = 20;  // rows of a fifth that says something
    double temperature = 1;
    if (validation.size() == 0 && train.size() >= 5 * fewest) {
        const auto [most, fifth] = hold_out_fifth(train, context.seed);
        auto first = solve(most.view(), outputs, context);
        first.calibrate(fifth.view(), *context.team);
        temperature = first.temperature();
    }
    linear_ = solve(train, outputs, context);
    if (validation.size() > 0) {
        linear_.calibrate(validation, *context.team);
    } else {
        linear_.set_temperature(temperature);
    }
}

const Hyperparameter& cost_parameter() {
    static const Hyperparameter cost{
        .name = "cost",
        .words = "of a row on the wrong side; less draws weights to 0",
        .usual = 1,
        .low = 0.01,
        .high = 100,
        .logarithmic = true,
        .grid = {0.1, 0.3, 1, 3, 10}};
    return cost;
}

}  // namespace training::detail

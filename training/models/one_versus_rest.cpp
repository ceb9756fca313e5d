// The compact form: hashed texts have a column for every hash, and most of them are never met.
// Columns that no training row has are left out before the descent and come back as zeros after it;
// those that many rows have come first, so that what is asked for again and again lies together.
//
// Processes that share a fit have all rows and some of the classes each, and tell each other what
// they found: what a class comes to does not depend on the others. A descent itself takes one row
// after the other and cannot be cut by rows to the same end.
//
// Without validation rows two fits are wanted, of which the first only says how sure scores are: it
// may be rough, and the second starts from its duals.
#include "training/models/one_versus_rest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "training/numeric/dual_descent.hpp"
#include "training/numeric/dual_descents.hpp"

namespace training {

namespace {

// The rows without the columns that none has; `kept` are those that stayed, the most frequent
// first.
Design without_unused(const Design& rows, std::vector<std::uint32_t>& kept) {
    std::vector<std::uint32_t> met(rows.columns);
    for (auto column : rows.where) ++met[column];
    for (std::size_t c = 0; c < rows.columns; ++c)
        if (met[c] != 0) kept.push_back(static_cast<std::uint32_t>(c));
    std::stable_sort(kept.begin(), kept.end(), [&](auto a, auto b) { return met[a] > met[b]; });
    auto& place = met;
    for (std::size_t i = 0; i < kept.size(); ++i) place[kept[i]] = static_cast<std::uint32_t>(i);
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

bool OneVersusRest::together(const Design& rows, std::size_t outputs) const {
    constexpr std::size_t fewest = 4;  // classes that are worth a lane each
    return rows.sparse && outputs >= fewest && !settings_.logistic && !settings_.ratios;
}

std::vector<float> OneVersusRest::against(
    const View& train,
    std::size_t positive,
    std::span<const float> costs,
    std::span<const float> squares,
    const std::vector<float>& scale,
    double tolerance,
    const FitContext& context
) const {
    const auto& rows = *train.rows;
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
    problem.tolerance = tolerance;
    problem.seed = context.seed + positive;
    problem.stop = context.stop;
    return descend_dual(problem);
}

// What each member of the company found becomes what all have.
void OneVersusRest::tell_found(Company* company, std::size_t columns, Solved& found) const {
    for (std::size_t p = 0; company && p < found.weights.size(); ++p) {
        const auto owner = p % company->size();
        found.weights[p].resize(columns + 1);
        tell_all(company, std::span(found.weights[p]), owner);
        if (settings_.ratios) found.scales[p].resize(columns);
        tell_all(company, std::span(found.scales[p]), owner);
    }
}

OneVersusRest::Solved OneVersusRest::solve(
    const View& train,
    std::size_t outputs,
    const FitContext& context,
    double tolerance,
    std::vector<float>* duals
) const {
    auto costs = row_weights(train, outputs, settings_.balance);
    if (costs.empty()) costs.assign(train.size(), 1.0F);
    for (float& cost : costs) cost *= static_cast<float>(settings_.cost);
    Solved out;
    const auto compact = train.rows->sparse ? without_unused(*train.rows, out.kept) : Design{};
    auto view = train;
    if (train.rows->sparse) view.rows = &compact;

    const auto problems = outputs == 2 ? std::size_t{1} : outputs;
    out.weights.resize(problems);
    out.scales.resize(problems);
    if (together(*train.rows, outputs)) {
        out.weights = descend_duals(
            {.rows = view.rows,
             .classes = view.classes,
             .outputs = outputs,
             .costs = costs,
             .tolerance = tolerance,
             .seed = context.seed,
             .company = context.company,
             .stop = context.stop},
            duals,
            *context.team
        );
    } else {
        const auto squares =
            settings_.ratios ? std::vector<float>{} : squared_lengths(*view.rows, {});
        context.team->run(problems, [&](std::size_t p) {
            if (!is_own(context.company, p)) return;
            const auto positive = outputs == 2 ? 1 : p;
            if (settings_.ratios)
                out.scales[p] = log_ratios(view, positive, costs, settings_.smoothing);
            out.weights[p] =
                against(view, positive, costs, squares, out.scales[p], tolerance, context);
        });
        tell_found(context.company, view.rows->columns, out);
    }
    out.columns = view.rows->columns;
    out.features = train.rows->columns;
    out.outputs = outputs;
    return out;
}

LinearScores OneVersusRest::scores_of(const Solved& solved, double blend) {
    const auto outputs = solved.outputs;
    std::vector<double> weights(solved.features * outputs), bias(outputs);
    for (std::size_t p = 0; p < solved.weights.size(); ++p) {
        const auto& found = solved.weights[p];
        const auto& scale = solved.scales[p];
        double mean = 0;
        for (std::size_t c = 0; c < solved.columns; ++c)
            mean += static_cast<double>(std::abs(found[c]));
        mean /= static_cast<double>(std::max<std::size_t>(1, solved.columns));
        const auto put = [&](std::vector<double>& to, std::size_t at, double weight) {
            to[at * outputs + (outputs == 2 ? 1 : p)] = weight;
            if (outputs == 2) to[at * outputs] = -weight;
        };
        for (std::size_t c = 0; c < solved.columns; ++c) {
            auto weight = static_cast<double>(found[c]);
            if (!scale.empty())
                weight = ((1 - blend) * mean + blend * weight) * static_cast<double>(scale[c]);
            put(weights, solved.kept.empty() ? c : solved.kept[c], weight);
        }
        put(bias, 0, static_cast<double>(found[solved.columns]));
    }
    LinearScores out;
    out.set(outputs, solved.features, std::move(weights), std::move(bias));
    return out;
}

double OneVersusRest::choose(
    const Solved& solved,
    const View& held_out,
    Team& team,
    LinearScores& best
) const {
    std::vector<double> blends{settings_.blend};
    if (settings_.ratios && settings_.blend == 0) blends = {0.25, 0.5, 0.75, 1};
    double least = 0, chosen = 0;
    for (double blend : blends) {
        auto scores = scores_of(solved, blend);
        const double loss = scores.calibrate(held_out, team);
        if (blend != blends.front() && !(loss < least)) continue;
        least = loss;
        chosen = blend;
        best = std::move(scores);
    }
    return chosen;
}

void OneVersusRest::learn(
    const View& train,
    const View& validation,
    std::size_t outputs,
    const FitContext& context
) {
    constexpr double near = 0.1, rough = 0.5;                 // tolerances
    constexpr std::size_t fewest = 20;                        // rows of a fifth that says something
    constexpr std::size_t most_duals = std::size_t{1} << 27;  // half a gigabyte
    if (validation.size() > 0) {
        choose(solve(train, outputs, context, near, nullptr), validation, *context.team, linear_);
        return;
    }
    double temperature = 1, blend = settings_.blend == 0 ? 1 : settings_.blend;
    std::vector<float> duals;
    const bool kept = train.size() * outputs <= most_duals && together(*train.rows, outputs);
    if (train.size() >= 5 * fewest) {
        const auto [most, fifth] = hold_out_fifth(train, context.seed);
        // Blends are told apart by fine differences, a temperature is not.
        const double first_tolerance = settings_.ratios ? near : rough;
        std::vector<float> found;
        LinearScores first;
        blend = choose(
            solve(most.view(), outputs, context, first_tolerance, kept ? &found : nullptr),
            fifth.view(),
            *context.team,
            first
        );
        temperature = first.temperature();
        if (kept) {
            duals.resize(train.size() * outputs);
            for (std::size_t i = 0; i < most.chosen.size(); ++i)
                std::copy_n(
                    found.data() + i * outputs, outputs, duals.data() + most.chosen[i] * outputs
                );
        }
    }
    linear_ = scores_of(solve(train, outputs, context, near, kept ? &duals : nullptr), blend);
    linear_.set_temperature(temperature);
}

const Hyperparameter& cost_parameter() {
    static const Hyperparameter cost{
        .name = "cost",
        .words = "of a row on the wrong side; less draws weights to 0",
        .usual = 1,
        .low = 0.01,
        .high = 100,
        .logarithmic = true,
        .at_least = 1e-9,
        .grid = {0.1, 0.3, 1, 3, 10}};
    return cost;
}

}  // namespace training

// Each drawn value depends on seed, parameter and trial number alone (CounterRandom), and trials
// are ranked by stable sorts. So the result is the same on any number of threads, and a longer
// search starts with the trials of a shorter one.
//
// A trial that throws base::Error is a trial with infinite cost, not the end of the search: a rate
// that makes the loss overflow is what searches find. Halving starts with a ninth of the rows, so
// that three rounds end on all of them.
#include "training/evaluation/tune.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <mutex>

#include "base/error.hpp"
#include "base/numbers/random.hpp"

namespace training {

namespace {

double draw(const Hyperparameter& parameter, double unit) {
    double value = parameter.low + unit * (parameter.high - parameter.low);
    if (parameter.logarithmic)
        value = parameter.low * std::pow(parameter.high / parameter.low, unit);
    if (parameter.whole) value = std::round(value);
    return value;
}

std::vector<Params> combinations(const std::vector<Hyperparameter>& free, const Params& start) {
    std::vector<Params> out{start};
    for (const auto& parameter : free) {
        std::vector<Params> wider;
        for (const auto& params : out) {
            for (double value : parameter.grid) {
                wider.push_back(params);
                wider.back()[parameter.name] = value;
            }
        }
        out = std::move(wider);
    }
    return out;
}

// Evaluates trials [from, to) in any order.
void run(
    std::vector<Trial>& trials,
    std::size_t from,
    std::size_t threads,
    const Evaluate& evaluate,
    const OnProgress& progress
) {
    detail::Team team(std::min(threads, trials.size() - from));
    std::mutex mutex;
    std::size_t done = from;
    team.run(trials.size() - from, [&](std::size_t i) {
        auto& trial = trials[from + i];
        const auto begun = std::chrono::steady_clock::now();
        try {
            trial.cost = evaluate(trial.params, trial.fraction);
            if (!std::isfinite(trial.cost)) trial.failure = "its cost is not finite";
        } catch (const base::Error& error) {
            trial.failure = error.what();
        }
        trial.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        if (!trial.failure.empty()) trial.cost = std::numeric_limits<double>::infinity();
        std::scoped_lock lock(mutex);
        if (progress) progress({"tune", ++done, trials.size(), trial.cost, {}});
    });
}

// Adds the best third of the trials from `from` on, with `fraction` of the rows; at least one.
// Successive halving with factor 3 (Jamieson and Talwalkar 2016).
void promote(std::vector<Trial>& trials, std::size_t from, double fraction) {
    std::vector<Trial> best(trials.begin() + static_cast<std::ptrdiff_t>(from), trials.end());
    std::stable_sort(best.begin(), best.end(), [](const Trial& a, const Trial& b) {
        return a.cost < b.cost;
    });
    best.resize((best.size() + 2) / 3);
    for (auto& trial : best)
        trials.push_back({trials.size(), std::move(trial.params), fraction, 0, 0, {}});
}

}  // namespace

Search parse_search(std::string_view text) {
    if (text.empty() || text == "none") return {};
    if (text == "grid") return {Search::Kind::grid, 0};
    const auto colon = text.find(':');
    const auto kind = text.substr(0, colon);
    std::size_t count = 0;
    if (colon != text.npos && (kind == "random" || kind == "halving")) {
        const auto* end = text.data() + text.size();
        const auto [at, code] = std::from_chars(text.data() + colon + 1, end, count);
        if (code == std::errc{} && at == end && count >= 1 && count <= 10'000) {
            return {kind == "random" ? Search::Kind::random : Search::Kind::halving, count};
        }
    }
    throw base::UsageError(
        "tune '" + std::string(text) + "'",
        "not a search",
        "use random:N, halving:N or grid, N from 1 to 10000"
    );
}

std::vector<Params> settings(
    const std::vector<Hyperparameter>& parameters,
    const Params& fixed,
    const Search& search,
    std::uint64_t seed
) {
    Params start;
    std::vector<Hyperparameter> free;
    for (const auto& parameter : parameters) {
        start[parameter.name] = parameter.usual;
        if (!parameter.grid.empty() && !fixed.contains(parameter.name)) free.push_back(parameter);
    }
    for (const auto& [name, value] : fixed) start[name] = value;
    if (search.kind == Search::Kind::none || free.empty()) return {start};
    if (search.kind == Search::Kind::grid) return combinations(free, start);
    std::vector<Params> out{start};
    for (std::size_t trial = 1; trial < search.trials; ++trial) {
        auto params = start;
        for (std::size_t i = 0; i < free.size(); ++i) {
            params[free[i].name] = draw(free[i], base::CounterRandom(seed, 7000 + i).unit(trial));
        }
        out.push_back(std::move(params));
    }
    return out;
}

std::vector<Trial> tune(
    const std::vector<Hyperparameter>& parameters,
    const Params& fixed,
    const Search& search,
    std::uint64_t seed,
    std::size_t threads,
    const Evaluate& evaluate,
    const OnProgress& progress
) {
    const bool halving = search.kind == Search::Kind::halving;
    std::vector<Trial> trials;
    for (auto& params : settings(parameters, fixed, search, seed)) {
        trials.push_back({trials.size(), std::move(params), halving ? 1.0 / 9 : 1.0, 0, 0, {}});
    }
    run(trials, 0, threads, evaluate, progress);
    if (!halving) return trials;
    std::size_t from = 0;
    for (double fraction : {1.0 / 3, 1.0}) {
        const auto next = trials.size();
        promote(trials, from, fraction);
        run(trials, next, threads, evaluate, progress);
        from = next;
    }
    return trials;
}

const Trial& best_trial(const std::vector<Trial>& trials) {
    const Trial* best = nullptr;
    for (const auto& trial : trials) {
        if (trial.fraction < 1 || !std::isfinite(trial.cost)) continue;
        if (!best || trial.cost < best->cost) best = &trial;
    }
    if (best) return *best;
    throw base::Error(
        "tuning",
        "every trial failed",
        trials.empty() ? "" : "the first one says: " + trials.front().failure
    );
}

}  // namespace training

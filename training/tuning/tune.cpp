// Each drawn value depends on seed, parameter and trial number alone (CounterRandom), and trials
// are ranked by stable sorts. So the result is the same on any number of threads, and a longer
// search starts with the trials of a shorter one.
//
// A trial that throws base::Error is a trial with infinite cost, not the end of the search: a rate
// that makes the loss overflow is what searches find. Halving starts with a ninth of the rows, so
// that three rounds end on all of them.
#include "training/tuning/tune.hpp"

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

// Where in its range a value lies, 0 to 1; the inverse of draw().
double unit_of(const Hyperparameter& parameter, double value) {
    const auto at = parameter.logarithmic
                        ? std::log(value / parameter.low) / std::log(parameter.high / parameter.low)
                        : (value - parameter.low) / (parameter.high - parameter.low);
    return std::isfinite(at) ? std::clamp(at, 0.0, 1.0) : 0.5;
}

// The density at `x` of normal distributions about `points`, and one broad one about the middle.
double density(const std::vector<double>& points, double width, double x) {
    const auto normal = [&](double middle, double deviation) {
        const double miss = (x - middle) / deviation;
        return std::exp(-0.5 * miss * miss) / deviation;
    };
    double sum = normal(0.5, 1);
    for (double point : points) sum += normal(point, width);
    return sum / static_cast<double>(points.size() + 1);
}

// One parameter at a time, of 24 values drawn about those of the best quarter of the past the one
// that is likeliest among them against the others (Bergstra et al. 2011).
Params likely_better(const Tuning& tuning, std::vector<Trial> past, std::size_t number) {
    std::erase_if(past, [&](const Trial& t) {
        return t.fraction < 1 || !std::isfinite(t.cost) || t.kind != tuning.kind;
    });
    std::stable_sort(past.begin(), past.end(), [](const Trial& a, const Trial& b) {
        return a.cost < b.cost;
    });
    const auto good = (past.size() + 3) / 4;
    auto params = settings(tuning.parameters, tuning.fixed, {}, tuning.seed).front();
    for (std::size_t p = 0; p < tuning.parameters.size(); ++p) {
        const auto& parameter = tuning.parameters[p];
        if (parameter.grid.empty() || tuning.fixed.contains(parameter.name)) continue;
        std::vector<double> better;
        std::vector<double> worse;
        for (std::size_t i = 0; i < past.size(); ++i)
            (i < good ? better : worse)
                .push_back(unit_of(parameter, past[i].params.at(parameter.name)));
        const double width = std::max(0.05, 0.6 / std::sqrt(static_cast<double>(past.size() + 1)));
        const base::CounterRandom random(tuning.seed, 8000 + p);
        double best = -1;
        for (std::uint64_t i = 0; i < 24; ++i) {
            const auto at = number * 100 + i * 4;
            const auto from = random.below(at, better.size() + 1);
            const double x = from == better.size() ? random.unit(at + 1)
                                                   : better[from] + width * random.normal(at + 2);
            if (x < 0 || x > 1) continue;
            const double ratio = density(better, width, x) / density(worse, width, x);
            if (ratio <= best) continue;
            best = ratio;
            params[parameter.name] = draw(parameter, x);
        }
    }
    return params;
}

// Adds the best third of the trials from `from` on, with `fraction` of the rows; at least one.
// Successive halving with factor 3 (Jamieson and Talwalkar 2016).
void promote(std::vector<Trial>& trials, std::size_t from, double fraction) {
    std::vector<Trial> best(trials.begin() + static_cast<std::ptrdiff_t>(from), trials.end());
    std::stable_sort(best.begin(), best.end(), [](const Trial& a, const Trial& b) {
        return a.cost < b.cost;
    });
    best.resize((best.size() + 2) / 3);
    for (auto& trial : best) {
        Trial next;
        next.number = trials.front().number + trials.size();
        next.kind = std::move(trial.kind);
        next.params = std::move(trial.params);
        next.fraction = fraction;
        trials.push_back(std::move(next));
    }
}

}  // namespace

Search parse_search(std::string_view text) {
    if (text.empty() || text == "none") return {};
    if (text == "grid") return {Search::Kind::grid, 0};
    const auto colon = text.find(':');
    const auto kind = text.substr(0, colon);
    std::size_t count = 0;
    if (colon != text.npos && (kind == "random" || kind == "halving" || kind == "tpe")) {
        const auto* end = text.data() + text.size();
        const auto [at, code] = std::from_chars(text.data() + colon + 1, end, count);
        if (code == std::errc{} && at == end && count >= 1 && count <= 10'000) {
            if (kind == "tpe") return {Search::Kind::tpe, count};
            return {kind == "random" ? Search::Kind::random : Search::Kind::halving, count};
        }
    }
    throw base::UsageError(
        "tune '" + std::string(text) + "'",
        "not a search",
        "use random:N, halving:N, tpe:N or grid, N from 1 to 10000"
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

void run_trials(
    std::vector<Trial>& trials,
    std::size_t from,
    std::size_t threads,
    std::optional<Moment> end,
    const Evaluate& evaluate,
    const OnProgress& progress
) {
    Team team(std::min(threads, trials.size() - from));
    std::mutex mutex;
    std::size_t done = from;
    team.run(trials.size() - from, [&](std::size_t i) {
        auto& trial = trials[from + i];
        const auto begun = std::chrono::steady_clock::now();
        if (end && begun >= *end && trial.number > 0) {
            trial.failure = not_begun;
        } else {
            try {
                trial.cost = evaluate(trial, trial.curve);
                if (!std::isfinite(trial.cost)) trial.failure = "its cost is not finite";
            } catch (const base::Error& error) {
                trial.failure = error.what();
            }
        }
        trial.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        if (!trial.failure.empty()) trial.cost = std::numeric_limits<double>::infinity();
        std::scoped_lock lock(mutex);
        if (progress) progress({"tune", ++done, trials.size(), trial.cost, {}});
    });
}

std::vector<Trial>
tune(const Tuning& tuning, const Evaluate& evaluate, const OnProgress& progress) {
    const auto& search = tuning.search;
    const auto first = tuning.history.size();
    const bool halving = search.kind == Search::Kind::halving;
    const bool tpe = search.kind == Search::Kind::tpe;
    std::vector<Trial> trials;
    const auto add = [&](Params params, double fraction) {
        Trial trial;
        trial.number = first + trials.size();
        trial.kind = tuning.kind;
        trial.params = std::move(params);
        trial.fraction = fraction;
        trials.push_back(std::move(trial));
    };
    auto start = search;
    if (tpe) start = {Search::Kind::random, std::max<std::size_t>(2, search.trials / 4)};
    if (tpe && search.trials == 1) start.trials = 1;
    // What was tried before as it is by default need not be tried again.
    const bool known = tpe && first > 0;
    auto drawn = settings(tuning.parameters, tuning.fixed, start, tuning.seed);
    if (known && drawn.size() > 1) drawn.erase(drawn.begin());
    for (auto& params : drawn) add(std::move(params), halving ? 1.0 / 9 : 1.0);
    run_trials(trials, 0, tuning.threads, tuning.end, evaluate, progress);
    if (halving) {
        std::size_t from = 0;
        for (double fraction : {1.0 / 3, 1.0}) {
            const auto next = trials.size();
            promote(trials, from, fraction);
            run_trials(trials, next, tuning.threads, tuning.end, evaluate, progress);
            from = next;
        }
    }
    constexpr std::size_t generation = 4;  // drawn from the same past, whatever the threads
    while (tpe && trials.size() < search.trials) {
        if (tuning.end && std::chrono::steady_clock::now() >= *tuning.end) break;
        auto past = tuning.history;
        past.insert(past.end(), trials.begin(), trials.end());
        const auto from = trials.size();
        for (std::size_t i = 0; i < generation && trials.size() < search.trials; ++i)
            add(likely_better(tuning, past, first + trials.size()), 1.0);
        if (trials.size() == from) break;
        run_trials(trials, from, tuning.threads, tuning.end, evaluate, progress);
    }
    return trials;
}

const Trial& best_trial(const std::vector<Trial>& trials) {
    const Trial* best = nullptr;
    for (const auto& trial : trials) {
        if (!std::isfinite(trial.cost) || (best && trial.fraction < best->fraction)) continue;
        if (!best || trial.fraction > best->fraction || trial.cost < best->cost) best = &trial;
    }
    if (best) return *best;
    throw base::Error(
        "tuning",
        "every trial failed",
        trials.empty() ? "" : "the first one says: " + trials.front().failure
    );
}

}  // namespace training

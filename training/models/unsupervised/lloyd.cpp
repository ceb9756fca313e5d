// Starts, and the end of each: what a round does is in lloyd_rounds.cpp. Labels and inertia are of
// a last round that measures every row.
#include "training/models/unsupervised/lloyd.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/models/unsupervised/first_centres.hpp"
#include "training/models/unsupervised/lloyd_rounds.hpp"
#include "training/numeric/kernels.hpp"

namespace training {

namespace {

// The mean over the columns of their variance.
double mean_variance(const Design& rows, const std::vector<float>& squares, Team& team) {
    double all = 0;
    for (float length : squares) all += static_cast<double>(length);
    const auto n = static_cast<double>(rows.rows);
    double means = 0;
    for (double sum : column_sums(rows, team)) means += sum / n * (sum / n);
    return std::max(0.0, all / n - means) /
           static_cast<double>(std::max<std::size_t>(1, rows.columns));
}

double shift_of(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double miss = static_cast<double>(a[i]) - static_cast<double>(b[i]);
        sum += miss * miss;
    }
    return sum;
}

Clustering all_rows(
    const Design& rows,
    const std::vector<float>& squares,
    std::vector<float> centres,
    const LloydSpec& spec,
    double tolerance,
    Team& team,
    const std::stop_token& stop
) {
    LloydRounds rounds(rows, squares, spec.k, team);
    Clustering out{.k = spec.k, .columns = rows.columns, .centres = std::move(centres)};
    for (bool last = false;; ++out.rounds) {
        end_at_stop(stop);
        const auto points = points_for(rows, spec.k, out.centres);
        const auto changed = rounds.assign(points, last);
        if (last) break;
        // What is measured exactly may still move a row that two centres are equally near to.
        if (changed == 0) {
            rounds.assign(points, true);
            break;
        }
        if (rounds.has_empty()) rounds.assign(points, true);
        auto next = rounds.centres();
        // Once more, so that labels and inertia are those of the centres.
        last = shift_of(next, out.centres) <= tolerance || out.rounds + 1 >= spec.most_rounds;
        out.centres = std::move(next);
    }
    out.inertia = rounds.inertia();
    out.labels = std::move(rounds).labels();
    return out;
}

// Each centre becomes the mean of what it has seen and its rows of this batch (Sculley 2010, whose
// steps of one row each come to the same).
void move_to_means(
    const Design& some,
    const std::vector<std::uint32_t>& cluster,
    std::vector<double>& seen,
    std::vector<float>& centres
) {
    const auto d = some.columns;
    std::vector<double> more(seen.size());
    for (auto j : cluster) more[j] += 1;
    for (std::size_t j = 0; j < seen.size(); ++j) {
        const auto kept = static_cast<float>(seen[j] / (seen[j] + more[j]));
        seen[j] += more[j];
        if (more[j] > 0)
            for (std::size_t c = 0; c < d; ++c) centres[j * d + c] *= kept;
    }
    for (std::size_t i = 0; i < some.rows; ++i) {
        const float* values = some.row_values(i);
        float* centre = centres.data() + cluster[i] * d;
        const auto part = static_cast<float>(1 / seen[cluster[i]]);
        if (!some.sparse) {
            kernels().axpy(d, part, values, centre);
            continue;
        }
        for (std::size_t v = 0; v < some.count(i); ++v)
            centre[some.row_where(i)[v]] += part * values[v];
    }
}

Clustering batches(
    const Design& rows,
    std::vector<float> centres,
    const LloydSpec& spec,
    const base::CounterRandom& random,
    Team& team,
    const std::stop_token& stop
) {
    const auto d = rows.columns;
    const auto batch = std::min(spec.batch, rows.rows);
    const auto most = spec.most_rounds * (1 + rows.rows / batch);
    Clustering out{.k = spec.k, .columns = d, .centres = std::move(centres)};
    std::vector<double> seen(spec.k, 1);
    std::vector<std::uint32_t> chosen(batch);
    const double rate =
        std::min(1.0, 2.0 * static_cast<double>(batch) / static_cast<double>(rows.rows + 1));
    double mean = 0, least = std::numeric_limits<double>::infinity();
    std::size_t without = 0;
    for (std::size_t step = 0; step < most && without < 10; ++step, ++out.rounds) {
        end_at_stop(stop);
        for (std::size_t i = 0; i < batch; ++i)
            chosen[i] = static_cast<std::uint32_t>(random.below(step * batch + i, rows.rows));
        const auto some = take_rows(rows, chosen);
        const auto nearest =
            nearest_of(some, squares_of(some), points_for(rows, spec.k, out.centres), team);
        double inertia = 0;
        for (float away : nearest.distance)
            inertia += static_cast<double>(away) / static_cast<double>(batch);
        move_to_means(some, nearest.cluster, seen, out.centres);
        mean = step == 0 ? inertia : mean + rate * (inertia - mean);
        without = mean < least ? 0 : without + 1;
        least = std::min(least, mean);
    }
    return out;
}

}  // namespace

NearestCentres nearest_of(const Design& rows, const Points& centres, Team& team) {
    return nearest_of(rows, squares_of(rows, team), centres, team);
}

NearestCentres nearest_of(
    const Design& rows,
    const std::vector<float>& squares,
    const Points& centres,
    Team& team
) {
    NearestCentres out{std::vector<std::uint32_t>(rows.rows), std::vector<float>(rows.rows)};
    const auto parts = parts_of(rows.rows, 0);
    team.run(parts.count, [&](std::size_t part) {
        each_product(
            rows,
            centres,
            parts.begin(part),
            parts.end(part),
            [&](std::size_t row, const float* products) {
                out.distance[row] = std::numeric_limits<float>::infinity();
                for (std::uint32_t j = 0; j < centres.count(); ++j) {
                    const float away =
                        std::max(0.0F, squares[row] + centres.squares()[j] - 2 * products[j]);
                    if (away < out.distance[row]) {
                        out.distance[row] = away;
                        out.cluster[row] = j;
                    }
                }
            }
        );
    });
    return out;
}

Clustering lloyd(
    const Design& rows,
    const LloydSpec& spec,
    std::uint64_t seed,
    Team& team,
    std::stop_token stop,
    const OnProgress& progress
) {
    if (rows.rows < spec.k)
        throw base::Error(
            "k-means",
            fmt::format("{} rows are fewer than {} clusters", rows.rows, spec.k),
            "ask for fewer, or take more rows"
        );
    constexpr std::size_t most = 1U << 28U;
    if (spec.k * rows.columns > most)
        throw base::Error(
            "k-means",
            fmt::format("{} clusters of {} columns are too many", spec.k, rows.columns),
            "ask for fewer clusters, or limit max_features"
        );
    const auto squares = squares_of(rows, team);
    const double tolerance = spec.tolerance * mean_variance(rows, squares, team);
    FirstCentres first(rows, squares, team);
    Clustering best;
    for (std::size_t start = 0; start < std::max<std::size_t>(1, spec.starts); ++start) {
        const base::CounterRandom random(seed, 100 + start);
        auto centres = first.choose(spec.k, random, stop);
        auto one =
            spec.batch > 0
                ? batches(rows, std::move(centres), spec, base::CounterRandom(seed, 7), team, stop)
                : all_rows(rows, squares, std::move(centres), spec, tolerance, team, stop);
        if (spec.batch > 0) {
            const auto nearest =
                nearest_of(rows, squares, points_for(rows, spec.k, one.centres), team);
            for (float away : nearest.distance) one.inertia += static_cast<double>(away);
            one.labels = nearest.cluster;
        }
        if (progress) progress({"fit", start + 1, spec.starts, one.inertia, {}});
        if (start == 0 || one.inertia < best.inertia) best = std::move(one);
    }
    return best;
}

std::vector<int> clusters_of(
    const Design& rows,
    std::size_t k,
    std::uint64_t seed,
    Team& team,
    std::stop_token stop
) {
    if (rows.rows == 0) return {};
    LloydSpec spec;
    spec.k = std::min(k, rows.rows);
    spec.starts = 1;
    const auto found = lloyd(rows, spec, seed, team, std::move(stop));
    return {found.labels.begin(), found.labels.end()};
}

}  // namespace training

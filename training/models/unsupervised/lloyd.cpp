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
#include "training/models/unsupervised/lloyd_batches.hpp"
#include "training/models/unsupervised/lloyd_rounds.hpp"
#include "training/numeric/kernels.hpp"

namespace training {

namespace {

// The mean over the columns of their variance.
double
mean_variance(const Design& rows, const std::vector<float>& squares, Team& team, Company* company) {
    double all = 0;
    for (float length : squares) all += static_cast<double>(length);
    auto n = static_cast<double>(rows.rows);
    auto sums = column_sums(rows, team);
    sum_each(company, all, n);
    sum_up(company, sums);
    double means = 0;
    for (double sum : sums) means += sum / n * (sum / n);
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
    const std::stop_token& stop,
    Company* company
) {
    LloydRounds rounds(rows, squares, spec.k, team, company);
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

}  // namespace

NearestCentres nearest_of(const Design& rows, const Points& centres, Team& team) {
    NearestCentres out{std::vector<std::uint32_t>(rows.rows), std::vector<float>(rows.rows)};
    const auto parts = parts_of(rows.rows, 0);
    team.run(parts.count, [&](std::size_t part) {
        each_product(
            rows,
            centres,
            parts.begin(part),
            parts.end(part),
            [&](std::size_t row, const float* products) {
                const auto near = centres.nearest(products);
                out.cluster[row] = near.point;
                out.distance[row] = std::max(0.0F, square_of(rows, row) + near.beyond);
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
    const OnProgress& progress,
    Company* company
) {
    auto count = rows.rows;
    sum_each(company, count);
    if (count < spec.k)
        throw base::Error(
            "k-means",
            fmt::format("{} rows are fewer than {} clusters", count, spec.k),
            "ask for fewer, or take more rows"
        );
    constexpr std::size_t most = 1U << 28U;
    if (spec.k * rows.columns > most)
        throw base::Error(
            "k-means",
            fmt::format("{} clusters of {} columns are too many", spec.k, rows.columns),
            "ask for fewer clusters, or limit max_features"
        );
    const bool all = spec.batch == 0;
    const auto squares = all ? squares_of(rows, team) : std::vector<float>{};
    const double tolerance = all ? spec.tolerance * mean_variance(rows, squares, team, company) : 0;
    FirstCentres first(rows, squares, team, company);
    Clustering best;
    for (std::size_t start = 0; start < std::max<std::size_t>(1, spec.starts); ++start) {
        const base::CounterRandom random(seed, 100 + start);
        auto one =
            all ? all_rows(
                      rows,
                      squares,
                      first.choose(spec.k, random, stop),
                      spec,
                      tolerance,
                      team,
                      stop,
                      company
                  )
                : lloyd_batches(rows, spec, random, base::CounterRandom(seed, 7), team, stop);
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

// One pass over the rows does all of a round: a block is multiplied with the centres while it is
// in the cache, and a row that changes its cluster is moved from one sum to the other there. After
// some rounds few rows do, so that a round is little more than one multiplication of matrices.
//
// Sums are of doubles, kept part by part and added in the order of the parts.
#include "training/models/unsupervised/lloyd.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/models/unsupervised/first_centres.hpp"
#include "training/numeric/kernels.hpp"

namespace training {

namespace {

constexpr auto nowhere = std::numeric_limits<std::uint32_t>::max();

template <typename Sum>
void add_row(const Design& rows, std::size_t row, double sign, Sum* to) {
    const float* values = rows.row_values(row);
    if (!rows.sparse) {
        for (std::size_t c = 0; c < rows.columns; ++c)
            to[c] += sign * static_cast<double>(values[c]);
        return;
    }
    const auto* where = rows.row_where(row);
    for (std::size_t i = 0; i < rows.count(row); ++i)
        to[where[i]] += sign * static_cast<double>(values[i]);
}

// The mean over the columns of their variance.
double mean_variance(const Design& rows, Team& team) {
    double all = 0;
    for (float length : squares_of(rows)) all += static_cast<double>(length);
    const auto n = static_cast<double>(rows.rows);
    double means = 0;
    for (double sum : column_sums(rows, team)) means += sum / n * (sum / n);
    return std::max(0.0, all / n - means) /
           static_cast<double>(std::max<std::size_t>(1, rows.columns));
}

// Sums and counts of the rows of each cluster.
struct Sums {
    std::vector<double> values;  // k x columns
    std::vector<std::int64_t> counts;

    void start(std::size_t k, std::size_t columns) {
        values.assign(k * columns, 0);
        counts.assign(k, 0);
    }
};

class Rounds {
public:
    Rounds(const Design& rows, const std::vector<float>& squares, std::size_t k, Team& team)
        : rows_(rows),
          squares_(squares),
          team_(team),
          k_(k),
          parts_(parts_of(rows.rows, k * rows.columns * sizeof(double))),
          moved_(parts_.count),
          changed_(parts_.count),
          inertias_(parts_.count),
          distance_(rows.rows) {
        labels_.assign(rows.rows, nowhere);
        sums_.start(k, rows.columns);
    }

    // Gives each row to the nearest centre; returns how many went to another than before.
    std::size_t assign(const Points& centres) {
        const auto d = rows_.columns;
        team_.run(parts_.count, [&](std::size_t part) {
            auto& moved = moved_[part];
            changed_[part] = 0;
            double inertia = 0;
            each_product(
                rows_,
                centres,
                parts_.begin(part),
                parts_.end(part),
                [&](std::size_t row, const float* products) {
                    std::uint32_t best = 0;
                    float least = std::numeric_limits<float>::infinity();
                    for (std::uint32_t j = 0; j < k_; ++j) {
                        const float away = centres.squares()[j] - 2 * products[j];
                        if (away < least) {
                            least = away;
                            best = j;
                        }
                    }
                    distance_[row] = std::max(0.0F, squares_[row] + least);
                    inertia += static_cast<double>(distance_[row]);
                    const auto before = labels_[row];
                    if (before == best) return;
                    if (changed_[part]++ == 0) moved.start(k_, d);
                    move(moved, row, before, best);
                    labels_[row] = best;
                }
            );
            inertias_[part] = inertia;
        });
        inertia_ = 0;
        std::size_t changed = 0;
        for (std::size_t part = 0; part < parts_.count; ++part) {
            inertia_ += inertias_[part];
            changed += changed_[part];
            if (changed_[part] == 0) continue;
            const auto& moved = moved_[part];
            for (std::size_t i = 0; i < moved.values.size(); ++i)
                sums_.values[i] += moved.values[i];
            for (std::size_t j = 0; j < k_; ++j) sums_.counts[j] += moved.counts[j];
        }
        return changed;
    }

    // The means; clusters without rows take the farthest rows of others.
    std::vector<float> centres() {
        fill_empty();
        std::vector<float> out(sums_.values.size());
        for (std::size_t j = 0; j < k_; ++j) {
            const auto count = static_cast<double>(std::max<std::int64_t>(1, sums_.counts[j]));
            for (std::size_t c = 0; c < rows_.columns; ++c)
                out[j * rows_.columns + c] =
                    static_cast<float>(sums_.values[j * rows_.columns + c] / count);
        }
        return out;
    }

    double inertia() const { return inertia_; }
    std::vector<std::uint32_t> labels() && { return std::move(labels_); }

private:
    void move(Sums& sums, std::size_t row, std::uint32_t from, std::uint32_t to) const {
        const auto d = rows_.columns;
        if (from != nowhere) {
            add_row(rows_, row, -1, sums.values.data() + from * d);
            --sums.counts[from];
        }
        add_row(rows_, row, 1, sums.values.data() + to * d);
        ++sums.counts[to];
    }

    void fill_empty() {
        for (std::uint32_t j = 0; j < k_; ++j) {
            if (sums_.counts[j] > 0) continue;
            const auto farthest = static_cast<std::size_t>(
                std::max_element(distance_.begin(), distance_.end()) - distance_.begin()
            );
            // Nothing to take: all rows are alike.
            if (distance_[farthest] <= 0 || sums_.counts[labels_[farthest]] < 2) return;
            move(sums_, farthest, labels_[farthest], j);
            labels_[farthest] = j;
            distance_[farthest] = 0;
        }
    }

    const Design& rows_;
    const std::vector<float>& squares_;
    Team& team_;
    std::size_t k_;
    RowParts parts_;
    std::vector<Sums> moved_;
    std::vector<std::size_t> changed_;
    std::vector<double> inertias_;
    std::vector<float> distance_;
    std::vector<std::uint32_t> labels_;
    Sums sums_;
    double inertia_ = 0;
};

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
    Rounds rounds(rows, squares, spec.k, team);
    Clustering out{.k = spec.k, .columns = rows.columns, .centres = std::move(centres)};
    for (bool last = false;; ++out.rounds) {
        end_at_stop(stop);
        const auto changed = rounds.assign(points_for(rows, spec.k, out.centres));
        if (changed == 0 || last) break;
        auto next = rounds.centres();
        // Once more, so that labels and inertia are those of the centres.
        last = shift_of(next, out.centres) <= tolerance || out.rounds + 1 >= spec.most_rounds;
        out.centres = std::move(next);
    }
    out.inertia = rounds.inertia();
    out.labels = std::move(rounds).labels();
    return out;
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
        const auto nearest = nearest_of(some, points_for(rows, spec.k, out.centres), team);
        double inertia = 0;
        for (std::size_t i = 0; i < batch; ++i) {
            inertia += static_cast<double>(nearest.distance[i]) / static_cast<double>(batch);
            const auto j = nearest.cluster[i];
            float* centre = out.centres.data() + j * d;
            const auto part = static_cast<float>(1 / (seen[j] += 1));
            for (std::size_t c = 0; c < d; ++c) centre[c] *= 1 - part;
            const auto count = some.sparse ? some.count(i) : d;
            for (std::size_t v = 0; v < count; ++v)
                centre[some.sparse ? some.row_where(i)[v] : v] += part * some.row_values(i)[v];
        }
        mean = step == 0 ? inertia : mean + rate * (inertia - mean);
        without = mean < least ? 0 : without + 1;
        least = std::min(least, mean);
    }
    return out;
}

}  // namespace

NearestCentres nearest_of(const Design& rows, const Points& centres, Team& team) {
    NearestCentres out{std::vector<std::uint32_t>(rows.rows), std::vector<float>(rows.rows)};
    const auto squares = squares_of(rows);
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
    const auto squares = squares_of(rows);
    const double tolerance = spec.tolerance * mean_variance(rows, team);
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
            const auto nearest = nearest_of(rows, points_for(rows, spec.k, one.centres), team);
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

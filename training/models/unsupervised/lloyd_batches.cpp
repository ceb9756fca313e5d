// A step goes over its rows once: a thread gathers some of them, measures them and adds them up by
// cluster while they are in its cache. How many parts there are depends on the batch and the
// centres alone, and their sums are added in their order, so that threads change no bit.
#include "training/models/unsupervised/lloyd_batches.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include "training/models/unsupervised/first_centres.hpp"
#include "training/numeric/kernels.hpp"

namespace training {

namespace {

// What a part of a batch says of the clusters.
struct Sums {
    std::vector<float> values;  // k x columns
    std::vector<double> counts;
    double inertia = 0;
};

void add_row(const Design& rows, std::size_t row, float* to) {
    const float* values = rows.row_values(row);
    if (!rows.sparse) {
        kernels().axpy(rows.columns, 1.0F, values, to);
        return;
    }
    const auto* where = rows.row_where(row);
    for (std::size_t i = 0; i < rows.count(row); ++i) to[where[i]] += values[i];
}

// Gives each of the chosen rows to the nearest centre.
void sum_up(
    const Design& rows,
    std::span<const std::uint32_t> chosen,
    const Points& centres,
    Sums& sums
) {
    constexpr std::size_t at_once = 64;
    const auto k = centres.count(), d = rows.columns;
    sums.values.assign(k * d, 0);
    sums.counts.assign(k, 0);
    sums.inertia = 0;
    // Of a sum that only tells when to end: floats are enough, and four times as fast.
    const std::vector<float> origin(rows.sparse ? 0 : d);
    const auto see = [&](const Design& from, std::size_t row, const float* products) {
        const auto near = centres.nearest(products);
        const float square =
            rows.sparse ? square_of(from, row)
                        : kernels().squared_distance(d, from.row_values(row), origin.data());
        sums.inertia += static_cast<double>(std::max(0.0F, square + near.beyond));
        sums.counts[near.point] += 1;
        add_row(from, row, sums.values.data() + near.point * d);
    };
    // Not cleared: little of it is touched.
    const auto work = std::make_unique_for_overwrite<float[]>(std::max(work_floats, k + 8));
    std::vector<float> products(at_once * k);
    if (rows.sparse) {
        for (auto row : chosen) {
            centres.multiply(rows, row, 1, products.data(), work.get());
            see(rows, row, products.data());
        }
        return;
    }
    Design some;
    some.columns = d;
    some.values.resize(at_once * d);
    for (std::size_t from = 0; from < chosen.size(); from += at_once) {
        some.rows = std::min(at_once, chosen.size() - from);
        copy_rows(rows, chosen.subspan(from, some.rows), some.values.data());
        centres.multiply(some, 0, some.rows, products.data(), work.get());
        for (std::size_t i = 0; i < some.rows; ++i) see(some, i, products.data() + i * k);
    }
}

// Each centre becomes the mean of what it has seen and the rows that it has now (Sculley 2010,
// whose steps of one row each come to the same).
void move_to_means(
    std::vector<Sums>& parts,
    std::vector<double>& seen,
    std::vector<float>& centres,
    Team& team
) {
    const auto d = centres.size() / seen.size();
    team.run(seen.size(), [&](std::size_t j) {
        double more = 0;
        for (const auto& part : parts) more += part.counts[j];
        if (more == 0) return;
        float* centre = centres.data() + j * d;
        const auto kept = static_cast<float>(seen[j] / (seen[j] + more));
        seen[j] += more;
        const auto share = static_cast<float>(1 / seen[j]);
        for (std::size_t c = 0; c < d; ++c) centre[c] *= kept;
        for (const auto& part : parts) kernels().axpy(d, share, part.values.data() + j * d, centre);
    });
}

// Greedy k-means++ of some rows alone: what the others would say batches learn soon.
std::vector<float> first_centres(
    const Design& rows,
    const LloydSpec& spec,
    const base::CounterRandom& random,
    Team& team,
    const std::stop_token& stop
) {
    constexpr std::size_t batches_drawn = 3, rows_of_one = 30;
    const auto many = std::max(batches_drawn * spec.batch, rows_of_one * spec.k);
    Design some;
    if (many < rows.rows) {
        const base::CounterRandom draw(random.at(0), 1);
        std::vector<std::uint32_t> chosen(many);
        for (std::size_t i = 0; i < many; ++i)
            chosen[i] = static_cast<std::uint32_t>(draw.below(i, rows.rows));
        some = take_rows(rows, chosen);
    }
    const auto& seen = many < rows.rows ? some : rows;
    const auto squares = squares_of(seen, team);
    return FirstCentres(seen, squares, team).choose(spec.k, random, stop);
}

}  // namespace

Clustering lloyd_batches(
    const Design& rows,
    const LloydSpec& spec,
    const base::CounterRandom& first,
    const base::CounterRandom& random,
    Team& team,
    const std::stop_token& stop
) {
    const auto d = rows.columns;
    const auto batch = std::min(spec.batch, rows.rows);
    const auto most = spec.most_rounds * (1 + rows.rows / batch);
    Clustering out{
        .k = spec.k, .columns = d, .centres = first_centres(rows, spec, first, team, stop)};
    std::vector<double> seen(spec.k, 1);
    std::vector<std::uint32_t> chosen(batch);
    const auto parts = parts_of(batch, spec.k * d * sizeof(float));
    std::vector<Sums> sums(parts.count);
    const double rate =
        std::min(1.0, 2.0 * static_cast<double>(batch) / static_cast<double>(rows.rows + 1));
    double mean = 0, least = std::numeric_limits<double>::infinity();
    std::size_t without = 0;
    for (std::size_t step = 0; step < most && without < 10; ++step, ++out.rounds) {
        end_at_stop(stop);
        for (std::size_t i = 0; i < batch; ++i)
            chosen[i] = static_cast<std::uint32_t>(random.below(step * batch + i, rows.rows));
        const auto centres = points_for(rows, spec.k, out.centres);
        team.run(parts.count, [&](std::size_t part) {
            const auto begin = parts.begin(part);
            sum_up(
                rows, std::span(chosen).subspan(begin, parts.end(part) - begin), centres, sums[part]
            );
        });
        move_to_means(sums, seen, out.centres, team);
        double inertia = 0;
        for (const auto& part : sums) inertia += part.inertia / static_cast<double>(batch);
        mean = step == 0 ? inertia : mean + rate * (inertia - mean);
        without = mean < least ? 0 : without + 1;
        least = std::min(least, mean);
    }
    auto nearest = nearest_of(rows, points_for(rows, spec.k, out.centres), team);
    for (float away : nearest.distance) out.inertia += static_cast<double>(away);
    out.labels = std::move(nearest.cluster);
    return out;
}

}  // namespace training

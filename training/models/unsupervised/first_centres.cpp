// A row that is drawn is tried against all rows in the blocks of each_product(), several at once,
// so that the rows are read once for all that a centre is chosen from.
#include "training/models/unsupervised/first_centres.hpp"

#include <cmath>
#include <limits>
#include <span>

#include "base/error.hpp"

namespace training {

void end_at_stop(const std::stop_token& stop) {
    if (stop.stop_requested()) throw base::Interrupted();
}

Points points_for(const Design& rows, std::size_t count, std::vector<float> values) {
    Points points(count, rows.columns, std::move(values));
    if (rows.sparse) points.prepare_sparse();
    return points;
}

std::vector<float> FirstCentres::choose(
    std::size_t k,
    const base::CounterRandom& random,
    const std::stop_token& stop
) {
    const auto trials = 2 + static_cast<std::size_t>(std::log(static_cast<double>(k)));
    distance_.assign(rows_.rows, std::numeric_limits<float>::infinity());
    std::vector<float> out;
    std::vector<std::uint32_t> drawn{static_cast<std::uint32_t>(random.below(0, rows_.rows))};
    for (std::size_t c = 0; c < k; ++c) {
        end_at_stop(stop);
        if (c > 0) {
            drawn.clear();
            for (std::size_t t = 0; t < trials; ++t)
                drawn.push_back(draw(random.unit(1 + c * 64 + t)));
        }
        const auto best = drawn[try_out(drawn)];
        const auto at = out.size();
        out.resize(at + rows_.columns);
        copy_rows(rows_, std::span(&best, 1), out.data() + at);
    }
    return out;
}

// Keeps the distances that the best of the rows would leave, and returns its place.
std::size_t FirstCentres::try_out(const std::vector<std::uint32_t>& chosen) {
    const auto count = chosen.size();
    std::vector<float> values(count * rows_.columns);
    copy_rows(rows_, chosen, values.data());
    const auto points = points_for(rows_, count, std::move(values));
    std::vector<float> left(rows_.rows * count);
    std::vector<std::vector<double>> sums(parts_.count);
    team_.run(parts_.count, [&](std::size_t part) {
        sums[part].assign(count, 0);
        each_product(
            rows_,
            points,
            parts_.begin(part),
            parts_.end(part),
            [&](std::size_t row, const float* products) {
                for (std::size_t t = 0; t < count; ++t) {
                    const float away = squares_[row] + points.squares()[t] - 2 * products[t];
                    const float near = std::min(distance_[row], std::max(0.0F, away));
                    left[row * count + t] = near;
                    sums[part][t] += static_cast<double>(near);
                }
            }
        );
    });
    std::size_t best = 0;
    std::vector<double> all(count);
    for (const auto& of_part : sums)
        for (std::size_t t = 0; t < count; ++t) all[t] += of_part[t];
    for (std::size_t t = 1; t < count; ++t)
        if (all[t] < all[best]) best = t;
    for (std::size_t row = 0; row < rows_.rows; ++row) distance_[row] = left[row * count + best];
    // A centre is at no distance from itself, whatever the rounding says.
    distance_[chosen[best]] = 0;
    total_ = 0;
    for (float one : distance_) total_ += static_cast<double>(one);
    return best;
}

std::uint32_t FirstCentres::draw(double unit) const {
    double rest = unit * total_;
    std::uint32_t last = 0;
    for (std::uint32_t row = 0; row < rows_.rows; ++row) {
        if (distance_[row] <= 0) continue;
        last = row;
        rest -= static_cast<double>(distance_[row]);
        if (rest < 0) break;
    }
    return last;
}

}  // namespace training

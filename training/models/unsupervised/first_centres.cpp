// A row that is drawn is tried against all rows in the blocks of each_product(), several at once,
// so that the rows are read once for all that a centre is chosen from.
//
// Rows have their numbers among those of all processes. A draw falls into the stretch of one of
// them, which says what row it is.
#include "training/models/unsupervised/first_centres.hpp"

#include <cmath>
#include <limits>
#include <numeric>
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

Stretch::Stretch(std::size_t rows, Company* company) : company_(company), own_(rows), all_(rows) {
    if (!company) return;
    std::vector<double> each(company->size());
    each[company->rank()] = static_cast<double>(rows);
    sum_up(company, each);
    all_ = 0;
    for (std::size_t member = 0; member < each.size(); ++member) {
        if (member == company->rank()) begin_ = all_;
        all_ += static_cast<std::size_t>(each[member]);
    }
}

std::vector<float> Stretch::values_of(const Design& own, std::span<const std::uint32_t> wanted)
    const {
    std::vector<float> out(wanted.size() * own.columns);
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (const auto place = place_of(wanted[i])) {
            const auto row = static_cast<std::uint32_t>(*place);
            copy_rows(own, std::span(&row, 1), out.data() + i * own.columns);
        }
    sum_up(company_, out);
    return out;
}

std::vector<float> FirstCentres::choose(
    std::size_t k,
    const base::CounterRandom& random,
    const std::stop_token& stop
) {
    const auto trials = 2 + static_cast<std::size_t>(std::log(static_cast<double>(k)));
    distance_.assign(rows_.rows, std::numeric_limits<float>::infinity());
    std::vector<float> out;
    std::vector<std::uint32_t> drawn{static_cast<std::uint32_t>(random.below(0, stretch_.all()))};
    for (std::size_t c = 0; c < k; ++c) {
        end_at_stop(stop);
        if (c > 0) {
            std::vector<double> units;
            for (std::size_t t = 0; t < trials; ++t) units.push_back(random.unit(1 + c * 64 + t));
            drawn = draw(units);
        }
        const auto best = drawn[try_out(drawn)];
        const auto values = stretch_.values_of(rows_, std::span(&best, 1));
        out.insert(out.end(), values.begin(), values.end());
    }
    return out;
}

// Keeps the distances that the best of the rows would leave, and returns its place.
std::size_t FirstCentres::try_out(const std::vector<std::uint32_t>& chosen) {
    const auto count = chosen.size();
    const auto points = points_for(rows_, count, stretch_.values_of(rows_, chosen));
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
    sum_up(stretch_.company(), all);
    for (std::size_t t = 1; t < count; ++t)
        if (all[t] < all[best]) best = t;
    for (std::size_t row = 0; row < rows_.rows; ++row) distance_[row] = left[row * count + best];
    // A centre is at no distance from itself, whatever the rounding says.
    if (const auto place = stretch_.place_of(chosen[best])) distance_[*place] = 0;
    double own = 0;
    for (float one : distance_) own += static_cast<double>(one);
    sums_.assign(1, own);
    if (auto* company = stretch_.company()) {
        sums_.assign(company->size(), 0);
        sums_[company->rank()] = own;
        sum_up(company, sums_);
    }
    return best;
}

// The row where that much is used up, among all.
std::uint32_t FirstCentres::draw_here(double rest) const {
    std::uint32_t last = 0;
    for (std::uint32_t row = 0; row < rows_.rows; ++row) {
        if (distance_[row] <= 0) continue;
        last = row;
        rest -= static_cast<double>(distance_[row]);
        if (rest < 0) break;
    }
    return static_cast<std::uint32_t>(stretch_.begin()) + last;
}

// Whose stretch a draw falls into all find by the same numbers.
std::vector<std::uint32_t> FirstCentres::draw(const std::vector<double>& units) const {
    const auto* company = stretch_.company();
    const double total = std::accumulate(sums_.begin(), sums_.end(), 0.0);
    std::vector<double> rows(units.size());
    for (std::size_t i = 0; i < units.size(); ++i) {
        const double rest = units[i] * total;
        double before = 0, own = 0;
        std::size_t owner = 0;
        for (std::size_t member = 0; member < sums_.size(); ++member) {
            if (sums_[member] > 0 && before <= rest) {
                owner = member;
                own = before;
            }
            before += sums_[member];
        }
        if (!company || owner == company->rank()) rows[i] = draw_here(rest - own);
    }
    sum_up(stretch_.company(), rows);
    std::vector<std::uint32_t> out;
    for (double row : rows) out.push_back(static_cast<std::uint32_t>(row));
    return out;
}

}  // namespace training

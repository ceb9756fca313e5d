// Distances are of floats and by products, and so not exact: bounds are widened by what rounding
// may do to them, so that a row is passed over only where its nearest centre is beyond doubt.
//
// A row that changes its cluster is moved from one sum to the other while it is in the cache. Sums
// are of doubles, kept part by part and added in the order of the parts.
#include "training/models/unsupervised/lloyd_rounds.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>

#include "training/numeric/kernels.hpp"

namespace training {

namespace {

constexpr auto nowhere = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t block_rows = 96;
constexpr float rounding = 2e-6F;  // of a squared distance, beside the squares it is made of

void add_to(const Design& rows, std::size_t row, double sign, double* to) {
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

}  // namespace

LloydRounds::LloydRounds(
    const Design& rows,
    const std::vector<float>& squares,
    std::size_t k,
    Team& team,
    Company* company
)
    : rows_(rows),
      squares_(squares),
      team_(team),
      stretch_(rows.rows, company),
      k_(k),
      parts_(parts_of(rows.rows, k * rows.columns * sizeof(double))),
      of_parts_(parts_.count),
      distance_(rows.rows),
      upper_(rows.rows, std::numeric_limits<float>::infinity()),
      lower_(rows.rows, 0),
      apart_(k, 0),
      labels_(rows.rows, nowhere) {
    start(sums_);
}

void LloydRounds::start(Sums& sums) const {
    sums.values.assign(k_ * rows_.columns, 0);
    sums.counts.assign(k_, 0);
}

// By how far the centres went since the round before, no row can have come nearer to one, or
// farther from its own.
void LloydRounds::shift_bounds(const Points& centres) {
    const auto d = rows_.columns;
    const auto between = [&](const float* a, const float* b) {
        return std::sqrt(kernels().squared_distance(d, a, b)) * (1 + 1e-5F);
    };
    const float* now = centres.values().data();
    std::vector<float> went(k_);
    float most = 0, next = 0;
    std::size_t farthest = 0;
    for (std::size_t j = 0; j < k_; ++j) {
        went[j] = before_.empty() ? 0 : between(now + j * d, before_.data() + j * d);
        if (went[j] > most) {
            next = most;
            most = went[j];
            farthest = j;
        } else {
            next = std::max(next, went[j]);
        }
        apart_[j] = std::numeric_limits<float>::infinity();
    }
    for (std::size_t i = 0; i < k_; ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const float half = between(now + i * d, now + j * d) / 2 * (1 - 1e-4F);
            apart_[i] = std::min(apart_[i], half);
            apart_[j] = std::min(apart_[j], half);
        }
    before_ = centres.values();
    for (std::size_t row = 0; row < rows_.rows; ++row) {
        if (labels_[row] == nowhere) return;  // the first round
        upper_[row] += went[labels_[row]];
        lower_[row] -= labels_[row] == farthest ? next : most;
    }
}

bool LloydRounds::settled(std::size_t row) const {
    return labels_[row] != nowhere && upper_[row] < std::max(lower_[row], apart_[labels_[row]]);
}

void LloydRounds::see(const Points& centres, std::size_t row, const float* products, Part& part) {
    constexpr auto far = std::numeric_limits<float>::infinity();
    std::uint32_t best = 0;
    float least = far, second = far;
    for (std::uint32_t j = 0; j < k_; ++j) {
        const float away = centres.squares()[j] - 2 * products[j];
        if (away < least) {
            second = least;
            least = away;
            best = j;
        } else {
            second = std::min(second, away);
        }
    }
    const float square = squares_[row];
    distance_[row] = std::max(0.0F, square + least);
    part.inertia += static_cast<double>(distance_[row]);
    const float doubt = rounding * (square + std::abs(least));
    upper_[row] = std::sqrt(distance_[row] + doubt);
    lower_[row] = std::sqrt(std::max(0.0F, square + second - doubt));
    const auto before = labels_[row];
    if (before == best) return;
    if (part.changed++ == 0) start(part.moved);
    move(part.moved, row, before, best);
    labels_[row] = best;
}

void LloydRounds::look(
    const Points& centres,
    bool exactly,
    std::size_t begin,
    std::size_t end,
    Part& part
) {
    std::vector<float> products(block_rows * k_);
    // Not cleared: a part touches little of it.
    const auto work = std::make_unique_for_overwrite<float[]>(std::max(work_floats, k_ + 8));
    std::array<std::size_t, block_rows> open{};
    Design block;  // of the rows that are open, side by side; sparse ones stay where they are
    block.columns = rows_.columns;
    block.values.resize(rows_.sparse ? 0 : block_rows * rows_.columns);
    for (auto from = begin; from < end;) {
        std::size_t many = 0;
        for (; from < end && many < block_rows; ++from)
            if (exactly || !settled(from)) open[many++] = from;
        if (many == 0) continue;
        // Where none is passed over the rows are side by side already.
        const bool whole = open[many - 1] - open[0] + 1 == many;
        if (rows_.sparse || whole) {
            for (std::size_t i = 0; i < (whole ? 1 : many); ++i)
                centres.multiply(
                    rows_, open[i], whole ? many : 1, products.data() + i * k_, work.get()
                );
        } else {
            for (std::size_t i = 0; i < many; ++i)
                std::copy_n(
                    rows_.row_values(open[i]),
                    rows_.columns,
                    block.values.data() + i * rows_.columns
                );
            centres.multiply(block, 0, many, products.data(), work.get());
        }
        for (std::size_t i = 0; i < many; ++i)
            see(centres, open[i], products.data() + i * k_, part);
    }
}

std::size_t LloydRounds::assign(const Points& centres, bool exactly) {
    shift_bounds(centres);
    team_.run(parts_.count, [&](std::size_t at) {
        auto& part = of_parts_[at];
        part.changed = 0;
        part.inertia = 0;
        look(centres, exactly, parts_.begin(at), parts_.end(at), part);
    });
    add_parts();
    return changed_;
}

void LloydRounds::add_parts() {
    inertia_ = 0;
    changed_ = 0;
    auto* company = stretch_.company();
    Sums others;  // what the stretch's parts moved, where it has to be added to that of others
    if (company) start(others);
    auto& to = company ? others : sums_;
    for (const auto& part : of_parts_) {
        inertia_ += part.inertia;
        changed_ += part.changed;
        if (part.changed == 0) continue;
        for (std::size_t i = 0; i < part.moved.values.size(); ++i)
            to.values[i] += part.moved.values[i];
        for (std::size_t j = 0; j < k_; ++j) to.counts[j] += part.moved.counts[j];
    }
    if (!company) return;
    sum_each(company, inertia_, changed_);
    if (changed_ == 0) return;
    std::vector<double> counts(others.counts.begin(), others.counts.end());
    sum_up(company, others.values);
    sum_up(company, counts);
    for (std::size_t i = 0; i < others.values.size(); ++i) sums_.values[i] += others.values[i];
    for (std::size_t j = 0; j < k_; ++j) sums_.counts[j] += static_cast<std::int64_t>(counts[j]);
}

bool LloydRounds::has_empty() const {
    return std::find(sums_.counts.begin(), sums_.counts.end(), 0) != sums_.counts.end();
}

std::vector<float> LloydRounds::centres() {
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

void LloydRounds::move(Sums& sums, std::size_t row, std::uint32_t from, std::uint32_t to) const {
    const auto d = rows_.columns;
    if (from != nowhere) {
        add_to(rows_, row, -1, sums.values.data() + from * d);
        --sums.counts[from];
    }
    add_to(rows_, row, 1, sums.values.data() + to * d);
    ++sums.counts[to];
}

LloydRounds::Farthest LloydRounds::farthest() const {
    const auto here = static_cast<std::size_t>(
        std::max_element(distance_.begin(), distance_.end()) - distance_.begin()
    );
    const Farthest own{
        static_cast<double>(distance_[here]),
        static_cast<double>(stretch_.begin() + here),
        static_cast<double>(labels_[here])};
    auto* company = stretch_.company();
    if (!company) return own;
    constexpr std::size_t each = 3;
    std::vector<double> all(each * company->size());
    const auto mine = each * company->rank();
    all[mine] = own.away;
    all[mine + 1] = own.row;
    all[mine + 2] = own.label;
    sum_up(company, all);
    Farthest out{all[0], all[1], all[2]};
    for (auto at = each; at < all.size(); at += each)
        if (all[at] > out.away) out = {all[at], all[at + 1], all[at + 2]};
    return out;
}

void LloydRounds::fill_empty() {
    for (std::uint32_t j = 0; j < k_; ++j) {
        if (sums_.counts[j] > 0) continue;
        const auto found = farthest();
        const auto label = static_cast<std::uint32_t>(found.label);
        // Nothing to take: all rows are alike.
        if (found.away <= 0 || sums_.counts[label] < 2) return;
        const auto row = static_cast<std::uint32_t>(found.row);
        Design one;
        one.rows = 1;
        one.columns = rows_.columns;
        one.values = stretch_.values_of(rows_, std::span(&row, 1));
        add_to(one, 0, -1, sums_.values.data() + label * one.columns);
        add_to(one, 0, 1, sums_.values.data() + j * one.columns);
        --sums_.counts[label];
        ++sums_.counts[j];
        const auto place = stretch_.place_of(row);
        if (!place) continue;
        labels_[*place] = j;
        distance_[*place] = 0;
        upper_[*place] = std::numeric_limits<float>::infinity();  // to be measured next
        lower_[*place] = 0;
    }
}

}  // namespace training

// One class at a time, the rows are sorted by the threshold below which they go to the class; then
// one pass moves them over one by one and keeps the best figure on the way, which costs three
// counts a row. Thresholds lie between two rows, at the geometric mean, since only ratios matter.
#include "training/calibration/thresholds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace training {

namespace {

// F-beta as rows change their class one by one.
class FBeta {
public:
    FBeta(std::size_t classes, double beta, std::optional<std::size_t> positive)
        : squared_(beta * beta), positive_(positive), of_(classes) {}

    void add(std::size_t truth, std::size_t said) {
        change(truth, [&](Counts& c) { ++c.support; });
        change(said, [&](Counts& c) {
            ++c.said;
            if (said == truth) ++c.hits;
        });
    }
    void move(std::size_t truth, std::size_t from, std::size_t to) {
        change(from, [&](Counts& c) {
            --c.said;
            if (from == truth) --c.hits;
        });
        change(to, [&](Counts& c) {
            ++c.said;
            if (to == truth) ++c.hits;
        });
    }
    double value() const {
        if (positive_) return score(of_[*positive_]);
        return met_ > 0 ? sum_ / static_cast<double>(met_) : 0;
    }

private:
    struct Counts {
        std::size_t hits = 0, support = 0, said = 0;
    };

    double score(const Counts& c) const {
        const double below =
            squared_ * static_cast<double>(c.support) + static_cast<double>(c.said);
        return below > 0 ? (1 + squared_) * static_cast<double>(c.hits) / below : 0;
    }
    template <typename Change>
    void change(std::size_t which, const Change& how) {
        auto& c = of_[which];
        if (c.support + c.said > 0) --met_;
        sum_ -= score(c);
        how(c);
        if (c.support + c.said > 0) ++met_;
        sum_ += score(c);
    }

    double squared_;
    std::optional<std::size_t> positive_;
    std::vector<Counts> of_;
    double sum_ = 0;
    std::size_t met_ = 0;
};

// A row as one class sees it: the class that it has otherwise, and the threshold below which it is
// taken.
struct Seen {
    double below = 0;
    std::size_t otherwise = 0;
    std::size_t truth = 0;
};

std::vector<Seen> seen_by(
    std::size_t which,
    std::span<const double> probabilities,
    std::span<const int> truth,
    std::span<const double> thresholds
) {
    const auto classes = thresholds.size();
    std::vector<Seen> out(truth.size());
    for (std::size_t row = 0; row < truth.size(); ++row) {
        const auto line = probabilities.subspan(row * classes, classes);
        double most = -1;
        for (std::size_t c = 0; c < classes; ++c) {
            if (c == which || line[c] / thresholds[c] <= most) continue;
            most = line[c] / thresholds[c];
            out[row].otherwise = c;
        }
        out[row].truth = static_cast<std::size_t>(truth[row]);
        out[row].below = most > 0 ? line[which] / most : std::numeric_limits<double>::max();
    }
    std::stable_sort(out.begin(), out.end(), [](const Seen& a, const Seen& b) {
        return a.below > b.below;
    });
    return out;
}

struct Best {
    double value = 0;
    double threshold = 0;
};

// The best threshold of one class while the others stay as they are.
Best sweep(std::size_t which, const std::vector<Seen>& rows, FBeta score, double present) {
    for (const auto& row : rows) score.add(row.truth, row.otherwise);
    Best best{-1, present};
    const auto consider = [&](double threshold) {
        if (!(threshold > 0) || !std::isfinite(threshold)) return;
        // Of equals the one that is nearest to what it was.
        const double gain = score.value() - best.value;
        const bool nearer =
            std::abs(std::log(threshold / present)) < std::abs(std::log(best.threshold / present));
        if (gain > 1e-9 || (gain > -1e-9 && nearer)) best = {score.value(), threshold};
    };
    consider(rows.empty() ? present : std::max(2 * rows.front().below, present));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        score.move(rows[i].truth, rows[i].otherwise, which);
        const bool last = i + 1 == rows.size();
        if (!last && rows[i + 1].below == rows[i].below) continue;
        const double next = last ? rows[i].below / 2 : rows[i + 1].below;
        consider(next > 0 ? std::sqrt(rows[i].below) * std::sqrt(next) : rows[i].below / 2);
    }
    return best;
}

}  // namespace

std::vector<double> best_thresholds(
    std::span<const double> probabilities,
    std::span<const int> truth,
    std::size_t classes,
    double beta,
    std::optional<std::size_t> positive
) {
    constexpr int most_rounds = 10;
    std::vector<double> thresholds(classes, 1.0 / static_cast<double>(classes));
    double now = -1;
    for (int round = 0; round < most_rounds; ++round) {
        const double before = now;
        for (std::size_t c = 0; c < classes; ++c) {
            if (positive && c != *positive) continue;
            if (!positive && classes == 2 && c == 0) continue;
            const auto found = sweep(
                c,
                seen_by(c, probabilities, truth, thresholds),
                FBeta(classes, beta, positive),
                thresholds[c]
            );
            if (found.value <= now + 1e-9) continue;
            now = found.value;
            thresholds[c] = found.threshold;
        }
        if (now <= before + 1e-9) break;
    }
    const double sum = std::accumulate(thresholds.begin(), thresholds.end(), 0.0);
    for (double& one : thresholds) one /= sum;
    return thresholds;
}

}  // namespace training

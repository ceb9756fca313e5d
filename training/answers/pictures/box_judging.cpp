// Which found box is right is decided once for each overlap: pictures do not depend on each other,
// so that a resample of them only counts pictures more or less often.
#include "training/answers/pictures/box_judging.hpp"

#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "training/evaluation/set_metrics.hpp"

namespace training {

namespace {

constexpr double plain_overlap = 0.5;

std::vector<std::uint32_t> times_of(std::span<const std::uint32_t> rows, std::size_t pictures) {
    std::vector<std::uint32_t> times(pictures);
    for (auto row : rows) ++times[row];
    return times;
}

}  // namespace

std::vector<PairedBox>
paired_boxes(const JudgedBoxes& picture, std::size_t label, double overlap, double least_score) {
    std::vector<PairedBox> out;
    for (std::size_t s = 0; s < picture.said.size(); ++s)
        if (picture.said[s].label == label && picture.said[s].score >= least_score)
            out.push_back({s, std::nullopt});
    std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) {
        return picture.said[a.said].score > picture.said[b.said].score;
    });
    std::vector<char> taken(picture.truth.size());
    for (auto& one : out) {
        double most = overlap;
        for (std::size_t t = 0; t < picture.truth.size(); ++t) {
            if (taken[t] || picture.truth[t].label != label) continue;
            const double common = overlap_of(picture.said[one.said].box, picture.truth[t].box);
            if (common < most || (one.truth && common == most)) continue;
            most = common;
            one.truth = t;
        }
        if (one.truth) taken[*one.truth] = 1;
    }
    return out;
}

BoxMatches::BoxMatches(std::span<const JudgedBoxes> pictures, std::size_t label, double overlap) {
    for (std::uint32_t p = 0; p < pictures.size(); ++p) {
        for (const auto& one : pictures[p].truth)
            if (one.label == label) truths_.push_back(p);
        for (const auto& [said, truth] : paired_boxes(pictures[p], label, overlap, 0))
            found_.push_back({pictures[p].said[said].score, p, truth.has_value()});
    }
    std::stable_sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
        return a.score > b.score;
    });
}

std::optional<double> BoxMatches::average_precision(std::span<const std::uint32_t> times) const {
    double all = 0;
    for (auto picture : truths_) all += times[picture];
    if (all == 0) return std::nullopt;
    // Found boxes of one score come together; from the last one back the best precision so far.
    std::vector<std::pair<double, double>> points;  // right, precision
    double right = 0, said = 0;
    for (std::size_t i = 0; i < found_.size(); ++i) {
        said += times[found_[i].picture];
        right += found_[i].right ? times[found_[i].picture] : 0;
        const bool last = i + 1 == found_.size() || found_[i + 1].score != found_[i].score;
        if (last && said > 0) points.emplace_back(right, right / said);
    }
    double area = 0, best = 0;
    for (std::size_t i = points.size(); i-- > 0;) {
        best = std::max(best, points[i].second);
        area += best * (points[i].first - (i > 0 ? points[i - 1].first : 0));
    }
    return area / all;
}

BoxCounts counts_of(const JudgedBoxes& picture, std::span<const double> thresholds, int label) {
    BoxCounts out;
    for (std::size_t c = 0; c < thresholds.size(); ++c) {
        if (label >= 0 && static_cast<std::size_t>(label) != c) continue;
        for (const auto& one : paired_boxes(picture, c, plain_overlap, thresholds[c])) {
            out.said += 1;
            out.common += one.truth ? 1 : 0;
        }
        for (const auto& one : picture.truth) out.truth += one.label == c ? 1 : 0;
    }
    return out;
}

std::vector<double> best_thresholds(std::span<const JudgedBoxes> pictures, std::size_t classes) {
    std::vector<double> out;
    for (std::size_t c = 0; c < classes; ++c) {
        std::vector<std::pair<double, bool>> all;
        double truth = 0;
        for (const auto& picture : pictures) {
            for (const auto& [said, truth_at] : paired_boxes(picture, c, plain_overlap, 0))
                all.emplace_back(picture.said[said].score, truth_at.has_value());
            for (const auto& one : picture.truth) truth += one.label == c ? 1 : 0;
        }
        std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
            return a.first > b.first;
        });
        double best = 0, threshold = 0.5, right = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            right += all[i].second ? 1 : 0;
            if (i + 1 < all.size() && all[i + 1].first == all[i].first) continue;
            const double f1 = 2 * right / (static_cast<double>(i + 1) + truth);
            if (f1 <= best) continue;
            best = f1;
            threshold = all[i].first;
        }
        out.push_back(threshold);
    }
    return out;
}

std::vector<Metric> box_metrics(
    std::span<const JudgedBoxes> pictures,
    std::size_t classes,
    std::span<const double> thresholds,
    std::stop_token stop
) {
    constexpr std::size_t overlaps = 10;
    std::vector<BoxMatches> matches;  // overlaps of a class beside each other
    for (std::size_t c = 0; c < classes; ++c)
        for (std::size_t o = 0; o < overlaps; ++o)
            matches.emplace_back(pictures, c, 0.5 + 0.05 * static_cast<double>(o));
    const auto mean = [&](const auto& rows, std::size_t from, std::size_t to) {
        if (stop.stop_requested()) throw base::Interrupted();
        const auto times = times_of(rows, pictures.size());
        double sum = 0, met = 0;
        for (std::size_t c = 0; c < classes; ++c)
            for (auto o = from; o < to; ++o)
                if (const auto one = matches[c * overlaps + o].average_precision(times)) {
                    sum += *one;
                    met += 1;
                }
        return met > 0 ? sum / met : 0.0;
    };
    std::vector<BoxCounts> counts;
    for (const auto& picture : pictures) counts.push_back(counts_of(picture, thresholds));
    std::vector<Metric> out;
    std::vector<std::uint32_t> all(pictures.size());
    std::iota(all.begin(), all.end(), 0U);
    const auto add = [&](const char* name, auto figure) {
        Metric metric;
        metric.name = name;
        metric.estimate = {figure(all), resampled_interval(all.size(), 1, figure)};
        out.push_back(std::move(metric));
    };
    using Rows = std::span<const std::uint32_t>;
    add("map", [&](Rows rows) { return mean(rows, 0, overlaps); });
    add("map_50", [&](Rows rows) { return mean(rows, 0, 1); });
    add("map_75", [&](Rows rows) { return mean(rows, 5, 6); });
    add("box_f1", [&](Rows rows) {
        BoxCounts sum;
        for (auto row : rows) {
            sum.common += counts[row].common;
            sum.said += counts[row].said;
            sum.truth += counts[row].truth;
        }
        return sum.said + sum.truth > 0 ? 2 * sum.common / (sum.said + sum.truth) : 1.0;
    });
    return out;
}

}  // namespace training

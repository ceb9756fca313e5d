// A set is many answers. Judged as a whole, one that lacks one of five classes is as wrong as one
// that has none right, and which class is at fault is not seen; so all is counted class by class,
// and put together to rows where people are asked, who answer for a record at once.
#include "training/analysis/parts/set_errors.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.hpp"

namespace training {

std::vector<MarkErrors> mark_errors(
    std::span<const std::uint8_t> truth,
    std::span<const std::uint8_t> said,
    std::size_t classes
) {
    if (truth.size() != said.size() || (classes > 0 && truth.size() % classes != 0))
        throw base::Error("set errors", "truth and predictions differ in size");
    std::vector<MarkErrors> out(classes);
    for (std::size_t at = 0; at < truth.size(); ++at) {
        auto& of = out[at % classes];
        const auto row = static_cast<std::uint32_t>(at / classes);
        of.support += truth[at];
        of.said += said[at];
        if (truth[at] && !said[at]) of.missed.push_back(row);
        if (!truth[at] && said[at]) of.spurious.push_back(row);
    }
    return out;
}

std::vector<SetConfusion> set_confusions(
    std::span<const std::uint8_t> truth,
    std::span<const std::uint8_t> said,
    std::size_t classes,
    std::size_t limit
) {
    const auto of_class = mark_errors(truth, said, classes);
    std::map<std::pair<std::size_t, std::size_t>, std::vector<std::uint32_t>> pairs;
    for (std::size_t lacks = 0; lacks < classes; ++lacks)
        for (auto row : of_class[lacks].missed)
            for (std::size_t has = 0; has < classes; ++has) {
                const auto at = row * classes + has;
                if (said[at] && !truth[at]) pairs[{lacks, has}].push_back(row);
            }
    std::vector<SetConfusion> out;
    for (auto& [pair, rows] : pairs) {
        const auto share =
            static_cast<double>(rows.size()) / static_cast<double>(of_class[pair.first].support);
        out.push_back({pair.first, pair.second, std::move(rows), share});
    }
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
        return a.rows.size() > b.rows.size();
    });
    if (out.size() > limit) out.resize(limit);
    return out;
}

SetLabelErrors set_label_errors(
    std::span<const double> probabilities,
    std::span<const std::uint8_t> marks,
    std::size_t classes,
    SuspectRank rank,
    std::span<const double> reliability
) {
    if (probabilities.size() != marks.size())
        throw base::Error("set label errors", "predictions and labels differ in rows");
    SetLabelErrors out{{}, std::vector<std::size_t>(classes), std::vector<std::size_t>(classes)};
    const auto rows = classes > 0 ? marks.size() / classes : 0;
    std::map<std::uint32_t, SetSuspect> by_row;
    std::vector<double> both(rows * 2);
    std::vector<int> labels(rows);
    for (std::size_t c = 0; c < classes; ++c) {
        std::size_t support = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            const double p = probabilities[row * classes + c];
            both[row * 2] = 1 - p;
            both[row * 2 + 1] = p;
            labels[row] = marks[row * classes + c] ? 1 : 0;
            support += marks[row * classes + c];
        }
        if (support == 0 || support == rows) continue;
        const auto found = label_errors(both, labels, 2, rank, reliability);
        out.of_class[c] = found.suspects.size();
        out.confident_of_class[c] = found.confident;
        for (const auto& suspect : found.suspects) {
            auto& of = by_row[suspect.row];
            of.row = suspect.row;
            of.classes.push_back(c);
            of.quality = std::min(of.quality, suspect.quality);
            of.self_confidence = std::min(of.self_confidence, suspect.self_confidence);
            of.confident |= suspect.confident;
        }
    }
    for (auto& [row, suspect] : by_row) {
        out.confident += suspect.confident;
        out.suspects.push_back(std::move(suspect));
    }
    // Of two classes the margin and self-confidence put rows in one order.
    const bool by_odds = rank == SuspectRank::log_odds;
    std::stable_sort(out.suspects.begin(), out.suspects.end(), [&](const auto& a, const auto& b) {
        return by_odds ? a.quality < b.quality : a.self_confidence < b.self_confidence;
    });
    return out;
}

double doubt_of_set(std::span<const double> probabilities) {
    double most = 0;
    for (double p : probabilities) most = std::max(most, 1 - std::abs(2 * p - 1));
    return most;
}

}  // namespace training

#include <algorithm>

#include "base/error.hpp"
#include "training/analysis/errors.hpp"

namespace training {

LabelErrors label_errors(
    std::span<const double> probabilities,
    std::span<const int> labels,
    std::size_t classes
) {
    const auto n = labels.size();
    if (probabilities.size() != n * classes)
        throw base::Error("label errors", "predictions and labels differ in rows");
    LabelErrors out;
    out.thresholds.assign(classes, 0);
    out.joint.assign(classes * classes, 0);
    std::vector<std::size_t> counts(classes);
    for (std::size_t row = 0; row < n; ++row) {
        const auto given = static_cast<std::size_t>(labels[row]);
        if (given >= classes) throw base::Error("label errors", "a label is out of range");
        out.thresholds[given] += probabilities[row * classes + given];
        ++counts[given];
    }
    for (std::size_t c = 0; c < classes; ++c) {
        // A class that nobody carries can not be suggested.
        out.thresholds[c] = counts[c] > 0 ? out.thresholds[c] / static_cast<double>(counts[c]) : 2;
    }
    for (std::uint32_t row = 0; row < n; ++row) {
        const auto line = probabilities.subspan(row * classes, classes);
        const auto given = static_cast<std::size_t>(labels[row]);
        std::optional<std::size_t> confident;
        for (std::size_t c = 0; c < classes; ++c) {
            if (line[c] >= out.thresholds[c] && (!confident || line[c] > line[*confident]))
                confident = c;
        }
        if (!confident) continue;
        ++out.joint[given * classes + *confident];
        if (*confident == given) continue;
        out.suspects.push_back(
            {row,
             static_cast<int>(given),
             static_cast<int>(*confident),
             line[given],
             line[*confident] - line[given]}
        );
    }
    std::stable_sort(out.suspects.begin(), out.suspects.end(), [](auto& a, auto& b) {
        return a.self_confidence < b.self_confidence;
    });

    // The joint, each row scaled to the number of labels it stands for.
    for (std::size_t a = 0; a < classes; ++a) {
        std::size_t confident = 0;
        for (std::size_t b = 0; b < classes; ++b) confident += out.joint[a * classes + b];
        if (confident == 0) continue;
        const auto off = static_cast<double>(confident - out.joint[a * classes + a]) /
                         static_cast<double>(confident);
        out.estimated_share += off * static_cast<double>(counts[a]) / static_cast<double>(n);
    }
    return out;
}

}  // namespace training

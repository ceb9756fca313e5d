#include "training/analysis/errors.hpp"

#include <algorithm>

namespace training {

std::vector<ConfusedPair> confused_pairs(const ClassReport& report, std::size_t limit) {
    std::vector<ConfusedPair> out;
    for (const auto& cell : report.confusion) {
        if (cell.truth == cell.predicted) continue;
        const auto support = static_cast<double>(report.classes[cell.truth].support);
        out.push_back(
            {cell.truth, cell.predicted, cell.rows, static_cast<double>(cell.rows) / support}
        );
    }
    std::stable_sort(out.begin(), out.end(), [](auto& x, auto& y) { return x.rows > y.rows; });
    if (out.size() > limit) out.resize(limit);
    return out;
}

std::vector<std::size_t> worst_classes(const ClassReport& report, std::size_t limit) {
    std::vector<std::size_t> out;
    for (std::size_t c = 0; c < report.classes.size(); ++c) {
        if (report.classes[c].support > 0) out.push_back(c);
    }
    std::stable_sort(out.begin(), out.end(), [&](auto a, auto b) {
        return report.classes[a].f1 < report.classes[b].f1;
    });
    if (out.size() > limit) out.resize(limit);
    return out;
}

}  // namespace training

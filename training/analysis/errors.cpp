#include "training/analysis/errors.hpp"

#include <algorithm>

namespace training {

std::vector<ConfusedPair> confused_pairs(const ClassReport& report, std::size_t limit) {
    std::vector<ConfusedPair> out;
    const auto k = report.classes.size();
    for (std::size_t a = 0; a < k; ++a) {
        for (std::size_t b = 0; b < k; ++b) {
            const auto rows = report.confusion[a * k + b];
            if (a == b || rows == 0) continue;
            out.push_back(
                {a,
                 b,
                 rows,
                 static_cast<double>(rows) / static_cast<double>(report.classes[a].support)}
            );
        }
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

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "training/models/models.hpp"

namespace training {

namespace {

double at_share(std::vector<double> values, double share) {
    const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return values[static_cast<std::size_t>(at)];
}

double deviation_about(const View& rows, double middle) {
    double square = 0;
    double all = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto weight = static_cast<double>(weight_at(rows.weights, row));
        const double miss = rows.targets[row] - middle;
        square += weight * miss * miss;
        all += weight;
    }
    return std::sqrt(square / all);
}

}  // namespace

double mean_target(const View& rows) {
    double sum = 0;
    double all = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto weight = static_cast<double>(weight_at(rows.weights, row));
        sum += weight * rows.targets[row];
        all += weight;
    }
    return sum / all;
}

Centre centre_of(const View& rows, Loss loss, double quantile) {
    const std::vector<double> targets(rows.targets.begin(), rows.targets.end());
    if (loss == Loss::poisson) {
        if (std::any_of(targets.begin(), targets.end(), [](double y) { return y < 0; }))
            throw base::Error(
                "training", "a target is negative, and counts are not", "choose another loss"
            );
        return {};
    }
    Centre out{mean_target(rows), 1};
    double deviation = 0;
    if (loss != Loss::squared) {
        const double median = at_share(targets, 0.5);
        auto away = targets;
        for (double& y : away) y = std::abs(y - median);
        deviation = 1.4826 * at_share(std::move(away), 0.5);
        out.middle = loss == Loss::quantile ? at_share(targets, quantile) : median;
    }
    if (deviation == 0) deviation = deviation_about(rows, out.middle);
    if (deviation > 0) out.scale = 1 / deviation;
    return out;
}

}  // namespace training

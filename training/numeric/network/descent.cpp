#include "training/numeric/network/descent.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/numeric/network/adam.hpp"

namespace training {

std::size_t Descent::rows_of_step(std::size_t rows) const {
    return std::clamp<std::size_t>(batch, 1, std::max<std::size_t>(1, rows / 8));
}

void share_shards(
    Company* company,
    std::span<float* const> gradients,
    std::size_t parameters,
    std::span<double> losses
) {
    if (!company) return;
    for (std::size_t s = 0; s < gradients.size(); ++s)
        tell_all(company, std::span(gradients[s], parameters), s % company->size());
    company->sum(losses);
}

void descend(
    Descending& what,
    std::size_t rows,
    bool validated,
    const Descent& how,
    const FitContext& context
) {
    const auto batch = how.rows_of_step(rows);
    const auto batches = (rows + batch - 1) / batch;
    auto& parameters = what.parameters();
    Adam adam(parameters.size());
    std::vector<float*> gradients;
    std::vector<float> best;
    double least = std::numeric_limits<double>::infinity();
    std::size_t waited = 0, step = 0;
    std::vector<std::uint32_t> order(rows);
    std::iota(order.begin(), order.end(), 0U);
    const double steps = static_cast<double>(how.epochs * batches);
    for (std::size_t epoch = 0; epoch < how.epochs; ++epoch) {
        base::CounterRandom(context.seed, 100 + epoch).shuffle(std::span(order));
        double loss = 0;
        for (std::size_t b = 0; b < batches; ++b) {
            if (context.stop.stop_requested()) throw base::Interrupted();
            const auto chosen = std::span<const std::uint32_t>(order).subspan(
                b * batch, std::min(batch, rows - b * batch)
            );
            loss += what.learn(chosen, epoch, gradients);
            const double rate = how.rate * (1 - static_cast<double>(step++) / steps);
            const auto scale = 1.0F / static_cast<float>(chosen.size());
            adam.step(parameters, gradients, scale, rate, how.l2, *context.team);
        }
        Progress progress{"fit", epoch + 1, how.epochs, loss / static_cast<double>(rows), {}};
        if (!std::isfinite(loss))
            throw base::Error("training", "the loss is no longer finite", "lower the rate");
        if (validated) {
            const double now = what.validation_loss();
            progress.validation = now;
            if (now < least) {
                least = now;
                best = parameters;
                waited = 0;
            } else if (++waited >= how.patience) {
                if (context.progress) context.progress(progress);
                break;
            }
        }
        if (context.progress) context.progress(progress);
    }
    if (!best.empty()) parameters = std::move(best);
}

}  // namespace training

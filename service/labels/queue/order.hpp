#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "base/words.hpp"
#include "training/analysis/analysis.hpp"

// In which order records are asked: as the predictions of a run say (training::Order), or as rules
// that label disagree.
namespace service {

// Those of a run in their order, then those that need none.
enum class QueueOrder { drawn, uncertain, margin, entropy, diverse, weakest, conflict };
static_assert(
    static_cast<std::size_t>(QueueOrder::conflict) == base::words<training::Order>.size(),
    "an order of runs is missing here"
);

constexpr auto words_of(QueueOrder) {
    constexpr auto& by_run = base::words<training::Order>;
    std::array<base::Word<QueueOrder>, by_run.size() + 1> all{};
    for (std::size_t i = 0; i < by_run.size(); ++i)
        all[i] = {static_cast<QueueOrder>(by_run[i].value), by_run[i].name, by_run[i].meaning};
    all.back() = {
        QueueOrder::conflict,
        "conflict",
        "those on which labeling rules vote for different classes, the least sure of theirs first"};
    return all;
}

// Nothing for an order that needs no run.
constexpr std::optional<training::Order> order_by_run(QueueOrder order) {
    if (order == QueueOrder::conflict) return std::nullopt;
    return static_cast<training::Order>(order);
}

}  // namespace service

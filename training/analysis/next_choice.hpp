#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/words.hpp"
#include "training/analysis/errors.hpp"
#include "training/snapshots/example_store.hpp"

namespace training {

// By what records are chosen to be labeled next.
enum class Order { drawn, uncertain, margin, entropy, diverse, weakest };

constexpr auto words_of(Order) {
    return std::to_array<base::Word<Order>>({
        {Order::drawn,
         "drawn",
         "drawn by chance, the likelier the nearer the two best classes are to each other"},
        {Order::uncertain, "uncertain", "the least sure of its class first"},
        {Order::margin, "margin", "those first whose two best classes are nearest to each other"},
        {Order::entropy, "entropy", "those first whose probabilities are most even"},
        {Order::diverse, "diverse", "by margin, but spread out over what there is"},
        {Order::weakest, "weakest", "drawn likewise, those of the worst slices likelier"},
    });
}

struct NextRequest {
    std::int64_t run_id = 0;
    std::size_t count = 0;  // how many to choose
    Order order = Order::drawn;
    double random_share = 0.1;  // chosen by chance instead
    std::uint64_t seed = 1;
    std::size_t pool = 20000;  // records without a label or a task that are looked at
    // Chosen from these instead, if they are given.
    std::optional<std::vector<Item>> among{};
    bool all = false;  // put all in order: none is left out for being like another
};

// Rows of `examples` to label next, in the order in which they should be labeled. `probabilities`
// are theirs; empty where the model predicts values: then they are spread out, whatever the order.
// `weak`, empty or one per row: 1 for those in the worst slices.
std::vector<NextItem> choose_rows(
    const NextRequest& request,
    std::span<const double> probabilities,
    std::size_t classes,
    const Examples& examples,
    std::vector<std::uint8_t> weak = {}
);

}  // namespace training

// A few labelled rows cannot train a model of cells, but they can correct one. Each level looks at
// groups of cells, from wide to narrow: all that are suspected for one reason, those of one column,
// those that are also written alike, those that hold the same value. The share of wrong cells that
// was expected in a group counts like a label or two of its own; what was found beside it moves the
// log odds of the whole group, and the next level starts from there. So one label is enough to
// clear or to condemn a group that nothing else is known of, and a wide group is only moved as far
// as its labels agree.
#include "quality/errors/lessons.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>

namespace quality {

namespace {

double share_of(double log_odds) {
    return std::clamp(1 / (1 + std::exp(-log_odds)), 0.005, 0.995);
}

struct Seen {
    double wrong = 0, right = 0, expected = 0;

    // To be added to the log odds, if the expectation counts like `strength` labels.
    double shift(double strength) const {
        auto share = expected / (wrong + right);
        auto before = std::log(share / (1 - share));
        return std::log((wrong + strength * share) / (right + strength * (1 - share))) - before;
    }
};

// One level: cells of one group have one key; those without a key are left as they are.
template <typename Key>
void level(
    std::span<const LabelledCell> labelled,
    const std::vector<bool>& wrong,
    double strength,
    std::vector<std::vector<Suspicion>>& columns,
    Key key
) {
    std::map<typename decltype(key(0, columns[0][0]))::value_type, Seen> groups;
    for (std::size_t i = 0; i < labelled.size(); ++i) {
        const auto& cell = columns[labelled[i].column][labelled[i].row];
        auto group = key(labelled[i].column, cell);
        if (!group) continue;
        auto& seen = groups[*group];
        (wrong[i] ? seen.wrong : seen.right) += 1;
        seen.expected += share_of(cell.log_odds);
    }
    for (std::size_t c = 0; c < columns.size(); ++c)
        for (auto& cell : columns[c])
            if (auto group = key(c, cell))
                if (auto found = groups.find(*group); found != groups.end())
                    cell.log_odds += found->second.shift(strength);
}

}  // namespace

void learn_from(
    std::span<const LabelledCell> labelled,
    const std::vector<bool>& wrong,
    std::vector<std::vector<Suspicion>>& columns
) {
    if (labelled.empty()) return;
    level(labelled, wrong, 3, columns, [](std::size_t, const Suspicion& cell) {
        return std::optional(cell.sign);
    });
    level(labelled, wrong, 2, columns, [](std::size_t c, const Suspicion& cell) {
        return std::optional(std::tuple(c, cell.sign));
    });
    level(labelled, wrong, 1, columns, [](std::size_t c, const Suspicion& cell) {
        return std::optional(std::tuple(c, cell.sign, cell.form));
    });
    level(labelled, wrong, 1, columns, [](std::size_t c, const Suspicion& cell) {
        auto group = std::tuple(c, cell.value);
        return cell.value != 0 ? std::optional(group) : std::nullopt;
    });
}

}  // namespace quality

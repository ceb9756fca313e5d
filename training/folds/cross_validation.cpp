#include "training/folds/cross_validation.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/snapshots/split.hpp"
#include "training/snapshots/strata.hpp"

namespace training {

namespace {

constexpr int usual_folds = 5;

std::vector<int> dealt_folds(const Examples& examples, std::uint64_t seed) {
    const auto& groups = examples.groups.empty() ? examples.keys : examples.groups;
    Members members;
    Split split;
    split.parts.assign(examples.rows, Part::training);
    split.clusters.resize(examples.rows);
    std::unordered_map<std::int64_t, std::uint32_t> heads;
    for (std::size_t row = 0; row < examples.rows; ++row) {
        const auto at = static_cast<std::uint32_t>(row);
        Member member{.id = row};
        if (examples.has_classes())
            member.stratum = static_cast<std::uint32_t>(examples.classes[row]) + 1;
        members.add(member);
        split.clusters[row] =
            groups.empty() ? at : heads.try_emplace(groups[row], at).first->second;
    }
    SplitSpec spec;
    spec.seed = seed;
    spec.folds = usual_folds;
    return deal_folds(members, split, spec);
}

}  // namespace

std::vector<int> folds_of(const Examples& examples, std::uint64_t seed) {
    if (!examples.folds.empty()) return examples.folds;
    if (examples.rows < static_cast<std::size_t>(usual_folds)) return {};
    return dealt_folds(examples, seed);
}

std::vector<Round> rounds_of(const Examples& examples, std::uint64_t seed) {
    const auto folds = folds_of(examples, seed);
    const int count = folds.empty() ? 0 : *std::max_element(folds.begin(), folds.end()) + 1;
    std::vector<Round> out;
    for (int fold = 0; fold < count; ++fold) {
        Round next;
        for (std::size_t row = 0; row < folds.size(); ++row) {
            const bool before = folds[row] < fold;
            if (folds[row] == fold) {
                next.judged.push_back(row);
            } else if (before || !examples.folds_in_time) {
                next.learnt.push_back(row);
            }
        }
        if (!next.learnt.empty() && !next.judged.empty()) out.push_back(std::move(next));
    }
    const bool few = folds.empty();
    if (few || out.size() < (examples.folds_in_time ? 1U : 2U))
        throw base::Error(
            "tune",
            few ? "too few training rows for a cross-validation"
                : "the training rows are of one group, or of one time, and have no two folds for a "
                  "cross-validation",
            "label more items, or split with a validation part"
        );
    return out;
}

}  // namespace training

#include "service/labels/queue/conflicts.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "labeling/rules/rule_store.hpp"
#include "service/labels/queue/order.hpp"
#include "service/labels/rules/rules.hpp"

namespace service {

std::vector<Conflict> conflicts(Work& work, const labeling::StoredProject& project) {
    constexpr double least_doubt = 1e-9;
    const auto state = known_rules(work, project);
    if (state.run == 0)
        throw base::Error(
            fmt::format("the rules of project '{}'", project.project.name),
            "have not voted yet",
            fmt::format("run them: tilth label rules run {}", project.project.name)
        );
    const auto votes = labeling::votes_of(work.tx, project, state).votes;
    const auto model = labeling::fit_label_model(votes);
    std::vector<std::pair<double, std::vector<std::uint32_t>>> patterns;
    for (const auto& pattern : votes.patterns) {
        std::set<std::uint32_t> classes;
        for (auto rule : pattern.rules) classes.insert(votes.votes[rule]);
        if (classes.size() < 2) continue;
        const auto label = labeling::label_by_model(model, votes, pattern.rules);
        patterns.emplace_back(std::max(1 - label.probability, least_doubt), pattern.rules);
    }
    std::stable_sort(patterns.begin(), patterns.end(), [](const auto& a, const auto& b) {
        return a.first > b.first;
    });
    std::vector<std::vector<std::uint32_t>> rules;
    for (auto& pattern : patterns) rules.push_back(std::move(pattern.second));
    std::vector<Conflict> found;
    for (auto& record : labeling::records_of_patterns(work.tx, project, state, rules))
        found.push_back(
            {std::move(record.key), patterns[static_cast<std::size_t>(record.place)].first}
        );
    return found;
}

training::NextFound mix_conflicts(
    const std::vector<Conflict>& rows,
    std::size_t most,
    double random_share,
    std::uint64_t seed
) {
    // As two probabilities, whose doubt is that of the row.
    std::vector<double> doubts;
    for (const auto& row : rows) {
        doubts.push_back(1 - row.doubt / 2);
        doubts.push_back(row.doubt / 2);
    }
    training::NextFound found;
    found.pool = rows.size();
    for (const auto& next : training::next_items(
             doubts,
             2,
             {},
             {.count = most,
             .by = training::Doubt::uncertain,
             .random_share = random_share,
             .seed = seed}
         )) {
        const auto& row = rows[next.row];
        const bool random = next.reason == training::NextItem::Reason::random;
        if (!random && row.doubt == 0) continue;
        training::ReviewItem item;
        item.item.id.key = row.key;
        item.score = row.doubt;
        item.reason = random ? "random" : base::name_of(QueueOrder::conflict);
        found.items.push_back(std::move(item));
    }
    return found;
}

}  // namespace service

// The report on rules, from the patterns of their votes: each pattern is looked at once, however
// many records have it.
#include "labeling/rules/rule_report.hpp"

#include <algorithm>

#include "base/numbers/statistics.hpp"

namespace labeling {

namespace {

std::int64_t known_of(const VotePattern& pattern, std::uint32_t label) {
    for (const auto& [each, n] : pattern.known)
        if (each == label) return n;
    return 0;
}

std::int64_t known_in_all(const VotePattern& pattern) {
    std::int64_t sum = 0;
    for (const auto& [label, n] : pattern.known) sum += n;
    return sum;
}

struct RuleSums {
    std::int64_t votes = 0, overlaps = 0, conflicts = 0, judged = 0, right = 0;
};

}  // namespace

RightShare right_share(std::int64_t right, std::int64_t judged) {
    RightShare share{.judged = judged, .right = {}, .low = {}, .high = {}};
    if (judged == 0) return share;
    auto part = static_cast<double>(right), whole = static_cast<double>(judged);
    auto interval = base::wilson(part, whole);
    share.right = part / whole;
    share.low = interval.low;
    share.high = interval.high;
    return share;
}

RuleReport report_rules(const StoredVotes& stored, std::int64_t records) {
    const auto& votes = stored.votes;
    auto model = fit_label_model(votes);
    auto unaided = fit_label_model(votes, false);
    RuleReport report;
    report.balance = model.balance;
    std::vector<RuleSums> sums(votes.votes.size());
    std::int64_t judged = 0, right_by_model = 0, right_by_majority = 0;
    for (const auto& pattern : votes.patterns) {
        auto known = known_in_all(pattern);
        bool conflict = std::any_of(pattern.rules.begin(), pattern.rules.end(), [&](auto rule) {
            return votes.votes[rule] != votes.votes[pattern.rules.front()];
        });
        if (conflict) report.conflicts += pattern.records;
        for (auto rule : pattern.rules) {
            auto& sum = sums[rule];
            sum.votes += pattern.records;
            sum.overlaps += pattern.rules.size() > 1 ? pattern.records : 0;
            sum.conflicts += conflict ? pattern.records : 0;
            sum.judged += known;
            sum.right += known_of(pattern, votes.votes[rule]);
        }
        if (known == 0) continue;
        judged += known;
        right_by_model += known_of(pattern, label_by_model(unaided, votes, pattern.rules).label);
        right_by_majority +=
            known_of(pattern, label_by_majority(votes, pattern.rules, votes.balance).label);
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
        const auto& rule = stored.set.rules[i];
        const auto& sum = sums[i];
        report.rules.push_back(
            {.rule = rule.name,
             .kind = std::string(base::name_of(rule.kind)),
             .label = rule.label,
             .votes = sum.votes,
             .coverage =
                 records > 0 ? static_cast<double>(sum.votes) / static_cast<double>(records) : 0,
             .overlaps = sum.overlaps,
             .conflicts = sum.conflicts,
             .known = right_share(sum.right, sum.judged),
             .estimated = model.accuracy[i],
             .weight = model.weight[i]}
        );
    }
    report.majority = right_share(right_by_majority, judged);
    report.model = right_share(right_by_model, judged);
    return report;
}

}  // namespace labeling

// The label model: what is likely of each pattern of votes, and how right the rules are if that is
// so, in turn.
//
// Everything goes by patterns and not by records, of which there are far fewer, and by the classes
// that were voted for: of the others all that is wanted is their share together, so that hundreds of
// classes cost nothing. How far two rules are copies is measured within the classes as they are
// believed to be: two good rules for one class agree because of the class, which is no copying.
#include "labeling/rules/label_model.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace labeling {

namespace {

constexpr int most_rounds = 200;
constexpr int rounds_a_weighing = 20;
constexpr double enough = 1e-7;
// What is believed of a rule before it votes: as much as so many votes, of which so many are right.
constexpr double believed_right = 0.8, believed_votes = 5;
constexpr double least_accuracy = 1e-4;
// Correlations that are seen in few votes may be chance.
constexpr double copies_from = 0.1;

// What is believed of one pattern: the probability of each class that is voted for, and of all
// others together.
struct Believed {
    std::vector<std::pair<std::uint32_t, double>> voted;
    double others = 0;
    double share_of_others = 0;  // before any vote

    double of(std::uint32_t label) const {
        for (const auto& [each, probability] : voted)
            if (each == label) return probability;
        return 0;
    }
};

Believed believe(
    const LabelModel& model,
    const RuleVotes& votes,
    const std::vector<std::uint32_t>& rules
) {
    Believed believed;
    std::map<std::uint32_t, double> odds;  // of a class to those not voted for, in logarithms
    for (auto rule : rules) {
        auto label = votes.votes[rule];
        auto share = model.balance[label];
        auto right = model.accuracy[rule];
        odds[label] +=
            model.weight[rule] * std::log(right * (1 - share) / ((1 - right) * share));
    }
    double left = 1, largest = 0;
    for (const auto& [label, each] : odds) {
        left -= model.balance[label];
        largest = std::max(largest, each);
    }
    believed.share_of_others = odds.size() == votes.classes ? 0 : std::max(left, 1e-12);
    believed.others = believed.share_of_others * std::exp(-largest);
    double sum = believed.others;
    for (const auto& [label, each] : odds) {
        believed.voted.emplace_back(label, model.balance[label] * std::exp(each - largest));
        sum += believed.voted.back().second;
    }
    believed.others /= sum;
    for (auto& [label, probability] : believed.voted) probability /= sum;
    return believed;
}

class Fit {
public:
    Fit(const RuleVotes& votes, bool use_known) : votes_(votes), use_known_(use_known) {
        auto rules = votes.votes.size();
        model_.accuracy.assign(rules, believed_right);
        model_.weight.assign(rules, 1);
        model_.balance = votes.balance;
        if (votes.balance.empty())
            model_.balance.assign(votes.classes, 1.0 / static_cast<double>(votes.classes));
    }

    LabelModel run() {
        while (model_.rounds < most_rounds) {
            auto moved = round();
            ++model_.rounds;
            if (model_.rounds % rounds_a_weighing == 0 || moved < enough) {
                auto weighed = weigh();
                if (moved < enough && weighed < 1e-4) break;
            }
        }
        return std::move(model_);
    }

private:
    // Calls use(class, records) for what a pattern's records are believed to be, as far as rules
    // voted for it or it is known. Returns how many are left for the other classes, a unit of their
    // share.
    template <typename Use>
    double spread(const VotePattern& pattern, const Believed& believed, Use use) const {
        auto unknown = static_cast<double>(pattern.records);
        if (use_known_)
            for (const auto& [label, n] : pattern.known) {
                use(label, static_cast<double>(n));
                unknown -= static_cast<double>(n);
            }
        for (const auto& [label, probability] : believed.voted) use(label, probability * unknown);
        return believed.others > 0 ? believed.others * unknown / believed.share_of_others : 0;
    }

    double round() {
        std::vector<double> right(votes_.votes.size(), believed_right * believed_votes);
        std::vector<double> all(votes_.votes.size(), believed_votes);
        // Records that nothing is said of may be of any class.
        auto silent = 1 + static_cast<double>(votes_.silent) / static_cast<double>(votes_.classes);
        std::vector<double> shares(votes_.classes, silent), not_others(votes_.classes, 0);
        double others = 0;
        for (const auto& pattern : votes_.patterns) {
            auto believed = believe(model_, votes_, pattern.rules);
            auto n = static_cast<double>(pattern.records);
            std::map<std::uint32_t, double> of_class;
            auto left = spread(pattern, believed, [&](std::uint32_t label, double part) {
                of_class[label] += part;
            });
            for (const auto& [label, part] : of_class) shares[label] += part;
            for (const auto& [label, probability] : believed.voted) not_others[label] += left;
            others += left;
            for (auto rule : pattern.rules) {
                all[rule] += n;
                right[rule] += of_class[votes_.votes[rule]];
            }
        }
        double moved = 0;
        for (std::size_t i = 0; i < right.size(); ++i) {
            auto now = std::clamp(right[i] / all[i], least_accuracy, 1 - least_accuracy);
            moved = std::max(moved, std::abs(now - model_.accuracy[i]));
            model_.accuracy[i] = now;
        }
        if (votes_.balance.empty()) {
            double sum = 0;
            for (std::size_t c = 0; c < shares.size(); ++c) {
                shares[c] += model_.balance[c] * (others - not_others[c]);
                sum += shares[c];
            }
            for (std::size_t c = 0; c < shares.size(); ++c) model_.balance[c] = shares[c] / sum;
        }
        return moved;
    }

    // Records by class, as they are believed to be: all, those that each rule votes on, and those
    // that two rules for one class vote on both.
    struct Counts {
        std::vector<double> all;
        std::vector<std::map<std::uint32_t, double>> of_rule;
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::map<std::uint32_t, double>> of_pair;
    };

    Counts count() const {
        Counts counts;
        for (auto share : model_.balance)
            counts.all.push_back(share * static_cast<double>(votes_.silent));
        counts.of_rule.resize(votes_.votes.size());
        for (const auto& pattern : votes_.patterns) {
            const auto& rules = pattern.rules;
            auto believed = believe(model_, votes_, rules);
            spread(pattern, believed, [&](std::uint32_t label, double part) {
                counts.all[label] += part;
                for (std::size_t i = 0; i < rules.size(); ++i) {
                    counts.of_rule[rules[i]][label] += part;
                    for (std::size_t j = i + 1; j < rules.size(); ++j)
                        if (votes_.votes[rules[i]] == votes_.votes[rules[j]])
                            counts.of_pair[{rules[i], rules[j]}][label] += part;
                }
            });
        }
        return counts;
    }

    // The correlation of two rules within the classes: 1 for copies, 0 where only the class makes
    // them agree.
    static double alike(
        const Counts& counts,
        std::uint32_t a,
        std::uint32_t b,
        const std::map<std::uint32_t, double>& together
    ) {
        auto in = [](const auto& sums, std::uint32_t label) {
            auto found = sums.find(label);
            return found == sums.end() ? 0.0 : found->second;
        };
        double covariance = 0, spread_a = 0, spread_b = 0;
        for (const auto& [label, both] : together) {
            auto n = counts.all[label];
            if (n <= 0) continue;
            auto n_a = in(counts.of_rule[a], label), n_b = in(counts.of_rule[b], label);
            covariance += both - n_a * n_b / n;
            spread_a += n_a - n_a * n_a / n;
            spread_b += n_b - n_b * n_b / n;
        }
        constexpr double always = 1e-9;  // both vote on each record that there is
        if (spread_a < always && spread_b < always) return 1;
        if (spread_a < always || spread_b < always) return 0;
        return std::min(covariance / std::sqrt(spread_a * spread_b), 1.0);
    }

    // How much of each rule is its own. Returns how far the weights moved.
    double weigh() {
        auto counts = count();
        std::vector<double> copies(votes_.votes.size(), 1);
        for (const auto& [pair, together] : counts.of_pair) {
            auto likeness = alike(counts, pair.first, pair.second, together);
            if (likeness < copies_from) continue;
            copies[pair.first] += likeness;
            copies[pair.second] += likeness;
        }
        double moved = 0;
        for (std::size_t i = 0; i < copies.size(); ++i) {
            moved = std::max(moved, std::abs(1 / copies[i] - model_.weight[i]));
            model_.weight[i] = 1 / copies[i];
        }
        return moved;
    }

    const RuleVotes& votes_;
    bool use_known_;
    LabelModel model_;
};

}  // namespace

LabelModel fit_label_model(const RuleVotes& votes, bool use_known) {
    return Fit(votes, use_known).run();
}

RuledLabel label_by_model(
    const LabelModel& model,
    const RuleVotes& votes,
    const std::vector<std::uint32_t>& rules
) {
    RuledLabel best;
    bool first = true;
    auto believed = believe(model, votes, rules);
    for (const auto& [label, probability] : believed.voted) {
        if (!first && probability <= best.probability) continue;
        best = {label, probability};
        first = false;
    }
    return best;
}

RuledLabel label_by_majority(
    const RuleVotes& votes,
    const std::vector<std::uint32_t>& rules,
    const std::vector<double>& balance
) {
    std::map<std::uint32_t, int> counts;
    for (auto rule : rules) ++counts[votes.votes[rule]];
    RuledLabel best;
    int most = 0;
    for (const auto& [label, n] : counts) {
        bool tie = n == most && !balance.empty() && balance[label] > balance[best.label];
        if (n <= most && !tie) continue;
        most = n;
        best = {label, static_cast<double>(n) / static_cast<double>(rules.size())};
    }
    return best;
}

}  // namespace labeling

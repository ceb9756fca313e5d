// The label model: what is likely of each pattern of votes, and how right the rules are if that is
// so, in turn.
//
// Everything goes by patterns and not by records, of which there are far fewer, and by the classes
// that were voted for: of the others all that is wanted is their share together, so that hundreds
// of classes cost nothing. How far two rules are copies is measured within the classes as they are
// believed to be: two good rules for one class agree because of the class, which is no copying.
#include "labeling/rules/label_model.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/run/stopping.hpp"

namespace labeling {

namespace {

constexpr int most_rounds = 200;
constexpr int rounds_a_weighing = 20;
constexpr double enough = 1e-6;
// What is believed of a rule before it votes: as much as so many votes, of which so many are right.
constexpr double believed_right = 0.8, believed_votes = 5;
constexpr double least_rate = 1e-6, most_rate = 0.999;
// Correlations below may be chance.
constexpr double copies_from = 0.1;

// What is believed of one pattern: the probability of each class that is voted for.
struct Believed {
    std::vector<std::pair<std::uint32_t, double>> voted;
    double unit = 0;  // of another class, for each unit of what it starts with
};

Believed
believe(const LabelModel& model, const RuleVotes& votes, const std::vector<std::uint32_t>& rules) {
    Believed believed;
    std::map<std::uint32_t, double> gains;
    for (auto rule : rules) gains[votes.votes[rule]] += model.gain[rule];
    double others = 1, largest = 0;
    for (const auto& [label, gain] : gains) {
        others -= model.start[label];
        largest = std::max(largest, gain);
    }
    // The difference of sums of many classes may miss 0 by a rounding.
    double sum = gains.size() == votes.classes ? 0 : std::max(others, 0.0) * std::exp(-largest);
    for (const auto& [label, gain] : gains) {
        believed.voted.emplace_back(label, model.start[label] * std::exp(gain - largest));
        sum += believed.voted.back().second;
    }
    for (auto& [label, probability] : believed.voted) probability /= sum;
    believed.unit = std::exp(-largest) / sum;
    return believed;
}

class Fit {
public:
    Fit(const RuleVotes& votes, bool use_known) : votes_(votes), use_known_(use_known) {
        model_.weight.assign(votes.votes.size(), 1);
        model_.balance = votes.balance;
        if (votes.balance.empty())
            model_.balance.assign(votes.classes, 1.0 / static_cast<double>(votes.classes));
        begin();
    }

    LabelModel run() {
        prepare();
        while (model_.rounds < most_rounds) {
            base::go_on();
            auto moved = round();
            prepare();
            ++model_.rounds;
            if (model_.rounds % rounds_a_weighing != 0 && moved >= enough) continue;
            auto weighed = weigh();
            prepare();
            if (moved < enough && weighed < 1e-4) break;
        }
        return std::move(model_);
    }

private:
    // Before any round: how often each rule votes is known, and it is believed to be right as often
    // as rules are.
    void begin() {
        const auto rules = votes_.votes.size();
        voted_.assign(rules, 0);
        records_ = static_cast<double>(votes_.silent);
        for (const auto& pattern : votes_.patterns) {
            records_ += static_cast<double>(pattern.records);
            for (auto rule : pattern.rules) voted_[rule] += static_cast<double>(pattern.records);
        }
        for (std::size_t r = 0; r < rules; ++r) {
            auto votes = std::max(voted_[r], 1.0), share = model_.balance[votes_.votes[r]];
            auto all = std::max(records_, 1.0);
            first_own_.push_back(rate(believed_right * votes, share * all));
            first_other_.push_back(rate((1 - believed_right) * votes, (1 - share) * all));
        }
        own_ = first_own_;
        other_ = first_other_;
        model_.accuracy.assign(rules, believed_right);
    }

    static double rate(double votes, double records) {
        return std::clamp(votes / std::max(records, 1e-9), least_rate, most_rate);
    }

    // What follows from rates, weights and balance for all patterns alike: what the silence of all
    // rules says of each class, and what a vote says instead.
    void prepare() {
        std::vector<double> silence(votes_.classes, 0);
        model_.gain.assign(own_.size(), 0);
        for (std::size_t r = 0; r < own_.size(); ++r) {
            auto unvoted = model_.weight[r] * std::log((1 - own_[r]) / (1 - other_[r]));
            silence[votes_.votes[r]] += unvoted;
            model_.gain[r] = model_.weight[r] * std::log(own_[r] / other_[r]) - unvoted;
        }
        auto largest = *std::max_element(silence.begin(), silence.end());
        model_.start.assign(votes_.classes, 0);
        double sum = 0;
        for (std::size_t c = 0; c < votes_.classes; ++c)
            sum += model_.start[c] = model_.balance[c] * std::exp(silence[c] - largest);
        for (auto& start : model_.start) start = std::max(start / sum, 1e-12);
    }

    // Calls use(class, records) for what a pattern's records are believed to be, as far as rules
    // voted for it or it is known. Returns how many are of another class, for each unit of what it
    // starts with.
    template <typename Use>
    double spread(const VotePattern& pattern, const Believed& believed, Use use) const {
        auto unknown = static_cast<double>(pattern.records);
        if (use_known_)
            for (const auto& [label, n] : pattern.known) {
                use(label, static_cast<double>(n));
                unknown -= static_cast<double>(n);
            }
        for (const auto& [label, probability] : believed.voted) use(label, probability * unknown);
        return believed.unit * unknown;
    }

    // Returns how far the accuracies moved.
    double round() {
        std::vector<double> right(own_.size(), 0);
        std::vector<double> in_class(votes_.classes, 0), not_others(votes_.classes, 0);
        auto others = static_cast<double>(votes_.silent);
        for (const auto& pattern : votes_.patterns) {
            auto believed = believe(model_, votes_, pattern.rules);
            std::map<std::uint32_t, double> of_class;
            auto left = spread(pattern, believed, [&](std::uint32_t label, double part) {
                of_class[label] += part;
            });
            for (const auto& [label, part] : of_class) in_class[label] += part;
            for (const auto& [label, probability] : believed.voted) not_others[label] += left;
            others += left;
            for (auto rule : pattern.rules) right[rule] += of_class[votes_.votes[rule]];
        }
        for (std::size_t c = 0; c < in_class.size(); ++c)
            in_class[c] += model_.start[c] * std::max(others - not_others[c], 0.0);
        learn(right, in_class);
        double moved = 0;
        for (std::size_t r = 0; r < right.size(); ++r) {
            auto now = (right[r] + believed_right * believed_votes) / (voted_[r] + believed_votes);
            moved = std::max(moved, std::abs(now - model_.accuracy[r]));
            model_.accuracy[r] = now;
        }
        return moved;
    }

    // Rates and balance, from how many votes are right and how many records are of each class.
    void learn(const std::vector<double>& right, const std::vector<double>& in_class) {
        constexpr double more_right = believed_right * believed_votes;
        constexpr double more_wrong = believed_votes - more_right;
        for (std::size_t r = 0; r < right.size(); ++r) {
            auto own = in_class[votes_.votes[r]];
            own_[r] = rate(right[r] + more_right, own + more_right / first_own_[r]);
            other_[r] = rate(
                voted_[r] - right[r] + more_wrong, records_ - own + more_wrong / first_other_[r]
            );
        }
        if (!votes_.balance.empty()) return;
        auto all = records_ + static_cast<double>(in_class.size());
        for (std::size_t c = 0; c < in_class.size(); ++c)
            model_.balance[c] = (in_class[c] + 1) / all;
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
            copies[pair.first] += likeness * likeness;  // the part of it that the other explains
            copies[pair.second] += likeness * likeness;
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
    double records_ = 0;
    std::vector<double> voted_;                    // records, of each rule
    std::vector<double> own_, other_;              // how often it votes, in its class and in others
    std::vector<double> first_own_, first_other_;  // as they were believed to be at first
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

#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

// What rules that vote or abstain say together, without a truth to learn from: a generative model
// of their votes (after Ratner et al. 2016 and 2019; fitted by expectation and maximisation, as
// Dawid and Skene 1979 do it for people). No I/O, no clock, no chance.
//
// A rule votes for one class or abstains. It votes on a share of the records of its class, and on
// another, smaller one of those of other classes; that it abstains is no vote, but tells as much as
// it would vote otherwise. Rules that vote together more than the class explains are copies of each
// other in part: each has a weight, and n equal rules weigh as much as one.
namespace labeling {

// Records on which the same rules voted.
struct VotePattern {
    std::vector<std::uint32_t> rules;  // numbers, ascending; at least one
    std::int64_t records = 0;
    // Of these, those whose class is known, by class; empty: none.
    std::vector<std::pair<std::uint32_t, std::int64_t>> known{};
};

struct RuleVotes {
    std::size_t classes = 0;           // at least two
    std::vector<std::uint32_t> votes;  // the class of each rule
    std::vector<VotePattern> patterns;
    std::int64_t silent = 0;  // records that none votes on
    // Share of each class, all above 0; empty: it is estimated from the votes.
    std::vector<double> balance{};
};

struct LabelModel {
    std::vector<double> accuracy;  // of each rule: the share of its votes that are right
    std::vector<double> weight;    // of each rule, from 1 / number of rules to 1
    std::vector<double> balance;   // share of each class
    // What a class starts with before the votes are seen, in shares; and what a vote of a rule adds
    // to its class, in logarithms.
    std::vector<double> start, gain;
    int rounds = 0;
};

// `use_known`: whether records whose class is known teach it too. Takes at most some 200 passes
// over the patterns. A rule that never voted has the accuracy that is believed before any vote.
LabelModel fit_label_model(const RuleVotes& votes, bool use_known = true);

struct RuledLabel {
    std::uint32_t label = 0;  // the likeliest class; of equal ones the first
    double probability = 0;
};
RuledLabel label_by_model(
    const LabelModel& model,
    const RuleVotes& votes,
    const std::vector<std::uint32_t>& rules
);
// The class that most rules vote for, by their share; of equal ones that with the larger share of
// `balance`, or else the first.
RuledLabel label_by_majority(
    const RuleVotes& votes,
    const std::vector<std::uint32_t>& rules,
    const std::vector<double>& balance
);

}  // namespace labeling

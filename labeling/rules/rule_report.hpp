#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "labeling/rules/rule_store.hpp"

// How rules do, each and together. No I/O.
namespace labeling {

// How often something is right where people said the truth, with its 95 % interval (Wilson's).
struct RightShare {
    std::int64_t judged = 0;  // records
    std::optional<double> right, low, high;
};
BOOST_DESCRIBE_STRUCT(RightShare, (), (judged, right, low, high))
RightShare right_share(std::int64_t right, std::int64_t judged);

struct RuleLine {
    std::string rule;
    std::string kind;
    std::string label;           // that it votes for
    std::int64_t votes = 0;      // records
    double coverage = 0;         // share of all records
    std::int64_t overlaps = 0;   // of these votes, where another rule voted too
    std::int64_t conflicts = 0;  // and one for another class
    RightShare known;            // by what people said
    double estimated = 0;        // accuracy by the label model
    double weight = 0;           // 1: like no other; 0.5: as if there were two of it
};
BOOST_DESCRIBE_STRUCT(
    RuleLine,
    (),
    (rule, kind, label, votes, coverage, overlaps, conflicts, known, estimated, weight)
)

struct RuleReport {
    std::vector<RuleLine> rules;
    std::vector<double> balance;  // share of each class, as the label model has it
    std::int64_t conflicts = 0;   // records on which rules for several classes voted
    // Of the labels that votes make; the label model as it is without what people said of records.
    RightShare majority, model;
};
RuleReport report_rules(const StoredVotes& stored, std::int64_t records);

}  // namespace labeling

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/json/shape.hpp"
#include "labeling/projects/project_store.hpp"
#include "labeling/rules/label_model.hpp"
#include "labeling/rules/rule.hpp"

// Rules, their votes and the labels by them, in the database. Each function is one step inside the
// caller's transaction.
namespace labeling {

struct RuleSetState {
    int version = 0;
    base::JsonText balance;
    Time set_at;
    std::string set_by;
    std::int64_t run = 0;            // whose votes count; 0: none
    std::optional<int> run_version;  // of the rules that voted
    std::optional<Time> run_at;
    std::int64_t records = 0;  // that they were asked about
    std::int64_t voted = 0;    // on which one voted at least
    std::int64_t labels = 0;   // by rules
};
BOOST_DESCRIBE_STRUCT(
    RuleSetState,
    (),
    (version, balance, set_at, set_by, run, run_version, run_at, records, voted, labels)
)
std::optional<RuleSetState> rule_set_state(base::Tx& tx, const StoredProject& project);

// Checked rules as the next version. Returns it.
int put_rules(
    base::Tx& tx,
    const StoredProject& project,
    const RuleSet& set,
    const std::string& by,
    Time now
);
// As they were set, but with the names that classes have now. Throws base::Error for a rule whose
// class is not offered any more, if they are to be `used`.
RuleSet rules_of(
    base::Tx& tx,
    const StoredProject& project,
    const RuleSetState& state,
    int version,
    bool used
);

// The number of a new run.
std::int64_t begin_rule_run(base::Tx& tx, const StoredProject& project);

struct RecordVotes {
    std::string key;
    std::vector<std::int32_t> rules;  // numbers, ascending
};
void put_votes(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t run,
    const std::vector<RecordVotes>& votes
);
// Makes the votes of a run those that count, and drops the others. Throws base::Error if another
// run began since, or the rules were set anew.
void end_rule_run(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t run,
    int version,
    std::int64_t records,
    Time now
);

// The votes that count, by the rules of the version that voted, with what people said of the same
// records. Classes have their numbers within the project. The balance is that of labels by people
// where there are `enough_labels` of them, else as it was given; else it is empty.
struct StoredVotes {
    RuleSet set;
    RuleVotes votes;
    std::vector<std::string> classes;  // by number
    std::string balance_by;            // "labels", "given", or "estimated"
};
constexpr std::int64_t enough_labels = 20;
StoredVotes votes_of(base::Tx& tx, const StoredProject& project, const RuleSetState& state);

// A record on which the rules of a pattern voted.
struct PatternRecord {
    std::string key;
    std::int64_t place = 0;  // of its pattern among those that were asked for
};
BOOST_DESCRIBE_STRUCT(PatternRecord, (), (key, place))
// The records of these patterns (numbers of rules, ascending), in the order of the patterns; those
// of one in an order that is random but always the same.
std::vector<PatternRecord> records_of_patterns(
    base::Tx& tx,
    const StoredProject& project,
    const RuleSetState& state,
    const std::vector<std::vector<std::uint32_t>>& patterns
);

struct RuleLabelsPut {
    std::int64_t given = 0;        // records that the votes say a class of
    std::int64_t people_said = 0;  // of these, where people said something: they keep that
    std::int64_t added = 0, changed = 0, withdrawn = 0;
};
BOOST_DESCRIBE_STRUCT(RuleLabelsPut, (), (given, people_said, added, changed, withdrawn))
struct PatternLabel {
    std::vector<std::uint32_t> rules;
    RuledLabel label;
};
RuleLabelsPut put_rule_labels(
    base::Tx& tx,
    const StoredProject& project,
    const RuleSetState& state,
    const std::vector<PatternLabel>& labels,
    Time now
);

struct RulesGone {
    std::int64_t votes = 0, labels = 0;
};
BOOST_DESCRIBE_STRUCT(RulesGone, (), (votes, labels))
// Takes votes and labels away.
RulesGone clear_rules(base::Tx& tx, const StoredProject& project);

}  // namespace labeling

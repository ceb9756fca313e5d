#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "labeling/rules/rule_report.hpp"
#include "labeling/rules/rule_store.hpp"
#include "service/paging.hpp"

// Rules that label a project's records: set, run over all records, judged, and made labels of.
namespace service {

struct SetRules {
    std::string project;
    labeling::RuleSet set;
    static const base::Settings<SetRules> settings;
};
struct RulesState {
    std::string project;
    int version = 0;  // of the rules
    std::int64_t rules = 0;
    std::optional<int> votes_of;  // the version that the votes are by; nothing: there are none
    bool outdated = false;        // there are votes, by an older version
};
BOOST_DESCRIBE_STRUCT(RulesState, (), (project, version, rules, votes_of, outdated))
// Rules are set all at once. Votes and labels by the older ones stay until these are run, and
// applied. Throws base::UsageError for rules that are none.
RulesState set_rules(Work& work, const SetRules& request);

struct OfRules {
    std::string project;
    static const base::Settings<OfRules> settings;
};
struct ListedRule {
    std::string rule;
    std::string kind;
    std::string label;  // that it votes for
    std::string field;  // that it looks at, if it is another than what is shown
    std::string says;   // its words, pattern, condition or model
};
BOOST_DESCRIBE_STRUCT(ListedRule, (), (rule, kind, label, field, says))
// All, in the order in which they were set, on one page.
Page<ListedRule> list_rules(Work& work, const OfRules& request);

struct RulesShown : RulesState {
    base::Time set_at;
    std::string set_by;
    std::map<std::string, double> balance;  // as it was given
    std::optional<base::Time> run_at;
    std::int64_t records = 0;  // that the rules were run over
    std::int64_t voted = 0;    // on which one voted at least
    std::int64_t labels = 0;   // by rules
    std::vector<labeling::Rule> definitions;
};
BOOST_DESCRIBE_STRUCT(
    RulesShown,
    (RulesState),
    (set_at, set_by, balance, run_at, records, voted, labels, definitions)
)
RulesShown show_rules(Work& work, const OfRules& request);

struct RemoveRule {
    std::string project;
    std::string rule;
    static const base::Settings<RemoveRule> settings;
};
// The same rules but this one, as the next version.
RulesState remove_rule(Work& work, const RemoveRule& request);

struct RulesRun {
    std::string project;
    int version = 0;
    std::int64_t records = 0;  // all of the source
    std::int64_t voted = 0;    // on which one voted at least
    std::int64_t votes = 0;
    std::int64_t learnt_from = 0;  // records that a model rule was not asked about: it knows them
};
BOOST_DESCRIBE_STRUCT(RulesRun, (), (project, version, records, voted, votes, learnt_from))
// Asks all rules about all records of the project's source, in steps of their own. The votes count
// when all are there, and take the place of earlier ones; a run that is cut off changes nothing.
RulesRun run_rules(Work& work, const OfRules& request);
// The same; tells how many records are done.
RulesRun run_rules_and_tell(
    Work& work,
    const OfRules& request,
    const std::function<void(std::int64_t records)>& tell
);

struct RulesReport : RulesState {
    std::int64_t records = 0, voted = 0;
    std::int64_t conflicts = 0;             // records with votes for several classes
    std::string balance_by;                 // "labels", "given" or "estimated"
    std::map<std::string, double> balance;  // share of each class, as the label model has it
    labeling::RightShare majority;          // of the class that most rules vote for
    labeling::RightShare model;             // of the label model, fitted without these labels
    std::vector<labeling::RuleLine> by_rule;
};
BOOST_DESCRIBE_STRUCT(
    RulesReport,
    (RulesState),
    (records, voted, conflicts, balance_by, balance, majority, model, by_rule)
)
RulesReport report_rules(Work& work, const OfRules& request);

struct ApplyRules {
    std::string project;
    double min_confidence = 0.5;
    static const base::Settings<ApplyRules> settings;
};
struct RulesApplied {
    std::string project;
    int version = 0;
    std::int64_t records = 0;      // on which rules voted
    std::int64_t unsure = 0;       // of these, less probable than min_confidence
    std::int64_t people_said = 0;  // and where people said something, which stays
    std::int64_t labels = 0;       // by rules, that there are now
    std::int64_t added = 0, changed = 0, withdrawn = 0;
};
BOOST_DESCRIBE_STRUCT(
    RulesApplied,
    (),
    (project, version, records, unsure, people_said, labels, added, changed, withdrawn)
)
// Makes the label model's classes the labels of records that people said nothing of. Again takes
// those back that it would not make any more.
RulesApplied apply_rules(Work& work, const ApplyRules& request);

struct RulesCleared {
    std::string project;
    std::int64_t votes = 0;   // records with votes
    std::int64_t labels = 0;  // by rules
};
BOOST_DESCRIBE_STRUCT(RulesCleared, (), (project, votes, labels))
// Takes all votes and labels by rules away; the rules stay.
RulesCleared clear_rules(Work& work, const OfRules& request);

// The project's rules, or a refusal that says how to set some.
labeling::RuleSetState known_rules(Work& work, const labeling::StoredProject& project);

}  // namespace service

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "quality/bias/bias.hpp"
#include "service/quality/labelled.hpp"
#include "service/verb.hpp"

// What is wrong in the records of a source, or may be. Nothing is changed but what is kept of the
// findings themselves; each verb reads the records page by page in transactions of its own.
namespace service {

struct FindDuplicates {
    std::string source;
    std::string by = "auto";
    std::vector<std::string> columns;
    double threshold = 0;
    static const base::Settings<FindDuplicates> settings;
};
struct DuplicatePairItem {
    std::string a, b;  // keys
    double score = 0;
};
BOOST_DESCRIBE_STRUCT(DuplicatePairItem, (), (a, b, score))
struct DuplicatesAnswer {
    std::string by;
    std::uint64_t records = 0;
    std::vector<std::vector<std::string>> clusters;  // keys, largest first
    std::vector<DuplicatePairItem> pairs;            // that joined them
    std::vector<std::string> why;
};
BOOST_DESCRIBE_STRUCT(DuplicatesAnswer, (), (by, records, clusters, pairs, why))
DuplicatesAnswer find_duplicates(Work& work, const FindDuplicates& request);

struct IssueItem {
    std::string key;
    std::optional<std::int64_t> line;  // in its file
    std::string column, value;
    std::optional<std::string> proposal;
    double probability = 0;
    std::string code, reason;
    std::string state = "open";             // or accepted, refused
    std::optional<std::string> decided_by;  // if it was decided
};
BOOST_DESCRIBE_STRUCT(
    IssueItem,
    (),
    (key, line, column, value, proposal, probability, code, reason, state, decided_by)
)

// With `accept` or `refuse` (a column, or "all") it decides the open proposals instead of looking
// for more, with `reopen` it opens decided ones again; with `key` those of one record alone, and
// Refusal not_found if there are none.
struct FindErrors {
    std::string source;
    double threshold = 0.5;
    std::string accept, refuse, reopen;
    std::string key;
    double at_least = 0;
    std::vector<LabelledRow> labelled = {};
    static const base::Settings<FindErrors> settings;
};
struct DecidedIssues {
    std::string state;  // accepted, refused, open
    std::uint64_t count = 0;
    std::string by;
};
BOOST_DESCRIBE_STRUCT(DecidedIssues, (), (state, count, by))
struct ErrorsAnswer {
    std::vector<IssueItem> items;  // likeliest first
    std::vector<std::string> why;  // columns that follow from others
    std::vector<DecidedIssues> decided;
};
BOOST_DESCRIBE_STRUCT(ErrorsAnswer, (), (items, why, decided))
ErrorsAnswer find_errors(Work& work, const FindErrors& request);

struct FindOutliers {
    std::string source;
    std::vector<std::string> columns;
    double threshold = 3.5;
    static const base::Settings<FindOutliers> settings;
};
struct RareRecord {
    std::string key;
    double score = 0;  // of the isolation forest; over 0.6
};
BOOST_DESCRIBE_STRUCT(RareRecord, (), (key, score))
struct OutliersAnswer {
    std::vector<IssueItem> items;
    std::vector<RareRecord> rare;  // the ten records that are rarest as a whole
};
BOOST_DESCRIBE_STRUCT(OutliersAnswer, (), (items, rare))
OutliersAnswer find_outliers(Work& work, const FindOutliers& request);

struct CheckRecords {
    std::string source;
    std::string rules;                 // TOML of [[check]] tables
    std::string rules_name = "rules";  // what messages call them
    static const base::Settings<CheckRecords> settings;
};
struct CheckItem {
    std::string check, kind;
    std::string severity;  // warn, quarantine, block
    bool passed = true;
    std::uint64_t examined = 0, failed = 0;
    std::string observed;
    std::vector<std::string> keys;      // of the first ten records that failed
    std::vector<std::string> examples;  // their values
};
BOOST_DESCRIBE_STRUCT(
    CheckItem,
    (),
    (check, kind, severity, passed, examined, failed, observed, keys, examples)
)
// All checks, in one part.
Page<CheckItem> check_records(Work& work, const CheckRecords& request);

struct ReportBias {
    std::string source;
    std::vector<std::string> by;
    std::string label, project, favourable;
    std::string reference;  // CSV of field, value, share
    std::string reference_name = "reference";
    static const base::Settings<ReportBias> settings;
};
struct MissingShare {
    std::string field, value;  // of the group
    std::string column;        // that is missing
    quality::Share missing;
    double overall = 0;
};
BOOST_DESCRIBE_STRUCT(MissingShare, (), (field, value, column, missing, overall))
struct BiasAnswer {
    std::uint64_t records = 0;
    std::string favourable;  // label; empty: no labels
    std::vector<quality::Breakdown> breakdowns;
    std::vector<MissingShare> missing;
    std::vector<quality::Breakdown> project;  // its labels by annotator, and by origin
};
BOOST_DESCRIBE_STRUCT(BiasAnswer, (), (records, favourable, breakdowns, missing, project))
BiasAnswer report_bias(Work& work, const ReportBias& request);

struct JudgePages {
    std::string source;
    std::string preset = "all";
    std::uint64_t keys = 0;  // so many of each rule
    static const base::Settings<JudgePages> settings;
};
struct RuleCount {
    std::string measure, rule;
    std::uint64_t broken = 0;
    std::uint64_t only = 0;  // nothing else was wrong
    std::vector<std::string> keys;
};
BOOST_DESCRIBE_STRUCT(RuleCount, (), (measure, rule, broken, only, keys))
struct PresetCount {
    std::uint64_t passed = 0, dropped = 0;
    std::vector<RuleCount> rules;
};
BOOST_DESCRIBE_STRUCT(PresetCount, (), (passed, dropped, rules))
struct PersonalCount {
    std::uint64_t records = 0, finds = 0;
};
BOOST_DESCRIBE_STRUCT(PersonalCount, (), (records, finds))
struct PagesAnswer {
    std::uint64_t records = 0;
    std::map<std::string, PresetCount> presets;
    std::map<std::string, PersonalCount> pii;
};
BOOST_DESCRIBE_STRUCT(PagesAnswer, (), (records, presets, pii))
PagesAnswer judge_pages(Work& work, const JudgePages& request);

}  // namespace service

// Rules in the database.
//
// A version of the rules never changes, and a vote holds only the numbers of the rules that voted
// on its record: what they say, and how sure the label model is of it, follows for all records with
// the same numbers at once. The votes of a run lie beside those of the run before until it is
// whole, so that a run that is cut off changes nothing.
#include "labeling/rules/rule_store.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "base/json/described.hpp"
#include "base/numbers/parse.hpp"
#include "base/settings/settings.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace json = boost::json;

namespace {

struct StoredRule {
    std::string name;
    std::int32_t class_id = 0;
    std::string label;
    bool retired = false;
    std::string spec;
};
BOOST_DESCRIBE_STRUCT(StoredRule, (), (name, class_id, label, retired, spec))

struct PatternRow {
    std::string rules;
    std::int64_t records = 0;
};
BOOST_DESCRIBE_STRUCT(PatternRow, (), (rules, records))

struct KnownPatternRow {
    std::string rules;
    std::int32_t class_id = 0;
    std::int64_t records = 0;
};
BOOST_DESCRIBE_STRUCT(KnownPatternRow, (), (rules, class_id, records))

struct KnownClassRow {
    std::int32_t class_id = 0;
    std::int64_t records = 0;
};
BOOST_DESCRIBE_STRUCT(KnownClassRow, (), (class_id, records))

struct SetVersion {
    int version = 0;
};
BOOST_DESCRIBE_STRUCT(SetVersion, (), (version))

struct BegunRun {
    std::int64_t last_run = 0;
};
BOOST_DESCRIBE_STRUCT(BegunRun, (), (last_run))

std::string rules_called(const StoredProject& project) {
    return fmt::format("the rules of project '{}'", project.project.name);
}

std::vector<StoredRule> stored_rules(base::Tx& tx, const StoredProject& project, int version) {
    return base::rows_as<StoredRule>(tx.exec(sql::file["rules_of_version"], project.id, version));
}

Rule rule_of(const StoredRule& stored) {
    auto rule = Rule::settings.read(base::Document::json(stored.spec));
    rule.label = stored.label;
    return rule;
}

// "1,2,5"
std::vector<std::uint32_t> numbers_in(std::string_view text) {
    std::vector<std::uint32_t> numbers;
    while (!text.empty()) {
        auto comma = std::min(text.find(','), text.size());
        numbers.push_back(base::whole_number<std::uint32_t>(text.substr(0, comma), 10).value());
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return numbers;
}

template <typename Number>
std::string array_text(const std::vector<Number>& numbers) {
    return fmt::format("{{{}}}", fmt::join(numbers, ","));
}

// All classes that the project has or had, by their number.
std::vector<std::string> class_names(const StoredProject& project) {
    std::vector<std::string> names;
    for (const auto* classes :
         {&project.project.question.classes, &project.project.question.retired})
        for (const auto& item : *classes) {
            auto place = static_cast<std::size_t>(item.id);
            if (names.size() <= place) names.resize(place + 1);
            names[place] = item.name;
        }
    return names;
}

// The share of each class among labels by people, with one more of each that is offered, so that
// none is impossible.
std::vector<double> balance_of_labels(
    const StoredProject& project,
    const std::vector<KnownClassRow>& known,
    std::size_t classes
) {
    std::vector<double> shares(classes, 0);
    for (const auto& item : project.project.question.classes)
        shares[static_cast<std::size_t>(item.id)] = 1;
    for (const auto& row : known)
        shares[static_cast<std::size_t>(row.class_id)] += static_cast<double>(row.records);
    return shares;
}

std::vector<double>
balance_given(const json::object& given, const std::vector<std::string>& classes) {
    std::vector<double> shares(classes.size(), 0);
    for (std::size_t c = 0; c < classes.size(); ++c)
        if (const auto* share = given.if_contains(classes[c]))
            shares[c] = share->to_number<double>();
    return shares;
}

// Shares that make 1, none of them 0.
void put_in_order(std::vector<double>& shares) {
    double sum = 0;
    for (auto& share : shares) sum += share = std::max(share, 1e-6);
    for (auto& share : shares) share /= sum;
}

void add_balance(
    base::Tx& tx,
    const StoredProject& project,
    const RuleSetState& state,
    StoredVotes& found
) {
    auto known = base::rows_as<KnownClassRow>(tx.exec(sql::file["known_classes"], project.id));
    std::int64_t labels = 0;
    for (const auto& row : known) labels += row.records;
    const auto balance = json::parse(state.balance.text);
    const auto& given = balance.as_object();
    found.balance_by = "estimated";
    if (labels >= enough_labels) {
        found.balance_by = "labels";
        found.votes.balance = balance_of_labels(project, known, found.classes.size());
    } else if (!given.empty()) {
        found.balance_by = "given";
        found.votes.balance = balance_given(given, found.classes);
    }
    if (!found.votes.balance.empty()) put_in_order(found.votes.balance);
}

}  // namespace

std::optional<RuleSetState> rule_set_state(base::Tx& tx, const StoredProject& project) {
    return base::first_as<RuleSetState>(tx.exec(sql::file["find_rule_set"], project.id));
}

int put_rules(
    base::Tx& tx,
    const StoredProject& project,
    const RuleSet& set,
    const std::string& by,
    Time now
) {
    json::object balance(set.balance.begin(), set.balance.end());
    auto version = base::first_as<SetVersion>(tx.exec(
                                                  sql::file["put_rule_set"],
                                                  project.id,
                                                  json::serialize(balance),
                                                  schema::timestamp(now),
                                                  by
                                              ))
                       .value()
                       .version;
    std::vector<std::string> names, specs;
    std::vector<std::int32_t> classes;
    for (const auto& rule : set.rules) {
        names.push_back(rule.name);
        specs.push_back(Rule::settings.text(rule));
        for (const auto& item : project.project.question.classes)
            if (item.name == rule.label) classes.push_back(item.id);
    }
    tx.exec(
        sql::file["add_rules"],
        project.id,
        version,
        schema::array_of(names),
        schema::array_of(classes),
        schema::array_of(specs)
    );
    return version;
}

RuleSet rules_of(
    base::Tx& tx,
    const StoredProject& project,
    const RuleSetState& state,
    int version,
    bool used
) {
    RuleSet set;
    for (const auto& stored : stored_rules(tx, project, version)) {
        if (stored.retired && used)
            throw base::Error(
                fmt::format("rule '{}'", stored.name),
                fmt::format("votes for class '{}', which is retired", stored.label),
                "set the rules anew"
            );
        set.rules.push_back(rule_of(stored));
    }
    const auto given = json::parse(state.balance.text);
    for (const auto& [name, share] : given.as_object())
        set.balance.emplace(name, share.to_number<double>());
    return set;
}

std::int64_t begin_rule_run(base::Tx& tx, const StoredProject& project) {
    auto run = base::first_as<BegunRun>(tx.exec(sql::file["begin_rule_run"], project.id)).value();
    tx.exec(sql::file["drop_old_votes"], project.id);
    return run.last_run;
}

void put_votes(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t run,
    const std::vector<RecordVotes>& votes
) {
    if (votes.empty()) return;
    std::vector<std::int64_t> rks;
    std::vector<std::string> keys, rules;
    for (const auto& each : votes) {
        rks.push_back(schema::record_key(project.project.source, each.key));
        keys.push_back(each.key);
        rules.push_back(array_text(each.rules));
    }
    tx.exec(
        sql::file["put_votes"],
        project.id,
        project.source_id,
        run,
        schema::array_of(rks),
        schema::array_of(keys),
        schema::array_of(rules)
    );
}

void end_rule_run(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t run,
    int version,
    std::int64_t records,
    Time now
) {
    auto ended = tx.change(
        sql::file["end_rule_run"], project.id, run, version, schema::timestamp(now), records
    );
    if (ended == 0)
        throw base::Error(
            rules_called(project),
            "were set anew, cleared, or run by somebody else meanwhile",
            "run them again"
        );
    tx.exec(sql::file["drop_old_votes"], project.id);
}

StoredVotes votes_of(base::Tx& tx, const StoredProject& project, const RuleSetState& state) {
    StoredVotes found;
    auto version = state.run_version.value_or(state.version);
    found.classes = class_names(project);
    found.votes.classes = std::max<std::size_t>(found.classes.size(), 2);
    found.classes.resize(found.votes.classes);
    for (const auto& stored : stored_rules(tx, project, version)) {
        found.votes.votes.push_back(static_cast<std::uint32_t>(stored.class_id));
        found.set.rules.push_back(rule_of(stored));
    }
    std::map<std::string, std::size_t> places;
    for (const auto& row :
         base::rows_as<PatternRow>(tx.exec(sql::file["vote_patterns"], project.id, state.run))) {
        places.emplace(row.rules, found.votes.patterns.size());
        found.votes.patterns.push_back({.rules = numbers_in(row.rules), .records = row.records});
    }
    for (const auto& row : base::rows_as<KnownPatternRow>(
             tx.exec(sql::file["known_vote_patterns"], project.id, state.run)
         )) {
        auto at = places.find(row.rules);
        if (at == places.end()) continue;  // it came between two queries
        found.votes.patterns[at->second].known.emplace_back(row.class_id, row.records);
    }
    found.votes.silent = std::max<std::int64_t>(state.records - state.voted, 0);
    add_balance(tx, project, state, found);
    return found;
}

std::vector<PatternRecord> records_of_patterns(
    base::Tx& tx,
    const StoredProject& project,
    const RuleSetState& state,
    const std::vector<std::vector<std::uint32_t>>& patterns
) {
    std::vector<std::string> rules;
    for (const auto& pattern : patterns) rules.push_back(array_text(pattern));
    return base::rows_as<PatternRecord>(
        tx.exec(sql::file["records_of_patterns"], project.id, state.run, schema::array_of(rules))
    );
}

RuleLabelsPut put_rule_labels(
    base::Tx& tx,
    const StoredProject& project,
    const RuleSetState& state,
    const std::vector<PatternLabel>& labels,
    Time now
) {
    std::vector<std::string> rules;
    std::vector<std::int32_t> classes;
    std::vector<double> probabilities;
    for (const auto& each : labels) {
        rules.push_back(array_text(each.rules));
        classes.push_back(static_cast<std::int32_t>(each.label.label));
        probabilities.push_back(std::clamp(each.label.probability, 0.0, 1.0));
    }
    auto put = base::first_as<RuleLabelsPut>(tx.exec(
                                                 sql::file["put_rule_labels"],
                                                 project.id,
                                                 state.run,
                                                 state.run_version,
                                                 schema::array_of(rules),
                                                 schema::array_of(classes),
                                                 array_text(probabilities),
                                                 schema::timestamp(now)
                                             ))
                   .value();
    count_labels(tx, project.id, put.added - put.withdrawn);
    count_truth_anew(tx, project.id);
    return put;
}

RulesGone clear_rules(base::Tx& tx, const StoredProject& project) {
    tx.exec(sql::file["forget_rule_run"], project.id);
    RulesGone gone;
    gone.votes = static_cast<std::int64_t>(tx.change(sql::file["drop_votes"], project.id));
    gone.labels = static_cast<std::int64_t>(tx.change(sql::file["drop_rule_labels"], project.id));
    count_labels(tx, project.id, -gone.labels);
    if (gone.labels > 0) count_truth_anew(tx, project.id);
    return gone;
}

}  // namespace labeling

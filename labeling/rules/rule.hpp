#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/settings/fwd.hpp"
#include "base/text/pattern.hpp"
#include "base/words.hpp"
#include "labeling/projects/project.hpp"
#include "schema/select/filter.hpp"

// Rules that vote for a class, or say nothing.
namespace labeling {

enum class RuleKind { keyword, regex, field, model };
constexpr auto words_of(RuleKind) {
    return std::to_array<base::Word<RuleKind>>({
        {RuleKind::keyword, "keyword", "one of some words stands in the text"},
        {RuleKind::regex, "regex", "a regular expression matches somewhere in it"},
        {RuleKind::field, "field", "a condition on the record's fields holds"},
        {RuleKind::model, "model", "a model finds the class as probable as the threshold"},
    });
}

struct Rule {
    std::string name;
    RuleKind kind = RuleKind::keyword;
    std::string label;                // the class that it votes for
    std::string field;                // that is looked at; empty: what the project shows
    std::vector<std::string> words;   // of a keyword rule: any of them, whole
    std::string pattern;              // of a regex rule
    std::optional<bool> ignore_case;  // of these two; words do by default, patterns do not
    std::string where;                // of a field rule: see schema/select/filter.hpp
    std::int64_t run = 0;             // of a model rule: a training run, or
    std::string model;                // the model of this name
    double threshold = 0.5;           // the least probability of the class

    static const base::Settings<Rule> settings;
};

// As a file:
//
//     balance = { spam = 0.13, ham = 0.87 }     # if it is known
//
//     [[rule]]
//     name = "prize"
//     kind = "keyword"
//     class = "spam"
//     words = ["prize", "you have won"]
struct RuleSet {
    std::map<std::string, double> balance;  // share of each class; empty: not known
    std::vector<Rule> rules;

    static const base::Settings<RuleSet> settings;
};
constexpr std::size_t most_rules = 500;

// Checks rules against the classes that a project offers. Throws base::UsageError.
void check_rules(const Project& project, const RuleSet& set);

// A record as rules see it.
struct RuleRecord {
    std::string shown;            // what the project shows of it
    schema::FieldLookup field{};  // title, text, and whatever conditions may ask for
};
// What is shown of a record by default: texts, and where there is none, or the project says so,
// fields.
std::string shown_text(
    const Project& project,
    const std::string& title,
    const std::string& body,
    const std::string& payload
);

// A rule ready to be asked; not one of kind model, which votes by what a model says.
class ReadyRule {
public:
    // Throws base::UsageError for a bad pattern or condition, with the rule's name.
    explicit ReadyRule(const Rule& rule);

    bool votes(const RuleRecord& record) const;
    // Fields that it asks for.
    std::vector<std::string> fields() const;

private:
    std::string field_;
    std::optional<base::Pattern> pattern_;
    std::optional<schema::Filter> where_;
};

}  // namespace labeling

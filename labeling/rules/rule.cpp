// What a rule may say, and whether it holds for a record.
//
// Words become one pattern, so that a hundred of them cost one pass over the text. A word ends
// where no letter or digit goes on, in all scripts; where it begins or ends with another sign, as
// "£100" or "win!" do, there is no such edge to look for.
#include "labeling/rules/rule.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "base/text/ascii.hpp"
#include "base/text/unicode.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace json = boost::json;

namespace {

using RuleFault = std::optional<base::Fault>;

RuleFault lacks(const char* at, RuleKind kind) {
    return base::Fault{
        .reason = "is missing",
        .mend = fmt::format("a rule of kind '{}' needs it", base::name_of(kind)),
        .at = at};
}

RuleFault does_not_act(const char* at, RuleKind kind) {
    return base::Fault{
        .reason = fmt::format("does not act in a rule of kind '{}'", base::name_of(kind)),
        .mend = "leave it out, or say another 'kind'",
        .at = at};
}

// Which members a kind has to itself, and whether they are there.
RuleFault check_members(const Rule& rule) {
    const auto kind = rule.kind;
    const bool by_text = kind == RuleKind::keyword || kind == RuleKind::regex;
    struct Part {
        const char* name;
        bool there, wanted, needed;
    };
    const Part parts[] = {
        {"words", !rule.words.empty(), kind == RuleKind::keyword, true},
        {"pattern", !rule.pattern.empty(), kind == RuleKind::regex, true},
        {"where", !rule.where.empty(), kind == RuleKind::field, true},
        {"field", !rule.field.empty(), by_text, false},
        {"ignore_case", rule.ignore_case.has_value(), by_text, false},
        {"run", rule.run != 0, kind == RuleKind::model, false},
        {"model", !rule.model.empty(), kind == RuleKind::model, false},
    };
    for (const auto& part : parts) {
        if (part.there && !part.wanted) return does_not_act(part.name, kind);
        if (!part.there && part.wanted && part.needed) return lacks(part.name, kind);
    }
    if (kind != RuleKind::model) return std::nullopt;
    if (rule.run == 0 && rule.model.empty()) return lacks("run", kind);
    if (rule.run != 0 && !rule.model.empty())
        return base::Fault{
            .reason = "stands beside 'run'", .mend = "give one of them", .at = "model"};
    return std::nullopt;
}

RuleFault check_rule(Rule& rule) {
    rule.name = base::tidy_name(rule.name);
    if (rule.name.empty() || rule.name.size() > 100 || rule.name.find('\n') != rule.name.npos)
        return base::Fault{
            .reason = "is no name", .mend = "give one line of at most 100 bytes", .at = "name"};
    rule.label = base::tidy_name(rule.label);
    for (auto& word : rule.words) {
        word = base::tidy_name(word);
        if (word.empty())
            return base::Fault{
                .reason = "holds an empty word", .mend = "leave it out", .at = "words"};
    }
    return check_members(rule);
}

RuleFault check_set(RuleSet& set) {
    if (set.rules.empty())
        return base::Fault{
            .reason = "is missing", .mend = "give [[rule]] once at least", .at = "rule"};
    if (set.rules.size() > most_rules)
        return base::Fault{
            .reason = fmt::format("stands {} times", set.rules.size()),
            .mend = fmt::format("give at most {} rules", most_rules),
            .at = "rule"};
    std::set<std::string> names;
    for (const auto& rule : set.rules)
        if (!names.insert(rule.name).second)
            return base::Fault{
                .reason = fmt::format("'{}' stands twice", rule.name),
                .mend = "give each rule a name of its own",
                .at = "rule"};
    double sum = 0;
    for (const auto& [name, share] : set.balance) {
        if (!(share > 0 && share < 1))
            return base::Fault{
                .reason = fmt::format("gives class '{}' a share of {}", name, share),
                .mend = "give shares between 0 and 1",
                .at = "balance"};
        sum += share;
    }
    if (!set.balance.empty() && !(sum > 0.99 && sum < 1.01))
        return base::Fault{
            .reason = fmt::format("has shares that make {:.3f} together", sum),
            .mend = "give one of each class, which make 1",
            .at = "balance"};
    return std::nullopt;
}

std::string called(const Rule& rule) {
    return fmt::format("rule '{}'", rule.name);
}

// A word as a pattern, with an edge where it begins or ends like a word.
std::string pattern_of_word(const std::string& word) {
    std::string escaped;
    for (char c : word) {
        if (std::string_view(R"(\.+*?()[]{}|^$/-)").find(c) != std::string_view::npos)
            escaped += '\\';
        escaped += c;
    }
    auto is_sign = [](char c) {
        auto byte = static_cast<unsigned char>(c);
        return byte < 0x80 && !base::is_digit(c) &&
               !(base::lower(c) >= 'a' && base::lower(c) <= 'z');
    };
    return (is_sign(word.front()) ? "" : "(?:^|[^\\p{L}\\p{N}])") + escaped +
           (is_sign(word.back()) ? "" : "(?:$|[^\\p{L}\\p{N}])");
}

std::string pattern_of_words(const std::vector<std::string>& words) {
    std::string all;
    for (const auto& word : words) all += (all.empty() ? "" : "|") + pattern_of_word(word);
    return all;
}

std::string text_of_value(const json::value& value) {
    return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

}  // namespace

const base::Settings<Rule> Rule::settings{
    {{"name", &Rule::name, "of the rule", {.required = true}},
     {"kind", &Rule::kind, "what it looks for"},
     {"class", &Rule::label, "that it votes for", {.required = true}},
     {"field",
      &Rule::field,
      "that it looks at: title, text, or one of the payload; what the project shows by default"},
     {"words", &Rule::words, "of a keyword rule: any of them, whole"},
     {"pattern", &Rule::pattern, "of a regex rule: a regular expression"},
     {"ignore_case",
      &Rule::ignore_case,
      "upper and lower case are the same; true by default for words, and false for patterns"},
     {"where", &Rule::where, "of a field rule: a condition, as --where takes it"},
     {"run", &Rule::run, "of a model rule: number of a training run", {.low = 1}},
     {"model", &Rule::model, "or the name of a model"},
     {"threshold",
      &Rule::threshold,
      "of a model rule: the least probability of the class",
      {.low = 0, .high = 1}}},
    &check_rule,
};

const base::Settings<RuleSet> RuleSet::settings{
    {{"balance", &RuleSet::balance, "the share of each class, if it is known"},
     {"rule", &RuleSet::rules, "each of the rules", {.required = true}}},
    &check_set,
};

void check_rules(const Project& project, const RuleSet& set) {
    if (task_type(project.question.kind).target() != Target::one_class)
        throw base::UsageError(
            fmt::format("project '{}'", project.name),
            fmt::format(
                "asks {} questions, and rules vote for one of several classes",
                project.question.kind
            ),
            "take a project of kind classification"
        );
    std::vector<std::string> known;
    for (const auto& item : project.question.classes) known.push_back(item.name);
    auto check = [&](const std::string& thing, const std::string& name) {
        if (std::find(known.begin(), known.end(), name) != known.end()) return;
        throw base::UsageError(
            thing,
            fmt::format("names class '{}', which project '{}' has not", name, project.name),
            base::mend_of_unknown(name, known)
        );
    };
    for (const auto& rule : set.rules) {
        check(called(rule), rule.label);
        if (rule.kind != RuleKind::model) ReadyRule{rule};
    }
    for (const auto& [name, share] : set.balance) check("'balance'", name);
}

std::string shown_text(
    const Project& project,
    const std::string& title,
    const std::string& body,
    const std::string& payload
) {
    const auto& show = project.show;
    auto says = [&](Project::Show what) {
        return std::find(show.begin(), show.end(), what) != show.end();
    };
    std::string text;
    if (show.empty() || says(Project::Show::text)) {
        text = title;
        if (!text.empty() && !body.empty()) text += '\n';
        text += body;
    }
    if (!(says(Project::Show::fields) || (show.empty() && text.empty())) || payload.empty())
        return text;
    auto parsed = json::parse(payload);
    if (!parsed.is_object()) return text;
    for (const auto& [name, value] : parsed.get_object()) {
        const auto& wanted = project.fields;
        if (!wanted.empty() &&
            std::find(wanted.begin(), wanted.end(), std::string_view(name)) == wanted.end())
            continue;
        if (value.is_null()) continue;
        text += (text.empty() ? "" : "\n") + text_of_value(value);
    }
    return text;
}

ReadyRule::ReadyRule(const Rule& rule) : field_(rule.field) {
    try {
        const bool words = rule.kind == RuleKind::keyword;
        if (words || rule.kind == RuleKind::regex)
            pattern_ = base::Pattern::parse(
                words ? pattern_of_words(rule.words) : rule.pattern,
                {.ignore_case = rule.ignore_case.value_or(words), .all_scripts = true}
            );
        if (rule.kind == RuleKind::field) where_ = schema::Filter::parse(rule.where);
    } catch (const base::UsageError& error) {
        throw base::UsageError(called(rule), error.what());
    }
}

bool ReadyRule::votes(const RuleRecord& record) const {
    if (where_) return where_->matches(record.field);
    if (!pattern_) return false;
    if (field_.empty()) return pattern_->found_in(record.shown);
    auto value = record.field(field_);
    return value && pattern_->found_in(*value);
}

std::vector<std::string> ReadyRule::fields() const {
    if (where_) return where_->fields();
    if (field_.empty()) return {};
    return {field_};
}

}  // namespace labeling

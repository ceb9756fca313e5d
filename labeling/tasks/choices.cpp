// Any of several classes: what a record is of, where it may be of several kinds at once.
#include <algorithm>
#include <array>
#include <set>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "labeling/tasks/answer_json.hpp"
#include "labeling/tasks/task_types.hpp"
#include "labeling/tasks/voted_answers.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

std::set<std::string> names_in(const std::string& answer) {
    std::set<std::string> names;
    auto list = json::parse(answer);
    for (const auto& item : list.as_array()) names.emplace(item.as_string());
    return names;
}

std::string text_of_names(const Question& question, const std::set<std::string>& names) {
    json::array list;
    for (const auto& item : question.classes)
        if (names.contains(item.name)) list.emplace_back(item.name);
    return json::serialize(list);
}

class ChoicesAnswers : public VotedAnswers {
public:
    using VotedAnswers::VotedAnswers;

protected:
    std::vector<std::string> parts(const std::string& answer) const override {
        auto names = names_in(answer);
        return {names.begin(), names.end()};
    }
    std::string whole(std::vector<Candidate>& candidates) const override {
        std::set<std::string> names;
        for (const auto& one : candidates)
            if (one.kept) names.insert(one.part);
        return text_of_names(question(), names);
    }
};

class ChoicesTask : public TaskType {
public:
    std::string_view name() const override { return "multilabel"; }
    std::string_view meaning() const override { return "any of several classes"; }
    std::string_view example() const override {
        return R"([[class]]
name = "urgent"
hotkey = "u"
[[class]]
name = "complaint"
hotkey = "c"
[[class]]
name = "praise"
hotkey = "p"
)";
    }

    std::span<const std::string_view> settings() const override { return acting; }
    std::optional<base::Fault> check(const Question& question) const override {
        if (question.at_least && question.at_most && *question.at_least > *question.at_most)
            return base::Fault{
                .reason = "is more than at_most", .mend = "make it smaller", .at = "at_least"};
        return std::nullopt;
    }

    // In the order of the project's classes.
    std::string read(const Question& question, const std::string& answer, const AskedRecord&)
        const override {
        auto value = parse_answer(answer);
        std::set<std::string> names;
        for (const auto& item : list_of(value, "a list of names of classes"))
            if (!names.insert(known_class(question, item)).second)
                not_an_answer("names a class twice", "name each once");
        check_count(question, names.size(), "classes");
        return text_of_names(question, names);
    }
    // A list as JSON, or names with commas or bars between them.
    std::optional<std::string> answer_of_value(const Question& question, const std::string& value)
        const override {
        std::vector<std::string> words;
        if (value.starts_with('[')) {
            boost::system::error_code code;
            auto list = json::parse(value, code);
            if (code || !list.is_array()) return std::nullopt;
            for (const auto& item : list.as_array()) {
                if (!item.is_string()) return std::nullopt;
                words.emplace_back(item.as_string());
            }
        } else {
            words = split(value);
        }
        std::set<std::string> names;
        for (const auto& word : words) {
            auto known = std::find_if(
                question.classes.begin(),
                question.classes.end(),
                [&](const LabelClass& item) { return item.name == word || item.value == word; }
            );
            if (known == question.classes.end()) return std::nullopt;
            names.insert(known->name);
        }
        return text_of_names(question, names);
    }
    std::string with_classes(const Question&, const std::string& answer, const Rename& rename)
        const override {
        json::array list;
        std::set<std::string> seen;
        auto parsed = json::parse(answer);
        for (const auto& item : parsed.as_array()) {
            auto name = rename({}, std::string(item.as_string()));
            if (name && seen.insert(*name).second) list.emplace_back(*name);
        }
        return json::serialize(list);
    }

    // Jaccard's coefficient; two answers without any class say the same.
    double likeness(const Question&, const std::string& a, const std::string& b) const override {
        auto first = names_in(a), second = names_in(b);
        if (first.empty() && second.empty()) return 1;
        std::size_t common = 0;
        for (const auto& name : first) common += second.count(name);
        return static_cast<double>(common) /
               static_cast<double>(first.size() + second.size() - common);
    }
    std::unique_ptr<AnswerSet> gather(const Question& question) const override {
        return std::make_unique<ChoicesAnswers>(*this, question);
    }
    std::vector<MetricInfo> metrics(const Question&) const override {
        return PairedAnswers::metrics("classes in common of all that either gave (Jaccard)");
    }
    std::span<const Method> methods() const override { return class_methods(); }

    // One class too many or too few.
    std::string mistake(const Question& question, const std::string& truth, base::Random& random)
        const override {
        if (question.classes.empty()) return truth;
        auto names = names_in(truth);
        const auto& name = question.classes[random.below(question.classes.size())].name;
        if (names.erase(name) == 0) names.insert(name);
        return text_of_names(question, names);
    }

    LabelShape shape() const override { return LabelShape::class_set; }
    Target target() const override { return Target::set_of_classes; }

private:
    static constexpr std::array<std::string_view, 3> acting{"class", "at_least", "at_most"};

    static std::vector<std::string> split(const std::string& value) {
        char mark = value.find('|') != std::string::npos ? '|' : ',';
        std::vector<std::string> words;
        std::string word;
        auto close = [&] {
            auto first = word.find_first_not_of(' ');
            if (first != std::string::npos)
                words.push_back(word.substr(first, word.find_last_not_of(' ') - first + 1));
            word.clear();
        };
        for (char c : value) {
            if (c == mark)
                close();
            else
                word += c;
        }
        close();
        return words;
    }
};

}  // namespace

const TaskType& choices_task() {
    static const ChoicesTask type;
    return type;
}

}  // namespace labeling

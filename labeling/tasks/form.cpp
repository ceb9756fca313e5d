// Several questions about one record, each of a kind of its own, some only asked if an earlier one
// is answered so.
//
// Each question is judged as if it stood alone, by its own kind: agreement is told by question, and
// the truth of a form is an object of the truths of its questions. What is not asked by an earlier
// truth is left out of it, even if some people were asked.
#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "labeling/tasks/answer_json.hpp"
#include "labeling/tasks/task_types.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

constexpr auto form_wanted = "an object with an answer for each question that is asked";

const TaskType& type_of(const FormPart& part) {
    return task_type(part.question.kind);
}

bool says(const json::value& answer, const std::string& word) {
    if (answer.is_string()) return std::string_view(answer.get_string()) == word;
    if (answer.is_array())
        return std::any_of(
            answer.get_array().begin(),
            answer.get_array().end(),
            [&](const json::value& item) { return says(item, word); }
        );
    return json::serialize(answer) == word;
}

}  // namespace

bool is_asked(const FormPart& part, const json::object& answers) {
    if (!part.when) return true;
    const auto* earlier = answers.if_contains(part.when->question);
    return earlier &&
           std::any_of(part.when->is.begin(), part.when->is.end(), [&](const std::string& word) {
               return says(*earlier, word);
           });
}

namespace {

json::object parts_of(const std::string& answer) {
    auto value = json::parse(answer);
    return value.as_object();
}

class FormAnswers : public AnswerSet {
public:
    explicit FormAnswers(const Question& form) : form_(form) {
        for (const auto& part : form.parts) sets_.push_back(type_of(part).gather(part.question));
    }

    void add(Judged answer) override {
        auto& mine = given_[answer.key];
        if (!mine.emplace(answer.user, true).second) ++repeated_;
        ++size_;
        people_.emplace(answer.user, true);
        auto answers = parts_of(answer.value);
        for (std::size_t i = 0; i < sets_.size(); ++i)
            if (const auto* said = answers.if_contains(form_.parts[i].name))
                sets_[i]->add(
                    {.key = answer.key, .user = answer.user, .value = json::serialize(*said)}
                );
    }
    std::size_t size() const override { return size_ - repeated_; }
    std::size_t records() const override { return given_.size(); }
    std::size_t people() const override { return people_.size(); }

    // "QUESTION.METRIC".
    Agreement agreement(std::string_view metric, std::size_t replicates) const override {
        for (std::size_t i = 0; i < sets_.size(); ++i) {
            const auto& name = form_.parts[i].name;
            if (metric.size() > name.size() && metric.starts_with(name) &&
                metric[name.size()] == '.')
                return sets_[i]->agreement(metric.substr(name.size() + 1), replicates);
        }
        throw base::Error(fmt::format("metric '{}'", metric), "names no question of the form");
    }

    // By the method where a question's kind has it, else by the one that fits.
    Inferred infer(const Merging& merging) const override {
        const auto& gold = merging.gold;
        auto method = merging.method;
        Inferred result{.method = method == Method::automatic ? Method::mv : method};
        std::map<std::string, std::pair<json::object, double>> found;
        for (const auto& [key, people] : given_) found[key] = {json::object{}, 1.0};
        std::map<std::string, std::pair<double, double>> trust;
        for (std::size_t i = 0; i < sets_.size(); ++i) {
            if (sets_[i]->size() == 0) continue;
            const auto& part = form_.parts[i];
            auto alone = sets_[i]->infer(
                {.method = method_for(part, method),
                 .gold = gold_of(part, gold),
                 .trust = merging.trust}
            );
            if (!alone.why.empty()) result.why += part.name + ": " + alone.why + "; ";
            for (const auto& label : alone.labels) {
                auto& [answers, sure] = found[label.key];
                if (!is_asked(part, answers)) continue;
                answers[part.name] = json::parse(label.value);
                sure = std::min(sure, label.probability);
            }
            for (const auto& [name, accuracy] : alone.worker_accuracy) {
                trust[name].first += accuracy;
                trust[name].second += 1;
            }
        }
        const auto& form = task_type(form_.kind);
        double alike = 0;
        for (auto& [key, made] : found) {
            InferredLabel label{
                .key = key, .value = json::serialize(made.first), .probability = made.second};
            if (auto known = gold.find(key); known != gold.end()) {
                ++result.judged;
                alike += form.likeness(form_, label.value, known->second);
            }
            result.labels.push_back(std::move(label));
        }
        if (result.judged > 0) result.accuracy = alike / static_cast<double>(result.judged);
        for (const auto& [name, sum] : trust)
            result.worker_accuracy.emplace_back(name, sum.first / sum.second);
        return result;
    }

private:
    static Method method_for(const FormPart& part, Method method) {
        auto known = type_of(part).methods();
        bool has = std::find(known.begin(), known.end(), method) != known.end();
        return has ? method : Method::automatic;
    }

    static Gold gold_of(const FormPart& part, const Gold& gold) {
        Gold mine;
        for (const auto& [key, answer] : gold) {
            auto answers = parts_of(answer);
            if (const auto* said = answers.if_contains(part.name))
                mine.emplace(key, json::serialize(*said));
        }
        return mine;
    }

    const Question& form_;
    std::vector<std::unique_ptr<AnswerSet>> sets_;
    std::map<std::string, std::map<std::string, bool>> given_;  // people by record
    std::map<std::string, bool> people_;
    std::size_t size_ = 0, repeated_ = 0;
};

class FormTask : public TaskType {
public:
    std::string_view name() const override { return "form"; }
    std::string_view meaning() const override { return "several questions, some on condition"; }
    std::string_view example() const override {
        return R"([[question]]
name = "spam"
[[question.class]]
name = "yes"
[[question.class]]
name = "no"

[[question]]
name = "why"
kind = "text"
when = { question = "spam", is = "yes" }
)";
    }

    std::span<const std::string_view> settings() const override { return {}; }
    std::optional<base::Fault> check(const Question& question) const override {
        if (!question.parts.empty()) return std::nullopt;
        return base::Fault{
            .reason = "is missing", .mend = "give the questions of the form", .at = "question"};
    }

    std::string read(const Question& question, const std::string& answer, const AskedRecord& record)
        const override {
        auto value = parse_answer(answer);
        const auto& given = object_of(value, form_wanted);
        json::object read;
        for (const auto& part : question.parts) {
            const auto* said = given.if_contains(part.name);
            if (!is_asked(part, read)) {
                if (said)
                    not_an_answer(
                        "answers '" + part.name + "', which is not asked", "leave it out"
                    );
                continue;
            }
            if (!said) {
                if (!part.required) continue;
                not_an_answer("does not answer '" + part.name + "'", "answer it, or skip the task");
            }
            try {
                read[part.name] =
                    json::parse(type_of(part).read(part.question, json::serialize(*said), record));
            } catch (const base::UsageError& error) {
                throw base::UsageError("question '" + part.name + "'", error.what());
            }
        }
        for (const auto& member : given)
            if (std::none_of(question.parts.begin(), question.parts.end(), [&](const auto& part) {
                    return part.name == std::string_view(member.key());
                }))
                not_an_answer(
                    fmt::format("answers '{}'", std::string_view(member.key())),
                    "answer the questions of the form"
                );
        return json::serialize(read);
    }
    Question as_truth(Question question) const override {
        for (auto& part : question.parts)
            part.question = type_of(part).as_truth(std::move(part.question));
        return question;
    }
    std::optional<std::string> answer_of_value(const Question& question, const std::string& value)
        const override {
        boost::system::error_code code;
        auto given = json::parse(value, code);
        if (code || !given.is_object()) return std::nullopt;
        json::object read;
        for (const auto& part : question.parts) {
            const auto* said = given.get_object().if_contains(part.name);
            if (!said) continue;
            auto text =
                said->is_string() ? std::string(said->get_string()) : json::serialize(*said);
            if (auto one = type_of(part).answer_of_value(part.question, text))
                read[part.name] = json::parse(*one);
        }
        return json::serialize(read);
    }
    std::string with_classes(
        const Question& question,
        const std::string& answer,
        const Rename& rename
    ) const override {
        auto answers = parts_of(answer);
        for (const auto& part : question.parts)
            if (auto* said = answers.if_contains(part.name))
                *said = json::parse(type_of(part).with_classes(
                    part.question,
                    json::serialize(*said),
                    [&](std::string_view, const std::string& name) {
                        return rename(part.name, name);
                    }
                ));
        return json::serialize(answers);
    }

    // The mean over the questions that either of them answers.
    double likeness(const Question& question, const std::string& a, const std::string& b)
        const override {
        auto first = parts_of(a), second = parts_of(b);
        double sum = 0, n = 0;
        for (const auto& part : question.parts) {
            const auto* x = first.if_contains(part.name);
            const auto* y = second.if_contains(part.name);
            if (!x && !y) continue;
            n += 1;
            if (x && y)
                sum +=
                    type_of(part).likeness(part.question, json::serialize(*x), json::serialize(*y));
        }
        return n > 0 ? sum / n : 1;
    }
    std::unique_ptr<AnswerSet> gather(const Question& question) const override {
        return std::make_unique<FormAnswers>(question);
    }
    std::vector<MetricInfo> metrics(const Question& question) const override {
        std::vector<MetricInfo> all;
        for (const auto& part : question.parts) {
            bool first = true;
            for (auto& metric : type_of(part).metrics(part.question)) {
                all.push_back({part.name + "." + metric.name, metric.meaning, first});
                first = false;
            }
        }
        return all;
    }
    std::span<const Method> methods() const override { return class_methods(); }

    // One of the answers is mistaken.
    std::string mistake(const Question& question, const std::string& truth, base::Random& random)
        const override {
        auto answers = parts_of(truth);
        std::vector<const FormPart*> said;
        for (const auto& part : question.parts)
            if (answers.contains(part.name)) said.push_back(&part);
        if (said.empty()) return truth;
        const auto& part = *said[random.below(said.size())];
        answers[part.name] = json::parse(
            type_of(part).mistake(part.question, json::serialize(answers[part.name]), random)
        );
        // What is no longer asked is not answered.
        json::object kept;
        for (const auto* one : said)
            if (is_asked(*one, kept)) kept[one->name] = answers[one->name];
        return json::serialize(kept);
    }

    LabelShape shape() const override { return LabelShape::form; }
    Target target() const override { return Target::none; }
};

}  // namespace

const TaskType& form_task() {
    static const FormTask type;
    return type;
}

}  // namespace labeling

// A class for each row of a table that the record holds, or none for some of them.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "labeling/tasks/answer_json.hpp"
#include "labeling/tasks/task_types.hpp"
#include "labeling/tasks/voted_answers.hpp"
#include "labeling/truth/score.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

// The class of each row; empty: none.
std::vector<std::string> row_classes(const std::string& answer) {
    std::vector<std::string> names;
    auto parsed = json::parse(answer);
    for (const auto& item : parsed.as_array())
        names.emplace_back(item.is_string() ? std::string(item.get_string()) : std::string());
    return names;
}

std::string text_of_rows(const std::vector<std::string>& names) {
    json::array list;
    for (const auto& name : names)
        list.push_back(name.empty() ? json::value(nullptr) : json::value(name));
    return json::serialize(list);
}

// Each row is a question of its own.
class RowsAnswers : public PairedAnswers {
public:
    using PairedAnswers::PairedAnswers;

    Inferred infer(const Merging& merging) const override {
        JudgementsBuilder builder;
        for (std::size_t r = 0; r < by_record().size(); ++r)
            for (const auto& answer : by_record()[r].answers) {
                auto rows = row_classes(answer.value);
                for (std::size_t i = 0; i < rows.size(); ++i)
                    builder.add(fmt::format("{}.{}", r, i), names()[answer.person], rows[i]);
            }
        auto votes = std::move(builder).build();
        Inferred result;
        auto truth = decide_votes(votes, merging, question().classes.size() + 1, result);
        std::vector<std::vector<std::string>> found(by_record().size());
        std::vector<double> sure(by_record().size(), 1.0);
        for (std::size_t q = 0; q < votes.questions.size(); ++q) {
            auto dot = votes.questions[q].find('.');
            auto record = std::stoul(votes.questions[q].substr(0, dot));
            auto row = std::stoul(votes.questions[q].substr(dot + 1));
            if (found[record].size() <= row) found[record].resize(row + 1);
            found[record][row] = votes.answers[truth.label[q]];
            sure[record] = std::min(sure[record], truth.probability(q));
        }
        for (std::size_t r = 0; r < found.size(); ++r)
            result.labels.push_back(
                {.key = by_record()[r].key, .value = text_of_rows(found[r]), .probability = sure[r]}
            );
        judge(result, merging.gold);
        return result;
    }
};

class RowsTask : public TaskType {
public:
    std::string_view name() const override { return "rows"; }
    std::string_view meaning() const override { return "a class for each row of a table"; }
    std::string_view example() const override {
        return R"(table = "rows"
[[class]]
name = "header"
[[class]]
name = "total"
[[class]]
name = "item"
)";
    }

    std::span<const std::string_view> settings() const override { return acting; }
    std::optional<base::Fault> check(const Question& question) const override {
        if (question.table.empty())
            return base::Fault{
                .reason = "is missing",
                .mend = "name the field of the records that holds the table",
                .at = "table"};
        if (question.classes.empty())
            return base::Fault{
                .reason = "is missing", .mend = "give the classes of rows", .at = "class"};
        return std::nullopt;
    }

    std::string read(const Question& question, const std::string& answer, const AskedRecord& record)
        const override {
        constexpr auto wanted = "a list with a class, or null, for each row";
        auto value = parse_answer(answer);
        std::vector<std::string> names;
        std::size_t given = 0;
        for (const auto& item : list_of(value, wanted)) {
            names.push_back(item.is_null() ? std::string() : known_class(question, item));
            given += item.is_null() ? 0 : 1;
        }
        check_count(question, given, "classes");
        auto rows = rows_in(question, record);
        if (names.size() != rows)
            not_an_answer(
                fmt::format("has {} rows, the table has {}", names.size(), rows),
                fmt::format("send {}", wanted)
            );
        return text_of_rows(names);
    }
    std::optional<std::string> answer_of_value(const Question& question, const std::string& value)
        const override {
        try {
            std::vector<std::string> names;
            auto parsed = parse_answer(value);
            for (const auto& item : list_of(parsed, "a list"))
                names.push_back(item.is_null() ? std::string() : known_class(question, item));
            return text_of_rows(names);
        } catch (const base::UsageError&) {
            return std::nullopt;
        }
    }
    std::string with_classes(const Question&, const std::string& answer, const Rename& rename)
        const override {
        auto names = row_classes(answer);
        for (auto& name : names)
            if (!name.empty()) name = rename({}, name).value_or("");
        return text_of_rows(names);
    }

    // The share of rows with the same class.
    double likeness(const Question&, const std::string& a, const std::string& b) const override {
        auto first = row_classes(a), second = row_classes(b);
        auto rows = std::max(first.size(), second.size());
        if (rows == 0) return 1;
        std::size_t same = 0;
        for (std::size_t i = 0; i < std::min(first.size(), second.size()); ++i)
            same += first[i] == second[i] ? 1 : 0;
        return static_cast<double>(same) / static_cast<double>(rows);
    }
    std::unique_ptr<AnswerSet> gather(const Question& question) const override {
        return std::make_unique<RowsAnswers>(*this, question);
    }
    std::vector<MetricInfo> metrics(const Question&) const override {
        return PairedAnswers::metrics("share of rows with the same class");
    }
    std::span<const Method> methods() const override { return class_methods(); }

    // One row gets another class.
    std::string mistake(const Question& question, const std::string& truth, base::Random& random)
        const override {
        auto names = row_classes(truth);
        if (names.empty()) return truth;
        auto& name = names[random.below(names.size())];
        const auto& other = question.classes[random.below(question.classes.size())].name;
        name = name == other ? "" : other;
        return text_of_rows(names);
    }

    LabelShape shape() const override { return LabelShape::rows; }
    Target target() const override { return Target::parts; }

private:
    static constexpr std::array<std::string_view, 4> acting{
        "class",
        "table",
        "at_least",
        "at_most"};

    static std::size_t rows_in(const Question& question, const AskedRecord& record) {
        auto text = record.payload().text;
        auto payload = text.empty() ? json::value() : json::parse(text);
        if (payload.is_object())
            if (const auto* table = payload.get_object().if_contains(question.table))
                if (table->is_array()) return table->get_array().size();
        throw base::UsageError(
            "the record", "has no table in field '" + question.table + "'", "skip the task"
        );
    }
};

}  // namespace

const TaskType& rows_task() {
    static const RowsTask type;
    return type;
}

}  // namespace labeling

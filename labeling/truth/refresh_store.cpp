// What is held true of records whose answers came or went, merged anew in that transaction.
//
// One answer asks and writes as many statements as a thousand do: each takes all tasks at once.
// What is known of people is read once for all records, since the same few people answered them.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "labeling/machine/beside_store.hpp"
#include "labeling/quality/disagreement_store.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/sql.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "labeling/truth/put_truth.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

struct TaskLabel {
    std::int64_t task = 0;
    std::string key;
    bool done = false;                   // it has all answers that are wanted
    bool gold = false, audited = false;  // its truth is known, or not to be changed for now
    std::optional<double> disagreement;  // as it was noted last
    std::optional<std::string> method;   // of its label, if it has one
    std::string label, value;            // that it says
    std::string usual_confusion;         // of the project's people, beside the first task
};
BOOST_DESCRIBE_STRUCT(
    TaskLabel,
    (),
    (task, key, done, gold, audited, disagreement, method, label, value, usual_confusion)
)

struct RecordAnswer {
    std::int64_t task = 0;
    std::string user_name, class_name, value;
    std::optional<double> accuracy;  // of the person, if it was estimated
    std::string confusion;           // likewise
};
BOOST_DESCRIBE_STRUCT(RecordAnswer, (), (task, user_name, class_name, value, accuracy, confusion))

// What people say of a task's record.
struct RecordAnswers {
    std::unique_ptr<AnswerSet> set;
    std::vector<std::string> values;
    Trust trust;
    std::optional<Confusions> confusions;
};

// The answers to all tasks, and what is known of who gave them.
class AnswersOfTasks {
public:
    AnswersOfTasks(const base::Rows& rows, const std::string& usual_confusion)
        : rows_(base::rows_as<RecordAnswer>(rows)), usual_(usual_confusions(usual_confusion)) {
        if (!usual_) return;
        for (const auto& row : rows_)
            if (!row.confusion.empty() && !people_.contains(row.user_name))
                people_.emplace(row.user_name, confusion_in(row.confusion));
    }

    // Of tasks in the order of their numbers.
    RecordAnswers of(const TaskLabel& label, const Question& question) {
        RecordAnswers answers;
        answers.confusions = usual_;
        answers.set = task_type(question.kind).gather(question);
        while (next_ < rows_.size() && rows_[next_].task < label.task) ++next_;
        for (; next_ < rows_.size() && rows_[next_].task == label.task; ++next_) {
            auto& row = rows_[next_];
            if (row.accuracy) answers.trust.emplace(row.user_name, *row.accuracy);
            auto known = people_.find(row.user_name);
            if (known != people_.end()) answers.confusions->people.insert(*known);
            answers.values.push_back(answer_of(row.class_name, row.value));
            answers.set->add(
                {.key = label.key, .user = row.user_name, .value = answers.values.back()}
            );
        }
        return answers;
    }

private:
    std::vector<RecordAnswer> rows_;
    std::size_t next_ = 0;
    std::optional<Confusions> usual_;
    std::map<std::string, Confusion, std::less<>> people_;
};

// Merges the answers to tasks, one by one, and gathers what is to be written.
class Refreshing {
public:
    Refreshing(base::Tx& tx, const StoredProject& project) : tx_(tx), project_(project) {}

    Refreshed refresh(const TaskLabel& label, AnswersOfTasks& all) {
        Refreshed refreshed{.task = label.task, .gold = label.gold};
        if (label.method) refreshed.before = answer_of(label.label, label.value);
        refreshed.after = refreshed.before;
        if (label.method == detail::adjudicated || label.gold) return refreshed;
        if (!label.method && !label.done) return refreshed;
        auto answers = all.of(label, project_.project.question);
        compare(label, answers, refreshed);
        if (label.method == detail::imported || label.audited) return refreshed;
        add_machine_answers(tx_, project_, label.task, label.key, *answers.set, answers.trust);
        if (answers.set->size() == 0)
            withdraw(label, refreshed);
        else
            merge(std::move(answers), refreshed);
        return refreshed;
    }

    void write(base::Batch& writes, Time now) {
        if (!tasks_.empty())
            writes.add(
                sql::file["note_disagreement"],
                schema::array_of(tasks_),
                schema::array_of_optional(parts_)
            );
        count_disputed(writes, project_.id, more_disputed_);
        for (auto& [method, labels] : labels_)
            detail::put_truth(writes, project_, labels, method, now);
    }

private:
    // How far the answers lie apart.
    void compare(const TaskLabel& label, const RecordAnswers& answers, Refreshed& refreshed) {
        auto apart = disagreement(project_.project.question, answers.values);
        if (answers.values.size() > 1) refreshed.likeness = 1 - apart.value_or(0);
        if (apart == label.disagreement) return;
        tasks_.push_back(label.task);
        parts_.push_back(apart ? fmt::format("{}", *apart) : "");
        more_disputed_ += static_cast<std::int64_t>(apart.has_value()) -
                          static_cast<std::int64_t>(label.disagreement.has_value());
    }

    void withdraw(const TaskLabel& label, Refreshed& refreshed) {
        if (label.method == detail::ruled) return;
        detail::withdraw_label(tx_, project_, label.task);
        refreshed.after.clear();
    }

    void merge(RecordAnswers&& answers, Refreshed& refreshed) {
        auto merged = answers.set->infer(
            {.method = project_.project.truth.method,
             .trust = std::move(answers.trust),
             .confusions = std::move(answers.confusions)}
        );
        if (merged.labels.empty()) return;
        auto& label = merged.labels.front();
        refreshed.probability = label.probability;
        refreshed.after = label.value;
        labels_[std::string(base::name_of(merged.method))].push_back(std::move(label));
    }

    base::Tx& tx_;
    const StoredProject& project_;
    std::vector<std::int64_t> tasks_;  // whose answers lie otherwise apart now
    std::vector<std::string> parts_;
    std::int64_t more_disputed_ = 0;
    std::map<std::string, std::vector<InferredLabel>> labels_;  // by method
};

}  // namespace

Refreshed refresh_truth(base::Tx& tx, const StoredProject& project, std::int64_t task, Time now) {
    base::Batch told(tx), writes(tx);
    auto asked = detail::ask_truth(told, {task});
    auto refreshed = detail::refresh_truth(told, asked, writes, project, now);
    writes.run();
    return refreshed.empty() ? Refreshed{.task = task} : std::move(refreshed.front());
}

detail::TruthAsked detail::ask_truth(base::Batch& batch, const std::vector<std::int64_t>& tasks) {
    TruthAsked asked;
    asked.label = batch.add(sql::file["label_of_task"], schema::array_of(tasks));
    asked.answers = batch.add(sql::file["answers_of_record"], schema::array_of(tasks));
    return asked;
}

std::vector<Refreshed> detail::refresh_truth(
    base::Batch& told,
    const TruthAsked& asked,
    base::Batch& writes,
    const StoredProject& project,
    Time now
) {
    auto labels = base::rows_as<TaskLabel>(told.rows(asked.label));
    if (labels.empty()) return {};
    AnswersOfTasks answers(told.rows(asked.answers), labels.front().usual_confusion);
    Refreshing refreshing(told.tx(), project);
    std::vector<Refreshed> all;
    for (const auto& label : labels) all.push_back(refreshing.refresh(label, answers));
    refreshing.write(writes, now);
    return all;
}

}  // namespace labeling

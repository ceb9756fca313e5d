// The truth of a project in the database: its answers read, its labels inferred, stored and walked.
//
// Everything that grows with the project goes in pages or batches (those of labels in
// put_truth_store.cpp), so that memory stays small, and so that whoever has millions of answers can
// give each a transaction of its own: one over all of them would hold back vacuum and lose its work
// to one conflict. Pages go by key and not by OFFSET, which reads again what it skips.
#include "labeling/truth/truth_store.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "labeling/machine/beside_store.hpp"
#include "labeling/quality/disagreement_store.hpp"
#include "labeling/queue/news_store.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/sql.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "labeling/truth/put_truth.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

constexpr int page = 5'000;
constexpr auto first_rk = std::numeric_limits<std::int64_t>::min();

struct AnswerRow {
    std::int64_t rk = first_rk;
    std::string key;
    std::int64_t user_id = first_rk;
    int attempt = 0;
    std::string user_name, class_name, value;
    Time submitted_at;
};
BOOST_DESCRIBE_STRUCT(
    AnswerRow,
    (),
    (rk, key, user_id, attempt, user_name, class_name, value, submitted_at)
)

struct GoldRow {
    std::string key, label, value;
};
BOOST_DESCRIBE_STRUCT(GoldRow, (), (key, label, value))

struct TaskLabel {
    std::string key;
    bool done = false;                   // it has all answers that are wanted
    bool gold = false, audited = false;  // its truth is known, or not to be changed for now
    std::optional<double> disagreement;  // as it was noted last
    std::optional<std::string> method;   // of its label, if it has one
    std::string label, value;            // that it says
    std::string usual_confusion;         // of the project's people
};
BOOST_DESCRIBE_STRUCT(
    TaskLabel,
    (),
    (key, done, gold, audited, disagreement, method, label, value, usual_confusion)
)

struct RecordAnswer {
    std::string user_name, class_name, value;
    std::optional<double> accuracy;  // of the person, if it was estimated
    std::string confusion;           // likewise
};
BOOST_DESCRIBE_STRUCT(RecordAnswer, (), (user_name, class_name, value, accuracy, confusion))

// float8[] in PostgreSQL's text form.
std::string array_of_shares(const std::vector<double>& values) {
    return fmt::format("{{{}}}", fmt::join(values, ","));
}

// The answers of a project that count, a page at a time. read() may be repeated, as a transaction
// is; give() goes on to the next page.
class AnswerPages {
public:
    AnswerPages(const StoredProject& project, bool with_gold)
        : project_(project), with_gold_(with_gold) {}

    // False when there are no more.
    bool read(base::Tx& tx) {
        if (last_page_) return false;
        rows_ = base::rows_as<AnswerRow>(tx.exec(
            sql::file["answers_page"],
            project_.id,
            project_.source_id,
            last_.rk,
            last_.key,
            last_.user_id,
            last_.attempt,
            page,
            with_gold_
        ));
        return !rows_.empty();
    }

    template <typename Add>
    void give(Add add) {
        for (const auto& row : rows_) add(row);
        last_page_ = static_cast<int>(rows_.size()) < page;
        last_ = std::move(rows_.back());
    }

private:
    const StoredProject& project_;
    bool with_gold_;
    std::vector<AnswerRow> rows_;
    AnswerRow last_;
    bool last_page_ = false;
};

}  // namespace

Judgements load_judgements(base::Steps steps, const StoredProject& project, bool all_classes) {
    JudgementsBuilder builder;
    if (all_classes)
        for (const auto& item : project.project.question.classes) builder.allow(item.name);
    AnswerPages pages(project, true);
    while (steps.call([&](base::Tx& tx) { return pages.read(tx); }))
        pages.give([&](const AnswerRow& row) {
            builder.add(row.key, row.user_name, row.class_name);
        });
    return std::move(builder).build();
}

void each_answer(
    base::Steps steps,
    const StoredProject& project,
    bool with_gold,
    const std::function<void(const StandingAnswer&)>& take,
    const std::function<void()>& after_page
) {
    AnswerPages pages(project, with_gold);
    while (steps.call([&](base::Tx& tx) { return pages.read(tx); })) {
        pages.give([&](const AnswerRow& row) {
            take(
                {.rk = row.rk,
                 .submitted_at = row.submitted_at,
                 .said =
                     {.key = row.key,
                      .user = row.user_name,
                      .value = answer_of(row.class_name, row.value)}}
            );
        });
        if (after_page) after_page();
    }
}

std::unique_ptr<AnswerSet>
gather_answers(base::Steps steps, const StoredProject& project, bool with_gold) {
    const auto& question = project.project.question;
    auto answers = task_type(question.kind).gather(question);
    each_answer(steps, project, with_gold, [&](const StandingAnswer& each) {
        answers->add(each.said);
    });
    return answers;
}

Gold load_gold(base::Steps steps, const StoredProject& project) {
    auto rows = steps.call([&](base::Tx& tx) {
        return base::rows_as<GoldRow>(tx.exec(sql::file["imported_truth"], project.id));
    });
    Gold gold;
    for (auto& row : rows) gold.emplace(std::move(row.key), answer_of(row.label, row.value));
    return gold;
}

namespace {

// All answers; on the way, how far those to each record lie apart is noted for reviewers.
std::unique_ptr<AnswerSet> gather_and_note(base::Steps steps, const StoredProject& project) {
    const auto& question = project.project.question;
    auto answers = task_type(question.kind).gather(question);
    Disagreements apart(project);
    auto take = [&](const StandingAnswer& each) {
        answers->add(each.said);
        apart.add(each.rk, each.said.key, each.said.value);
    };
    each_answer(steps, project, true, take, [&] { apart.write(steps, false); });
    apart.write(steps, true);
    return answers;
}

// So that the next answers are weighed at once.
void keep_trust(
    base::Steps steps,
    const StoredProject& project,
    const Inferred& inferred,
    Time now
) {
    std::vector<std::string> names, confusions;
    std::vector<double> shares;
    for (const auto& [name, share] : inferred.worker_accuracy) {
        names.push_back(name);
        shares.push_back(std::clamp(share, 0.0, 1.0));
        confusions.emplace_back();
        if (!inferred.confusions) continue;
        auto known = inferred.confusions->people.find(name);
        if (known != inferred.confusions->people.end()) confusions.back() = json_of(known->second);
    }
    std::optional<std::string> usual;
    if (inferred.confusions) usual = json_of_usual(*inferred.confusions);
    steps.call([&](base::Tx& tx) {
        tx.exec(
            sql::file["put_trust"],
            project.id,
            schema::array_of(names),
            array_of_shares(shares),
            schema::timestamp(now),
            schema::array_of_optional(confusions)
        );
        tx.exec(sql::file["put_usual_confusion"], project.id, usual);
    });
}

}  // namespace

Resolved resolve_truth(
    base::Steps steps,
    const std::string& name,
    std::optional<Method> method,
    bool keep_imported,
    Time now
) {
    auto project = steps.call([&](base::Tx& tx) { return load_project(tx, name); });
    auto answers = gather_and_note(steps, project);
    auto machines = add_machine_answers(steps, project, *answers);
    if (answers->size() == 0)
        throw base::Error(
            "project '" + name + "'", "has no answers", "label some of its tasks first"
        );
    auto inferred = answers->infer(
        {.method = method.value_or(project.project.truth.method), .gold = load_gold(steps, project)}
    );

    Resolved result{
        .method = inferred.method,
        .why = inferred.why,
        .records = static_cast<std::int64_t>(answers->records()),
        .workers = static_cast<std::int64_t>(answers->people()),
        .answers = static_cast<std::int64_t>(answers->size()),
        .judged = inferred.judged,
        .accuracy = inferred.accuracy,
        .worker_accuracy = inferred.worker_accuracy};
    for (const auto& label : inferred.labels)
        if (label.probability < project.project.truth.target) ++result.below_target;
    auto used = std::string(base::name_of(result.method));
    auto put = detail::put_truth(steps, project, inferred.labels, used, keep_imported, now);
    result.added = put.added;
    result.changed = put.changed;
    keep_trust(steps, project, inferred, now);
    if (auto most = project.project.max_overlap; most > 0)
        steps.call([&](base::Tx& tx) {
            result.asked_again = detail::extend_unsure(tx, project, most);
            result.closed = detail::close_sure(tx, project, now);
            count_anew(tx, project.id);
        });
    steps.call([&](base::Tx& tx) {
        keep_machine_accuracy(tx, machines, result.worker_accuracy);
        tell_of_inference(tx, project, result, now);
    });
    for (const auto& say : machines)
        if (!say.counts) result.machines_left_out.push_back(say.why_not);
    return result;
}

namespace {

// What people say of a task's record.
struct RecordAnswers {
    std::unique_ptr<AnswerSet> set;
    std::vector<std::string> values;
    Trust trust;
    std::optional<Confusions> confusions;
};

RecordAnswers
answers_of_record(const base::Rows& rows, const Question& question, const TaskLabel& label) {
    RecordAnswers answers;
    answers.confusions = usual_confusions(label.usual_confusion);
    answers.set = task_type(question.kind).gather(question);
    for (const auto& row : base::rows_as<RecordAnswer>(rows)) {
        if (row.accuracy) answers.trust.emplace(row.user_name, *row.accuracy);
        if (answers.confusions && !row.confusion.empty())
            answers.confusions->people.emplace(row.user_name, confusion_in(row.confusion));
        answers.values.push_back(answer_of(row.class_name, row.value));
        answers.set->add({.key = label.key, .user = row.user_name, .value = answers.values.back()});
    }
    return answers;
}

}  // namespace

Refreshed refresh_truth(base::Tx& tx, const StoredProject& project, std::int64_t task, Time now) {
    base::Batch told(tx), writes(tx);
    auto asked = detail::ask_truth(told, task);
    auto refreshed = detail::refresh_truth(told, asked, writes, project, task, now);
    writes.run();
    return refreshed;
}

detail::TruthAsked detail::ask_truth(base::Batch& batch, std::int64_t task) {
    TruthAsked asked;
    asked.label = batch.add(sql::file["label_of_task"], task);
    asked.answers = batch.add(sql::file["answers_of_record"], task);
    return asked;
}

Refreshed detail::refresh_truth(
    base::Batch& told,
    const TruthAsked& asked,
    base::Batch& writes,
    const StoredProject& project,
    std::int64_t task,
    Time now
) {
    auto& tx = told.tx();
    Refreshed refreshed;
    auto label = base::first_as<TaskLabel>(told.rows(asked.label));
    if (!label) return refreshed;
    if (label->method) refreshed.before = answer_of(label->label, label->value);
    refreshed.after = refreshed.before;
    if (label->method == adjudicated || label->gold) return refreshed;
    if (!label->method && !label->done) return refreshed;
    const auto& question = project.project.question;
    auto answers = answers_of_record(told.rows(asked.answers), question, *label);
    auto apart = disagreement(question, answers.values);
    if (answers.values.size() > 1) refreshed.likeness = 1 - apart.value_or(0);
    if (apart != label->disagreement) {
        writes.add(sql::file["note_disagreement"], task, apart);
        count_disputed(
            writes,
            project.id,
            static_cast<std::int64_t>(apart.has_value()) -
                static_cast<std::int64_t>(label->disagreement.has_value())
        );
    }
    if (label->method == imported || label->audited) return refreshed;
    add_machine_answers(tx, project, task, label->key, *answers.set, answers.trust);
    if (answers.set->size() == 0) {
        if (label->method == ruled) return refreshed;
        withdraw_label(tx, project, task);
        refreshed.after.clear();
        return refreshed;
    }
    auto merged = answers.set->infer(
        {.method = project.project.truth.method,
         .trust = std::move(answers.trust),
         .confusions = std::move(answers.confusions)}
    );
    if (merged.labels.empty()) return refreshed;
    const auto& merged_label = merged.labels.front();
    put_truth(writes, project, merged_label, std::string(base::name_of(merged.method)), now);
    refreshed.probability = merged_label.probability;
    refreshed.after = merged_label.value;
    return refreshed;
}

}  // namespace labeling

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

}  // namespace labeling

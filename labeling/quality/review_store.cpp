// Review in the database.
//
// A page is found first, by an index of its own for each list, and what there is of its tasks is
// read for these alone, so that it costs the same anywhere in the list. What stood before a
// decision is kept with the decision: so that it can be taken back though answers came meanwhile.
#include "labeling/quality/review_store.hpp"

#include <algorithm>
#include <map>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "labeling/queue/event_store.hpp"
#include "labeling/queue/news_store.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/sql.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "labeling/truth/put_truth.hpp"
#include "labeling/truth/truth_store.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

struct ReviewAnswerRow : ReviewAnswer {
    std::int64_t task = 0;
};
BOOST_DESCRIBE_STRUCT(ReviewAnswerRow, (ReviewAnswer), (task))

struct ReviewCommentRow : ReviewComment {
    std::int64_t task = 0;
};
BOOST_DESCRIBE_STRUCT(ReviewCommentRow, (ReviewComment), (task))

struct StandingRow {
    std::string label, value;
    bool decided = false;
};
BOOST_DESCRIBE_STRUCT(StandingRow, (), (label, value, decided))

struct SaidRow {
    std::string label, value;
};
BOOST_DESCRIBE_STRUCT(SaidRow, (), (label, value))

struct DecidedRow : LabelCounted {
    std::optional<bool> is_new;
};
BOOST_DESCRIBE_STRUCT(DecidedRow, (LabelCounted), (is_new))

struct UndoneRow : LabelCounted {
    bool labeled = false;  // before the decision
};
BOOST_DESCRIBE_STRUCT(UndoneRow, (LabelCounted), (labeled))

}  // namespace

std::vector<ReviewPlace> reviewed_places(
    base::Tx& tx,
    std::int64_t project_id,
    ReviewList list,
    const std::optional<ReviewPlace>& after,
    int at_most
) {
    auto from = after.value_or(ReviewPlace{});
    switch (list) {
        case ReviewList::flagged:
            return base::rows_as<ReviewPlace>(
                tx.exec(sql::file["flagged_tasks"], project_id, from.task, at_most)
            );
        case ReviewList::decided: {
            auto before = after ? static_cast<std::int64_t>(after->place)
                                : std::numeric_limits<std::int64_t>::max();
            return base::rows_as<ReviewPlace>(
                tx.exec(sql::file["decided_tasks"], project_id, before, at_most)
            );
        }
        case ReviewList::disagreed:
            break;
    }
    constexpr double worst = 1;
    auto place = std::min(from.place, worst);
    return base::rows_as<ReviewPlace>(
        tx.exec(sql::file["disagreed_tasks"], project_id, place, from.task, at_most)
    );
}

std::vector<ReviewItem> review_items(base::Tx& tx, const std::vector<std::int64_t>& tasks) {
    std::vector<ReviewItem> items;
    std::map<std::int64_t, std::size_t> place;
    auto wanted = schema::array_of(tasks);
    for (auto& row : base::rows_as<ReviewLine>(tx.exec(sql::file["reviewed_tasks"], wanted))) {
        place.emplace(row.task, items.size());
        static_cast<ReviewLine&>(items.emplace_back()) = std::move(row);
    }
    for (auto& row : base::rows_as<ReviewAnswerRow>(tx.exec(sql::file["reviewed_answers"], wanted)))
        items[place.at(row.task)].answers.push_back(std::move(row));
    for (auto& row :
         base::rows_as<ReviewCommentRow>(tx.exec(sql::file["reviewed_comments"], wanted)))
        items[place.at(row.task)].comments.push_back(std::move(row));
    return items;
}

std::optional<std::int64_t>
task_of_key(base::Tx& tx, const StoredProject& project, const std::string& key) {
    auto rk = schema::record_key(project.project.source, key);
    return tx.value<std::int64_t>(sql::file["task_of_key"], project.id, rk, project.source_id, key);
}

std::optional<StandingLabel> standing_label(base::Tx& tx, std::int64_t task) {
    auto row = base::first_as<StandingRow>(tx.exec(sql::file["standing_label"], task));
    if (!row) return std::nullopt;
    return StandingLabel{.answer = answer_of(row->label, row->value), .decided = row->decided};
}

std::optional<std::string> standing_answer(base::Tx& tx, std::int64_t task, std::int64_t user_id) {
    auto row = base::first_as<SaidRow>(tx.exec(sql::file["standing_answer"], task, user_id));
    if (!row) return std::nullopt;
    return answer_of(row->label, row->value);
}

void decide(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t task,
    const Decision& decision,
    Time now
) {
    auto before = standing_label(tx, task);
    auto stored = stored_answer(project.project.question, decision.answer);
    auto fresh = counted(tx, {task}, [&] {
        return base::first_as<DecidedRow>(tx.exec(
            sql::file["decide"],
            task,
            stored.class_id,
            stored.value,
            decision.comment,
            decision.made_by,
            schema::timestamp(now),
            decision.person
        ));
    });
    if (fresh) {
        if (fresh->is_new.value_or(false)) count_labels(tx, project.id, 1);
        count_label(tx, project.id, *fresh);
    }
    Refreshed refreshed;
    if (before) refreshed.before = before->answer;
    refreshed.after = decision.answer;
    note_event(tx, task, EventKind::review, std::nullopt, now);
    tell_of_answer(tx, project, task, refreshed, now);
}

bool undo_decision(base::Tx& tx, const StoredProject& project, std::int64_t task, Time now) {
    auto decided = standing_label(tx, task);
    auto undone = counted(tx, {task}, [&] {
        return base::first_as<UndoneRow>(tx.exec(sql::file["undo_decision"], task));
    });
    if (!undone) return false;
    if (undone->labeled)
        count_label(tx, project.id, *undone);
    else
        detail::withdraw_label(tx, project, task);
    auto refreshed = refresh_truth(tx, project, task, now);
    if (decided) refreshed.before = decided->answer;
    note_event(tx, task, EventKind::review, std::nullopt, now);
    tell_of_answer(tx, project, task, refreshed, now);
    return true;
}

bool send_back(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t task,
    std::int64_t user_id,
    const std::string& comment,
    const std::string& made_by,
    Time now,
    Time until
) {
    auto said = standing_answer(tx, task, user_id);
    if (!said) return false;
    counted(tx, {task}, [&] {
        auto at = schema::timestamp(now), end = schema::timestamp(until);
        tx.exec(sql::file["undo_answer"], task, user_id, at, end);
    });
    auto refreshed = refresh_truth(tx, project, task, now);
    auto settled = tx.value<std::int64_t>(
        sql::file["note_sent_back"], task, user_id, *said, comment, made_by, schema::timestamp(now)
    );
    count_disputed(tx, project.id, -settled.value_or(0));
    note_event(tx, task, EventKind::review, user_id, now);
    tell_of_answer(tx, project, task, refreshed, now);
    return true;
}

}  // namespace labeling

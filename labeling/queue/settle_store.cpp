// What follows from answers that came.
#include <algorithm>
#include <map>

#include "base/database/batch.hpp"
#include "base/database/database.hpp"
#include "labeling/quality/accuracy.hpp"
#include "labeling/queue/assignment.hpp"
#include "labeling/queue/collect_store.hpp"
#include "labeling/queue/event_store.hpp"
#include "labeling/queue/news_store.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/sql.hpp"
#include "labeling/truth/put_truth.hpp"
#include "labeling/truth/truth_store.hpp"
#include "schema/records/record.hpp"
#include "schema/webhooks/webhook_store.hpp"

namespace labeling {

namespace {

// Asks one more person about a task that is done and not sure, if the project wants that.
void ask_one_more(base::Tx& tx, const StoredProject& project, const Refreshed& refreshed) {
    auto probability = refreshed.probability;
    auto target = project.project.truth.target;
    auto most = project.project.max_overlap;
    if (!probability || *probability >= target || most <= 0) return;
    auto answers = tx.value<int>(sql::file["answers_when_done"], refreshed.task);
    if (answers && after_answers(*probability, target, *answers, most) == Next::one_more)
        counted(tx, {refreshed.task}, [&] { tx.exec(sql::file["ask_one_more"], refreshed.task); });
}

// By what the batch told; it has told whether an answer was stored. `authors`: of the last answer
// to each task, if one came.
void settle_as_told(
    base::Batch& told,
    const detail::TruthAsked& asked,
    const std::vector<schema::WebhookEvent>& awaited,
    const StoredProject& project,
    const std::map<std::int64_t, LastAuthor>& authors,
    Time now
) {
    auto& tx = told.tx();
    base::Batch writes(tx);
    auto refreshed = detail::refresh_truth(told, asked, writes, project, now);
    std::vector<Likeness> alike;
    for (const auto& one : refreshed) {
        auto author = authors.find(one.task);
        if (author != authors.end() && one.likeness)
            alike.push_back(
                {.task = one.task,
                 .user_id = author->second.user_id,
                 .likeness = *one.likeness,
                 .at = author->second.at}
            );
    }
    note_likeness(writes, alike);
    for (const auto& one : refreshed) ask_one_more(tx, project, one);
    bool drifts =
        std::find(awaited.begin(), awaited.end(), schema::WebhookEvent::annotator_drifting) !=
        awaited.end();
    for (const auto& one : refreshed)
        if (auto author = authors.find(one.task); drifts && one.gold && author != authors.end())
            tell_of_drift(tx, project, author->second.user_id, now);
    tell_of_answers(writes, awaited, project, refreshed, now);
    writes.run();
}

}  // namespace

void settle(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t task,
    Time now,
    std::optional<std::int64_t> user_id
) {
    std::map<std::int64_t, LastAuthor> authors;
    if (user_id) authors.emplace(task, LastAuthor{.user_id = *user_id, .at = now});
    base::Batch told(tx);
    auto asked = detail::ask_truth(told, {task});
    auto awaited = schema::awaited_events(told, project.project.name);
    settle_as_told(told, asked, *awaited, project, authors, now);
}

void settle_collected(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::int64_t>& tasks,
    const std::map<std::int64_t, LastAuthor>& authors,
    Time now
) {
    if (tasks.empty()) return;
    base::Batch told(tx);
    auto asked = detail::ask_truth(told, tasks);
    auto awaiting = schema::awaited_events(told, project.project.name);
    auto awaited = *awaiting;
    std::erase(awaited, schema::WebhookEvent::project_done);
    settle_as_told(told, asked, awaited, project, authors, now);
}

Submitted
submit_and_settle(base::Tx& tx, const StoredProject& project, const Answer& answer, Time now) {
    base::Batch told(tx);
    auto stored = submit(told, answer, now);
    auto asked = detail::ask_truth(told, {answer.task});
    auto awaited = schema::awaited_events(told, project.project.name);
    if (!*stored) return explain_submit(tx, answer);
    settle_as_told(
        told, asked, *awaited, project, {{answer.task, {.user_id = answer.user_id, .at = now}}}, now
    );
    return Submitted::accepted;
}

std::int64_t detail::extend_unsure(base::Tx& tx, const StoredProject& project, int at_most) {
    return static_cast<std::int64_t>(
        tx.change(sql::file["extend_unsure"], project.id, project.project.truth.target, at_most)
    );
}

std::int64_t detail::close_sure(base::Tx& tx, const StoredProject& project, Time now) {
    return static_cast<std::int64_t>(tx.change(
        sql::file["close_sure"],
        project.id,
        project.project.truth.target,
        project.project.overlap,
        schema::timestamp(now)
    ));
}

}  // namespace labeling

// What follows from answers that came.
#include <algorithm>
#include <map>
#include <set>

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

// By person, the tasks of gold that they answered.
std::map<std::int64_t, std::set<std::int64_t>>
gold_answered(const std::vector<Refreshed>& refreshed, const Authors& authors) {
    std::map<std::int64_t, std::set<std::int64_t>> found;
    for (const auto& one : refreshed) {
        auto of = authors.find(one.task);
        if (!one.gold || of == authors.end()) continue;
        for (const auto& author : of->second) found[author.user_id].insert(one.task);
    }
    return found;
}

// By what the batch told; it has told whether an answer was stored.
void settle_as_told(
    base::Batch& told,
    const detail::TruthAsked& asked,
    const std::vector<schema::WebhookEvent>& awaited,
    const StoredProject& project,
    const Authors& authors,
    Time now,
    Tallies tallies = {}
) {
    auto& tx = told.tx();
    base::Batch writes(tx);
    LaterCounted counts(writes, std::move(tallies));
    auto refreshed = detail::refresh_truth(told, asked, writes, project, now);
    std::vector<Likeness> alike;
    for (const auto& one : refreshed) {
        auto of = authors.find(one.task);
        if (of == authors.end() || !one.likeness) continue;
        const auto& last = of->second.back();
        alike.push_back(
            {.task = one.task, .user_id = last.user_id, .likeness = *one.likeness, .at = last.at}
        );
    }
    note_likeness(writes, alike);
    for (const auto& one : refreshed) ask_one_more(tx, project, one);
    bool drifts =
        std::find(awaited.begin(), awaited.end(), schema::WebhookEvent::annotator_drifting) !=
        awaited.end();
    if (drifts)
        for (const auto& [user, tasks] : gold_answered(refreshed, authors))
            tell_of_drift(tx, project, user, tasks, now);
    if (!awaited.empty()) counts.end();  // what is told is told by them
    tell_of_answers(writes, awaited, project, refreshed, now);
    writes.run();
    counts.end();
}

}  // namespace

void settle(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t task,
    Time now,
    std::optional<std::int64_t> user_id
) {
    Authors authors;
    if (user_id) authors[task] = {{.user_id = *user_id, .at = now}};
    base::Batch told(tx);
    auto asked = detail::ask_truth(told, {task});
    auto awaited = schema::awaited_events(told, project.project.name);
    settle_as_told(told, asked, *awaited, project, authors, now);
}

void settle_collected(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::int64_t>& tasks,
    const Authors& authors,
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
    LaterSubmitted put(told, answer, now);
    auto asked = detail::ask_truth(told, {answer.task});
    auto awaited = schema::awaited_events(told, project.project.name);
    if (!put.stored()) return explain_submit(tx, answer);
    const Authors authors{{answer.task, {{.user_id = answer.user_id, .at = now}}}};
    settle_as_told(told, asked, *awaited, project, authors, now, put.tallies());
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

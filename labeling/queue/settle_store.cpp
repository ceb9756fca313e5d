// What follows from an answer that came.
#include "base/database/database.hpp"
#include "labeling/queue/assignment.hpp"
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

// By what the batch told; it has told whether an answer was stored.
void settle_as_told(
    base::Batch& told,
    const detail::TruthAsked& asked,
    const std::vector<schema::WebhookEvent>& awaited,
    const StoredProject& project,
    std::int64_t task,
    Time now,
    std::optional<std::int64_t> user_id
) {
    auto& tx = told.tx();
    base::Batch writes(tx);
    auto refreshed = detail::refresh_truth(told, asked, writes, project, task, now);
    if (user_id && refreshed.likeness)
        note_likeness(writes, task, *user_id, *refreshed.likeness, now);
    auto probability = refreshed.probability;
    auto target = project.project.truth.target;
    auto most = project.project.max_overlap;
    if (probability && *probability < target && most > 0) {
        auto answers = tx.value<int>(sql::file["answers_when_done"], task);
        if (answers && after_answers(*probability, target, *answers, most) == Next::one_more)
            counted(tx, {task}, [&] { tx.exec(sql::file["ask_one_more"], task); });
    }
    tell_of_answer(writes, awaited, project, task, refreshed, now);
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
    base::Batch told(tx);
    auto asked = detail::ask_truth(told, task);
    auto awaited = schema::awaited_events(told, project.project.name);
    settle_as_told(told, asked, *awaited, project, task, now, user_id);
}

Submitted
submit_and_settle(base::Tx& tx, const StoredProject& project, const Answer& answer, Time now) {
    base::Batch told(tx);
    auto stored = submit(told, answer, now);
    auto asked = detail::ask_truth(told, answer.task);
    auto awaited = schema::awaited_events(told, project.project.name);
    if (!*stored) return explain_submit(tx, answer);
    settle_as_told(told, asked, *awaited, project, answer.task, now, answer.user_id);
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

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

namespace labeling {

void settle(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t task,
    Time now,
    std::optional<std::int64_t> user_id
) {
    auto refreshed = refresh_truth(tx, project, task, now);
    if (user_id && refreshed.likeness) note_likeness(tx, task, *user_id, *refreshed.likeness, now);
    auto probability = refreshed.probability;
    auto target = project.project.truth.target;
    auto most = project.project.max_overlap;
    if (probability && *probability < target && most > 0) {
        auto answers = tx.value<int>(sql::file["answers_when_done"], task);
        if (answers && after_answers(*probability, target, *answers, most) == Next::one_more)
            counted(tx, {task}, [&] { tx.exec(sql::file["ask_one_more"], task); });
    }
    tell_of_answer(tx, project, task, refreshed, now);
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

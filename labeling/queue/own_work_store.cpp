// A person's own work in the database.
//
// A correction is not an undo and an answer: between the two the task would be open and its label
// withdrawn, and a connection lost there would leave it so. It is one statement that raises the
// attempt, so that the same correction sent again finds itself stored.
#include "labeling/queue/own_work_store.hpp"

#include <algorithm>
#include <limits>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "labeling/queue/event_store.hpp"
#include "labeling/queue/put_answers_store.hpp"
#include "labeling/sql.hpp"
#include "schema/records/record.hpp"

namespace labeling {

namespace {

constexpr int looked_at_once = 500;

struct OwnRow : OwnTask {
    bool fits = true;
};
BOOST_DESCRIBE_STRUCT(OwnRow, (OwnTask), (fits))

}  // namespace

bool save_draft(
    base::Tx& tx,
    std::int64_t task,
    std::int64_t user_id,
    std::int64_t token,
    const std::string& value,
    Time now
) {
    return tx.change(
               sql::file["save_draft"], task, user_id, token, value, schema::timestamp(now)
           ) == 1;
}

bool add_comment(
    base::Tx& tx,
    std::int64_t task,
    std::int64_t user_id,
    const std::string& text,
    bool flag,
    Time now
) {
    auto at = schema::timestamp(now);
    if (tx.change(sql::file["add_comment"], task, user_id, text, flag, at) != 1) return false;
    note_event(tx, task, EventKind::comment, user_id, now);
    return true;
}

std::vector<Comment> list_comments(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t after,
    bool flagged_only,
    int at_most
) {
    return base::rows_as<Comment>(
        tx.exec(sql::file["list_comments"], project_id, after, flagged_only, at_most)
    );
}

std::vector<OwnTask> own_history(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    const std::optional<OwnPlace>& before,
    const OwnFilter& filter,
    int at_most
) {
    std::vector<OwnTask> found;
    auto from = before;
    const auto wanted = static_cast<std::size_t>(at_most);
    const int n = filter.text.empty() ? at_most : std::max(at_most, looked_at_once);
    while (found.size() < wanted) {
        auto rows = base::rows_as<OwnRow>(tx.exec(
            sql::file["own_history"],
            project_id,
            user_id,
            from ? schema::timestamp(from->at) : std::string("infinity"),
            from ? from->task : std::numeric_limits<std::int64_t>::max(),
            filter.state,
            n,
            filter.bookmarked,
            filter.text,
            filter.reads_text
        ));
        for (auto& row : rows)
            if (row.fits && found.size() < wanted) found.push_back(std::move(row));
        if (rows.size() < static_cast<std::size_t>(n)) break;
        from = OwnPlace{.at = rows.back().at, .task = rows.back().task};
    }
    return found;
}

Submitted correct(base::Tx& tx, const Answer& answer, Time now) {
    base::Batch batch(tx);
    std::span one(&answer, 1);
    auto place = put_corrections(batch, columns_of(one, now));
    note_answers(batch, one, now);
    if (stored_in(batch.rows(place)).answers > 0) return Submitted::accepted;
    auto next = answer;
    ++next.attempt;
    return explain_submit(tx, next);
}

OwnProgress own_progress(base::Tx& tx, std::int64_t project_id, std::int64_t user_id, Time now) {
    return base::first_as<OwnProgress>(
               tx.exec(sql::file["own_progress"], project_id, user_id, schema::timestamp(now))
    )
        .value();
}

std::int64_t
tasks_with_others(base::Tx& tx, std::int64_t project_id, std::int64_t user_id, int at_most) {
    return *tx.value<std::int64_t>(sql::file["tasks_with_others"], project_id, user_id, at_most);
}

std::int64_t
answers_since(base::Tx& tx, std::int64_t project_id, std::int64_t user_id, Time since) {
    return *tx.value<std::int64_t>(
        sql::file["answers_since"], project_id, user_id, schema::timestamp(since)
    );
}

}  // namespace labeling

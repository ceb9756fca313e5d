// Tasks looked through in the database.
//
// What lies beside a task (its state, who answered it, flags, bookmarks) is asked while the index
// of the project is walked; class and text lie with the records and are asked of some tasks at a
// time. So a page costs what was walked for it, which is bounded: where little fits, a page is
// short and says behind which task the next one goes on.
#include "labeling/browse/browse_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "labeling/sql.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

constexpr int looked_at_once = 1'000;
constexpr int most_looked_at = 100'000;

struct TaskRow : TaskLine {
    bool fits = false;
};
BOOST_DESCRIBE_STRUCT(TaskRow, (TaskLine), (fits))

}  // namespace

TaskLines list_tasks(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    const TaskFilter& filter,
    std::int64_t after,
    int at_most
) {
    TaskLines found;
    const bool reads = !filter.label.empty() || !filter.text.empty();
    const int n = reads ? looked_at_once : at_most;
    for (int looked = 0; looked < most_looked_at; looked += n) {
        auto rows = base::rows_as<TaskRow>(tx.exec(
            sql::file["tasks_looked_through"],
            project_id,
            after,
            user_id,
            n,
            filter.state,
            filter.disagreed,
            filter.flagged,
            filter.by,
            filter.bookmarked,
            filter.label,
            filter.text,
            filter.tells_gold,
            filter.reads_text,
            std::string(base::name_of(filter.reads_fields)),
            schema::array_of(filter.fields)
        ));
        found.next.reset();
        if (rows.empty()) return found;
        after = rows.back().task;
        found.next = after;
        for (auto& row : rows) {
            if (!row.fits) continue;
            found.items.push_back(std::move(row));
            if (found.items.size() < static_cast<std::size_t>(at_most)) continue;
            found.next = found.items.back().task;
            return found;
        }
        if (!reads) break;
    }
    if (!reads) found.next.reset();  // fewer than were asked for: there are no more
    return found;
}

std::optional<TaskSeen>
see_task(base::Tx& tx, std::int64_t project_id, std::int64_t task, std::int64_t user_id) {
    return base::first_as<TaskSeen>(tx.exec(sql::file["task_looked_at"], project_id, task, user_id)
    );
}

bool keep_bookmark(base::Tx& tx, std::int64_t task, std::int64_t user_id, bool any, Time now) {
    auto at = schema::timestamp(now);
    return tx.change(sql::file["keep_bookmark"], task, user_id, at, any) == 1;
}

void drop_bookmark(base::Tx& tx, std::int64_t task, std::int64_t user_id) {
    tx.exec(sql::file["drop_bookmark"], task, user_id);
}

}  // namespace labeling

#include "labeling/quality/invalidation_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/sql.hpp"
#include "labeling/truth/truth_store.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

struct TouchedTask {
    std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(TouchedTask, (), (id))

std::vector<std::int64_t> ids_of(const pqxx::result& rows) {
    std::vector<std::int64_t> ids;
    for (const auto& row : base::rows_as<TouchedTask>(rows)) ids.push_back(row.id);
    return ids;
}

std::optional<std::string> stamp(const std::optional<Time>& time) {
    return time ? std::optional(schema::timestamp(*time)) : std::nullopt;
}

void refresh_all(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::int64_t>& tasks,
    Time now
) {
    for (auto task : tasks) refresh_truth(tx, project, task, now);
}

}  // namespace

std::int64_t
invalidate(base::Tx& tx, const StoredProject& project, const InvalidateRequest& request, Time now) {
    auto tasks = ids_of(tx.exec(
        sql::file["lock_answered"],
        project.id,
        request.user_id,
        stamp(request.since),
        stamp(request.until)
    ));
    if (tasks.empty()) return 0;
    auto id = tx.value<std::int64_t>(
        sql::file["add_invalidation"],
        project.id,
        request.user_id,
        request.reason,
        stamp(request.since),
        stamp(request.until),
        static_cast<std::int64_t>(tasks.size()),
        request.made_by,
        schema::timestamp(now)
    );
    auto changed = counted(tx, tasks, [&] {
        return tx.change(
            sql::file["invalidate_answers"],
            project.id,
            request.user_id,
            schema::array_of(tasks),
            *id,
            schema::timestamp(now)
        );
    });
    refresh_all(tx, project, tasks, now);
    return static_cast<std::int64_t>(changed);
}

std::optional<std::int64_t> restore_invalidated(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t user_id,
    const std::string& made_by,
    Time now
) {
    auto id = tx.value<std::int64_t>(sql::file["last_invalidation"], project.id, user_id);
    if (!id) return std::nullopt;
    auto tasks = ids_of(tx.exec(sql::file["lock_invalidated"], *id));
    auto back = counted(tx, tasks, [&] {
        return tx.change(sql::file["restore_answers"], *id, schema::timestamp(now));
    });
    tx.exec(sql::file["note_restored"], *id, made_by, schema::timestamp(now));
    refresh_all(tx, project, tasks, now);
    return static_cast<std::int64_t>(back);
}

std::vector<Invalidation> list_invalidations(base::Tx& tx, std::int64_t project_id) {
    return base::rows_as<Invalidation>(tx.exec(sql::file["list_invalidations"], project_id));
}

}  // namespace labeling

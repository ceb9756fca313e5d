// Claims of tasks.
//
// A claim picks and leases in a single statement with SKIP LOCKED, so that any number of people can
// claim at once without waiting for each other, and a task never has more leases than it wants
// answers. It goes on at the person's mark, before which nothing is for them, so that whoever is
// far ahead of the others does not walk over all that they answered; what became free before the
// mark since then is found by the transaction that freed it: a transaction that the mark's snapshot
// did not see has a number of at least the oldest that ran then.
#include <limits>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/queue/task_store.hpp"
#include "labeling/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

// Where a person goes on in the queue.
struct Place {
    bool active = false;
    std::optional<double> mark_priority;  // none: at its beginning
    std::optional<std::int64_t> mark_task;
    std::optional<std::string> mark_xid;
    std::string xid;         // of the oldest transaction that runs
    bool ended = false;      // some leases are over
    std::int64_t free = 0;   // tasks for this person, by the kept counts
    std::int64_t freed = 0;  // before the mark, since it was made

    // Where so much became free, the whole queue is looked at again.
    bool marked() const {
        constexpr std::int64_t most_freed = 1'000;
        return mark_xid && freed <= most_freed;
    }
};
BOOST_DESCRIBE_STRUCT(
    Place,
    (),
    (active, mark_priority, mark_task, mark_xid, xid, ended, free, freed)
)

struct PickedTask {
    std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(PickedTask, (), (id))

struct EndedLease {
    std::int64_t task = 0, user = 0;
};
BOOST_DESCRIBE_STRUCT(EndedLease, (), (task, user))

// Ends leases that are over. Whether there were any.
bool free_ended(base::Tx& tx, Time now) {
    auto at = schema::timestamp(now);
    std::vector<std::int64_t> tasks, users;
    for (const auto& row : base::rows_as<EndedLease>(tx.exec(sql::file["lock_ended_leases"], at))) {
        tasks.push_back(row.task);
        users.push_back(row.user);
    }
    if (tasks.empty()) return false;
    counted(tx, tasks, [&] {
        tx.exec(sql::file["free_leases"], schema::array_of(tasks), schema::array_of(users));
    });
    return true;
}

// Claims for one person in one project.
class Claims {
public:
    Claims(
        base::Tx& tx,
        std::int64_t project_id,
        std::int64_t user_id,
        Time now,
        std::chrono::seconds lease
    )
        : tx_(tx),
          project_id_(project_id),
          user_id_(user_id),
          now_(schema::timestamp(now)),
          until_(schema::timestamp(now + lease)) {}

    std::optional<Place> place() {
        return base::first_as<Place>(tx_.exec(sql::file["find_place"], project_id_, user_id_, now_)
        );
    }

    // From where the person is; from the beginning if nothing is there, though there should be.
    std::vector<Claimed> take(Place place, int n) {
        auto tasks = take_from(place, n);
        if (tasks.empty() && place.marked() && place.free > 0) {
            place.mark_xid.reset();
            tasks = take_from(place, n);
        }
        std::vector<std::int64_t> ids;
        for (const auto& task : tasks) ids.push_back(task.task);
        count_claimed(tx_, ids, user_id_);
        return tasks;
    }

private:
    std::vector<Claimed> take_from(const Place& place, int n) {
        constexpr double all = std::numeric_limits<double>::infinity();
        bool marked = place.marked();
        auto since = marked && place.freed > 0 ? place.mark_xid : std::nullopt;
        return base::rows_as<Claimed>(tx_.exec(
            sql::file["claim_tasks"],
            project_id_,
            user_id_,
            until_,
            n,
            marked ? *place.mark_priority : all,
            marked ? *place.mark_task : std::int64_t{0},
            since,
            since ? *since : place.xid,
            now_
        ));
    }

    base::Tx& tx_;
    std::int64_t project_id_, user_id_;
    std::string now_, until_;
};

}  // namespace

std::vector<Claimed> claim(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    int n,
    Time now,
    std::chrono::seconds lease
) {
    std::vector<Claimed> tasks;
    Claims claims(tx, project_id, user_id, now, lease);
    for (bool freed = true; freed && static_cast<int>(tasks.size()) < n;) {
        auto place = claims.place();
        if (!place || !place->active) return tasks;
        freed = place->ended && free_ended(tx, now);
        if (freed) place = claims.place();
        for (auto& task : claims.take(*place, n - static_cast<int>(tasks.size())))
            tasks.push_back(std::move(task));
    }
    return tasks;
}

std::vector<Claimed> claim_skipped(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    int n,
    Time now,
    std::chrono::seconds lease
) {
    auto place = Claims(tx, project_id, user_id, now, lease).place();
    if (!place || !place->active) return {};
    auto picked = base::rows_as<PickedTask>(
        tx.exec(sql::file["pick_skipped"], project_id, user_id, schema::timestamp(now), n)
    );
    if (picked.empty()) return {};
    std::vector<std::int64_t> tasks;
    for (const auto& each : picked) tasks.push_back(each.id);
    return counted(tx, tasks, [&] {
        return base::rows_as<Claimed>(tx.exec(
            sql::file["claim_skipped"],
            schema::array_of(tasks),
            user_id,
            schema::timestamp(now + lease),
            schema::timestamp(now)
        ));
    });
}

}  // namespace labeling

// Claims of tasks.
//
// A claim picks and leases in a single statement with SKIP LOCKED, so that any number of people can
// claim at once without waiting for each other, and a task never has more leases than it wants
// answers. It goes on at the person's mark, before which nothing is for them, so that whoever is
// far ahead of the others does not walk over all that they answered; what became free before the
// mark since then is found by the transaction that freed it: a transaction that the mark's snapshot
// did not see has a number of at least the oldest that ran then.
#include "labeling/queue/claim_store.hpp"

#include <limits>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

// Where so much became free, the whole queue is looked at again.
bool is_marked(const QueuePlace& place) {
    constexpr std::int64_t most_freed = 1'000;
    return place.mark_xid && place.freed <= most_freed;
}

// Numbers of transactions only grow; one beyond those of this server is of another, whose database
// was brought here.
bool is_beyond(const std::string& mark, const std::string& oldest) {
    return mark.size() != oldest.size() ? mark.size() > oldest.size() : mark > oldest;
}

struct PickedTask {
    std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(PickedTask, (), (id))

struct ClaimedRow {
    Claimed claimed;
    TalliedTask counts;
};
BOOST_DESCRIBE_STRUCT(ClaimedRow, (), (claimed, counts))

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
    Claims(base::Tx& tx, const Claiming& claiming, int in_hand)
        : tx_(tx), claiming_(claiming), most_in_hand_(in_hand) {}

    std::optional<QueuePlace> place() {
        base::Batch batch(tx_);
        return *find_place(batch, claiming_);
    }

    // From where the person is; from the beginning if nothing is there, though there should be.
    void take(QueuePlace place, int n) {
        if (take_from(place, n) || !is_marked(place) || place.free <= 0) return;
        place.mark_xid.reset();
        take_from(place, n);
    }

    const ClaimedInHand& taken() const { return taken_; }

private:
    bool take_from(const QueuePlace& place, int n) {
        constexpr double all = std::numeric_limits<double>::infinity();
        bool marked = is_marked(place);
        auto since = marked && place.freed > 0 ? place.mark_xid : std::nullopt;
        base::Batch batch(tx_);
        auto claimed = batch.add(
            sql::file["claim_tasks"],
            claiming_.project_id,
            claiming_.user_id,
            schema::timestamp(claiming_.now + claiming_.lease),
            n,
            marked ? *place.mark_priority : all,
            marked ? *place.mark_task : std::int64_t{0},
            since,
            since ? *since : place.xid,
            schema::timestamp(claiming_.now)
        );
        auto parts = parts_in_hand(batch, claiming_.user_id);
        auto in_hand = tasks_in_hand(
            batch, claiming_.project_id, claiming_.user_id, {}, most_in_hand_, claiming_.now
        );
        std::vector<TalliedTask> tasks;
        for (auto& each : base::rows_as<ClaimedRow>(batch.rows(claimed))) {
            tasks.push_back(std::move(each.counts));
            taken_.tasks.push_back(std::move(each.claimed));
        }
        if (tasks.empty()) return false;
        LaterCounted(batch, tally_claimed(tasks, *parts, claiming_.user_id)).end();
        taken_.in_hand = *in_hand;
        return true;
    }

    base::Tx& tx_;
    const Claiming& claiming_;
    int most_in_hand_;
    ClaimedInHand taken_;
};

}  // namespace

LaterPlace find_place(base::Batch& batch, const Claiming& claiming) {
    auto oldest = batch.add(sql::file["oldest_transaction"]);
    auto place = batch.add(
        sql::file["find_place"],
        claiming.project_id,
        claiming.user_id,
        schema::timestamp(claiming.now)
    );
    return {batch, oldest, place};
}

std::optional<QueuePlace> LaterPlace::operator*() const {
    auto found = base::first_as<QueuePlace>(batch_.rows(place_));
    if (!found) return found;
    found->xid = batch_.rows(oldest_)[0][0].c_str();
    if (found->mark_xid && is_beyond(*found->mark_xid, found->xid)) {
        found->mark_xid.reset();
        found->freed = 0;
    }
    return found;
}

ClaimedInHand
claim(base::Tx& tx, const Claiming& claiming, std::optional<QueuePlace> place, int n, int in_hand) {
    Claims claims(tx, claiming, in_hand);
    auto left = [&] { return n - static_cast<int>(claims.taken().tasks.size()); };
    while (left() > 0 && place && place->active) {
        bool freed = place->ended && free_ended(tx, claiming.now);
        if (freed) place = claims.place();
        claims.take(*place, left());
        if (!freed || left() == 0) break;
        place = claims.place();
    }
    return claims.taken();
}

std::vector<Claimed> claim(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    int n,
    Time now,
    std::chrono::seconds lease
) {
    Claiming claiming{.project_id = project_id, .user_id = user_id, .now = now, .lease = lease};
    base::Batch batch(tx);
    return claim(tx, claiming, *find_place(batch, claiming), n, 0).tasks;
}

std::vector<Claimed> claim_skipped(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    int n,
    Time now,
    std::chrono::seconds lease
) {
    base::Batch batch(tx);
    auto place = *find_place(
        batch, {.project_id = project_id, .user_id = user_id, .now = now, .lease = lease}
    );
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

bool claim_named(base::Tx& tx, const Claiming& claiming, std::int64_t task, bool any) {
    free_ended(tx, claiming.now);
    auto picked = tx.value<std::int64_t>(
        sql::file["pick_named"], task, claiming.project_id, claiming.user_id, any
    );
    if (!picked) return false;
    counted(tx, {task}, [&] {
        tx.exec(
            sql::file["claim_named"],
            task,
            claiming.user_id,
            schema::timestamp(claiming.now + claiming.lease),
            schema::timestamp(claiming.now)
        );
    });
    return true;
}

}  // namespace labeling

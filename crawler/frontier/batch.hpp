#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crawler/frontier/page_record_store.hpp"
#include "crawler/frontier/store.hpp"
#include "crawler/frontier/watch_store.hpp"
#include "crawler/policy/budget.hpp"
#include "crawler/policy/revisit.hpp"
#include "crawler/run/page.hpp"

namespace base {
class Tx;
}

namespace crawler {

struct NamingVisit;

// What a crawl found out since it last wrote to the database. All of it is written in one
// transaction.
struct Batch {
    std::vector<schema::Sealed> records;
    std::vector<schema::Reject> rejects;
    std::vector<PageRecords> page_records;  // of pages that rules were applied to
    std::vector<std::string> unchanged;     // addresses that the server says have not changed
    std::vector<Closed> closed;
    std::vector<std::int64_t> ids;  // of the closed addresses
    std::vector<Discovery> found;
    std::vector<Fetched> fetched;
    std::vector<GoneChange> gone;           // addresses that are gone, or back
    std::vector<std::string> listed_again;  // keys of sitemaps that have not changed
    std::vector<std::pair<std::string, Sighting>> sightings;  // with their hosts
    std::vector<std::pair<std::string, std::string>>
        budgets;                      // host, budget that a kept page counts for
    std::vector<NamingVisit> naming;  // pages that name another address as the real one
    std::uint64_t bytes = 0;
    std::size_t weight = 0;         // octets of memory, about
    std::vector<std::string> lost;  // hosts whose leases were lost before the batch was written
    std::vector<std::string> shut;  // patterns that are traps, as the write found
    BudgetCounts sums;              // of the budgets, after the write
    std::uint64_t withdrawn = 0;    // pages that the write did not keep after all
    std::uint64_t counted = 0;      // for Budget::pages, by the write

    bool empty() const;

    // An address that was not asked for.
    void add_refusal(const Target& target, SkipReason reason, std::string detail, Time now);
    // An address that was asked for, and what came of it; `shares` are the budgets that it counts
    // for if it is kept.
    void add(
        const Target& target,
        const Fetched& fetch,
        PageOutcome outcome,
        Time now,
        const RevisitPolicy& revisit,
        std::span<const Budget::Share> shares
    );
    // Adds what another one holds of pages that are kept.
    void append(const Batch& page);
    // The budgets of all that it holds, with their hosts.
    std::vector<std::pair<std::string, std::string>> all_budgets() const;

    // Takes out what belongs to other hosts than these: their leases were lost, another worker does
    // them again.
    void keep_hosts(const std::vector<std::string>& hosts);

private:
    void take(
        const Target& target,
        const Fetched& fetch,
        PageOutcome outcome,
        Time now,
        const RevisitPolicy& revisit,
        std::span<const Budget::Share> shares
    );
    Closed close(
        const Target& target,
        const Fetched& fetch,
        PageOutcome& outcome,
        Time now,
        const RevisitPolicy& revisit
    );
    void watch_presence(
        const Target& target,
        const Fetched& fetch,
        Ending ending,
        Time now,
        Closed& row
    );
};

// A page that names another address as the real one: what is written if it is kept, and how its
// address is left while it waits.
struct NamingVisit {
    CanonicalHint hint;
    Batch page;
    Closed waiting;
};

struct BatchContext {
    schema::BatchTarget target;
    std::string holder;  // whose grant of pages is spent; see worker_store.hpp
    Time free_from{};    // what it has to give up may be asked again from then on
    std::vector<HostLease> leases;
    TrapPolicy traps;
};

// Counts the records of pages that have not changed as seen and unchanged: a page's own, or those
// of the items that it held when it was last read whole.
schema::Counts write_unchanged(
    base::Tx& tx,
    const schema::BatchTarget& target,
    const std::vector<std::string>& urls
);

// Writes what the batch says of the frontier: how addresses ended, what was found, what traps and
// budgets are now. Of pages that name another address as the real one it writes nothing.
void write_frontier(base::Tx& tx, const BatchContext& context, Batch& batch);

// Writes the batch within the transaction. May be called again after a rollback.
schema::Counts write(base::Tx& tx, const BatchContext& context, Batch& batch);

}  // namespace crawler

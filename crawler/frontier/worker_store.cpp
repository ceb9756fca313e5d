// Workers tell each other how they stand by a row each, with every beat. Nobody is in charge: each
// reads the rows of the others and acts by the same rules (crawler/policy/fair_share). What is
// granted is written under the lock of the crawl, so that no two reckon with the same pages.
#include "crawler/frontier/worker_store.hpp"

#include <algorithm>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "crawler/frontier/holder.hpp"
#include "crawler/frontier/store.hpp"
#include "crawler/sql.hpp"
#include "schema/records/values.hpp"

namespace crawler {

using schema::timestamp;

void lock_crawl(base::Tx& tx, std::int64_t source) {
    tx.exec(sql::file["lock_crawl"], source);
}

std::vector<CrawlWorker> other_workers(
    base::Tx& tx,
    std::int64_t source,
    const std::string& holder,
    Time since,
    std::optional<Time> not_before
) {
    std::vector<CrawlWorker> others;
    for (const auto& row : tx.exec(sql::file["crawl_workers"], source, timestamp(since))) {
        auto other = row["holder"].as<std::string>();
        if (other == holder) continue;
        const bool dead = is_dead(other);
        if (dead && not_before) free_holder(tx, other, *not_before);
        if (dead || !row["is_heard"].as<bool>()) {
            drop_worker(tx, source, other);
            continue;
        }
        others.push_back(
            {.run = row["run_id"].as<std::int64_t>(),
             .holder = std::move(other),
             .part = base::parse<CrawlPart>(row["part"].as<std::string>()).value(),
             .queued = row["queued"].as<std::uint64_t>(),
             .share =
                 {row["hosts"].as<std::uint64_t>(),
                  row["hungry"].as<bool>(),
                  row["granted"].as<std::uint64_t>()}}
        );
    }
    return others;
}

std::vector<OtherShare> shares_of(const std::vector<CrawlWorker>& workers) {
    std::vector<OtherShare> shares;
    for (const auto& worker : workers) shares.push_back(worker.share);
    return shares;
}

const CrawlWorker* owner_of(const std::vector<CrawlWorker>& workers) {
    auto found = std::find_if(workers.begin(), workers.end(), [](const CrawlWorker& worker) {
        return worker.part != CrawlPart::help;
    });
    return found == workers.end() ? nullptr : &*found;
}

void seen_worker(base::Tx& tx, std::int64_t source, const CrawlWorker& worker, Time now) {
    tx.exec(
        sql::file["seen_worker"],
        worker.run,
        worker.holder,
        source,
        timestamp(now),
        static_cast<std::int64_t>(worker.queued),
        std::string(base::name_of(worker.part)),
        static_cast<std::int64_t>(worker.share.hosts),
        worker.share.hungry
    );
}

void set_grant(base::Tx& tx, std::int64_t source, const std::string& holder, std::uint64_t pages) {
    tx.exec(sql::file["set_grant"], source, holder, static_cast<std::int64_t>(pages));
}

std::uint64_t hold_grant(base::Tx& tx, std::int64_t source, const std::string& holder) {
    return tx.value<std::uint64_t>(sql::file["hold_grant"], source, holder).value_or(0);
}

void spend_grant(
    base::Tx& tx,
    std::int64_t source,
    const std::string& holder,
    std::uint64_t pages
) {
    if (pages > 0)
        tx.exec(sql::file["spend_grant"], source, holder, static_cast<std::int64_t>(pages));
}

void drop_worker(base::Tx& tx, std::int64_t source, const std::string& holder) {
    tx.exec(sql::file["drop_worker"], source, holder);
}

std::optional<CrawlToHelp> crawl_to_help(base::Tx& tx, Time since) {
    auto rows = tx.exec(sql::file["crawl_to_help"], timestamp(since));
    auto found = base::rows_as<CrawlToHelp>(rows);
    if (found.empty()) return std::nullopt;
    return found.front();
}

}  // namespace crawler

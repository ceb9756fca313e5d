#pragma once

#include <cstdint>

#include "crawler/frontier/scheduler.hpp"

// How a crawl of a source begins, in the database: it goes on with a round that was left, or opens
// the next one. Each function is one step inside the caller's transaction.
namespace crawler {

struct Round {
    bool known = false;        // the source was crawled before
    bool resumed = false;      // a round that was begun goes on
    bool other_rules = false;  // the last round was read by other scraping rules
    BudgetCounts budgets;      // what was kept in it before
    bool is_later() const { return known && !resumed; }
};

// `joined`: another worker crawls the source now.
Round look_at_round(base::Tx& tx, std::int64_t source, bool joined);

// Queues what the round is to ask for: what is due of what is known, what the rules let in since,
// and the first pages. Reads the budgets.
void open_round(
    base::Tx& tx,
    const Scheduler& scheduler,
    const CrawlOptions& options,
    Round& round,
    Time now
);

// From here to the end of the transaction the frontier is a copy of the source's, without leases,
// and nothing but that copy can be written. The connection must have made no statement before, and
// make none afterwards.
void rehearse(base::Tx& tx, std::int64_t source);

}  // namespace crawler

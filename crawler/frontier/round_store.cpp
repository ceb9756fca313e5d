#include "crawler/frontier/round_store.hpp"

#include "base/database/database.hpp"
#include "crawler/frontier/preference_store.hpp"
#include "crawler/sql.hpp"

namespace crawler {

Round look_at_round(base::Tx& tx, std::int64_t source, bool joined) {
    Round round;
    round.known = count_known(tx, source) > 0;
    round.resumed = round.known && (joined || count_queued(tx, source) > 0);
    return round;
}

void open_round(
    base::Tx& tx,
    const Scheduler& scheduler,
    const CrawlOptions& options,
    Round& round,
    Time now
) {
    auto source = options.source_id;
    if (round.is_later()) {
        start_round(tx, source, now, options.revisit.adaptive, round.other_rules);
        forget_round(tx, source);
        each_left_out(tx, source, [&](std::span<Discovery> left_out) {
            add_urls(tx, source, options.run_id, scheduler.let_in(left_out), now);
        });
    }
    // What is preferred may be so since after it was found.
    const bool prefers = !options.scope.prefer.empty();
    if (prefers || round.is_later()) prefer_again(tx, source, scheduler.scope(), prefers);
    add_urls(tx, source, options.run_id, scheduler.seeds(), now);
    if (scheduler.counts_budgets()) round.budgets = load_budgets(tx, source);
}

void rehearse(base::Tx& tx, std::int64_t source) {
    tx.exec(sql::file["rehearse"]);
    tx.exec(sql::file["rehearse_urls"], source);
    tx.exec(sql::file["rehearse_patterns"], source);
    tx.exec(sql::file["rehearse_counts"], source);
    tx.exec(sql::file["rehearse_alone"]);
}

}  // namespace crawler

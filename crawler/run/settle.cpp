// Stores what the visits brought, a batch at a time.
#include <algorithm>

#include "crawler/run/engine.hpp"

namespace crawler {

void Crawl::store_if_due() {
    if (storing_ || will_store_ || scheduler_.awaits_grant() || batch_.empty() || failure_) return;
    bool starved = in_flight_ < static_cast<std::size_t>(options_.at_once) / 4 && digesting_ < 8 &&
                   scheduler_.waiting() == 0;
    bool due = batch_.closed.size() >= options_.batch || starved || scheduler_.will_be_spent() ||
               Steady::now() >= last_store_ + options_.batch_wait;
    if (!due) return;
    will_store_ = true;
    start(store());
}

awaitable<void> Crawl::store() {
    Busy busy(storing_);
    will_store_ = false;
    auto batch = std::move(batch_);
    batch_ = {};
    backlog_ = batch.weight;
    BatchContext context;
    auto now = wall_clock();
    context.target.source_id = options_.source_id;
    context.target.source_name = options_.source_name;
    context.target.run_id = options_.run_id;
    context.target.now = now;
    context.target.column_set = column_set_;
    if (options_.rules) context.target.columns = options_.rules->columns();
    context.holder = holder_;
    context.free_from = now + scheduler_.delay();
    context.traps = options_.traps;
    // Those that were lost, too: the write finds out, and leaves out what belongs to them.
    for (const auto& [name, host] : scheduler_.hosts()) context.leases.push_back(host->lease);
    auto under_way = batch.all_budgets();
    auto job = [&context, &batch](base::Tx& tx) { return write(tx, context, batch); };
    report_.counts += co_await database_.run(job);
    if (scheduler_.stored(batch, under_way)) next_claim_ = {};
    if (!batch.lost.empty()) next_beat_ = {};  // it may have been forgotten
    beat_soon_without_grant();
    backlog_ = 0;
    last_store_ = Steady::now();
    busy.end();
    wake();
}

}  // namespace crawler

// Stores what the visits brought, a batch at a time.
#include <algorithm>

#include "crawler/run/engine.hpp"

namespace crawler {

void Crawl::store_if_due() {
    if (storing_ || batch_.empty() || failure_) return;
    bool starved = in_flight_ < static_cast<std::size_t>(options_.at_once) / 4 && digesting_ < 8 &&
                   waiting() == 0;
    bool due = batch_.closed.size() >= options_.batch || starved ||
               Steady::now() >= last_store_ + options_.batch_wait;
    if (due) start(store());
}

awaitable<void> Crawl::store() {
    Busy busy(storing_);
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
    context.traps = options_.traps;
    // Those that were lost, too: the write finds out, and leaves out what belongs to them.
    for (const auto& [name, host] : hosts_) context.leases.push_back(host->lease);
    auto under_way = batch.budgets;
    auto job = [&context, &batch](base::Tx& tx) { return write(tx, context, batch); };
    report_.counts += co_await database_.run(job);
    for (const auto& [host, budget] : under_way) budget_.end({{budget, 0}});
    settle(batch);
    backlog_ = 0;
    last_store_ = Steady::now();
    busy.end();
    wake();
}

void Crawl::settle(const Batch& batch) {
    std::unordered_set<std::int64_t> ids(batch.ids.begin(), batch.ids.end());
    for (auto& [name, host] : hosts_) {
        std::erase_if(host->taken, [&](std::int64_t id) { return ids.contains(id); });
        bool listing =
            std::erase_if(host->listings, [&](std::int64_t id) { return ids.contains(id); });
        if (listing && host->listings.empty() && report_.revisit) {  // look again at what waits
            for (const auto& target : host->waiting) host->taken.erase(target.id);
            host->waiting.clear();
            host->may_have_more = host->ready && !host->lost;
        }
        if (std::find(batch.lost.begin(), batch.lost.end(), name) != batch.lost.end()) lose(*host);
    }
    shut_.insert(batch.shut.begin(), batch.shut.end());
    for (const auto& [name, kept] : batch.sums) budget_.set(name, kept);
    for (const auto& found : batch.found) {
        if (found.reason) continue;
        auto host = hosts_.find(found.host);
        if (host != hosts_.end()) {
            host->second->may_have_more = host->second->ready && !host->second->lost;
        } else {
            next_claim_ = {};
        }
    }
}

}  // namespace crawler

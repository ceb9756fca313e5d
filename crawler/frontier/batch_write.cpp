// Writes a batch: everything but pages that name another address as the real one, and then these.
//
// They are judged when the rest is written, since what they name may be in the same batch. Those
// that are kept may settle others, so that goes on until nothing more is settled. A write may be
// repeated after a rollback, so what it finds out it does not take out of the batch.
#include <algorithm>
#include <map>
#include <set>

#include "base/database/database.hpp"
#include "crawler/frontier/batch.hpp"
#include "crawler/frontier/canonical_store.hpp"
#include "crawler/frontier/worker_store.hpp"

namespace crawler {

namespace {

std::vector<GoneChange>
with_their_records(base::Tx& tx, std::int64_t source, std::vector<GoneChange> changes) {
    std::vector<std::string> pages;
    for (const auto& change : changes) pages.push_back(url_key(change.key));
    auto held = records_of_pages(tx, source, pages);
    for (std::size_t i = 0; i < pages.size(); ++i) {
        auto found = held.find(pages[i]);
        if (found == held.end()) continue;
        for (const auto& key : found->second)
            if (key != changes[i].key) changes.push_back({key, changes[i].at});
    }
    return changes;
}

}  // namespace

schema::Counts write_unchanged(
    base::Tx& tx,
    const schema::BatchTarget& target,
    const std::vector<std::string>& urls
) {
    if (urls.empty()) return {};
    std::vector<std::string> pages;
    for (const auto& url : urls) pages.push_back(url_key(url));
    auto held = records_of_pages(tx, target.source_id, pages);
    std::set<std::string> keys;
    for (std::size_t i = 0; i < urls.size(); ++i) {
        if (auto found = held.find(pages[i]); found != held.end()) {
            keys.insert(found->second.begin(), found->second.end());
        } else {
            keys.insert(urls[i]);
        }
    }
    // A purge may have taken some since they were asked for.
    std::vector<std::string> asked(keys.begin(), keys.end());
    auto stored = schema::stored_keys(tx, target.source_id, target.source_name, asked);
    return schema::write_seen(tx, target, stored);
}

void write_frontier(base::Tx& tx, const BatchContext& context, Batch& batch) {
    auto source = context.target.source_id;
    auto run = context.target.run_id;
    auto now = context.target.now;
    close_urls(tx, source, run, batch.closed);
    add_urls(tx, source, run, batch.found, now);
    list_urls(tx, source, run, batch.found, now);
    for (const auto& sitemap : batch.listed_again) list_again(tx, source, run, sitemap);
    std::vector<Sighting> sightings;
    for (const auto& [host, sighting] : batch.sightings) sightings.push_back(sighting);
    batch.shut = watch_patterns(tx, source, sightings, context.traps, now);
    BudgetCounts kept;
    for (const auto& [host, budget] : batch.budgets) ++kept[budget];
    batch.sums = add_budgets(tx, source, kept);
    if (auto pages = kept.find(Budget::pages); pages != kept.end()) batch.counted = pages->second;
}

namespace {

// All of a part of a batch but its naming pages.
schema::Counts write_part(base::Tx& tx, const BatchContext& context, Batch& part) {
    auto source = context.target.source_id;
    const auto& name = context.target.source_name;
    auto counts = schema::write_batch(tx, context.target, part.records, part.rejects, part.bytes);
    counts += write_unchanged(tx, context.target, part.unchanged);
    keep_page_records(tx, source, name, part.page_records);
    write_frontier(tx, context, part);
    mark_gone(tx, source, name, with_their_records(tx, source, part.gone));
    // Items that are on another page now.
    std::vector<GoneChange> present;
    for (const auto& page : part.page_records)
        for (const auto& key : page.keys) present.push_back({key, {}});
    mark_gone(tx, source, name, present);
    log_fetches(tx, source, context.target.run_id, part.fetched);
    return counts;
}

// Pages of a batch that name another address as the real one, until each is kept or not.
class NamingPages {
public:
    NamingPages(base::Tx& tx, const BatchContext& context, Batch& batch)
        : tx_(tx),
          context_(context),
          batch_(batch),
          question_{
              .source = context.target.source_id,
              .source_name = context.target.source_name,
              .now = context.target.now} {
        for (const auto& row : batch.closed) question_.settled.push_back(row.key);
    }

    schema::Counts settle() {
        batch_.withdrawn = 0;
        if (!batch_.naming.empty()) write(wait());
        for (;;) {
            auto verdicts = judge_canonicals(tx_, question_);
            question_.settled.clear();
            question_.pages.clear();
            if (verdicts.empty()) break;
            write(verdicts);
        }
        Batch left;
        for (const auto& [key, visit] : open_) log(*visit, Ending::retry, left);
        log_fetches(tx_, question_.source, context_.target.run_id, left.fetched);
        return counts_;
    }

private:
    // Whatever is at hand waits at first.
    CanonicalVerdicts wait() {
        std::vector<Closed> rows;
        std::vector<NamingPage> pages;
        for (const auto& visit : batch_.naming) {
            const auto& key = visit.waiting.key;
            if (!open_.emplace(key, &visit).second) continue;
            rows.push_back(visit.waiting);
            pages.push_back(
                {key, visit.hint.url, visit.hint.pattern, visit.hint.title, visit.hint.body}
            );
            question_.pages.push_back(key);
        }
        close_urls(tx_, question_.source, context_.target.run_id, rows);
        return note_canonicals(tx_, question_.source, pages);
    }

    void write(const CanonicalVerdicts& verdicts) {
        Batch part;
        for (const auto& key : verdicts.apart) {
            auto known = open_.find(key);
            if (known == open_.end()) continue;
            part.append(known->second->page);
            open_.erase(known);
            question_.settled.push_back(key);
        }
        for (const auto& key : verdicts.copies) {
            question_.settled.push_back(key);
            auto known = open_.find(key);
            if (known == open_.end()) continue;
            log(*known->second, Ending::skipped, part);
            for (auto [host, copy] : known->second->page.sightings)
                part.sightings.emplace_back(host, Sighting{copy.pattern, 0, 0, true});
            open_.erase(known);
        }
        if (part.empty()) return;
        counts_ += write_part(tx_, context_, part);
        batch_.shut.insert(batch_.shut.end(), part.shut.begin(), part.shut.end());
        for (const auto& [budget, sum] : part.sums) batch_.sums[budget] = sum;
        batch_.counted += part.counted;
    }

    // One that is not kept, or not yet.
    void log(const NamingVisit& visit, Ending ending, Batch& part) {
        auto fetch = visit.page.fetched.front();
        fetch.outcome = ending;
        fetch.reason = SkipReason::canonical;
        part.fetched.push_back(std::move(fetch));
        ++batch_.withdrawn;
    }

    base::Tx& tx_;
    const BatchContext& context_;
    Batch& batch_;
    CanonicalQuestion question_;
    std::map<std::string, const NamingVisit*> open_;  // by their keys
    schema::Counts counts_;
};

// Whether the pages of a batch may be stored. They may not if their worker was silent for so long
// that others were granted what it had: then all that it holds is done again by whoever may.
bool is_granted(base::Tx& tx, const BatchContext& context, const Batch& batch) {
    const auto budgets = batch.all_budgets();
    const auto pages = std::count_if(budgets.begin(), budgets.end(), [](const auto& share) {
        return share.second == Budget::pages;
    });
    return pages == 0 || hold_grant(tx, context.target.source_id, context.holder) >=
                             static_cast<std::uint64_t>(pages);
}

}  // namespace

schema::Counts write(base::Tx& tx, const BatchContext& context, Batch& batch) {
    auto held = held_hosts(tx, context.leases);
    if (!is_granted(tx, context, batch)) {
        free_holder(tx, context.holder, context.free_from);
        held.clear();
    }
    if (held.size() < context.leases.size()) {
        batch.lost.clear();
        for (const auto& lease : context.leases)
            if (std::find(held.begin(), held.end(), lease.host) == held.end())
                batch.lost.push_back(lease.host);
        batch.keep_hosts(held);
    }
    batch.counted = 0;
    auto counts = write_part(tx, context, batch);
    counts += NamingPages(tx, context, batch).settle();
    spend_grant(tx, context.target.source_id, context.holder, batch.counted);
    return counts;
}

}  // namespace crawler

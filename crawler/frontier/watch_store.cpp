// Counters that several workers share: each call reads, adds and returns the sums within one
// transaction, so two workers cannot both take the last page of a budget. Scores of patterns are
// computed in C++ (PatternYield) between a locked read and the write, because the test is a page of
// arithmetic and not a query.
//
// Orphans are marked only after a crawl in which every sitemap was read whole: one that failed
// would make orphans of all that it lists.
#include "crawler/frontier/watch_store.hpp"

#include <charconv>

#include "base/database/database.hpp"
#include "crawler/frontier/holder.hpp"
#include "crawler/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace crawler {

using schema::array_of;
using schema::array_of_optional;
using schema::timestamp;

namespace {

// "{1,-2}" as PostgreSQL prints a bigint[].
std::vector<std::int64_t> numbers_of(std::string_view text) {
    std::vector<std::int64_t> values;
    text.remove_prefix(1);
    while (text.size() > 1) {
        std::int64_t value = 0;
        auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc()) break;
        values.push_back(value);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    }
    return values;
}

}  // namespace

void list_urls(
    base::Tx& tx,
    std::int64_t source,
    std::int64_t run,
    std::span<const Discovery> found,
    Time now
) {
    struct Listing {
        std::vector<std::string> keys, lastmods;
        std::vector<std::int32_t> priorities;
    };
    std::map<std::string, Listing> listings;
    for (const auto& discovery : found) {
        if (!discovery.listed) continue;
        auto& listing = listings[discovery.found_on];
        listing.keys.push_back(url_key(discovery.url));
        listing.lastmods.push_back(discovery.lastmod);
        listing.priorities.push_back(discovery.priority);
    }
    for (const auto& [sitemap, listing] : listings)
        tx.exec(
            sql::file["list_urls"],
            source,
            run,
            sitemap,
            timestamp(now),
            array_of(listing.keys),
            array_of_optional(listing.lastmods),
            array_of(listing.priorities)
        );
}

void list_again(base::Tx& tx, std::int64_t source, std::int64_t run, const std::string& sitemap) {
    tx.exec(sql::file["list_again"], source, sitemap, run);
}

std::uint64_t mark_orphans(base::Tx& tx, std::int64_t source, std::int64_t run, Time now) {
    if (tx.value<std::int64_t>(sql::file["unfinished_listings"], source).value_or(0) > 0) return 0;
    return tx.change(sql::file["mark_orphans"], source, run, timestamp(now));
}

void mark_gone(
    base::Tx& tx,
    std::int64_t source,
    const std::string& source_name,
    std::span<const GoneChange> changes
) {
    if (changes.empty()) return;
    std::vector<std::int64_t> rks;
    std::vector<std::string> keys, times;
    for (const auto& change : changes) {
        rks.push_back(schema::record_key(source_name, change.key));
        keys.push_back(change.key);
        times.push_back(change.at);
    }
    tx.exec(
        sql::file["mark_gone"], source, array_of(rks), array_of(keys), array_of_optional(times)
    );
}

std::vector<std::string> watch_patterns(
    base::Tx& tx,
    std::int64_t source,
    std::span<const Sighting> sightings,
    const TrapPolicy& policy,
    Time now
) {
    std::vector<std::string> shut;
    if (sightings.empty()) return shut;
    std::map<std::string, PatternYield> yields;
    for (const auto& sighting : sightings) yields[sighting.pattern];
    std::vector<std::string> names;
    for (const auto& [name, yield] : yields) names.push_back(name);
    std::map<std::string, bool> was_shut;
    for (const auto& row : tx.exec(sql::file["load_patterns"], source, array_of(names))) {
        auto name = row[0].as<std::string>();
        yields[name] = {
            row[1].as<std::int64_t>(),
            row[2].as<std::int64_t>(),
            row[3].as<int>(),
            row[4].as<int>(),
            numbers_of(row[5].c_str()),
            numbers_of(row[6].c_str())};
        was_shut[name] = row[7].as<bool>();
    }
    for (const auto& sighting : sightings) yields[sighting.pattern].observe(sighting, policy);
    std::vector<std::int64_t> visits, fresh;
    std::vector<std::int32_t> exact, near;
    std::vector<std::string> exact_rings, near_rings, shut_at;
    for (const auto& [name, yield] : yields) {
        visits.push_back(yield.visits);
        fresh.push_back(yield.fresh);
        exact.push_back(yield.exact_score);
        near.push_back(yield.near_score);
        exact_rings.push_back(array_of(yield.exact_ring));
        near_rings.push_back(array_of(yield.near_ring));
        bool trap = yield.is_trap(name, policy);
        shut_at.push_back(trap ? timestamp(now) : "");
        if (trap) shut.push_back(name);
    }
    tx.exec(
        sql::file["save_patterns"],
        source,
        array_of(names),
        array_of(visits),
        array_of(fresh),
        array_of(exact),
        array_of(near),
        array_of(exact_rings),
        array_of(near_rings),
        array_of_optional(shut_at)
    );
    return shut;
}

std::vector<std::string> shut_patterns(base::Tx& tx, std::int64_t source) {
    std::vector<std::string> shut;
    for (const auto& row : tx.exec(sql::file["shut_patterns"], source))
        shut.push_back(row[0].as<std::string>());
    return shut;
}

BudgetCounts add_budgets(base::Tx& tx, std::int64_t source, const BudgetCounts& kept) {
    BudgetCounts sums;
    if (kept.empty()) return sums;
    std::vector<std::string> names;
    std::vector<std::int64_t> counts;
    for (const auto& [name, count] : kept) {
        names.push_back(name);
        counts.push_back(static_cast<std::int64_t>(count));
    }
    for (const auto& row :
         tx.exec(sql::file["add_budgets"], source, array_of(names), array_of(counts)))
        sums[row[0].as<std::string>()] = row[1].as<std::uint64_t>();
    return sums;
}

BudgetCounts load_budgets(base::Tx& tx, std::int64_t source) {
    BudgetCounts sums;
    for (const auto& row : tx.exec(sql::file["load_budgets"], source))
        sums[row[0].as<std::string>()] = row[1].as<std::uint64_t>();
    return sums;
}

void forget_round(base::Tx& tx, std::int64_t source) {
    tx.exec(sql::file["forget_budgets"], source);
    tx.exec(sql::file["forget_patterns"], source);
}

std::map<std::string, Millis> claim_addresses(
    base::Tx& tx,
    const std::map<std::string, std::string>& address_of_host,
    const std::string& holder,
    Time now,
    Time until
) {
    std::map<std::string, Millis> ours;
    if (address_of_host.empty()) return ours;
    std::vector<std::string> hosts, addresses;
    for (const auto& [host, address] : address_of_host) {
        hosts.push_back(host);
        addresses.push_back(address);
    }
    tx.exec(sql::file["note_addresses"], array_of(hosts), array_of(addresses));
    for (const auto& row : tx.exec(
             sql::file["claim_addresses"],
             array_of(addresses),
             holder,
             timestamp(now),
             timestamp(until)
         ))
        ours[row[0].as<std::string>()] = Millis(row[1].as<std::int64_t>());
    return ours;
}

void release_address(
    base::Tx& tx,
    const std::string& address,
    const std::string& holder,
    Time next_fetch_at
) {
    tx.exec(sql::file["release_address"], address, holder, timestamp(next_fetch_at));
}

void note_host(base::Tx& tx, const HostLease& lease, const HostState& state) {
    tx.exec(
        sql::file["note_host"],
        lease.host,
        lease.token,
        state.failures,
        state.latency_ms,
        state.delay_ms
    );
}

void seen_worker(
    base::Tx& tx,
    std::int64_t source,
    std::int64_t run,
    const std::string& holder,
    std::uint64_t queued,
    Time now
) {
    tx.exec(
        sql::file["seen_worker"],
        run,
        holder,
        source,
        timestamp(now),
        static_cast<std::int64_t>(queued)
    );
}

void drop_worker(base::Tx& tx, std::int64_t source, const std::string& holder) {
    tx.exec(sql::file["drop_worker"], source, holder);
}

std::int64_t live_run(base::Tx& tx, std::int64_t source, const std::string& holder, Time since) {
    tx.exec(sql::file["lock_source"], source);
    std::int64_t run = 0;
    for (const auto& row : tx.exec(sql::file["crawl_workers"], source, timestamp(since))) {
        auto other = row[1].as<std::string>();
        if (other == holder) continue;
        if (is_dead(other) || !row[2].as<bool>()) {
            drop_worker(tx, source, other);
        } else {
            run = row[0].as<std::int64_t>();
        }
    }
    return run;
}

std::vector<HostLine> source_hosts(base::Tx& tx, std::int64_t source, Time now, int at_most) {
    std::vector<HostLine> lines;
    for (const auto& row : tx.exec(sql::file["source_hosts"], source, timestamp(now), at_most))
        lines.push_back(
            {row[0].as<std::string>(),
             row[1].as<std::string>(),
             row[2].as<std::uint64_t>(),
             row[3].as<std::uint64_t>(),
             row[4].as<std::uint64_t>(),
             row[5].as<double>(),
             row[6].as<double>(),
             row[7].as<int>(),
             !row[8].is_null() && row[8].as<bool>(),
             row[9].as<std::uint64_t>(),
             row[10].as<std::uint64_t>(),
             row[11].as<std::uint64_t>()}
        );
    return lines;
}

std::vector<UrlLine> source_urls(
    base::Tx& tx,
    std::int64_t source,
    std::int64_t after,
    const std::string& reason,
    const std::string& state,
    int at_most
) {
    std::vector<UrlLine> lines;
    for (const auto& row : tx.exec(sql::file["source_urls"], source, after, reason, state, at_most))
        lines.push_back(
            {row[0].as<std::int64_t>(),
             row[1].as<std::string>(),
             row[2].as<std::string>(),
             row[3].as<std::string>(),
             row[4].as<std::string>(),
             row[5].as<int>(),
             row[6].as<int>(),
             row[7].as<std::string>(),
             row[8].as<std::string>(),
             row[9].as<std::string>(),
             row[10].as<std::string>()}
        );
    return lines;
}

}  // namespace crawler

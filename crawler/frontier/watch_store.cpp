// What a crawl learns beside its addresses, shared by all workers of a source by way of the
// database: a pattern that is found to be a trap by one is shut for all, and budgets are sums over
// all of them. Rows of several keys are taken in the order of their names, so that two workers
// never wait for each other in a circle.
#include "crawler/frontier/watch_store.hpp"

#include <charconv>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "crawler/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace crawler {

using schema::array_of;
using schema::array_of_optional;
using schema::timestamp;

namespace {

struct PatternRow {
    std::string pattern;
    std::int64_t visits = 0, fresh = 0;
    int exact_score = 0, near_score = 0;
    std::string exact_ring, near_ring;  // arrays as PostgreSQL writes them
};
BOOST_DESCRIBE_STRUCT(
    PatternRow,
    (),
    (pattern, visits, fresh, exact_score, near_score, exact_ring, near_ring)
)

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
    struct Listed {
        std::vector<std::string> keys, lastmods;
        std::vector<std::int32_t> priorities;
    };
    std::map<std::string, Listed> listings;
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
    auto rows = tx.exec(sql::file["load_patterns"], source, array_of(names));
    for (const auto& row : base::rows_as<PatternRow>(rows))
        yields[row.pattern] = {
            .visits = row.visits,
            .fresh = row.fresh,
            .exact_score = row.exact_score,
            .near_score = row.near_score,
            .exact_ring = numbers_of(row.exact_ring),
            .near_ring = numbers_of(row.near_ring)};
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
        shut.push_back(row["pattern"].as<std::string>());
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
        sums[row["budget"].as<std::string>()] = row["kept"].as<std::uint64_t>();
    return sums;
}

BudgetCounts load_budgets(base::Tx& tx, std::int64_t source) {
    BudgetCounts sums;
    for (const auto& row : tx.exec(sql::file["load_budgets"], source))
        sums[row["budget"].as<std::string>()] = row["kept"].as<std::uint64_t>();
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
        ours[row["address"].as<std::string>()] = Millis(row["wait"].as<std::int64_t>());
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

std::vector<HostLine> source_hosts(base::Tx& tx, std::int64_t source, Time now, int at_most) {
    return base::rows_as<HostLine>(
        tx.exec(sql::file["source_hosts"], source, timestamp(now), at_most)
    );
}

std::vector<UrlLine> source_urls(
    base::Tx& tx,
    std::int64_t source,
    std::int64_t after,
    const std::string& reason,
    const std::string& state,
    int at_most
) {
    return base::rows_as<UrlLine>(
        tx.exec(sql::file["source_urls"], source, after, reason, state, at_most)
    );
}

std::vector<LoggedFetch> fetches_of_run(
    base::Tx& tx,
    std::int64_t run,
    const std::optional<LoggedBefore>& before,
    bool only_problems,
    int at_most
) {
    return base::rows_as<LoggedFetch>(tx.exec(
        sql::file["fetches_of_run"],
        run,
        before ? timestamp(before->at) : "infinity",
        before ? before->url : "",
        only_problems,
        at_most
    ));
}

std::uint64_t drop_frontier(base::Tx& tx, std::int64_t source) {
    tx.exec(sql::file["forget_all_page_records"], source);
    for (auto query :
         {sql::file["drop_patterns"],
          sql::file["drop_counts"],
          sql::file["drop_workers"],
          sql::file["drop_log"]})
        tx.exec(query, source);
    return tx.change(sql::file["drop_urls"], source);
}

}  // namespace crawler

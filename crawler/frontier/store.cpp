// Hosts are leased, not addresses: politeness is per host, so whoever holds a host may take its
// queue without asking again, and a lease's token guards every write. A worker that was thought
// dead and comes back finds its token outdated, and writes nothing.
//
// What a batch closes or adds goes as arrays in one statement, since a round trip for each address
// would cost more than its fetch.
#include "crawler/frontier/store.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/bytes/hex.hpp"
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

// An address that the rules of an earlier crawl left out.
struct LeftOut {
    std::int64_t id = 0;
    std::string url, host;
    int depth = 0, hops = 0, priority = 0;
};
BOOST_DESCRIBE_STRUCT(LeftOut, (), (id, url, host, depth, hops, priority))

template <typename Rows, typename Get>
auto column(const Rows& rows, Get get) {
    std::vector<std::decay_t<decltype(get(rows.front()))>> values;
    values.reserve(rows.size());
    for (const auto& row : rows) values.push_back(get(row));
    return values;
}

std::string flags(std::span<const Closed> rows) {
    std::string text = "{";
    for (const auto& row : rows) text += row.keep ? "t," : "f,";
    if (text.size() > 1) text.pop_back();
    return text + "}";
}

std::string doubles(std::span<const Closed> rows) {
    std::string text = "{";
    for (const auto& row : rows) text += std::to_string(row.watched) + ",";
    if (text.size() > 1) text.pop_back();
    return text + "}";
}

// bytea[] as text; an empty entry is NULL.
std::string hashes(std::span<const Closed> rows) {
    std::string text = "{";
    for (const auto& row : rows) {
        text += row.body_sha256.empty() ? "NULL" : "\"\\\\x" + base::hex(row.body_sha256) + "\"";
        text += ',';
    }
    if (text.size() > 1) text.pop_back();
    return text + "}";
}

}  // namespace

CrawlFigures crawl_figures(base::Tx& tx) {
    return *base::first_as<CrawlFigures>(tx.exec(sql::file["crawl_figures"]));
}

std::uint64_t count_queued(base::Tx& tx, std::int64_t source) {
    return *tx.value<std::uint64_t>(sql::file["count_queued"], source);
}
std::uint64_t count_known(base::Tx& tx, std::int64_t source) {
    return *tx.value<std::uint64_t>(sql::file["count_known"], source);
}

std::uint64_t
start_round(base::Tx& tx, std::int64_t source, Time now, bool due_only, bool other_rules) {
    if (other_rules) tx.exec(sql::file["forget_validators"], source);
    return tx.change(
        sql::file["start_round"], source, timestamp(now), due_only && !other_rules, other_rules
    );
}

void each_left_out(
    base::Tx& tx,
    std::int64_t source,
    const std::function<void(std::span<Discovery>)>& visit
) {
    constexpr int step = 5000;
    for (std::int64_t after = 0;;) {
        std::vector<Discovery> found;
        auto rows = tx.exec(sql::file["left_out_urls"], source, after, step);
        for (auto& row : base::rows_as<LeftOut>(rows)) {
            after = row.id;
            found.push_back(
                {.url = std::move(row.url),
                 .host = std::move(row.host),
                 .depth = row.depth,
                 .hops = row.hops,
                 .priority = row.priority}
            );
        }
        visit(found);
        if (found.size() < static_cast<std::size_t>(step)) return;
    }
}

void add_urls(
    base::Tx& tx,
    std::int64_t source,
    std::int64_t run,
    std::span<const Discovery> found,
    Time now
) {
    if (found.empty()) return;
    // Of several sightings in one statement the one that is fetched, and of those the shallowest,
    // counts.
    std::map<std::string, const Discovery*> unique;
    std::set<std::string> hosts;
    for (const auto& discovery : found) {
        auto& kept = unique[url_key(discovery.url)];
        bool better = !kept || (kept->reason && !discovery.reason) ||
                      (!kept->reason == !discovery.reason && discovery.depth < kept->depth);
        if (better) kept = &discovery;
        if (!discovery.reason) hosts.insert(discovery.host);
    }
    if (!hosts.empty())
        tx.exec(
            sql::file["add_hosts"],
            array_of(std::vector(hosts.begin(), hosts.end())),
            timestamp(now)
        );
    std::vector<std::pair<std::string, const Discovery*>> rows(unique.begin(), unique.end());
    auto of = [&](auto member) {
        return column(rows, [&](const auto& row) { return row.second->*member; });
    };
    tx.exec(
        sql::file["add_urls"],
        source,
        run,
        timestamp(now),
        array_of(column(rows, [](const auto& row) { return row.first; })),
        array_of(of(&Discovery::url)),
        array_of(of(&Discovery::host)),
        array_of(of(&Discovery::depth)),
        array_of(of(&Discovery::hops)),
        array_of(of(&Discovery::priority)),
        array_of_optional(
            column(rows, [](const auto& row) { return std::string(name_of(row.second->reason)); })
        ),
        array_of_optional(of(&Discovery::detail)),
        array_of_optional(of(&Discovery::found_on)),
        array_of(column(
            rows, [](const auto& row) { return std::string(base::name_of(row.second->kind)); }
        )),
        array_of_optional(of(&Discovery::context))
    );
    std::vector<std::string> keys, contexts;
    for (const auto& [key, discovery] : rows) {
        if (discovery->context.empty()) continue;
        keys.push_back(key);
        contexts.push_back(discovery->context);
    }
    if (!keys.empty())
        tx.exec(sql::file["update_contexts"], source, array_of(keys), array_of(contexts));
}

std::vector<std::string> other_holders(base::Tx& tx, const std::string& holder) {
    std::vector<std::string> found;
    for (const auto& row : tx.exec(sql::file["holders"], holder))
        found.push_back(row["holder"].as<std::string>());
    return found;
}

void free_holder(base::Tx& tx, const std::string& holder, Time not_before) {
    tx.exec(sql::file["free_holder"], holder, timestamp(not_before));
    tx.exec(sql::file["free_holder_addresses"], holder, timestamp(not_before));
}

std::vector<HostLease> claim_hosts(
    base::Tx& tx,
    std::int64_t source,
    const std::string& holder,
    Time now,
    Time until,
    int at_most,
    bool only_media,
    bool only_own_servers
) {
    return base::rows_as<HostLease>(tx.exec(
        sql::file["claim_hosts"],
        source,
        holder,
        timestamp(now),
        timestamp(until),
        at_most,
        only_media,
        only_own_servers
    ));
}

std::vector<HostLease> renew_hosts(base::Tx& tx, const std::string& holder, Time until) {
    auto held =
        base::rows_as<HostLease>(tx.exec(sql::file["renew_hosts"], holder, timestamp(until)));
    tx.exec(sql::file["renew_addresses"], holder, timestamp(until));
    return held;
}

void release_host(
    base::Tx& tx,
    const HostLease& lease,
    Time next_fetch_at,
    const HostState& state
) {
    tx.exec(
        sql::file["release_host"],
        lease.host,
        lease.token,
        timestamp(next_fetch_at),
        state.failures,
        state.latency_ms,
        state.delay_ms
    );
}

std::vector<Target> next_urls(
    base::Tx& tx,
    std::int64_t source,
    const std::string& host,
    Time now,
    int at_most,
    const std::vector<std::int64_t>& except
) {
    auto targets = base::rows_as<Target>(
        tx.exec(sql::file["next_urls"], source, host, timestamp(now), at_most, array_of(except))
    );
    for (auto& target : targets) target.body_sha256 = *base::from_hex(target.body_sha256);
    return targets;
}

std::optional<Millis> next_due(base::Tx& tx, std::int64_t source, Time now) {
    auto millis = tx.value<std::int64_t>(sql::file["next_due"], source, timestamp(now));
    if (!millis) return std::nullopt;
    return Millis(*millis);
}

std::vector<std::string> held_hosts(base::Tx& tx, std::span<const HostLease> leases) {
    std::vector<std::string> held;
    auto names = array_of(column(leases, [](const HostLease& lease) { return lease.host; }));
    auto tokens = array_of(column(leases, [](const HostLease& lease) { return lease.token; }));
    for (const auto& row : tx.exec(sql::file["held_hosts"], names, tokens))
        held.push_back(row["host"].as<std::string>());
    return held;
}

void close_urls(
    base::Tx& tx,
    std::int64_t source,
    std::int64_t run,
    std::span<const Closed> closed
) {
    if (closed.empty()) return;
    auto of = [&](auto member) {
        return column(closed, [&](const Closed& row) { return row.*member; });
    };
    auto due = column(closed, [](const Closed& row) { return timestamp(row.due_at); });
    auto fetched = column(closed, [](const Closed& row) {
        return row.fetched_at ? timestamp(*row.fetched_at) : std::string();
    });
    auto states =
        column(closed, [](const Closed& row) { return std::string(base::name_of(row.state)); });
    auto reasons =
        column(closed, [](const Closed& row) { return std::string(name_of(row.reason)); });
    tx.exec(
        sql::file["close_urls"],
        source,
        run,
        array_of(of(&Closed::key)),
        array_of(states),
        array_of_optional(reasons),
        array_of_optional(of(&Closed::detail)),
        array_of(of(&Closed::attempts)),
        array_of(due),
        array_of(of(&Closed::status)),
        array_of_optional(fetched),
        flags(closed),
        array_of_optional(of(&Closed::etag)),
        array_of_optional(of(&Closed::last_modified)),
        hashes(closed),
        array_of(of(&Closed::visits)),
        array_of(of(&Closed::changes)),
        doubles(closed),
        array_of_optional(of(&Closed::gone_at))
    );
}

void log_fetches(
    base::Tx& tx,
    std::int64_t source,
    std::int64_t run,
    std::span<const Fetched> fetched
) {
    if (fetched.empty()) return;
    auto copy = tx.copy(
        "fetch_log (at, source_id, run_id, host, url, status, outcome, reason, bytes, millis, "
        "address)",
        11
    );
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> hosts;
    for (const auto& row : fetched) {
        copy.begin_row();
        copy.time(row.at);
        copy.value(source);
        copy.value(run);
        copy.text(row.host);
        copy.text(row.url);
        copy.value(static_cast<std::int16_t>(row.status));
        copy.text(base::name_of(row.outcome));
        if (row.reason) {
            copy.text(base::name_of(*row.reason));
        } else {
            copy.null();
        }
        copy.value(static_cast<std::int64_t>(row.bytes));
        copy.value(static_cast<std::int32_t>(row.millis));
        copy.text(row.address);
        auto& host = hosts[row.host];
        ++host.first;
        host.second += static_cast<std::int64_t>(row.bytes);
    }
    copy.finish();
    for (const auto& [host, sums] : hosts)
        tx.exec(sql::file["count_host"], host, sums.first, sums.second);
}

std::uint64_t close_queue(
    base::Tx& tx,
    std::int64_t source,
    std::int64_t run,
    SkipReason reason,
    bool but_media
) {
    return tx.change(
        sql::file["close_queue"], source, std::string(base::name_of(reason)), run, but_media
    );
}

std::optional<SiteFile> load_site_file(
    base::Tx& tx,
    const std::string& origin,
    const std::string& path,
    Time now,
    Time since
) {
    auto rows =
        tx.exec(sql::file["load_site_file"], origin, path, timestamp(now), timestamp(since));
    if (rows.empty()) return std::nullopt;
    auto row = rows.front();
    return SiteFile{
        .status = row["status"].as<int>(),
        .body = base::bytes(row["body"]),
        .detail = row["detail"].as<std::string>()};
}

void save_site_file(
    base::Tx& tx,
    const std::string& origin,
    const std::string& path,
    const SiteFile& file,
    Time now
) {
    tx.exec(
        sql::file["save_site_file"],
        origin,
        path,
        file.status,
        base::bytes_of(file.body),
        file.detail,
        timestamp(now)
    );
}

std::optional<Obstacle> find_obstacle(base::Tx& tx, std::int64_t source) {
    if (tx.value<bool>(sql::file["has_kept"], source).value_or(false)) return std::nullopt;
    return base::first_as<Obstacle>(tx.exec(sql::file["first_obstacle"], source));
}

std::vector<ReasonCount> skip_reasons(base::Tx& tx, std::int64_t source) {
    return base::rows_as<ReasonCount>(tx.exec(sql::file["skip_reasons"], source));
}

}  // namespace crawler

// The queue is a table and its order an index, so a crawl of any size needs no memory for it and
// survives its process. Hosts are claimed by leases with a fencing token; rows are written only
// under the token, which makes a worker that slept through its lease harmless.
//
// Batches travel as arrays of columns, one statement for thousands of addresses. In add_urls one
// statement must not hold an address twice (ON CONFLICT would meet its own row), so the sighting
// that counts is chosen here. The fetch log goes in by COPY.
#include "crawler/frontier/store.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/bytes/hex.hpp"
#include "base/database/database.hpp"
#include "crawler/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace crawler {

using schema::array_of;
using schema::array_of_optional;
using schema::timestamp;

namespace {

template <typename Rows, typename Get>
auto column(const Rows& rows, Get get) {
    std::vector<std::decay_t<decltype(get(rows[0]))>> values;
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
        for (const auto& row : rows) {
            after = row[0].as<std::int64_t>();
            found.push_back(
                {.url = row[1].as<std::string>(),
                 .host = row[2].as<std::string>(),
                 .depth = row[3].as<int>(),
                 .hops = row[4].as<int>(),
                 .priority = row[5].as<int>()}
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
        array_of(
            column(rows, [](const auto& row) { return std::string(name_of(row.second->kind)); })
        ),
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
        found.push_back(row[0].as<std::string>());
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
    bool only_media
) {
    std::vector<HostLease> leases;
    for (const auto& row : tx.exec(
             sql::file["claim_hosts"],
             source,
             holder,
             timestamp(now),
             timestamp(until),
             at_most,
             only_media
         ))
        leases.push_back(
            {row[0].as<std::string>(), row[1].as<std::int64_t>(), Millis(row[2].as<std::int64_t>())}
        );
    return leases;
}

std::vector<HostLease> renew_hosts(base::Tx& tx, const std::string& holder, Time until) {
    std::vector<HostLease> held;
    for (const auto& row : tx.exec(sql::file["renew_hosts"], holder, timestamp(until)))
        held.push_back({row[0].as<std::string>(), row[1].as<std::int64_t>(), {}});
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
    std::vector<Target> targets;
    for (const auto& row :
         tx.exec(sql::file["next_urls"], source, host, timestamp(now), at_most, array_of(except))) {
        targets.push_back({
            row[0].as<std::string>(),
            row[1].as<std::int64_t>(),
            row[2].as<std::string>(),
            host,
            row[3].as<int>(),
            row[4].as<int>(),
            row[5].as<int>(),
            row[6].as<std::string>(),
            row[7].as<std::string>(),
            kind_of(row[8].as<std::string>()),
            row[9].as<int>(),
            row[10].as<int>(),
            row[11].as<double>(),
            row[12].as<double>(),
            row[13].is_null() ? std::string() : base::bytes(row[13]),
            row[14].as<std::string>(),
            row[15].as<std::string>(),
        });
    }
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
        held.push_back(row[0].as<std::string>());
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

std::optional<SiteFile>
load_site_file(base::Tx& tx, const std::string& origin, const std::string& path, Time now) {
    auto rows = tx.exec(sql::file["load_site_file"], origin, path, timestamp(now));
    if (rows.empty()) return std::nullopt;
    return SiteFile{rows[0][0].as<int>(), base::bytes(rows[0][1]), rows[0][2].as<std::string>()};
}

void save_site_file(
    base::Tx& tx,
    const std::string& origin,
    const std::string& path,
    const SiteFile& file,
    Time now,
    Time expires
) {
    tx.exec(
        sql::file["save_site_file"],
        origin,
        path,
        file.status,
        base::bytes_of(file.body),
        file.detail,
        timestamp(now),
        timestamp(expires)
    );
}

std::vector<ReasonCount> skip_reasons(base::Tx& tx, std::int64_t source) {
    std::vector<ReasonCount> counts;
    for (const auto& row : tx.exec(sql::file["skip_reasons"], source))
        counts.push_back(
            {row[0].as<std::string>(), row[1].as<std::string>(), row[2].as<std::uint64_t>()}
        );
    return counts;
}

std::vector<SkippedUrl>
skipped_urls(base::Tx& tx, std::int64_t source, const std::string& reason, int at_most) {
    std::vector<SkippedUrl> found;
    for (const auto& row : tx.exec(sql::file["skipped_urls"], source, reason, at_most))
        found.push_back(
            {row[0].as<std::string>(),
             row[1].as<std::string>(),
             row[2].as<std::string>(),
             row[3].as<std::string>(),
             row[4].as<int>()}
        );
    return found;
}

std::vector<HostStatistics> host_statistics(base::Tx& tx, std::int64_t run) {
    std::vector<HostStatistics> found;
    for (const auto& row : tx.exec(sql::file["host_statistics"], run))
        found.push_back(
            {row[0].as<std::string>(),
             row[1].as<std::uint64_t>(),
             row[2].as<std::uint64_t>(),
             row[4].as<std::uint64_t>(),
             row[3].as<double>()}
        );
    return found;
}

}  // namespace crawler

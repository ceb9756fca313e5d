#include "crawler/batch.hpp"

#include <algorithm>
#include <set>

#include "base/database.hpp"
#include "crawler/url.hpp"

namespace crawler {

void Batch::add_refusal(const Target& target, std::string reason, std::string detail, Time now) {
    Closed row;
    row.key = target.key;
    row.state = "skipped";
    row.reason = std::move(reason);
    row.detail = std::move(detail);
    row.due_at = now;
    row.keep = true;
    closed.push_back(std::move(row));
    ids.push_back(target.id);
}

void Batch::add(const Target& target, const Fetched& fetch, PageOutcome outcome, Time now) {
    Closed row;
    row.key = target.key;
    row.reason = outcome.reason;
    row.detail = outcome.detail;
    row.due_at = now;
    row.status = fetch.status;
    row.fetched_at = fetch.at;
    switch (outcome.ending) {
        case Ending::stored:
            row.state = "done";
            break;
        case Ending::unchanged:
            row.state = "done";
            row.keep = true;
            unchanged.push_back(target.url);
            break;
        case Ending::skipped:
            row.state = "skipped";
            break;
        case Ending::failed:
            row.state = "failed";
            row.keep = true;
            row.attempts = target.attempts + 1;
            break;
        case Ending::retry:
            row.state = "queued";
            row.keep = true;
            row.attempts = target.attempts + 1;
            row.due_at = now + outcome.retry_in;
            break;
    }
    if (outcome.ending == Ending::stored) {  // only what is stored may be asked for conditionally
        row.etag = std::move(outcome.etag);
        row.last_modified = std::move(outcome.last_modified);
        row.body_sha256 = std::move(outcome.body_sha256);
    }
    closed.push_back(std::move(row));
    ids.push_back(target.id);
    if (outcome.record) {
        weight += outcome.record->draft.text ? outcome.record->draft.text->body.size() : 0;
        weight += outcome.record->blob ? outcome.record->blob->bytes.size() : 0;
        records.push_back(std::move(*outcome.record));
    }
    found.insert(
        found.end(),
        std::make_move_iterator(outcome.found.begin()),
        std::make_move_iterator(outcome.found.end())
    );
    fetched.push_back(fetch);
    bytes += fetch.bytes;
}

void Batch::keep_hosts(const std::vector<std::string>& hosts) {
    auto host_of = [](const std::string& url) {
        auto parsed = parse_url(url);
        return parsed ? parsed->host_and_port() : std::string();
    };
    auto is_lost = [&](const std::string& host) {
        return std::find(hosts.begin(), hosts.end(), host) == hosts.end();
    };
    std::set<std::string> lost_keys;
    for (const auto& fetch : fetched)
        if (is_lost(fetch.host)) lost_keys.insert(url_key(fetch.url));
    std::erase_if(records, [&](const schema::Sealed& record) {
        return is_lost(host_of(record.draft.key));
    });
    std::erase_if(unchanged, [&](const std::string& key) { return is_lost(host_of(key)); });
    std::erase_if(closed, [&](const Closed& row) { return lost_keys.contains(row.key); });
    std::erase_if(found, [&](const Discovery& discovery) {
        return lost_keys.contains(discovery.found_on);
    });
    std::erase_if(fetched, [&](const Fetched& fetch) { return is_lost(fetch.host); });
}

schema::Counts write(base::Tx& tx, const BatchContext& context, Batch& batch) {
    auto held = held_hosts(tx, context.leases);
    if (held.size() < context.leases.size()) {
        batch.lost.clear();
        for (const auto& lease : context.leases)
            if (std::find(held.begin(), held.end(), lease.host) == held.end())
                batch.lost.push_back(lease.host);
        batch.keep_hosts(held);
    }
    auto counts = schema::write_batch(tx, context.target, batch.records, {}, batch.bytes);
    if (!batch.unchanged.empty()) counts += schema::write_seen(tx, context.target, batch.unchanged);
    auto source = context.target.source_id;
    auto run = context.target.run_id;
    close_urls(tx, source, run, batch.closed);
    add_urls(tx, source, run, batch.found, context.target.now);
    log_fetches(tx, source, run, batch.fetched);
    renew_hosts(tx, context.holder, context.lease_until);
    return counts;
}

}  // namespace crawler

// A batch is what a crawl commits at once: how addresses ended, the log, records, rejects, and what
// was found. It is written in one transaction, so that after a kill -9 an address is either closed
// with its record stored, or still queued with nothing stored.
//
// A page that answers 404 or 410 is gone only if it was there before; its records are marked with
// it, as those of an item page are by the page that holds them. Validators are kept only of what
// was stored or read, or a refused page would be unchanged for ever.
#include "crawler/frontier/batch.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "formats/url/url.hpp"

namespace crawler {

namespace {

void keep_history(const Target& target, Closed& row) {
    row.visits = target.visits;
    row.changes = target.changes;
    row.watched = target.watched;
    row.gone_at = target.gone_at;
}

// A page that was looked at again, or for the first time: when to come next.
void plan_revisit(const Target& target, bool changed, const RevisitPolicy& policy, Closed& row) {
    ChangeHistory history{target.visits, target.changes, target.watched};
    if (target.age >= 0 && !target.body_sha256.empty()) history.observe(changed, target.age);
    row.visits = history.visits;
    row.changes = history.changes;
    row.watched = history.watched;
    row.due_at += revisit_after(history, policy);
}

}  // namespace

void Batch::add_refusal(const Target& target, SkipReason reason, std::string detail, Time now) {
    Closed row;
    row.key = target.key;
    row.state = UrlState::skipped;
    row.reason = reason;
    row.detail = std::move(detail);
    row.due_at = now;
    row.keep = true;
    keep_history(target, row);
    closed.push_back(std::move(row));
    ids.push_back(target.id);
}

// The row of an address that was asked for.
Closed Batch::close(
    const Target& target,
    const Fetched& fetch,
    PageOutcome& outcome,
    Time now,
    const RevisitPolicy& revisit
) {
    Closed row;
    keep_history(target, row);
    row.key = target.key;
    row.reason = outcome.reason;
    row.detail = outcome.detail;
    row.due_at = now;
    row.status = fetch.status;
    row.fetched_at = fetch.at;
    switch (outcome.ending) {
        case Ending::stored:
            row.state = UrlState::done;
            plan_revisit(target, outcome.body_sha256 != target.body_sha256, revisit, row);
            break;
        case Ending::unchanged:
            row.state = UrlState::done;
            row.keep = true;
            unchanged.push_back(target.url);
            plan_revisit(target, false, revisit, row);
            break;
        case Ending::listed:
            row.state = UrlState::done;
            row.keep = fetch.status == 304;
            if (row.keep) listed_again.push_back(target.key);
            break;
        case Ending::skipped:
            row.state = UrlState::skipped;
            break;
        case Ending::failed:
            row.state = UrlState::failed;
            row.keep = true;
            row.attempts = target.attempts + 1;
            break;
        case Ending::retry:
            row.state = UrlState::queued;
            row.keep = true;
            row.attempts = target.attempts + 1;
            row.due_at = now + outcome.retry_in;
            break;
    }
    // Only what is stored or was read may be asked for conditionally.
    if (outcome.ending == Ending::stored || (outcome.ending == Ending::listed && !row.keep)) {
        row.etag = std::move(outcome.etag);
        row.last_modified = std::move(outcome.last_modified);
        row.body_sha256 = std::move(outcome.body_sha256);
    }
    return row;
}

// Whether a page is gone, or back.
void Batch::watch_presence(
    const Target& target,
    const Fetched& fetch,
    Ending ending,
    Time now,
    Closed& row
) {
    bool is_there = ending == Ending::stored || ending == Ending::unchanged;
    bool is_gone = !is_listing(target.kind) && (fetch.status == 404 || fetch.status == 410);
    if (is_there && !target.gone_at.empty()) {
        row.gone_at.clear();
        gone.push_back({target.url, {}});
    } else if (is_gone && target.gone_at.empty() && !target.body_sha256.empty()) {
        row.gone_at = schema::timestamp(now);
        gone.push_back({target.url, row.gone_at});
    }
}

bool Batch::empty() const {
    return closed.empty() && fetched.empty() && found.empty() && naming.empty();
}

void Batch::append(const Batch& page) {
    auto add_all = [](auto& to, const auto& from) {
        to.insert(to.end(), from.begin(), from.end());
    };
    add_all(records, page.records);
    add_all(rejects, page.rejects);
    add_all(page_records, page.page_records);
    add_all(closed, page.closed);
    add_all(gone, page.gone);
    add_all(sightings, page.sightings);
    add_all(budgets, page.budgets);
    add_all(fetched, page.fetched);
}

std::vector<std::pair<std::string, std::string>> Batch::all_budgets() const {
    auto all = budgets;
    for (const auto& visit : naming)
        all.insert(all.end(), visit.page.budgets.begin(), visit.page.budgets.end());
    return all;
}

void Batch::add(
    const Target& target,
    const Fetched& fetch,
    PageOutcome outcome,
    Time now,
    const RevisitPolicy& revisit,
    std::span<const Budget::Share> shares
) {
    ids.push_back(target.id);
    bytes += fetch.bytes;
    found.insert(
        found.end(),
        std::make_move_iterator(outcome.found.begin()),
        std::make_move_iterator(outcome.found.end())
    );
    for (const auto& record : outcome.records) {
        weight += record.draft.text ? record.draft.text->body.size() : 0;
        weight += record.blob ? record.blob->bytes.size() : 0;
    }
    for (const auto& reject : outcome.rejects) weight += reject.raw.size();
    if (!outcome.hint || outcome.ending != Ending::stored)
        return take(target, fetch, std::move(outcome), now, revisit, shares);
    auto& visit = naming.emplace_back();
    visit.hint = std::move(*outcome.hint);
    weight += visit.hint.body.size();
    keep_history(target, visit.waiting);
    visit.waiting.key = target.key;
    visit.waiting.reason = SkipReason::canonical;
    visit.waiting.detail = visit.hint.url;
    visit.waiting.attempts = target.attempts;
    visit.waiting.due_at = now;
    visit.waiting.status = fetch.status;
    visit.waiting.keep = true;
    visit.page.take(target, fetch, std::move(outcome), now, revisit, shares);
}

void Batch::take(
    const Target& target,
    const Fetched& fetch,
    PageOutcome outcome,
    Time now,
    const RevisitPolicy& revisit,
    std::span<const Budget::Share> shares
) {
    auto row = close(target, fetch, outcome, now, revisit);
    watch_presence(target, fetch, outcome.ending, now, row);
    if (outcome.sighting) sightings.emplace_back(target.host, std::move(*outcome.sighting));
    closed.push_back(std::move(row));
    if (outcome.ruled) {
        PageRecords held{target.key, {}};
        if (outcome.itemised)
            for (const auto& record : outcome.records) held.keys.push_back(record.draft.key);
        page_records.push_back(std::move(held));
    }
    std::move(outcome.records.begin(), outcome.records.end(), std::back_inserter(records));
    std::move(outcome.rejects.begin(), outcome.rejects.end(), std::back_inserter(rejects));
    for (const auto& share : shares) budgets.emplace_back(target.host, share.name);
    fetched.push_back(fetch);
}

void Batch::keep_hosts(const std::vector<std::string>& hosts) {
    auto host_of = [](const std::string& url) {
        auto parsed = formats::parse_url(url);
        return parsed ? parsed->host_and_port() : std::string();
    };
    auto is_lost = [&](const std::string& host) {
        return std::find(hosts.begin(), hosts.end(), host) == hosts.end();
    };
    std::set<std::string> lost_keys;
    auto lose = [&](const Fetched& fetch) {
        if (is_lost(fetch.host)) lost_keys.insert(url_key(fetch.url));
    };
    for (const auto& fetch : fetched) lose(fetch);
    for (const auto& visit : naming) lose(visit.page.fetched.front());
    std::erase_if(records, [&](const schema::Sealed& record) {
        return is_lost(host_of(record.draft.origin.url));
    });
    std::erase_if(rejects, [&](const schema::Reject& reject) {
        return is_lost(host_of(reject.file));
    });
    std::erase_if(page_records, [&](const PageRecords& page) {
        return lost_keys.contains(page.url_key);
    });
    std::erase_if(unchanged, [&](const std::string& key) { return is_lost(host_of(key)); });
    std::erase_if(closed, [&](const Closed& row) { return lost_keys.contains(row.key); });
    std::erase_if(found, [&](const Discovery& discovery) {
        return lost_keys.contains(discovery.found_on);
    });
    std::erase_if(gone, [&](const GoneChange& change) { return is_lost(host_of(change.key)); });
    std::erase_if(listed_again, [&](const std::string& key) { return lost_keys.contains(key); });
    std::erase_if(sightings, [&](const auto& sighting) { return is_lost(sighting.first); });
    std::erase_if(budgets, [&](const auto& share) { return is_lost(share.first); });
    std::erase_if(fetched, [&](const Fetched& fetch) { return is_lost(fetch.host); });
    std::erase_if(naming, [&](const NamingVisit& visit) {
        return is_lost(visit.page.fetched.front().host);
    });
}

}  // namespace crawler

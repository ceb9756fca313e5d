// How a batch becomes versions.
//
// All keys of the batch are looked up at once, then each record is held against what is known of
// its key, stored or met earlier in the batch: later ones of one batch count as if they came in a
// later one. Nothing is written before the whole plan stands, so that each table is written in one
// go and in the order of its index. Records that were known are locked in one order by all
// writers, who therefore wait for each other instead of dead-locking.
#include "schema/records/record_store.hpp"

#include <algorithm>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/bytes/hash.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "schema/records/batch_plan.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace {

// Stored versions, as arrays.
struct VersionRows {
    std::vector<std::int64_t> rks;
    std::vector<std::string> keys;
    std::vector<std::int32_t> versions;

    void add(const std::string& key, const KeyState& state) {
        rks.push_back(state.rk);
        keys.push_back(key);
        versions.push_back(state.stored_version);
    }
};

std::unordered_map<std::string, KeyState>
stored_states(base::Tx& tx, const BatchTarget& target, std::span<const Sealed> records) {
    std::unordered_map<std::string, KeyState> states;
    if (target.expect_new) return states;
    std::vector<std::int64_t> keys;
    keys.reserve(records.size());
    for (const auto& record : records) keys.push_back(record.rk);
    for (const auto& row : tx.exec(sql::file["find_records"], target.source_id, array_of(keys))) {
        KeyState state{
            .rk = row[0].as<std::int64_t>(),
            .stored_version = row[2].as<int>(),
            .version = row[2].as<int>(),
            .sha = base::bytes(row[3]),
            .last_run = row["last_run"].as<std::int64_t>()};
        states.emplace(row[1].as<std::string>(), std::move(state));
    }
    return states;
}

// Of what the run saw before: what it wrote itself.
void find_own(
    base::Tx& tx,
    const BatchTarget& target,
    std::span<const Sealed> records,
    std::unordered_map<std::string, KeyState>& states
) {
    VersionRows rows;
    for (const auto& record : records) {
        auto found = states.find(record.draft.key);
        if (found == states.end() || found->second.last_run != target.run_id) continue;
        if (found->second.sha != record.content_sha256) rows.add(found->first, found->second);
    }
    if (rows.rks.empty()) return;
    for (const auto& row : tx.exec(
             sql::file["versions_of_run"],
             target.source_id,
             target.run_id,
             array_of(rows.rks),
             array_of(rows.keys),
             array_of(rows.versions)
         )) {
        auto& state = states.at(row["key"].as<std::string>());
        state.of_run = true;
        if (!row["before"].is_null()) state.before = base::bytes(row["before"]);
    }
}

// Another content of a key that this run gave one already.
void replace(BatchPlan& plan, KeyState& state, const Sealed& record) {
    state.of_run = false;
    state.replaces = true;
    ++plan.replaced;
    ++plan.counts.unchanged;
    if (state.before == record.content_sha256) {
        --plan.counts.changed;
        ++plan.counts.unchanged;
        --state.version;
    } else {
        plan.versions.push_back({&record, state.version});
    }
    state.sha = record.content_sha256;
    state.last = &record;
}

void drop_replaced(base::Tx& tx, const BatchTarget& target, const BatchPlan& plan) {
    VersionRows rows;
    for (const auto& [key, state] : plan.states)
        if (state.replaces) rows.add(key, state);
    tx.exec(
        sql::file["drop_versions"],
        target.source_id,
        array_of(rows.rks),
        array_of(rows.keys),
        array_of(rows.versions)
    );
    // What was made of them by other hands.
    auto sources = array_of(std::vector<std::int64_t>(rows.rks.size(), target.source_id));
    for (auto made :
         {sql::file["purge_sketches"], sql::file["purge_issues"], sql::file["purge_quarantine"]})
        tx.exec(made, array_of(rows.rks), sources, array_of(rows.keys));
}

BatchPlan plan_batch(base::Tx& tx, const BatchTarget& target, std::span<const Sealed> records) {
    BatchPlan plan;
    plan.states = stored_states(tx, target, records);
    if (target.last_counts) find_own(tx, target, records, plan.states);
    plan.states.reserve(plan.states.size() + records.size());
    plan.versions.reserve(records.size());
    for (const auto& record : records) {
        auto& state = plan.states[record.draft.key];
        ++plan.counts.read;
        if (state.version > 0 && state.sha == record.content_sha256) {
            ++plan.counts.unchanged;
            continue;
        }
        if (state.of_run) {
            replace(plan, state, record);
            continue;
        }
        ++(state.version == 0 ? plan.counts.added : plan.counts.changed);
        state.rk = record.rk;
        state.sha = record.content_sha256;
        state.last = &record;
        plan.versions.push_back({&record, ++state.version});
    }
    // Neighbours in the index are written together.
    std::sort(plan.versions.begin(), plan.versions.end(), [](const auto& a, const auto& b) {
        return std::tie(a.sealed->rk, a.version) < std::tie(b.sealed->rk, b.version);
    });
    return plan;
}

void update_known(base::Tx& tx, const BatchTarget& target, const BatchPlan& plan) {
    struct Rows {
        std::vector<std::int64_t> rks;
        std::vector<std::string> keys, shas, groups, times;
        std::vector<std::int32_t> versions;
    } seen, changed, replaced;
    // In one order for all writers, so that they wait for each other instead of dead-locking.
    std::vector<std::pair<std::string_view, const KeyState*>> known;
    for (const auto& [key, state] : plan.states)
        if (state.stored_version != 0) known.emplace_back(key, &state);
    std::sort(known.begin(), known.end(), [](const auto& a, const auto& b) {
        return std::tie(a.second->rk, a.first) < std::tie(b.second->rk, b.first);
    });
    for (const auto& [key, entry] : known) {
        const auto& state = *entry;
        auto& rows = state.replaces ? replaced : state.last ? changed : seen;
        rows.rks.push_back(state.rk);
        rows.keys.emplace_back(key);
        if (!state.last) continue;
        rows.versions.push_back(state.version);
        rows.shas.push_back(state.sha);
        rows.groups.push_back(state.last->draft.group);
        rows.times.push_back(state.last->draft.time ? timestamp(*state.last->draft.time) : "");
    }
    auto now = timestamp(target.now);
    if (!seen.rks.empty())
        tx.exec(
            sql::file["mark_seen"],
            target.source_id,
            target.run_id,
            now,
            array_of(seen.rks),
            array_of(seen.keys)
        );
    auto change = [&](const Rows& rows, int back) {
        if (rows.rks.empty()) return;
        tx.exec(
            sql::file["change_records"],
            target.source_id,
            target.run_id,
            now,
            array_of(rows.rks),
            array_of(rows.keys),
            array_of(rows.versions),
            array_of_bytes(rows.shas),
            array_of_optional(rows.groups),
            array_of_optional(rows.times),
            back
        );
    };
    change(changed, 0);
    change(replaced, 2);
}

void write_reject(base::Tx& tx, const BatchTarget& target, const Reject& reject) {
    auto place = fmt::format(
        "{}\n{}\n{}\n{}\n{}\n",
        target.source_name,
        reject.file,
        reject.member,
        reject.line,
        reject.byte_offset
    );
    auto sha = base::sha256(place + reject.raw);
    auto number = [](std::int64_t value) {
        return value < 0 ? std::nullopt : std::optional(value);
    };
    auto text = [](std::string value) {
        std::erase(value, '\0');
        return value;
    };
    tx.exec(
        sql::file["add_reject"],
        leading_bytes(sha),
        target.source_id,
        base::bytes_of(sha),
        target.run_id,
        timestamp(target.now),
        base::bytes_of(reject.raw),
        filled(reject.file),
        filled(reject.member),
        number(reject.line),
        number(reject.byte_offset),
        filled(text(reject.column)),
        reject.code,
        text(reject.reason)
    );
}

void add_counts(
    base::Tx& tx,
    const BatchTarget& target,
    const Counts& counts,
    std::uint64_t bytes
) {
    auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    auto counted = tx.change(
        sql::file["add_counts"],
        target.run_id,
        number(counts.read),
        number(counts.added),
        number(counts.changed),
        number(counts.unchanged),
        number(counts.rejected),
        number(bytes)
    );
    if (counted != 1)  // nothing of the batch may stay
        throw base::Error(
            fmt::format("source '{}'", target.source_name), "was deleted while it was gathered"
        );
}

}  // namespace

Counts write_batch(
    base::Tx& tx,
    const BatchTarget& target,
    std::span<const Sealed> records,
    std::span<const Reject> rejects,
    std::uint64_t bytes_read,
    std::uint64_t* replaced
) {
    auto plan = plan_batch(tx, target, records);
    if (plan.replaced > 0) drop_replaced(tx, target, plan);
    if (replaced) *replaced = plan.replaced;
    if (!plan.versions.empty()) write_rows(tx, target, plan);
    update_known(tx, target, plan);
    for (const auto& reject : rejects) write_reject(tx, target, reject);
    plan.counts.read += rejects.size() + target.superseded;
    plan.counts.unchanged += target.superseded;
    plan.counts.rejected += rejects.size();
    add_counts(tx, target, plan.counts, bytes_read);
    return plan.counts;
}

void commit_without_waiting(base::Tx& tx) {
    tx.exec(sql::file["commit_without_waiting"]);
}

Counts write_seen(base::Tx& tx, const BatchTarget& target, std::span<const std::string> keys) {
    Counts counts;
    if (keys.empty()) return counts;
    std::vector<std::int64_t> rks;
    for (const auto& key : keys) rks.push_back(record_key(target.source_name, key));
    auto marked = tx.change(
        sql::file["mark_seen"],
        target.source_id,
        target.run_id,
        timestamp(target.now),
        array_of(rks),
        array_of(std::vector<std::string>(keys.begin(), keys.end()))
    );
    if (marked != keys.size())
        throw std::logic_error("a record said to be unchanged is not stored");
    counts.read = counts.unchanged = keys.size();
    add_counts(tx, target, counts, 0);
    return counts;
}

std::vector<std::string> stored_keys(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& source_name,
    std::span<const std::string> keys
) {
    std::vector<std::string> found;
    if (keys.empty()) return found;
    std::vector<std::int64_t> rks;
    std::unordered_set<std::string_view> wanted(keys.begin(), keys.end());
    for (auto key : wanted) rks.push_back(record_key(source_name, key));
    for (const auto& row : tx.exec(sql::file["find_records"], source_id, array_of(rks)))
        if (auto key = row[1].as<std::string>(); wanted.contains(key))
            found.push_back(std::move(key));
    return found;
}

std::uint64_t mark_gone(base::Tx& tx, std::int64_t source_id, std::int64_t run_id, Time now) {
    tx.change(sql::file["unmark_gone"], source_id, run_id);
    return tx.change(sql::file["mark_gone"], source_id, run_id, timestamp(now));
}

std::uint64_t mark_gone_from(
    base::Tx& tx,
    std::int64_t source_id,
    std::int64_t run_id,
    const std::vector<std::string>& files,
    Time now
) {
    tx.change(sql::file["unmark_gone"], source_id, run_id);
    return tx.change(
        sql::file["mark_gone_from"], source_id, run_id, array_of(files), timestamp(now)
    );
}

}  // namespace schema

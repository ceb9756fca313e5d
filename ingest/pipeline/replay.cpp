// A reject keeps its raw bytes, and its member keeps how it was read (Reread), so both halves of
// the work can be done again without the input: it may be gone, or be a page of an API that has
// changed.
//
// Steps of 500 rejects are transactions of their own; `after` is the last id of the step, so a
// reject that stays is not met twice in one replay. A reject whose bytes became several records is
// replayed only if all of them are good: half of it stored and half still open could not be told
// from a new fault.
#include "ingest/pipeline/replay.hpp"

#include <chrono>
#include <map>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "ingest/mapping/mapping.hpp"
#include "ingest/pipeline/batches.hpp"
#include "ingest/pipeline/store.hpp"
#include "ingest/sources/connector.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/records/record_store.hpp"
#include "schema/sources/run_stop_store.hpp"
#include "schema/sources/source_store.hpp"

namespace ingest {

namespace {

using Clock = std::chrono::system_clock;
constexpr int step = 500;

// What has become of some rejects.
struct Outcome {
    std::vector<schema::Sealed> records;
    std::vector<schema::Reject> rejects;
    std::vector<std::string> replayed;
};

// All of the bytes must become records, or the reject stays.
void try_again(
    const StoredReject& stored,
    const std::optional<std::string>& how,
    Mapping& mapping,
    const std::string& source,
    const schema::Blobs& blobs,
    Outcome& outcome
) {
    schema::Reject still = stored;
    if (stored.raw.empty()) {  // nothing of it is kept
        outcome.rejects.push_back(std::move(still));
        return;
    }
    Page page;
    try {
        if (!how)
            throw base::Error(
                "reject", "nothing is kept of how its file is read", "run the source again"
            );
        reread(*how, stored.raw, page);
    } catch (const base::Error& error) {
        still.reason = error.what();
        outcome.rejects.push_back(std::move(still));
        return;
    }
    for (auto& record : page.records) {
        record.file = stored.file;
        record.member = stored.member;
        record.line = stored.line;
        record.byte_offset = stored.byte_offset;
    }
    auto batch = make_batch(page, mapping, source, blobs);
    if (!batch.rejects.empty() || batch.records.empty()) {
        if (!batch.rejects.empty()) {
            still.code = batch.rejects.front().code;
            still.reason = batch.rejects.front().reason;
            still.column = batch.rejects.front().column;
        }
        outcome.rejects.push_back(std::move(still));
        return;
    }
    std::move(batch.records.begin(), batch.records.end(), std::back_inserter(outcome.records));
    outcome.replayed.push_back(stored.id);
}

}  // namespace

ReplayResult
replay(base::Database& database, const schema::Blobs& blobs, const ReplayRequest& request) {
    Mapping mapping(request.rules, request.read_page);
    schema::BatchTarget target;
    database.call([&](base::Tx& tx) {
        auto source = schema::require_source(tx, request.source);
        target.source_id = source.id;
        target.source_name = source.name;
        target.now = Clock::now();
        target.run_id = schema::begin_run(tx, source.id, "{\"replay\":true}", target.now);
        target.column_set = schema::ensure_columns(tx, source.id, mapping.columns(), target.now);
        target.columns = mapping.columns();
    });
    ReplayResult result{target.run_id, {}};
    schema::InterruptedByStop marked(database, target.run_id, request.stop);
    auto close = [&](const std::string& state, const std::string& why) {
        database.call([&](base::Tx& tx) {
            schema::end_run(tx, target.run_id, state, why, Clock::now());
        });
    };
    try {
        std::string after;
        for (bool more = true; more;) {
            if (request.stop.stop_requested()) throw base::Interrupted();
            auto [counts, next] = database.call([&](base::Tx& tx) {
                Outcome outcome;
                std::map<std::pair<std::string, std::string>, std::optional<std::string>> hows;
                auto listed = list_rejects(
                    tx, target.source_id, RejectState::open, request.code, after, step
                );
                for (const auto& entry : listed) {
                    auto stored = show_reject(tx, target.source_id, entry.id);
                    if (!stored) continue;
                    auto place = std::pair(stored->file, stored->member);
                    if (!hows.contains(place))
                        hows[place] = load_reread(tx, target.source_id, place.first, place.second);
                    try_again(*stored, hows[place], mapping, target.source_name, blobs, outcome);
                }
                target.now = Clock::now();
                auto stored = schema::write_batch(tx, target, outcome.records, outcome.rejects);
                mark_replayed(tx, target.source_id, outcome.replayed);
                return std::pair(stored, listed.size() < step ? std::string() : listed.back().id);
            });
            result.counts += counts;
            after = next;
            more = !next.empty();
        }
        close("done", {});
    } catch (const base::Interrupted&) {
        close("interrupted", {});
        throw;
    } catch (const std::exception& error) {
        close("failed", error.what());
        throw;
    }
    return result;
}

}  // namespace ingest

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "schema/blobs/blobs.hpp"
#include "schema/records/record.hpp"
#include "schema/sources/source_store.hpp"

namespace schema {

// A draft with everything computed that needs no database: do it on a worker thread, before the
// transaction.
struct Sealed {
    Draft draft;  // its blob is moved into `blob`
    std::int64_t rk = 0;
    std::string content_sha256;
    std::optional<Blobs::Row> blob;
    std::int32_t characters = 0;  // of the text's body
    std::int32_t words = 0;
    std::uint64_t simhash = 0;  // of title and body
    std::optional<std::string>
        sketch;  // of title and body (formats/text/text_sketch.hpp); none for short texts
};

// Throws base::Error if the draft has no key or one that is too long.
Sealed seal(const std::string& source_name, Draft draft, const Blobs& blobs);

// What a batch is stored under.
struct BatchTarget {
    std::int64_t source_id = 0;
    std::string source_name;
    std::int64_t run_id = 0;
    int column_set = 0;           // from ensure_columns; 0: drafts have no numbers
    std::vector<Column> columns;  // of that set
    Time now;
    // None of the batch's keys is thought to be stored: they are not looked up, and one that is
    // stored after all fails the transaction (unique_violation), to be tried again without this.
    bool expect_new = false;
    // A run says one thing of a key, its last: another content under a key of which the run wrote a
    // version already takes the place of that version, or takes it away where it is what was there
    // before the run. The record that is replaced counts as unchanged.
    bool last_counts = false;
    // Records that were read and left out for a later one of their key: counted as unchanged.
    std::uint64_t superseded = 0;
};

// Stores the records of one page and its rejects, and adds the counts to the run, all within the
// caller's transaction. A key that is new is added; other content under a known key is a new
// version; the same content only moves "last seen". A key may occur more than once in a batch:
// later ones count as if they came in a later batch. A reject at a place (file, member, line,
// offset, raw bytes) that is known replaces it. Returns the counts of this batch: read = added +
// changed + unchanged + rejected; with `last_counts` what was counted as added or changed by an
// earlier batch may be taken back, below zero (in two's complement: sums are right). `replaced` is
// how many records of the run were replaced.
Counts write_batch(
    base::Tx& tx,
    const BatchTarget& target,
    std::span<const Sealed> records,
    std::span<const Reject> rejects,
    std::uint64_t bytes_read = 0,
    std::uint64_t* replaced = nullptr
);

// Lets the transaction commit without waiting for the disk. A crash of the server may undo it, with
// everything it wrote, until a later transaction that waits (end_run) has made it durable: only for
// work that goes on from a cursor written in the same transaction.
void commit_without_waiting(base::Tx& tx);

// Records that their origin says have not changed (HTTP 304): counts them as read and unchanged.
// Returns the counts; keys that are not stored are an error of the caller and throw
// std::logic_error.
Counts write_seen(base::Tx& tx, const BatchTarget& target, std::span<const std::string> keys);

// After a run that listed all of a source: records that it has not seen are marked as gone, those
// it has seen are not gone any more. Returns how many are newly gone.
std::uint64_t mark_gone(base::Tx& tx, std::int64_t source_id, std::int64_t run_id, Time now);
// The same of records whose present content is from these files alone.
std::uint64_t mark_gone_from(
    base::Tx& tx,
    std::int64_t source_id,
    std::int64_t run_id,
    const std::vector<std::string>& files,
    Time now
);

// Which of the keys are stored, in no order.
std::vector<std::string> stored_keys(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& source_name,
    std::span<const std::string> keys
);

}  // namespace schema

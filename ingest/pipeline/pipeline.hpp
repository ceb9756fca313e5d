#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "ingest/mapping/contract.hpp"
#include "ingest/mapping/mapping.hpp"
#include "ingest/mapping/rules.hpp"
#include "ingest/sources/connector.hpp"
#include "schema/records/record.hpp"

namespace base {
class Database;
}
namespace schema {
class Blobs;
}

namespace ingest {

// An input that is no file: how to read it.
struct Reading {
    // `cursor` is empty or what an earlier connector gave; `bookmark` what one left that read all.
    std::function<std::unique_ptr<Connector>(std::string_view cursor, std::string_view bookmark)>
        open;
    // For rules to be inferred from: all of it, from the start on. Absent where reading is not free
    // or takes away; the rules are then inferred from what the run itself reads first.
    std::function<std::unique_ptr<Connector>()> again = {};
};

struct RunRequest {
    std::string source;  // the name of a source that exists
    std::vector<std::string>
        inputs;  // as for open_files; with `reading`, what a cursor is good for
    std::optional<Reading> reading;
    ReadOptions read;
    ReadPage read_page;                      // for records that are web pages
    std::optional<Rules> rules;              // absent: inferred from the first records
    std::string key;                         // the key column when the rules have none
    OnDrift on_drift = OnDrift::quarantine;  // of records that are not as those of the first run
    bool restart = false;                    // forget where an earlier run stopped
    std::uint64_t limit = 0;                 // stop after so many records; 0: none

    std::size_t batch_records = 10'000;
    std::size_t batch_bytes = 8 * 1024 * 1024;

    // Marks the source's records that a complete listing has not shown as gone, and those it has
    // shown again as there. Only after a run from the start to the end without rejects.
    bool mark_gone = false;
    // Likewise with the records of files that Connector::replaced() tells.
    bool mark_files = false;

    // A run fails when more inputs than this were rejected, or a larger share: looked at after each
    // page from the hundredth input on, and at the end.
    std::uint64_t max_rejects = std::numeric_limits<std::uint64_t>::max();
    double max_reject_share = 1.0;
};

struct RunProgress {
    schema::Counts counts;
    std::uint64_t bytes = 0;  // of uncompressed input
};

struct RunResult {
    std::int64_t run_id = 0;
    std::string state;      // done, interrupted; empty: files that hold no record
    schema::Counts counts;  // of this run; read = added + changed + unchanged + rejected
    std::uint64_t bytes = 0;
    double seconds = 0;
    bool resumed = false;           // went on where an earlier run stopped
    std::uint64_t gone = 0;         // records newly marked as gone
    std::uint64_t quarantined = 0;  // of the records stored, those that drift from the contract
    bool holds_nothing = false;     // files without a record; the state is then empty
    std::optional<Parked> parked;   // more is there; the state is then interrupted
    std::vector<std::string> why;   // format, rules: one line per decision
    Notes notes;                    // what was left out though it is no fault
};

// Reads the inputs, maps their records and stores them, batch by batch. A batch's records, rejects,
// counts and the place behind it are committed together: after a crash the next run of the same
// inputs goes on there. A finished run starts at the beginning the next time and finds what is new
// or changed.
//
// Reading that is parked (a rate limit) ends the run as "interrupted" with what was read stored.
// What a complete reading leaves as its bookmark is given to the next run; a restart forgets it.
//
// A stop request ends the run after the batches in hand; its state is "interrupted". Reading and
// mapping use one thread; three batches at a time are on their way to the database, unless they
// have a record in common. `progress` is called on the caller's thread. Memory: a few batches. The
// database needs three connections to use all ways. Throws base::Error when an input is missing,
// too many inputs are rejected, or the database fails; the run is then marked failed and can be
// gone on with.
RunResult run(
    base::Database& database,
    const schema::Blobs& blobs,
    const RunRequest& request,
    std::stop_token stop = {},
    const std::function<void(const RunProgress&)>& progress = {}
);

}  // namespace ingest

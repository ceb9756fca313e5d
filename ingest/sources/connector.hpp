#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/pipeline/page.hpp"

namespace ingest {

// A column of a fixed-width table, in characters of a line.
struct FixedColumn {
    std::string name;       // empty: from the header, or made up
    std::size_t start = 0;  // from 0
    std::size_t width = 0;
};

// How to read an input. What is absent is found out from the content.
struct ReadOptions {
    std::string format = "auto";           // one of format_names()
    std::optional<std::string> delimiter;  // of csv, as the following
    std::optional<char> quote;             // '\0': none
    std::optional<bool> header;
    std::optional<char> escape;              // '\0': none
    std::optional<bool> trim;                // blanks around cells do not belong to them
    std::optional<std::size_t> skip;         // rows above the table; lines for fixed
    std::optional<std::size_t> header_rows;  // of csv, fixed and xlsx
    std::string sheet;                       // of xlsx: its name, its number from 1, "*" for all
    std::vector<FixedColumn> columns;        // of fixed
    bool attachments =
        false;  // a message's bytes, with all that is attached, are its record's blob
    bool follow_links = false;  // symbolic ones in folders, to files
    std::string encoding;       // as base::parse_encoding() takes it
    std::string
        record_path;  // json: pointer to the array ("/data/items"); xml: the record element's name
    std::size_t max_record = 64 * 1024 * 1024;  // bytes; a longer record is rejected
};

// Reading ended for now though more is there: a rate limit, or the program stops.
struct Parked {
    std::chrono::system_clock::time_point due;
    std::string reason;
};

// Yields the records of one source kind, page by page.
//
// Contract, held by every connector:
// - a record or a reject for each input found; broken input becomes a reject and reading goes on;
// - page.cursor names the place after the page: a connector made with it yields exactly the records
// that follow;
// - a record's raw bytes are those at its byte_offset in the (uncompressed) file or member.
// What makes the whole input unreadable (no such file, a truncated archive) throws base::Error.
class Connector {
public:
    virtual ~Connector() = default;

    // Adds records to the cleared `page` until it holds `records` of them or about `bytes` of text.
    // Returns false when nothing was left; the page may still carry rejects and a cursor.
    virtual bool next(Page& page, std::size_t records, std::size_t bytes) = 0;

    // Adds to the page some of the records that next() will still yield, `records` of each kind of
    // them: for rules to be inferred. False if it can not: a first page from next() does as well.
    virtual bool look_ahead(Page&, std::size_t) { return false; }

    // The format chosen, and why, for people: "csv: 12 columns by ','".
    virtual std::string explain() const = 0;

    // After next() returned false: whether more is there. The run is then interrupted, and goes on
    // behind what was read.
    virtual std::optional<Parked> parked() const { return std::nullopt; }

    // After all was read: what the next run is given to read only what is new; empty for nothing.
    virtual std::string bookmark() const { return {}; }

    // After all was read: files whose records are gone unless this run has shown them. `vanished`
    // are there no longer; `changed` were read whole.
    struct Replaced {
        std::vector<std::string> vanished, changed;
        bool empty() const { return vanished.empty() && changed.empty(); }
    };
    virtual Replaced replaced() const { return {}; }
};

// A connector over files: `inputs` are paths, folders (read in order of name, recursively), globs,
// file:// URLs or "-" for standard input. `cursor` is empty or what an earlier connector over the
// same inputs gave. A file that changed since the cursor was made is read again from its start.
// Throws base::UsageError for an unknown format and base::Error when an input is missing.
std::unique_ptr<Connector> open_files(
    const std::vector<std::string>& inputs,
    const ReadOptions& options,
    std::string_view cursor = {}
);

// A folder that is watched: `names` are globs of the names of files that belong to it; none: all.
struct WatchedFolder {
    std::string path;
    std::vector<std::string> names;
    ReadOptions read;
    bool allow_empty = false;  // no file left is no fault
};

// Reads the files that are new or changed since the run that left `bookmark`, by size and time of
// change, and tells which have vanished; without a bookmark all that is there, for a look at it.
// Throws base::Error when the folder is missing, or holds nothing any more.
std::unique_ptr<Connector> open_folder(
    const WatchedFolder& folder,
    std::string_view cursor = {},
    std::optional<std::string_view> bookmark = {}
);

// Reads the raw bytes of one record or reject again, by what its page said of its member
// (Reread::how), into the cleared page. Throws base::Error if `how` cannot be understood.
void reread(std::string_view how, const std::string& raw, Page& page);

// What ReadOptions::format can be, for people: "csv, tsv, .., auto".
std::string format_names();

struct Detected {
    std::string format;
    std::string reason;
};

// The format of content that begins with `head` (uncompressed); `name` helps where content cannot
// tell.
Detected detect_format(std::string_view name, std::string_view head);

}  // namespace ingest

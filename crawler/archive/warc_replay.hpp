#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <stop_token>
#include <string>
#include <vector>

#include "crawler/extract/media.hpp"
#include "crawler/scrape/rules.hpp"
#include "schema/records/record.hpp"

namespace base {
class Database;
}
namespace schema {
class Blobs;
}

namespace crawler {

struct ReplayOptions {
    std::vector<std::string> files;  // WARC or ARC, plain or .gz
    std::int64_t source_id = 0;
    std::string source_name;
    std::int64_t run_id = 0;
    std::string user_agent = "tilth/0.1";
    bool honour_consent = true;
    std::shared_ptr<const Rules> rules;
    MediaRules media;  // a page's words about its images count if it comes before them
    ExamineImage examine_image;
    bool restart = false;  // not where an interrupted run stopped
    std::size_t batch = 200;
    std::stop_token stop;
    std::function<void(const schema::Counts&, std::uint64_t bytes)> progress;
};

struct ReplayReport {
    schema::Counts counts;
    std::uint64_t bytes = 0;                       // of blocks
    std::map<std::string, std::uint64_t> skipped;  // records that are no pages to keep, by reason
    bool resumed = false, interrupted = false;
    std::uint64_t damaged = 0;  // files with bytes that could not be read as records
    std::string damage;         // of the first one, for people
};

// Makes the pages in archives into the records that a crawl of them would have stored, without the
// network. Responses and resources are digested; a revisit takes the body of the
// response it refers to if that came before it in these files, else it counts as unchanged when its
// page is stored; requests and metadata are passed over. The robots.txt, ai.txt and tdmrep.json
// that are found before an origin's pages tell its opt-outs. A broken record, or one whose digest
// is wrong, becomes a reject (warc.*), kept as it is up to 1 MiB; what is behind it is read.
//
// Records, rejects, counts and the place behind them are committed together, a batch at a time:
// after a crash the next run of the same files goes on there. Throws base::Error if a file cannot
// be read.
ReplayReport
replay_archives(base::Database& database, const schema::Blobs& blobs, const ReplayOptions& options);

// The first `records` that a replay would store, and what it would reject before them. Nothing is
// stored. Throws base::Error if a file cannot be read.
struct ArchiveLook {
    std::vector<schema::Draft> records;
    std::vector<schema::Reject> rejects;
    std::map<std::string, std::uint64_t> skipped;
    bool ended = false;  // there are no more
};
ArchiveLook look_at_archives(const ReplayOptions& options, std::size_t records);

// One line of JSON per record: offset, type, id, target, date, status, content type, length, the
// state of its digests (ok, bad, none, unknown) and what is wrong with it. Returns whether nothing
// is.
bool inspect_archive(const std::string& path, std::ostream& out);

// Whether the bytes begin like an archive, plain or compressed.
bool is_archive(const std::string& path);

}  // namespace crawler

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "crawler/fetch/fetch.hpp"
#include "schema/records/record.hpp"

namespace crawler {

// Writes what a crawl asked and got into WARC 1.1 files (ISO 28500:2017), gzip with a member per
// record: <folder>/<prefix>-<time>-<process>-<number>.warc.gz, a warcinfo first, then a request and
// a response for each answer; an answer with a payload that this writer has seen before becomes a
// revisit (profile identical-payload-digest). Files are never reopened: each writer begins new
// ones, and after `rotate_at` bytes the next. A killed process leaves at most one cut-off record at
// the end, which readers pass over.
//
// Bodies are stored as the client decoded them; the names of the headers that spoke of their coding
// and length (content-encoding, transfer-encoding, content-length) get the prefix
// "x-archive-orig-", and a content-length of the stored body is added.
//
// Safe to call from several threads.
class WarcWriter {
public:
    // Makes the folder. Throws base::Error if it cannot be written to.
    WarcWriter(
        std::string folder,
        std::string prefix,
        std::string user_agent,
        std::uint64_t rotate_at = 1U << 30U
    );
    ~WarcWriter();
    WarcWriter(const WarcWriter&) = delete;

    // Throws base::Error when the disk refuses.
    void write(const Request& request, const Response& response, schema::Time at);

    // Path of the file at hand; empty before the first record.
    std::string path() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace crawler

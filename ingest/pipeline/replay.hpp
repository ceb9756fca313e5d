#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "ingest/mapping/mapping.hpp"
#include "schema/records/record.hpp"

namespace base {
class Database;
}
namespace schema {
class Blobs;
}

namespace ingest {

struct ReplayRequest {
    std::string source;
    std::string code;  // only rejects of this code; empty: all open ones
    Rules rules;       // the present mapping
    std::stop_token stop = {};
    ReadPage read_page = {};
};

struct ReplayResult {
    std::int64_t run_id = 0;
    schema::Counts counts;  // of the records that came out; rejected: still refused, and kept open
                            // with their present reason
};

// Reads the raw bytes of a source's open rejects again and maps them by the present rules. A reject
// whose bytes become records is marked replayed in the transaction that stores them. Rejects are
// kept where they were: file, line and offset do not change. Throws base::Interrupted at a stop.
ReplayResult
replay(base::Database& database, const schema::Blobs& blobs, const ReplayRequest& request);

}  // namespace ingest

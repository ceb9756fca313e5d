#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ingest/mapping/rules.hpp"
#include "schema/records/record.hpp"
#include "schema/sources/source_store.hpp"

namespace base {
class Tx;
}
namespace schema {
class Blobs;
}

namespace ingest {

// A message whose signature was found good.
struct Pushed {
    std::string id;          // the same id again is the same message
    std::string media_type;  // application/json (an object, or an array of them),
                             // application/x-ndjson, text/csv, application/xml; a picture, a
                             // sound, a film, a PDF; multipart/form-data: a record of its parts
    std::string body;
};

struct PushResult {
    bool repeated = false;  // it was stored before; nothing was done
    schema::Counts counts;  // of the records in it
};

// Stores the records of a message, its rejects and its receipt within the caller's transaction:
// once that is committed, the sender may be told so. Records that are refused are kept as rejects,
// so that a sender never has to send again what the mapping does not take. A run of a source
// gathers the messages of one day (UTC). Throws base::UsageError for a media type that is not
// known.
PushResult store_push(
    base::Tx& tx,
    const schema::Blobs& blobs,
    const schema::Source& source,
    const Rules& rules,
    const Pushed& message,
    schema::Time now
);

// Forgets which messages a source took.
void drop_receipts(base::Tx& tx, std::int64_t source_id);

}  // namespace ingest

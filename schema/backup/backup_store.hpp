#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "schema/blobs/blobs.hpp"

namespace base {
class Tx;
}

namespace schema {

// From here on the transaction sees one moment. Returns what another session, and pg_dump, may see
// the same one by. The first of its transaction.
std::string begin_moment(base::Tx& tx);

// The rows of every table.
std::map<std::string, std::int64_t> count_tables(base::Tx& tx);

bool is_empty(base::Tx& tx);

// Calls visit(location, bytes as they are stored) for each blob in the store that the database
// names. Throws base::Error where one is missing, or its bytes are not those of its hash.
void each_blob_file(
    base::Tx& tx,
    const Blobs& blobs,
    const std::function<void(const std::string&, std::string)>& visit
);

}  // namespace schema

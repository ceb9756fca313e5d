#pragma once

#include "api/route.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/sources/source_store.hpp"

namespace app {

// Takes a webhook for a source of kind push: 401 for a signature that does not fit, 404 for no such
// source, 415 for a body of unknown type, else 200 with the counts. The transaction holds the
// records, the rejects and the receipt.
api::Response take_push(
    base::Tx& tx,
    const schema::Blobs& blobs,
    const std::string& source,
    const api::Request& request
);

// Throws base::UsageError for settings that make no sense.
void check_push_spec(const std::string& spec);

}  // namespace app

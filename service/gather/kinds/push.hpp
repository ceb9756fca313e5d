#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "schema/blobs/blobs.hpp"
#include "schema/sources/source_store.hpp"

namespace service {

// One delivery as it came in over HTTP.
struct Webhook {
    std::function<std::string_view(std::string_view)> header;  // by lower-case name; empty: none
    std::string_view body;
};

// Takes a webhook for a source of kind push and tells its counts. The transaction holds the
// records, the rejects and the receipt. Throws Refusal: denied for a signature that does not fit,
// not_found for no such source, unsupported for a body of unknown type, not_ready while it is
// paused.
boost::json::object take_push(
    base::Tx& tx,
    const schema::Blobs& blobs,
    const std::string& source,
    const Webhook& webhook
);

}  // namespace service
